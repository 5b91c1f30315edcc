//! The simulation against enumeration, against itself on other threads, and held to its promises.
//!
//! Expected values come from counting every selection, order and permutation by hand-written search,
//! or from arithmetic in the comments. Seeds are fixed.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::cast_precision_loss,
    reason = "a test may panic"
)]

#[path = "simulation/enumeration.rs"]
mod enumeration;
#[path = "simulation/odds.rs"]
mod odds;
#[path = "simulation/remedies.rs"]
mod remedies;
#[path = "simulation/report.rs"]
mod report;

use dispatch_core::simulation::{Inputs, Simulation, SimulationOptions, simulate};
use dispatch_tests::campaign::Campaign;

/// Simulates a campaign.
fn simulated(campaign: &Campaign, runs: u32, seed: &str) -> Simulation {
    let (subjects, officers) = (campaign.subject_roster(), campaign.officer_roster());
    let recusals = campaign.recusal_list();
    let inputs = Inputs {
        plan: &campaign.plan,
        subjects: &subjects,
        officers: &officers,
        recusals: &recusals,
    };
    let options = SimulationOptions {
        runs,
        seed: seed.to_owned(),
        listed: 20,
    };
    simulate(inputs, &options, &|_| {})
}
