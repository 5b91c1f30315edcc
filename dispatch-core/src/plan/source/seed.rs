//! The seed sources of a plan text.
//!
//! Source: docs/plan.md; docs/spec.md 5.1. Invariant: nothing that counts as entropy has a default;
//! only the drand chain has, because there is no other.

use super::log::Log;
use super::quantity::instant;
use super::section::Section;
use super::{TIME_EXAMPLE, required};
use crate::beacon::QUICKNET;
use crate::plan::{NumberShape, SeedSource};

pub(super) fn sources(root: &Section<'_>, log: &mut Log) -> Vec<SeedSource> {
    let sections = root.sections("seed", ALL_KEYS, 1, log);
    let sources = sections.iter().filter_map(|section| source(section, log));
    sources.collect()
}

fn source(section: &Section<'_>, log: &mut Log) -> Option<SeedSource> {
    if !section.has("kind", "\"drand\"", log) {
        return None;
    }
    let kind = section.choice("kind", KINDS, None, log)?;
    let known = match kind {
        Kind::Drand => DRAND_KEYS,
        Kind::PublicNumbers => NUMBER_KEYS,
        Kind::Contribution => CONTRIBUTION_KEYS,
    };
    let others = ALL_KEYS.iter().filter(|key| !known.contains(key));
    for key in others.filter(|key| section.get(key).is_some()) {
        let known = known.join(", ");
        log.fault(
            &section.at(key),
            format!("does not belong to this kind of source; known here: {known}"),
            format!("不属于这类随机源；此处可用：{known}"),
        );
    }
    Some(match kind {
        Kind::Drand => {
            let chain = section.text_or_empty("chain", log);
            let is_quicknet = section.get("chain").is_none() || chain == "quicknet";
            SeedSource::Drand {
                chain: if is_quicknet {
                    QUICKNET.hash.to_string()
                } else {
                    chain
                },
            }
        }
        Kind::PublicNumbers => {
            section.has("shape", "\"set\"", log);
            SeedSource::PublicNumbers {
                bits: section.integer("bits", None, log),
                count: section.integer("count", None, log),
                from: section.integer("from", None, log),
                name: section.text("name", "福彩双色球2026084期", log),
                published: section.text("published", "中国福利彩票官方网站开奖公告", log),
                shape: section.choice("shape", SHAPES, NumberShape::Set, log),
                time: required(section, "time", TIME_EXAMPLE, instant, log),
                to: section.integer("to", None, log),
            }
        }
        Kind::Contribution => SeedSource::Contribution {
            body: section.text("body", "天河区司法局", log),
            hash: section.text("hash", "…", log),
            outside: section.boolean("outside", None, log),
        },
    })
}

#[derive(Clone, Copy)]
enum Kind {
    Drand,
    PublicNumbers,
    Contribution,
}

const KINDS: &[(&str, Option<Kind>)] = &[
    ("drand", Some(Kind::Drand)),
    ("public-numbers", Some(Kind::PublicNumbers)),
    ("contribution", Some(Kind::Contribution)),
];
const SHAPES: &[(&str, NumberShape)] = &[
    ("set", NumberShape::Set),
    ("sequence", NumberShape::Sequence),
];
const DRAND_KEYS: &[&str] = &["chain", "kind"];
const NUMBER_KEYS: &[&str] = &[
    "bits",
    "count",
    "from",
    "kind",
    "name",
    "published",
    "shape",
    "time",
    "to",
];
const CONTRIBUTION_KEYS: &[&str] = &["body", "hash", "kind", "outside"];
pub(super) const ALL_KEYS: &[&str] = &[
    "bits",
    "body",
    "chain",
    "count",
    "from",
    "hash",
    "kind",
    "name",
    "outside",
    "published",
    "shape",
    "time",
    "to",
];
