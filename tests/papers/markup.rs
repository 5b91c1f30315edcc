//! Pages are complete in themselves, and no text of a roster is markup: read back with Python's
//! `html.parser`, which knows nothing of this project.

use std::io::Write;
use std::process::{Command, Stdio};

use dispatch_tests::campaign::{officer, row, subject_id};

use crate::desk::{Desk, campaign};

/// Prints every tag with its attributes, then the text.
const READER: &str = r##"
import html.parser, sys
class Reader(html.parser.HTMLParser):
    text = []
    skip = False
    def handle_starttag(self, tag, attributes):
        self.skip = tag == "style"
        for name, value in attributes or [("", "")]:
            print("tag", tag, name, value if name in ("href", "src", "http-equiv") else "")
    def handle_endtag(self, tag):
        self.skip = False
    def handle_data(self, data):
        if not self.skip: self.text.append(data)
sys.stdin.reconfigure(encoding="utf-8"); sys.stdout.reconfigure(encoding="utf-8")
reader = Reader()
reader.feed(sys.stdin.read())
print("text", "".join(reader.text).replace("\n", " "))
"##;

fn read(page: &str) -> (Vec<String>, String) {
    let mut python = Command::new("python3")
        .args(["-c", READER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3");
    python
        .stdin
        .take()
        .unwrap()
        .write_all(page.as_bytes())
        .unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success());
    let output = String::from_utf8(output.stdout).unwrap();
    let (tags, text) = output.split_once("text ").unwrap();
    (tags.lines().map(str::to_owned).collect(), text.to_owned())
}

#[test]
fn hostile_texts_are_shown_and_do_nothing() {
    let mut campaign = campaign();
    let names = [
        "<script>alert(1)</script>有限公司",
        "</style><img src=x onerror=alert(1)>",
        "\"><b onclick='x'>甲&lt;乙&amp;",
        "𠮷野家㑇龘䶮（集团）",
    ];
    for (at, subject) in campaign.subjects.iter_mut().enumerate() {
        *subject = row(&[("id", &subject_id(at)), ("name", names[at / 2 % 4])]);
    }
    campaign.officers = (0..8)
        .map(|at| officer(at, &[("name", "张\u{202e}三\u{200b}<i>")]))
        .collect();
    campaign.plan.title = "<h1>&\"'年度抽查".to_owned();
    campaign.plan.draw = "</style><script>-1".to_owned();
    campaign.plan.authority = "某局</title><base>".to_owned();
    campaign.plan.matters[0].basis = "《<a>法》".to_owned();
    let desk = Desk::new(&campaign);
    let visits = desk.visits();
    let drawn: Vec<&str> = visits
        .iter()
        .map(|visit| visit.subject.value("name"))
        .collect();
    assert!(names.iter().all(|name| drawn.contains(name)), "{drawn:?}");
    for (paper, page) in desk.all(true) {
        let (tags, text) = read(&page);
        for tag in &tags {
            let mut words = tag.split(' ').skip(1);
            let (name, attribute) = (words.next().unwrap(), words.next().unwrap());
            let known = [
                "html", "head", "meta", "title", "style", "body", "main", "header", "h1", "h2",
                "p", "table", "colgroup", "col", "thead", "tbody", "tr", "th", "td", "span",
                "section", "div", "b", "br", "figure", "svg", "defs", "use", "rect", "path",
            ];
            assert!(known.contains(&name), "{paper}: {tag}");
            assert!(
                !attribute.starts_with("on") && attribute != "src",
                "{paper}: {tag}"
            );
            let link = attribute == "href" || attribute == "xlink:href";
            assert!(!link || tag == "tag use href #qr", "{paper}: {tag}");
        }
        assert!(
            tags.iter()
                .any(|tag| tag.starts_with("tag meta http-equiv Content-Security"))
        );
        assert!(text.contains("</style><script>-1"), "{paper}");
        if paper == "drawn list" || paper == "notices" {
            for name in names {
                assert!(text.contains(name), "{paper} lacks {name}");
            }
            assert!(text.contains("张‹U+202E›三‹U+200B›<i>"), "{paper}");
        }
        assert!(
            !page.contains('\u{202e}') && !page.contains('\u{200b}'),
            "{paper}"
        );
        // The only address is the name of the SVG vocabulary, which is never fetched.
        assert_eq!(page.matches("://").count(), 1, "{paper}");
        for part in ["url(", "@import", "<script", "<link"] {
            assert!(!page.contains(part), "{paper}: {part}");
        }
    }
}
