//! Which checks must name a change of which field: docs/spec.md section 11, read from the fields' side.
//!
//! Two things hold everywhere. A document that lost its form fails the check of its form. A changed
//! announcement that kept its form has another commitment, so the result and the disclosure are no
//! longer of it: B01 never passes.

use serde_json::Value;

use super::Expected;
use super::edit::{Edit, Op};
use super::facts::Facts;
use crate::bundle;

/// The check that judges a file's form.
pub(super) fn form(name: &str) -> &'static str {
    match name {
        bundle::ANNOUNCEMENT => "A02",
        bundle::SUBJECTS => "A03",
        bundle::OFFICERS => "A04",
        bundle::RECUSALS => "A05",
        bundle::RESULT => "A06",
        bundle::ASSIGNMENTS => "A07",
        bundle::DISCLOSURE => "A08",
        bundle::AUDIT | bundle::CELLS => "A09",
        bundle::SUBJECTS_DIFF => "B05",
        bundle::OFFICERS_DIFF => "B06",
        bundle::STAGES | bundle::DROPS | bundle::STAGE_RECORDS => "A10",
        _ => "A01",
    }
}

/// The checks that bind a file's content as a whole: none of them passes once it is changed.
pub(super) fn bound(name: &str) -> &'static [&'static str] {
    match name {
        bundle::ANNOUNCEMENT => &["B01"],
        bundle::SUBJECTS => &["B02"],
        bundle::OFFICERS => &["B03"],
        bundle::RECUSALS => &["B04"],
        bundle::ASSIGNMENTS => &["D06"],
        bundle::SUBJECTS_DIFF => &["B05"],
        bundle::OFFICERS_DIFF => &["B06"],
        bundle::DROPS => &["G03"],
        bundle::STAGE_RECORDS => &["G09"],
        _ => &[],
    }
}

/// The check that misses a record of the draw: in a child draw nothing tells their number by itself.
pub(super) fn left_out(facts: &Facts) -> &'static [&'static str] {
    if facts.is_child() { &["D02"] } else { &["D03"] }
}

/// What must be found after an edit of a document.
pub(super) fn document(name: &str, edit: &Edit, facts: &Facts) -> Expected {
    if edit.is_malformed() {
        return Expected::one_of(&[form(name)])
            .without(bound(name))
            .without(&[form(name)]);
    }
    let pattern = edit.pattern();
    let fail = match name {
        bundle::ANNOUNCEMENT => announcement(&pattern),
        bundle::RESULT => match pattern.as_str() {
            "commitment" => &["B01"],
            "format" => &["A06"],
            _ => &["D06"] as &[_],
        },
        bundle::DISCLOSURE => disclosure(&pattern, &edit.op),
        _ => match pattern.as_str() {
            "commitment" => &["B01"] as &[_],
            "format" => &["A09"],
            _ if !facts.key_opens() => {
                return Expected::Unseen {
                    why: "a roster key that opens nothing is bound by nothing (section 11)",
                    or: Vec::new(),
                };
            }
            _ => &["E01", "E02"],
        },
    };
    let expected = Expected::one_of(fail).without(bound(name));
    if name == bundle::ANNOUNCEMENT && facts.is_child() {
        expected.without(of_child(&pattern))
    } else {
        expected
    }
}

/// What must not pass when a child draw is announced otherwise: it belongs to its parent (16.1).
fn of_child(pattern: &str) -> &'static [&'static str] {
    match pattern {
        "plan.draw" | "plan.parent[]" | "plan.parent[].child" | "plan.parent[].commitment" => {
            &["H01"]
        }
        "replay"
        | "plan.schedule.window_start"
        | "plan.schedule.window_end"
        | "plan.subjects.ids"
        | "plan.subjects.sealed[]"
        | "subjects.count"
        | "subjects.root" => &["H02"],
        _ => &[],
    }
}

fn announcement(pattern: &str) -> &'static [&'static str] {
    match pattern {
        "subjects.root" => &["B02"],
        "officers.root" => &["B03"],
        "recusals.root" | "recusals.count" => &["B04"],
        "secret_hash" => &["B08"],
        "round" => &["C02"],
        "recent_pulse[].round" | "recent_pulse[].signature" => &["C06"],
        "officers.count" => &["A02", "B03"],
        // Counts, pools, quotas and names hang together inside the announcement.
        "subjects.count" | "outside_strata" | "format" | "suite" | "plan.format" | "excluded[]"
        | "excluded[].code" | "excluded[].count" | "strata[]" | "strata[].name"
        | "strata[].pool" | "strata[].quota" => &["A02"],
        "subjects.diff[].root" => &["B05"],
        "officers.diff[].root" => &["B06"],
        // A sealed column more or less: then cells are not opened as they should be.
        "plan.subjects.sealed[]" => &["A02", "A03", "A09", "B01"],
        "plan.officers.sealed[]" => &["A02", "A04", "A09", "B01"],
        _ => &["A02", "B01"],
    }
}

fn disclosure(pattern: &str, op: &Op) -> &'static [&'static str] {
    match (pattern, op) {
        ("commitment", _) => &["B01"],
        ("format" | "sources[].kind", _) => &["A08"],
        ("secret", _) => &["B08"],
        ("sources[].round" | "sources[].signature", _) => &["C03"],
        ("sources[].value", _) => &["C05"],
        ("sources[]", Op::Remove | Op::Repeat) => &["C01"],
        // Sources of one kind exchanged: each has the other's value.
        ("sources[]", _) => &["C01", "C04", "C05", "D06"],
        // Other numbers: not the shape, or another seed.
        _ => &["C04", "D06"],
    }
}

/// What must be found after an edit of one line of a JSON-lines file.
pub(super) fn row(name: &str, line: &Value, edit: &Edit, facts: &Facts) -> Expected {
    let pattern = edit.pattern();
    let malformed = edit.is_malformed();
    let fail: &[&'static str] = match name {
        // Roots are taken over raw lines, so every change shows there, well formed or not.
        bundle::SUBJECTS => &["B02"],
        bundle::OFFICERS => &["B03"],
        bundle::SUBJECTS_DIFF => &["B05"],
        bundle::OFFICERS_DIFF => &["B06"],
        bundle::RECUSALS => match pattern.as_str() {
            _ if malformed => &["A05"],
            "officer" | "subject" => &["A05", "B04"],
            _ => &["B04"],
        },
        bundle::STAGES if malformed => &["A10"],
        bundle::STAGES => return stage(&pattern),
        bundle::DROPS => match pattern.as_str() {
            _ if malformed => &["A10"],
            "approver" | "evidence" => &["G03"],
            // Another kind of drop may not have this reason, or stand elsewhere.
            _ => &["A10", "G03"],
        },
        bundle::STAGE_RECORDS => match (pattern.as_str(), &edit.op) {
            _ if malformed => &["A10"],
            ("officers[]", Op::Remove | Op::Repeat) => &["A10"],
            ("officers[]", _) if facts.teams_show() => &["G08"],
            ("ticket", _) => &["G06"],
            ("subject", _) => &["A10", "G06"],
            ("stage", _) => &["A10", "G09"],
            _ => &["G09"],
        },
        bundle::ASSIGNMENTS => match (pattern.as_str(), &edit.op) {
            _ if malformed => &["A07"],
            ("officers[]", Op::Remove | Op::Repeat) => &["A07"],
            ("officers[]", _) if facts.teams_show() => &["D05"],
            ("ticket", _) => &["D01"],
            ("subject", _) => &["A07", "D01"],
            _ => &["D06"],
        },
        _ => match pattern.as_str() {
            _ if malformed => &["A09"],
            "roster" => &["A09"],
            _ => opened(line),
        },
    };
    let required = matches!(pattern.as_str(), "id" | "name") && matches!(edit.op, Op::Remove);
    let expected = Expected::one_of(fail).without(bound(name));
    if required || matches!(edit.op, Op::Spoil(Value::Number(_))) {
        expected.without(&[form(name)])
    } else {
        expected
    }
}

/// What must be found when a line of `stages.jsonl` keeps its form. The result beside it names the
/// commitment of the stage's document, so no change of that document passes G01.
fn stage(pattern: &str) -> Expected {
    let checks: &[&'static str] = match pattern {
        "stage.format" | "result.format" => return Expected::one_of(&["A10"]),
        "signature" => &["G04"],
        "result.count" | "result.root" => &["G09"],
        "stage.drops.officers"
        | "stage.drops.root"
        | "stage.drops.subjects"
        | "stage.drops.visits" => &["G01", "G03"],
        "stage.round" => &["G01", "G04"],
        // Other numbers leave drops and records without a stage; a time can lose its form.
        "stage.number" | "stage.created" => {
            return Expected::one_of(&["A10", "G01"]).without(&["G01"]);
        }
        _ => &["G01"],
    };
    Expected::one_of(checks).without(checks)
}

/// The check that opens the cells of a line of `cells.jsonl`; A09 if the lines lose their order.
pub(super) fn opened(line: &Value) -> &'static [&'static str] {
    if line.get("roster").and_then(Value::as_str) == Some("recusals") {
        &["A09", "E02"]
    } else {
        &["A09", "E01"]
    }
}
