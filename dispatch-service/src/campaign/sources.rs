//! The values of a draw's seed sources, as far as they are there.
//!
//! Source: docs/spec.md 5. Invariant: each source gives its own value or the draw waits; none is ever
//! put in the place of another.

use std::collections::BTreeMap;

use dispatch_core::digest::Digest;
use dispatch_core::entry::Step;
use dispatch_core::evidence::Announced;
use dispatch_core::language::Message;
use dispatch_core::plan::{NumberShape, SeedSource};
use dispatch_core::seed::SourceValue;

use super::registered::{self, Registered};
use super::{due, files, outside, pulse};
use crate::problem::Problem;
use crate::store::{Sql, Transaction, blob};

/// The values in plan order, or what is still missing.
///
/// # Errors
/// If the database is gone.
pub fn values(
    sql: &mut dyn Sql,
    announced: &Announced,
) -> Result<Result<Vec<SourceValue>, Message>, Problem> {
    let document = &announced.document;
    let commitment = &announced.commitment;
    let numbers = numbers(sql, commitment)?;
    let mut contributions = BTreeMap::new();
    for (_, entry) in outside::steps(sql, commitment, "contribution")? {
        if let Step::Contribution(step) = entry.step {
            contributions.insert(step.contributor, step.value);
        }
    }
    let mut values = Vec::new();
    for source in &document.plan.seed {
        let value = match source {
            SeedSource::Drand { .. } => {
                let round = document.round;
                pulse::stored(sql, commitment, round)?
                    .map(|pulse| SourceValue::pulse(&pulse))
                    .ok_or_else(|| {
                        waiting(
                            &format!("drand round {round}"),
                            &format!("drand 第{round}轮随机信标"),
                        )
                    })
            }
            SeedSource::PublicNumbers { name, .. } => numbers
                .get(name)
                .map(|values| SourceValue::PublicNumbers {
                    values: values.clone(),
                })
                .ok_or_else(|| {
                    waiting(
                        &format!("the numbers of {name}"),
                        &format!("“{name}”的号码"),
                    )
                }),
            SeedSource::Contribution { body, .. } => contributions
                .get(body)
                .map(|value| SourceValue::Contribution { value: *value })
                .ok_or_else(|| {
                    waiting(&format!("the value of {body}"), &format!("“{body}”的数值"))
                }),
        };
        match value {
            Ok(value) => values.push(value),
            Err(message) => return Ok(Err(message)),
        }
    }
    Ok(Ok(values))
}

/// Takes the numbers of a public event. Until the draw they can be put right; everybody sees them.
///
/// # Errors
/// 409 if the draw is drawn or voided, or its time has not come; 422 if the plan has no such event, or
/// the numbers are not of its kind.
pub fn bring_numbers(
    change: &mut Transaction<'_>,
    draw: &Registered,
    name: &str,
    mut given: Vec<u64>,
) -> Result<(), Problem> {
    draw.must_be("announced")?;
    if !draw.replay && change.now < draw.draw_time {
        return Err(Problem::new(
            409,
            "too-early",
            "numbers are given after the draw time: before it somebody could compute the result and void the draw",
            "号码须在抽取时间之后提供：此前可能有人据以算出结果并作废抽取",
        ));
    }
    let (announced, _) = registered::announcement(change.sql, &draw.commitment)?;
    let shape = { announced.document.plan.seed.iter() }.find_map(|source| match source {
        SeedSource::PublicNumbers {
            name: event, shape, ..
        } if event == name => Some(*shape),
        _ => None,
    });
    let Some(shape) = shape else {
        return Err(Problem::new(
            422,
            "invalid",
            format!("name: the plan takes no numbers of {name:?}"),
            format!("name：抽查任务未规定“{name}”的号码"),
        ));
    };
    if shape == NumberShape::Set {
        given.sort_unstable();
    }
    let mut all = numbers(change.sql, &draw.commitment)?;
    all.insert(name.to_owned(), given);
    // Tried as the draw will try them: what is refused here would only make it wait.
    let tried: Vec<SourceValue> = { announced.document.plan.seed.iter() }
        .filter_map(|source| match source {
            SeedSource::PublicNumbers { name, .. } => Some(SourceValue::PublicNumbers {
                values: all.get(name)?.clone(),
            }),
            _ => None,
        })
        .collect();
    let mut only = announced.document.plan.clone();
    only.seed.retain(
        |source| matches!(source, SeedSource::PublicNumbers { name, .. } if all.contains_key(name)),
    );
    dispatch_core::seed::check_sources(&only, &tried)?;
    let bytes = serde_json::to_vec(&all).map_err(|error| Problem::internal(&error))?;
    let holder = draw.commitment.to_string();
    files::remove(change.sql, &holder, NUMBERS)?;
    files::add_public(
        change.sql,
        &holder,
        NUMBERS,
        "application/json",
        &bytes,
        change.now,
    )?;
    due::at_once(change.sql, &draw.commitment, change.now)
}

/// The numbers of public events that were brought, by name.
///
/// # Errors
/// If the database is gone.
pub fn numbers(
    sql: &mut dyn Sql,
    commitment: &Digest,
) -> Result<BTreeMap<String, Vec<u64>>, Problem> {
    let Some(file) = files::find(sql, &commitment.to_string(), NUMBERS)? else {
        return Ok(BTreeMap::new());
    };
    let bytes = blob::read(sql, &file.digest)?.unwrap_or_default();
    serde_json::from_slice(&bytes).map_err(|error| Problem::internal(&error))
}

fn waiting(english: &str, chinese: &str) -> Message {
    Message::new(
        format!("waiting for {english}; there is no other source"),
        format!("等待{chinese}，没有替代来源"),
    )
}

const NUMBERS: &str = "numbers.json";
