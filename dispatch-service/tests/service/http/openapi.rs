//! The OpenAPI document is that of the table, and the copy in `docs/` is up to date.

use std::collections::BTreeSet;

use dispatch_service::routes::{self, health};
use serde_json::Value;

use crate::support::cluster::backends;
use crate::support::desk::Desk;

#[test]
fn the_copy_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");
    let made = health::text();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap();
    assert!(
        kept == made,
        "docs/openapi.json is not what the table says; run this test with UPDATE_GOLDEN=1"
    );
}

#[test]
fn every_endpoint_is_in_the_document_once() {
    let endpoints = routes::endpoints();
    let ids: BTreeSet<&str> = endpoints.iter().map(|endpoint| endpoint.id).collect();
    assert_eq!(ids.len(), endpoints.len(), "operation ids are unique");
    let document: Value = serde_json::from_str(&health::text()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let told: Vec<&str> = paths
        .values()
        .flat_map(|item| item.as_object().unwrap().values())
        .map(|operation| operation["operationId"].as_str().unwrap())
        .collect();
    assert_eq!(told.len(), endpoints.len(), "no two share method and path");
    assert_eq!(told.into_iter().collect::<BTreeSet<_>>(), ids);
    for endpoint in &endpoints {
        assert!(!endpoint.answers.is_empty(), "{}", endpoint.id);
        assert!(!endpoint.summary.is_empty(), "{}", endpoint.id);
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn references<'v>(value: &'v Value, found: &mut BTreeSet<&'v str>) {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(reference)) = fields.get("$ref") {
                    found.insert(reference);
                }
                fields.values().for_each(|value| references(value, found));
            }
            Value::Array(values) => values.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let document: Value = serde_json::from_str(&health::text()).unwrap();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(found.len() > 10);
    for reference in found {
        let place = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(place).is_some(), "{reference}");
    }
}

#[test]
fn nothing_is_routed_outside_the_document() {
    let desk = Desk::new(backends().remove(0));
    let served: Value = desk.get("/openapi.json").expect(200).json();
    assert_eq!(
        served,
        serde_json::from_str::<Value>(&health::text()).unwrap()
    );
    let paths = served["paths"].as_object().unwrap();
    for path in paths.keys() {
        let options = desk
            .ask(http::Method::OPTIONS, &path.replace(['{', '}'], ""))
            .send();
        let allowed: BTreeSet<String> = options
            .expect(204)
            .header("allow")
            .split(", ")
            .filter(|method| !["HEAD", "OPTIONS"].contains(method))
            .map(str::to_ascii_lowercase)
            .collect();
        // A path that is spelled out may hide one with a value of the same form.
        let told = paths.iter().filter(|(other, _)| same_form(path, other));
        let told: BTreeSet<String> = told
            .flat_map(|(_, item)| item.as_object().unwrap().keys().cloned())
            .collect();
        assert!(
            allowed.is_subset(&told) && !allowed.is_empty(),
            "{path}: {allowed:?}"
        );
    }
    for outside in [
        "/",
        "/api",
        "/api/v1",
        "/api/v2/draws",
        "/log",
        "/open",
        "/debug",
        "/.env",
    ] {
        desk.get(outside).expect(404);
    }
}

fn same_form(path: &str, other: &str) -> bool {
    path == other || {
        let parts: Vec<_> = path.split('/').collect();
        let others: Vec<_> = other.split('/').collect();
        parts.len() == others.len()
            && parts.iter().zip(&others).all(|(part, other)| {
                part == other || part.starts_with('{') || other.starts_with('{')
            })
    }
}
