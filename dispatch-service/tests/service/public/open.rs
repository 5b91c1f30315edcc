//! Bulk data, the feed, and what is counted.

use std::collections::BTreeSet;

use dispatch_core::export::MARK;
use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;

use super::{BODY, desks, filled};
use crate::support::cluster::backends;
use crate::support::desk::Desk;
use crate::support::steps;

fn csv(desk: &Desk, path: &str) -> Vec<Vec<String>> {
    let told = desk.get(path).expect(200);
    assert_eq!(told.header("content-type"), "text/csv; charset=utf-8");
    let text = told.text();
    let text = text.strip_prefix(MARK).unwrap();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes());
    let rows = reader.records().map(|row| row.unwrap());
    rows.map(|row| row.iter().map(str::to_owned).collect())
        .collect()
}

fn lines(desk: &Desk, path: &str) -> Vec<Value> {
    let told = desk.get(path).expect(200);
    let lines = told.text();
    let lines = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    lines.collect()
}

#[test]
fn the_files_hold_everything() {
    for desk in desks() {
        let draws = csv(&desk, "/open/draws.csv");
        let names: Vec<&str> = draws.iter().map(|row| row[3].as_str()).collect();
        assert_eq!(names, ["draw", "a", "b", "c_%"]);
        assert_eq!(draws[1][5], "<b>a</b> '双随机'");
        let steps = csv(&desk, "/open/steps.csv");
        let indexes: Vec<&str> = steps.iter().skip(1).map(|row| row[0].as_str()).collect();
        assert_eq!(indexes, ["1", "2", "3", "4", "5", "6", "7", "8", "9"]);
        let rows = lines(&desk, "/open/draws.jsonl");
        assert_eq!(rows.len(), 3);
        assert_eq!(rows[0]["records"], 12);
        assert_eq!(rows[1]["records"], Value::Null);
        assert_eq!(rows[1]["state"], "voided");
        let entries = lines(&desk, "/open/entries.jsonl");
        assert_eq!(entries.len(), 10);
        assert_eq!(entries[9]["index"], 9);
        assert_eq!(entries[9]["entry"]["body"], BODY);
    }
}

#[test]
fn every_column_is_explained() {
    let desk = filled(backends().remove(0));
    let readme = desk.get("/open/README").expect(200).text();
    let mut sections = readme.split("\n\n").skip(2);
    let mut explained = |file: &str| -> Vec<String> {
        let section = sections.next().unwrap();
        assert!(section.contains(file), "{section}");
        let names = section
            .lines()
            .filter(|line| line.starts_with("  ") && !line.starts_with("    "));
        names.map(|name| name.trim().to_owned()).collect()
    };
    assert_eq!(csv(&desk, "/open/draws.csv")[0], explained("draws.csv"));
    assert_eq!(csv(&desk, "/open/steps.csv")[0], explained("steps.csv"));
    let keys = |value: &Value| -> BTreeSet<String> {
        value.as_object().unwrap().keys().cloned().collect()
    };
    let entries = explained("entries.jsonl").into_iter().collect();
    assert_eq!(keys(&lines(&desk, "/open/entries.jsonl")[0]), entries);
    let of_draws: BTreeSet<String> = csv(&desk, "/open/draws.csv")[0].iter().cloned().collect();
    assert_eq!(keys(&lines(&desk, "/open/draws.jsonl")[0]), of_draws);
}

#[test]
fn the_feed_is_atom() {
    for desk in desks() {
        let told = desk.get("/feed.atom").expect(200);
        assert_eq!(told.header("content-type"), "application/atom+xml");
        let text = told.text();
        let mut reader = Reader::from_str(&text);
        let mut path: Vec<String> = Vec::new();
        let mut entries = 0;
        let mut ids = BTreeSet::new();
        let mut have = BTreeSet::new();
        loop {
            match reader.read_event().unwrap() {
                Event::Start(tag) => {
                    path.push(tag.name().as_ref().to_owned());
                    have.insert(path[1..].join("/"));
                    entries += usize::from(path.join("/") == "feed/entry");
                }
                Event::Empty(tag) => {
                    let name = tag.name().as_ref().to_owned();
                    have.insert([&path[1..], &[name]].concat().join("/"));
                }
                Event::Text(text) if path.last().is_some_and(|tag| tag == "id") => {
                    let id = (*text).to_owned();
                    assert!(ids.insert(id), "ids are unique");
                }
                Event::End(_) => drop(path.pop()),
                Event::Eof => break,
                _ => {}
            }
        }
        assert_eq!(entries, 10);
        assert_eq!(ids.len(), 11);
        // RFC 4287, 4.1.1 and 4.1.2.
        for needed in [
            "id",
            "title",
            "updated",
            "link",
            "author/name",
            "entry/id",
            "entry/title",
            "entry/updated",
            "entry/link",
            "entry/author/name",
        ] {
            assert!(have.contains(needed), "{needed} of {have:?}");
        }
        assert!(text.contains("公告：&lt;b&gt;a&lt;/b&gt;"), "{text}");
    }
}

#[test]
fn counts_tell_nothing_of_a_draw() {
    for desk in desks() {
        desk.get(&format!("/api/v1/draws/{}", steps::commitment("a")))
            .expect(200);
        desk.get("/api/v1/draws?text=geheim").expect(200);
        desk.get("/geheim").expect(404);
        let text = desk.get("/metrics").expect(200).text();
        assert!(text.ends_with("# EOF\n"), "{text}");
        for expected in [
            "dispatch_requests_total{endpoint=\"getDraw\",status=\"200\"} 1",
            "dispatch_requests_total{endpoint=\"none\",status=\"404\"} 1",
            "dispatch_log_entries 10",
            "dispatch_log_open 1",
            "dispatch_log_unwitnessed_seconds -1",
            "dispatch_late{step=\"draw\"} 0",
            "dispatch_waiting{queue=\"changes\"} 0",
        ] {
            assert!(
                text.lines().any(|line| line == expected),
                "{expected}: {text}"
            );
        }
        let commitment = steps::commitment("a").to_string();
        for secret in ["geheim", commitment.as_str(), BODY, "双随机", "slip"] {
            assert!(!text.contains(secret), "{secret}");
        }
        // Labels are endpoints, statuses and words of this program.
        let labels: BTreeSet<&str> = text
            .split(['{', ','])
            .filter_map(|part| part.split_once("=\"").map(|(name, _)| name))
            .collect();
        let known = ["endpoint", "le", "queue", "status", "step"];
        assert!(
            labels.iter().all(|label| known.contains(label)),
            "{labels:?}"
        );
    }
}

#[test]
fn readiness_is_told() {
    for desk in desks() {
        let told: Value = desk.get("/health/ready").expect(200).json();
        assert_eq!(told, serde_json::json!({ "store": true, "log": true }));
        let why = dispatch_core::language::Message::new("a test", "测试");
        desk.context.signer.guard().close(why);
        let told: Value = desk.get("/health/ready").expect(200).json();
        assert_eq!(told, serde_json::json!({ "store": true, "log": false }));
        desk.context.store.stop();
        desk.get("/health/live").expect(200);
        let told: Value = desk.get("/health/ready").expect(503).json();
        assert_eq!(told, serde_json::json!({ "store": false, "log": false }));
    }
}
