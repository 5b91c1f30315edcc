//! The documentation against the code: what is written down about checks, commands, modules and
//! dependencies is what there is.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};

use dispatch_core::verify::{CHECKS, Check, Mark};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn text(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Cells of the table rows whose first cell begins with the id of a check, in order.
fn check_rows(document: &str) -> Vec<Vec<String>> {
    let cells = document.lines().filter_map(|line| {
        let cells: Vec<String> = line
            .strip_prefix("| ")?
            .strip_suffix(" |")?
            .split(" | ")
            .map(|cell| cell.trim().to_owned())
            .collect();
        ids(cells.first()?).first()?;
        Some(cells)
    });
    cells.collect()
}

/// Everything in a text that looks like the id of a check.
fn ids(text: &str) -> Vec<&str> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
    let is_id = |word: &&str| {
        let bytes = word.as_bytes();
        bytes.len() == 3
            && b"ABCDEFGHKL".contains(&bytes[0])
            && bytes[1..].iter().all(u8::is_ascii_digit)
    };
    words.filter(is_id).collect()
}

/// The mark of a check as both tables write it behind the id.
fn mark(check: &Check) -> &'static str {
    match check.mark {
        Mark::None | Mark::Auditor => "",
        Mark::Strata => " ◐",
        Mark::Team => " ●",
    }
}

#[test]
fn the_specification_has_exactly_these_checks() {
    let spec = text("docs/spec.md");
    let section = spec.split("## 11 Verification").nth(1).unwrap();
    let section = section.split("**Verdicts.**").next().unwrap();
    let rows = check_rows(section);
    let named: Vec<&str> = rows.iter().map(|row| row[0].as_str()).collect();
    let due: Vec<String> = CHECKS
        .iter()
        .map(|check| format!("{}{}", check.id, mark(check)))
        .collect();
    assert_eq!(named, due);
    for (row, check) in rows.iter().zip(&CHECKS) {
        // What follows "and" holds in one form of the bundle only and is not in the table of needs.
        let needs = row[1].split(" and ").next().unwrap();
        assert_eq!(ids(needs), check.needs, "needs of {}", check.id);
        let always_hidden = row[2].contains("Hidden in the public form");
        assert_eq!(always_hidden, check.mark == Mark::Auditor, "{}", check.id);
    }
}

#[test]
fn the_specification_gives_every_check_its_section() {
    let spec = text("docs/spec.md");
    let list = spec
        .lines()
        .find_map(|line| line.strip_prefix("Sections: "))
        .unwrap();
    let mut found = Vec::new();
    for part in list.trim_end_matches('.').split("; ") {
        let (names, section) = part.rsplit_once(' ').unwrap();
        found.extend(names.split(", ").map(|id| (id, section)));
    }
    // Checks of one section stand together there.
    found.sort_unstable();
    let mut due: Vec<_> = CHECKS
        .iter()
        .map(|check| (check.id, check.section))
        .collect();
    due.sort_unstable();
    assert_eq!(found, due);
}

#[test]
fn the_guide_for_verifiers_explains_exactly_these_checks() {
    let guide = text("docs/verify.md");
    let found: Vec<Vec<String>> = check_rows(&guide)
        .into_iter()
        .map(|row| row.into_iter().take(5).collect())
        .collect();
    let due: Vec<Vec<String>> = CHECKS
        .iter()
        .map(|check| {
            let title = check.title();
            let needs = match check.needs {
                [] => "–".to_owned(),
                needs => needs.join(", "),
            };
            vec![
                format!("{}{}", check.id, mark(check)),
                title
                    .text(dispatch_core::language::Language::Chinese)
                    .to_owned(),
                title
                    .text(dispatch_core::language::Language::English)
                    .to_owned(),
                check.section.to_owned(),
                needs,
            ]
        })
        .collect();
    let differing: Vec<_> = due
        .iter()
        .filter(|row| !found.contains(row))
        .map(|row| format!("| {} | … |", row.join(" | ")))
        .collect();
    assert!(
        differing.is_empty(),
        "docs/verify.md lacks the rows\n{}",
        differing.join("\n")
    );
    assert_eq!(found, due, "rows missing, too many or out of order");
}

#[test]
fn the_build_runs_the_commands_of_the_readme() {
    let (readme, build) = (text("README.md"), text(".ci/run"));
    for command in [
        "cargo run --release --bin dispatch -- demo",
        "cargo test --workspace --locked",
    ] {
        assert!(readme.contains(command), "README.md lacks {command}");
        assert!(build.contains(command), ".ci/run lacks {command}");
    }
}

#[test]
fn links_in_the_documentation_lead_somewhere() {
    let mut files = vec![
        "README.md".to_owned(),
        "CONTRIBUTING.md".to_owned(),
        "SECURITY.md".to_owned(),
    ];
    for entry in fs::read_dir(root().join("docs")).unwrap() {
        files.push(format!(
            "docs/{}",
            entry.unwrap().file_name().to_string_lossy()
        ));
    }
    let mut links = 0;
    for file in files.iter().filter(|name| name.ends_with(".md")) {
        let document = text(file);
        for link in document.split("](").skip(1) {
            let target = link.split([')', '#']).next().unwrap();
            if target.is_empty() || target.starts_with("https://") {
                continue;
            }
            links += 1;
            let folder = root().join(file).parent().unwrap().to_owned();
            assert!(
                folder.join(target).exists(),
                "{file}: {target} is not there"
            );
        }
    }
    assert!(links > 10, "only {links} links were seen");
}

#[test]
fn the_module_maps_name_every_module() {
    let document = text("docs/architecture.md");
    for package in ["dispatch-core", "dispatch-service"] {
        let title = format!("## Modules of `{package}`");
        let map = document.split(&title).nth(1).unwrap();
        let map = map.split("\n## ").next().unwrap();
        let mut named: Vec<&str> = map
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.split_once(" |"))
            .flat_map(|(names, _)| names.split(", "))
            .map(|name| name.trim_matches('`'))
            .collect();
        let library = text(&format!("{package}/src/lib.rs"));
        let mut modules: Vec<&str> = library
            .lines()
            .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
            .collect();
        named.sort_unstable();
        modules.sort_unstable();
        assert_eq!(named, modules, "docs/architecture.md: modules of {package}");
    }
}

#[test]
fn every_dependency_is_explained() {
    let manifest = text("Cargo.toml");
    let table = manifest.split("[workspace.dependencies]").nth(1).unwrap();
    let mut used: Vec<&str> = table
        .lines()
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split_once(" = "))
        .map(|(name, _)| name)
        .filter(|name| !["dispatch-core", "dispatch-service"].contains(name))
        .collect();
    used.sort_unstable();
    let document = text("docs/dependencies.md");
    let mut explained: Vec<&str> = document
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` |"))
        .map(|(name, _)| name)
        .collect();
    explained.sort_unstable();
    assert_eq!(explained, used);
}

#[test]
fn the_input_page_lists_every_header() {
    let page = text("docs/input.md");
    let fields: Vec<_> = dispatch_core::import::subject_fields()
        .chain(dispatch_core::import::officer_fields())
        .collect();
    assert!(fields.len() > 30);
    for (field, headers) in fields {
        let others: Vec<&str> = headers.iter().filter(|h| **h != field).copied().collect();
        let line = format!("| `{field}` | {} |", others.join("、"));
        assert!(page.contains(&line), "docs/input.md lacks: {line}");
    }
}

#[test]
fn the_ledger_page_lists_every_header_and_shows_the_sample_rules() {
    let page = text("docs/ledger.md");
    for (field, headers) in dispatch_core::import::visit_fields() {
        let line = format!("| `{field}` | {} |", headers.join("、"));
        assert!(page.contains(&line), "docs/ledger.md lacks: {line}");
    }
    assert!(page.contains(dispatch_core::sample::SAMPLE_RULES));
}

#[test]
fn the_page_of_plans_lists_every_cell_of_the_workbook() {
    use dispatch_core::plan::spreadsheet::form::{TABLES, TASK};
    let page = text("docs/plan.md");
    let star = |required: bool| if required { " *" } else { "" };
    for field in TASK {
        let cells = format!(
            "| {}{} | `{}` |",
            field.header,
            star(field.required),
            field.key
        );
        assert!(page.contains(&cells), "docs/plan.md lacks: {cells}");
    }
    for table in TABLES {
        let columns = table.fields.iter();
        let columns: Vec<String> = columns
            .map(|field| format!("{}{}", field.header, star(field.required)))
            .collect();
        let line = format!(
            "| {} | `[[{}]]` | {} |",
            table.sheet,
            table.path,
            columns.join("、")
        );
        assert!(page.contains(&line), "docs/plan.md lacks: {line}");
    }
}
