//! Draws as everybody sees them.

use std::collections::BTreeSet;

use dispatch_service::routes::public::DrawsView;
use dispatch_service::routes::public::draw::DrawDetailView;
use dispatch_service::routes::public::entries::{EntriesView, EntryView};
use dispatch_service::routes::public::plans::PlansView;

use super::desks;
use crate::support::desk::Desk;
use crate::support::steps;

fn draws(desk: &Desk, query: &str) -> Vec<String> {
    let told = desk.get(&format!("/api/v1/draws{query}")).expect(200);
    let view: DrawsView = told.json();
    view.draws.into_iter().map(|draw| draw.draw).collect()
}

#[test]
fn draws_are_found_by_what_is_asked() {
    for desk in desks() {
        for (query, found) in [
            ("", &["c_%", "b", "a"][..]),
            ("?state=voided", &["b"]),
            ("?state=disclosed", &["a"]),
            ("?state=announced", &["c_%"]),
            ("?state=drawn", &[]),
            ("?text=C_", &["c_%"]),
            // What LIKE gives a meaning has none here.
            ("?text=_", &["c_%"]),
            ("?text=%25", &["c_%"]),
            ("?text=!", &[]),
            ("?text=%3Cb%3Ea", &["a"]),
            ("?text=%E5%8F%8C%E9%9A%8F%E6%9C%BA", &["c_%", "b", "a"]),
            ("?text=%27%20OR%201%3D1%20--", &[]),
            ("?year=2026", &["c_%", "b", "a"]),
            ("?year=2025", &[]),
            ("?year=0", &[]),
            ("?body=%E6%9F%90", &[]),
            ("?after=0", &[]),
        ] {
            assert_eq!(draws(&desk, query), found, "{} {query}", desk.place.name);
        }
        for bad in [
            "?state=all",
            "?after=x",
            "?after=99999999999999999999",
            "?limit=501",
            "?text=",
        ] {
            desk.get(&format!("/api/v1/draws{bad}")).expect(400);
        }
    }
}

#[test]
fn pages_show_everything_once() {
    for desk in desks() {
        let mut path = "/api/v1/draws?limit=1&year=2026".to_owned();
        let mut seen = Vec::new();
        loop {
            let told = desk.get(&path).expect(200);
            let view: DrawsView = told.json();
            seen.extend(view.draws.into_iter().map(|draw| draw.draw));
            let Some(next) = view.next else {
                assert_eq!(told.header("link"), "");
                break;
            };
            let link = told.header("link").to_owned();
            path = link.split(['<', '>']).nth(1).unwrap().to_owned();
            assert!(path.contains(&format!("after={next}")), "{link}");
            assert!(
                path.contains("limit=1") && path.contains("year=2026"),
                "{link}"
            );
        }
        assert_eq!(seen, ["c_%", "b", "a"]);
        let mut path = "/api/v1/entries?limit=3".to_owned();
        let mut indexes = Vec::new();
        loop {
            let view: EntriesView = desk.get(&path).expect(200).json();
            indexes.extend(view.entries.iter().map(|entry| entry.index));
            let Some(next) = view.next else { break };
            path = format!("/api/v1/entries?limit=3&after={next}");
        }
        assert_eq!(indexes, (0..10).collect::<Vec<_>>());
    }
}

#[test]
fn a_draw_shows_its_steps_and_no_sealed_file() {
    for desk in desks() {
        let commitment = steps::commitment("a");
        let path = format!("/api/v1/draws/{commitment}");
        let view: DrawDetailView = desk.get(&path).expect(200).json();
        let kinds: Vec<&str> = view.steps.iter().map(|step| step.kind.as_str()).collect();
        assert_eq!(
            kinds,
            [
                "announcement",
                "acknowledgement",
                "contribution",
                "pulse",
                "result",
                "disclosure"
            ]
        );
        assert_eq!(view.steps[0].index, 1);
        assert_eq!(view.register.state, "disclosed");
        assert_eq!(view.register.records, Some(12));
        assert_eq!(view.late, None);
        assert_eq!(view.witnessed, None);
        let names: Vec<&str> = view.files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["slip.html"]);
        let told = desk.get(&view.files[0].url).expect(200);
        assert_eq!(told.text(), "<p>slip");
        // What was sent in is shown by no browser as a page of this site.
        assert_eq!(told.header("content-disposition"), "attachment");
        assert!(told.header("content-security-policy").contains("sandbox"));
        for sealed in ["secret%2Fcells.jsonl", "secret/cells.jsonl", "cells.jsonl"] {
            desk.get(&format!("{path}/files/{sealed}")).expect(404);
        }
        let text = desk.get(&path).text();
        assert!(!text.contains("cells"), "{text}");
        desk.get(&format!("/api/v1/draws/{}", steps::commitment("x")))
            .expect(404);
        desk.get("/api/v1/draws/x").expect(404);
        let voided = format!("/api/v1/draws/{}", steps::commitment("b"));
        let view: DrawDetailView = desk.get(&voided).expect(200).json();
        assert_eq!(view.register.void_reason, "名录有误");
    }
}

#[test]
fn entries_and_plans_are_as_the_log_has_them() {
    for desk in desks() {
        let entry: EntryView = desk.get("/api/v1/entries/0").expect(200).json();
        assert_eq!(entry.entry["kind"], "plan");
        assert_eq!(entry.entry["year"], 2026);
        let plans: PlansView = desk.get("/api/v1/plans?year=2026").expect(200).json();
        let draws: BTreeSet<&str> = plans.plans[0]
            .draws
            .iter()
            .map(|d| d.draw.as_str())
            .collect();
        assert_eq!(draws, BTreeSet::from(["a", "b", "c_%"]));
        assert_eq!(plans.next, None);
        let none: PlansView = desk.get("/api/v1/plans?year=2025").expect(200).json();
        assert!(none.plans.is_empty());
    }
}
