//! `dispatch simulate`: what the plan does, over many trial draws, before anything is frozen.

mod tables;

use dispatch_core::material::Material;
use dispatch_core::plan::Plan;
use dispatch_core::problem::Severity;
use dispatch_core::selection::Stratification;
use dispatch_core::simulation::{Inputs, Phase, SimulationOptions, simulate};

use crate::args::Simulate;
use crate::console::Console;
use crate::failure::{Done, Failure};
use crate::{folder, inputs};

pub(crate) fn run(console: &Console, options: &Simulate) -> Done {
    for path in [&options.json, &options.html].into_iter().flatten() {
        folder::must_not_exist(path)?;
    }
    let material = inputs::read(console, &options.inputs)?;
    let plan = material.trial_plan();
    refuse_faults(console, &material, &plan)?;
    let how = SimulationOptions {
        runs: options.runs,
        seed: options.seed.clone(),
        listed: LISTED,
    };
    let inputs = Inputs {
        plan: &plan,
        subjects: &material.subjects,
        officers: &material.officers,
        recusals: &material.recusals,
    };
    let runs = options.runs;
    let step = console.step("holding trial draws", "正在模拟抽取");
    let narrow = console.pick("looking at forced pairs", "正在查找可能被指定的派员");
    let remedies = console.pick("trying remedies", "正在试算补救办法");
    let simulation = simulate(inputs, &how, &|phase| match phase {
        Phase::Runs(done) => step.doing(&format!("{done}/{runs}")),
        Phase::Narrow => step.doing(narrow),
        Phase::Remedies(group) => step.doing(&format!("{remedies} {group}")),
    });
    drop(step);
    tables::print(console, &simulation);
    // Both files tell of officers, subjects and recusals by name: they are the operator's.
    if let Some(path) = &options.json {
        folder::write(path, &simulation.to_json(), true)?;
    }
    if let Some(path) = &options.html {
        folder::write(path, simulation.to_html().as_bytes(), true)?;
    }
    for path in [&options.json, &options.html].into_iter().flatten() {
        let path = path.display();
        console.say(format!("written: {path}"), format!("已写入：{path}"));
    }
    if simulation.is_staffed() {
        return Ok(());
    }
    let (short, impossible) = (simulation.short_runs, simulation.gaps.impossible.len());
    Err(Failure::new(
        format!(
            "not everything can be staffed: {short} of {runs} trial draws have open slots, {impossible} kinds of subjects can never be staffed"
        ),
        format!(
            "人员配备不足：{runs}次模拟抽取中有{short}次出现空缺席位，{impossible}类对象无论如何无法配齐"
        ),
    ))
}

/// Prints what is wrong with the input; a simulation of faulty lists would tell nothing.
fn refuse_faults(console: &Console, material: &Material, plan: &Plan) -> Done {
    for summary in &material.summaries {
        console.message(summary);
    }
    inputs::print_problems(console, &material.problems, false);
    let strata = Stratification::new(plan, &material.subjects, None);
    let faults = strata.faults(plan, &material.subjects);
    for fault in &faults {
        let text = fault.text(console.language());
        console.say(
            format!("error [strata] {text}"),
            format!("错误 [strata] {text}"),
        );
    }
    match material.problems.count(Severity::Error) + faults.len() {
        0 => Ok(()),
        errors => Err(Failure::new(
            format!("{errors} errors: nothing can be simulated until they are mended"),
            format!("共{errors}处错误，更正前不能模拟抽取"),
        )),
    }
}

/// So many pairs of each sort are listed.
const LISTED: usize = 20;
