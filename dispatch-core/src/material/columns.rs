//! The columns that a plan reads, held against those that the files have.
//!
//! A column name that no file has would silently match nothing: an exclusion would exclude nobody, a
//! column meant to be sealed would be published. So it is an error.

use crate::import::officer_fields;
use crate::plan::{Condition, Plan};
use crate::problem::{Problem, ProblemKind};

/// Header of a file and the field it became, if any.
pub(super) type Header = (String, Option<String>);

/// What the plan reads of the subjects, with the place in the plan.
pub(super) fn of_subjects(plan: &Plan) -> Vec<(String, String)> {
    let mut read: Vec<(String, String)> = Vec::new();
    let mut conditions = |path: String, conditions: &[Condition]| {
        for (index, condition) in conditions.iter().enumerate() {
            read.push((
                format!("{path}.where[{index}].field"),
                condition.field.clone(),
            ));
        }
    };
    for (index, exclusion) in plan.exclusions.iter().enumerate() {
        conditions(format!("exclusions[{index}]"), &exclusion.conditions);
    }
    for (index, stratum) in plan.strata.iter().enumerate() {
        conditions(format!("strata[{index}]"), &stratum.conditions);
    }
    for (index, exclusion) in plan.exclusions.iter().enumerate() {
        if !exclusion.reference.is_empty() {
            read.push((
                format!("exclusions[{index}].reference"),
                exclusion.reference.clone(),
            ));
        }
    }
    for (index, child) in plan.children.iter().enumerate() {
        for (at, condition) in child.conditions.iter().enumerate() {
            let path = format!("children[{index}].where[{at}].field");
            read.push((path, condition.field.clone()));
        }
    }
    read.extend(
        plan.subjects
            .sealed
            .iter()
            .map(|c| ("subjects.sealed".to_owned(), c.clone())),
    );
    read.extend(
        plan.team
            .group
            .iter()
            .map(|p| ("team.group".to_owned(), p.subject.clone())),
    );
    for (index, slot) in plan.team.slots.iter().enumerate() {
        let path = format!("team.slots[{index}].match");
        read.extend(
            slot.matching
                .iter()
                .map(|rule| (path.clone(), rule.subject.clone())),
        );
    }
    read
}

/// What the plan reads of the officers, with the place in the plan.
pub(super) fn of_officers(plan: &Plan) -> Vec<(String, String)> {
    let mut read: Vec<(String, String)> = Vec::new();
    read.extend(
        plan.officers
            .sealed
            .iter()
            .map(|c| ("officers.sealed".to_owned(), c.clone())),
    );
    read.extend(
        plan.team
            .group
            .iter()
            .map(|p| ("team.group".to_owned(), p.officer.clone())),
    );
    for (index, slot) in plan.team.slots.iter().enumerate() {
        let path = format!("team.slots[{index}].match");
        read.extend(
            slot.matching
                .iter()
                .map(|rule| (path.clone(), rule.officer.clone())),
        );
    }
    read
}

/// A problem for everything the plan reads and the file does not have.
pub(super) fn missing(file: &str, read: &[(String, String)], headers: &[Header]) -> Vec<Problem> {
    let fields: Vec<&str> = headers
        .iter()
        .filter_map(|(_, field)| field.as_deref())
        .collect();
    let absent = read
        .iter()
        .filter(|(_, column)| !fields.contains(&column.as_str()));
    absent
        .map(|(path, column)| {
            let (path, column) = (path.clone(), column.clone());
            let header = headers.iter().find(|(header, _)| *header == column);
            let kind = match header {
                Some((_, Some(field))) => ProblemKind::PlanColumnHeader {
                    path,
                    column,
                    field: field.clone(),
                },
                Some((_, None)) => ProblemKind::PlanColumnLeftOut { path, column },
                None => ProblemKind::PlanColumnAbsent {
                    path,
                    column,
                    known: fields.join(", "),
                },
            };
            Problem::new(file, kind)
        })
        .collect()
}

/// Columns of the officer file that the team rules read beyond the known ones.
pub(super) fn officer_columns(plan: &Plan) -> Vec<String> {
    let known: Vec<&str> = officer_fields().map(|(name, _)| name).collect();
    let matched = plan
        .team
        .slots
        .iter()
        .flat_map(|slot| &slot.matching)
        .map(|rule| &rule.officer);
    let grouped = plan.team.group.iter().map(|pair| &pair.officer);
    let mut columns: Vec<String> = matched
        .chain(grouped)
        .filter(|column| !known.contains(&column.as_str()))
        .cloned()
        .collect();
    columns.sort();
    columns.dedup();
    columns
}
