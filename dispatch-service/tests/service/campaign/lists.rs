//! Lists as they come: bad ones are told of completely, and nothing is lost.

use std::io::{Cursor, Write as _};

use http::Method;
use serde_json::Value;
use zip::write::SimpleFileOptions;

use crate::support::bureau::{Bureau, plan};
use crate::support::cluster::backends;

/// What a check says, as (code, file, row).
fn findings(check: &Value, severity: &str) -> Vec<(String, String, Option<u64>)> {
    let all = check["findings"].as_array().unwrap().iter();
    all.filter(|finding| finding["severity"] == severity)
        .map(|finding| {
            for text in ["english", "chinese"] {
                assert!(!finding[text].as_str().unwrap().is_empty());
            }
            let text = |field: &str| finding[field].as_str().unwrap().to_owned();
            (text("code"), text("file"), finding["row"].as_u64())
        })
        .collect()
}

fn check(bureau: &Bureau, draft: &str) -> Value {
    let path = format!("/api/v1/drafts/{draft}/check");
    let ask = bureau.desk.ask(Method::POST, &path).by(&bureau.operator);
    ask.send().expect(200).json()
}

fn found(code: &str, file: &str, row: Option<u64>) -> (String, String, Option<u64>) {
    (code.to_owned(), file.to_owned(), row)
}

/// The lines of a list, as bytes.
fn rows(list: &[u8]) -> Vec<Vec<u8>> {
    let lines = list.split(|byte| *byte == b'\n');
    let lines = lines.filter(|line| !line.is_empty());
    lines.map(<[u8]>::to_vec).collect()
}

#[test]
fn every_bad_row_of_a_gbk_list_is_told_at_once() {
    for place in backends() {
        let bureau = Bureau::new(place);
        let draft = bureau.filled(true, &plan("D-1", 1));
        assert!(
            std::str::from_utf8(&bureau.lists().subjects).is_err(),
            "GBK"
        );
        let mut lines = rows(&bureau.lists().subjects);
        // Row 3: a wrong check character. Row 5: too short. The last row: row 2 again. Row 8: half a
        // character.
        let wrong = if lines[2][17] == b'0' { b'1' } else { b'0' };
        lines[2][17] = wrong;
        lines[4].remove(4);
        let repeated = lines[1].clone();
        lines.push(repeated);
        let last = lines.len() as u64;
        lines[7].insert(19, 0xff);
        let bytes = lines.join(&b'\n');
        bureau
            .put(&draft, "subjects", "对象.csv", &bytes)
            .expect(200);
        let told = check(&bureau, &draft);
        assert_eq!(told["ready"], false);
        let errors = findings(&told, "error");
        for wanted in [
            found("roster.credit-code-check", "对象.csv", Some(3)),
            found("roster.credit-code-length", "对象.csv", Some(5)),
            found("roster.duplicate-id", "对象.csv", Some(last)),
            found("import.malformed-text", "对象.csv", Some(8)),
        ] {
            assert!(errors.contains(&wanted), "{wanted:?} in {errors:?}");
        }
        assert_eq!(told["errors"], errors.len());
        // With such a list nothing is announced; the problem says all of it again.
        let proposal = bureau.proposed("announce", &draft, "");
        let (kind, problem) = bureau
            .decide(&proposal, "approve", &bureau.approver)
            .expect(422)
            .problem();
        assert_eq!(kind, "draft-errors");
        assert_eq!(problem.faults.len(), errors.len());
        assert!(
            problem
                .faults
                .iter()
                .any(|fault| fault.place.contains("对象.csv"))
        );
        // The list is still there as it was sent, and the draft open.
        let path = format!("/api/v1/drafts/{draft}/files/subjects");
        assert_eq!(bureau.desk.get_as(&path, &bureau.operator).body, bytes);
        bureau
            .decide(&proposal, "reject", &bureau.approver)
            .expect(200);
        let good = bureau.lists().subjects.clone();
        bureau
            .put(&draft, "subjects", "对象.csv", &good)
            .expect(200);
        assert_eq!(check(&bureau, &draft)["ready"], true);
        assert!(bureau.logged().is_empty());
    }
}

#[test]
fn broken_files_are_refused_by_name_and_break_nothing() {
    for place in backends() {
        let bureau = Bureau::new(place);
        let draft = bureau.filled(true, &plan("D-1", 1));
        let codes: [(&str, Vec<u8>, &str); 6] = [
            ("empty.csv", Vec::new(), "file.empty"),
            ("bomb.xlsx", bomb(), "workbook.ratio"),
            ("formula.xlsx", formula(), "import.cell-uncalculated"),
            (
                "zip.xlsx",
                b"PK\x03\x04 broken".to_vec(),
                "workbook.damaged",
            ),
            ("pdf.csv", b"%PDF-1.7 \xff\xfe".to_vec(), "file.not-csv"),
            ("nul.csv", b"a\0b,c\n".to_vec(), "file.nul-byte"),
        ];
        for (name, bytes, code) in codes {
            bureau.put(&draft, "officers", name, &bytes).expect(200);
            let told = check(&bureau, &draft);
            let errors = findings(&told, "error");
            let hit = errors
                .iter()
                .any(|(found, file, _)| found == code && file == name);
            assert!(hit, "{name}: {errors:?}");
            assert_eq!(told["ready"], false, "{name}");
        }
    }
}

#[test]
fn a_plan_that_cannot_be_read_says_every_line() {
    for place in backends() {
        let bureau = Bureau::new(place);
        let draft = bureau.draft(true);
        let path = format!("/api/v1/drafts/{draft}/check");
        let ask = || {
            bureau
                .desk
                .ask(Method::POST, &path)
                .by(&bureau.operator)
                .send()
        };
        let (kind, problem) = ask().expect(422).problem();
        assert_eq!((kind.as_str(), problem.faults.len()), ("file-missing", 1));
        let text = plan("D-1", 1)
            .replace("sequence = 1", "sequence = 0")
            .replace("lead = \"24h\"", "lead = \"soon\"");
        bureau
            .put(&draft, "plan", "任务.toml", text.as_bytes())
            .expect(200);
        let (kind, problem) = ask().expect(422).problem();
        assert_eq!(kind, "plan");
        assert_eq!(problem.faults.len(), 2, "{problem:?}");
        for fault in &problem.faults {
            assert!(fault.place.starts_with("任务.toml第"), "{fault:?}");
            assert!(fault.english.contains(", line "), "{fault:?}");
        }
        // GBK is no plan.
        bureau
            .put(&draft, "plan", "gbk.toml", b"draw = \"\xd6\xd0\"")
            .expect(200);
        let (_, problem) = ask().expect(422).problem();
        assert!(problem.faults[0].english.contains("not UTF-8"));
        let unknown = format!("/api/v1/drafts/{draft}/files/nothing");
        bureau
            .desk
            .put_file(&unknown, &bureau.operator, b"x")
            .expect(404);
    }
}

/// A workbook whose one sheet unpacks to far more than it is.
fn bomb() -> Vec<u8> {
    let zeros = vec![b' '; 64 << 20];
    let mut sheet = SHEET.0.as_bytes().to_vec();
    sheet.extend_from_slice(&zeros);
    sheet.extend_from_slice(SHEET.1.as_bytes());
    workbook(&sheet)
}

/// A workbook with a formula that nobody has calculated.
fn formula() -> Vec<u8> {
    let cell = |name: &str, text: &str| {
        format!("<c r=\"{name}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
    };
    let head: String = [
        ("A1", "省政府执法证"),
        ("B1", "姓名"),
        ("C1", "部门/机构"),
        ("D1", "地区"),
        ("E1", "有效期"),
        ("F1", "可任组长"),
        ("G1", "岗位资质资格"),
    ]
    .map(|(name, text)| cell(name, text))
    .concat();
    let sheet = format!(
        "{}<row r=\"1\">{head}</row><row r=\"2\"><c r=\"A2\"><f>1+1</f></c>{}{}</row>{}",
        SHEET.0,
        cell("B2", "甲"),
        cell("C2", "乙"),
        SHEET.1
    );
    workbook(sheet.as_bytes())
}

const SHEET: (&str, &str) = (
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>",
    "</sheetData></worksheet>",
);

fn workbook(sheet: &[u8]) -> Vec<u8> {
    const TYPES: &str = "<?xml version=\"1.0\"?><Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/><Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/></Types>";
    const ROOT: &str = "<?xml version=\"1.0\"?><Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>";
    const BOOK: &str = "<?xml version=\"1.0\"?><workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"Sheet1\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>";
    const RELATIONS: &str = "<?xml version=\"1.0\"?><Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>";
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    for (name, bytes) in [
        ("[Content_Types].xml", TYPES.as_bytes()),
        ("_rels/.rels", ROOT.as_bytes()),
        ("xl/workbook.xml", BOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", RELATIONS.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet),
    ] {
        zip.start_file(name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}
