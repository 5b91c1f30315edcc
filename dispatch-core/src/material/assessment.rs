//! What can be said of material before it is frozen, besides what is wrong with its lists.

use std::collections::BTreeMap;

use super::Material;
use crate::language::Message;
use crate::plan::steering::{Warning, warnings};
use crate::problem::Severity;
use crate::row::value;
use crate::selection::Stratification;

/// Strata with their faults, rules that could steer, officers whom no slot asks for.
#[derive(Debug)]
pub struct Assessment {
    /// The strata.
    pub strata: Stratification,
    /// Why they cannot be drawn from.
    pub faults: Vec<Message>,
    /// Rules that could steer; some of them are errors.
    pub warnings: Vec<Warning>,
    /// Departments of officers that no slot names, with their number: usually a spelling.
    pub idle: BTreeMap<String, u64>,
    /// How much has to be mended before anything can be announced, problems of lists included.
    pub errors: usize,
}

impl Assessment {
    pub(super) fn of(material: &Material) -> Self {
        let (plan, subjects) = (&material.plan, &material.subjects);
        let strata = Stratification::new(plan, subjects, None);
        let faults = strata.faults(plan, subjects);
        let warnings = warnings(plan, Some(&strata), subjects.len());
        let refused = warnings.iter().filter(|warning| warning.is_error).count();
        let errors = material.problems.count(Severity::Error) + faults.len() + refused;
        Self {
            strata,
            faults,
            warnings,
            idle: idle(material),
            errors,
        }
    }
}

fn idle(material: &Material) -> BTreeMap<String, u64> {
    let slots = &material.plan.team.slots;
    let mut idle: BTreeMap<String, u64> = BTreeMap::new();
    for row in 0..material.officers.len() {
        let fields = material.officers.fields(row);
        let department = value(&fields, "department");
        if !slots.iter().any(|slot| slot.department == department) {
            *idle.entry(department.to_owned()).or_default() += 1;
        }
    }
    idle
}
