//! Children and parent of a plan text.
//!
//! Source: docs/plan.md; docs/spec.md 3.4.

use super::log::Log;
use super::part::conditions;
use super::section::Section;
use crate::digest::Digest;
use crate::plan::{Child, Parent};

pub(super) fn children(root: &Section<'_>, log: &mut Log) -> Vec<Child> {
    let sections = root.sections("children", CHILD_KEYS, 0, log);
    let children = sections.iter().map(|section| Child {
        draw: section.text("draw", "440106-2026-0007-XF", log),
        name: section.text("name", "消防救援大队", log),
        officers: section.integer("officers", Some(1), log),
        conditions: conditions(section, log),
    });
    children.collect()
}

pub(super) fn parent(root: &Section<'_>, log: &mut Log) -> Vec<Parent> {
    let Some(section) = root.section("parent", PARENT_KEYS, log) else {
        return Vec::new();
    };
    let child = section.text("child", "消防救援大队", log);
    let text = section.text("commitment", "64 hexadecimal characters 64位十六进制", log);
    let commitment = text.parse().unwrap_or_else(|_| {
        log.fault(
            &section.at("commitment"),
            "is not a commitment (64 hexadecimal characters, lower case): copy it from the parent's slip",
            "不是承诺值（64位小写十六进制）：请按发起方承诺单填写",
        );
        Digest::new([0; 32])
    });
    vec![Parent { child, commitment }]
}

pub(super) const CHILD_KEYS: &[&str] = &["draw", "name", "officers", "where"];
pub(super) const PARENT_KEYS: &[&str] = &["child", "commitment"];
