//! Proposals that are decided when what they ask for can no longer be done: refused, and nothing changes.

use serde_json::Value;

use super::life::{DISCLOSURE_2023, DRAW_2023, STAGE_2023};
use super::order::{
    Draw, bring_draw, bring_lock, contribute, drops_of, evidence, list, post, propose,
};
use super::town::Town;
use crate::support::cluster::backends;
use crate::support::tables::{changed, tables};

/// Proposes; gives the path of the approval.
fn proposed(town: &Town, kind: &str, target: &str, detail: &str) -> String {
    let told: Value = propose(town, kind, target, detail).expect(201).json();
    let id = told["id"].as_str().unwrap();
    format!("/api/v1/proposals/{id}/approve")
}

/// Approving is refused with 409 and changes no table but these.
fn refused(town: &Town, path: &str, but: &[&str]) {
    let before = tables(&town.desk);
    let told = post(town, path, &town.approver);
    assert_eq!(told.status, 409, "{path}: {}", told.text());
    let mut differ = changed(&before, &tables(&town.desk));
    differ.retain(|name| !but.contains(name));
    assert!(differ.is_empty(), "{differ:?}: {}", told.text());
}

#[test]
fn a_draw_is_announced_once_and_in_time() {
    for place in backends() {
        let town = Town::in_2023(place, Vec::new());
        let [first, second] = [1, 1].map(|sequence| Draw::draft(&town, sequence));
        let [first, second] = [first, second].map(|draft| proposed(&town, "announce", &draft, ""));
        let other = proposed(&town, "announce", &Draw::draft(&town, 2), "");
        post(&town, &first, &town.approver).expect(200);
        // Public files are stored by their hash before anybody sees them; whole ones may stay.
        refused(&town, &second, &["blob", "blob_piece"]);
        town.desk.set_time(DRAW_2023);
        refused(&town, &other, &[]);
    }
}

#[test]
fn an_opening_or_a_stage_is_not_agreed_to_too_late() {
    for place in backends() {
        let town = Town::in_2023(place, Vec::new());
        let draw = Draw::announced(&town, 1);
        town.desk.set_time(DRAW_2023);
        bring_draw(&town, &draw).expect(200);
        contribute(&town, &draw).expect(201);
        town.run(DRAW_2023 + 60);
        let seen: Value = list(&town, &draw).expect(200).json();
        let subject = |visit: usize| seen["visits"][visit]["subject"].as_str().unwrap();
        evidence(&town, &draw).expect(200);
        drops_of(&town, &draw, subject(0)).expect(200);
        let changed = proposed(&town, "stage", &draw.commitment, "1");
        drops_of(&town, &draw, subject(1)).expect(200);
        refused(&town, &changed, &[]);
        let opening = proposed(&town, "opening", &draw.commitment, "");
        let withdrawn = changed.replace("/approve", "/withdraw");
        post(&town, &withdrawn, &town.operator).expect(200);
        let late = proposed(&town, "stage", &draw.commitment, "1");
        town.desk.set_time(STAGE_2023);
        refused(&town, &late, &[]);
        town.desk.set_time(DISCLOSURE_2023);
        bring_lock(&town, &draw).expect(200);
        town.run(DISCLOSURE_2023);
        assert_eq!(town.state(&draw.commitment), "disclosed");
        refused(&town, &opening, &[]);
        refused(&town, &late, &[]);
    }
}
