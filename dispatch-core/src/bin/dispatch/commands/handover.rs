//! `dispatch handover`: the drawn subjects for a child draw, not before its pulse exists.

use dispatch_core::bundle::ANNOUNCEMENT;
use dispatch_core::child::child_of;
use dispatch_core::handover::Handover;
use dispatch_core::json::{from_canonical, to_canonical};
use dispatch_core::stage::StageDocument;

use crate::args;
use crate::commands::announce::pulse;
use crate::console::Console;
use crate::failure::{Done, Failure};
use crate::{folder, history};

pub(crate) fn run(console: &Console, options: &args::Handover) -> Done {
    folder::must_not_exist(&options.out)?;
    let child = history::announced(&options.to)?;
    let own = history::announced(&options.dir.join(ANNOUNCEMENT))?;
    let (_, announced) = child_of(&own, &child.document.plan)?;
    let (round, stage) = match &options.stage {
        None => (child.document.round, 0),
        Some(path) => {
            let name = path.display();
            let stage: StageDocument = from_canonical(&folder::read(path)?).map_err(|error| {
                Failure::new(
                    format!("{name}: {error}; give the child's stage-N.json"),
                    format!("{name}：{error}；应为参与部门公布的 stage-N.json"),
                )
            })?;
            if stage.commitment != child.commitment {
                return Err(Failure::new(
                    format!("{name}: is not a stage of {}", options.to.display()),
                    format!("{name}：不是{}的补抽", options.to.display()),
                ));
            }
            (stage.round, stage.parent_stage)
        }
    };
    let pulse = pulse(&options.pulse)?;
    if pulse.round != round {
        let given = pulse.round;
        return Err(Failure::new(
            format!(
                "sealed: the pulse given is of round {given}; nothing is handed over before round {round} exists, because the child could fit itself to the subjects"
            ),
            format!(
                "尚不能移交：所给随机信标为第{given}轮，须待第{round}轮产生后方可移交，以免参与部门按对象调整"
            ),
        ));
    }
    let held = history::read(console, &options.dir)?;
    let (records, result, key) = held.list(stage).ok_or_else(|| {
        Failure::new(
            format!("stage {stage} has not been drawn here"),
            format!("第{stage}次补抽尚未进行"),
        )
    })?;
    let handover = Handover::new(
        announced,
        &held.prepared.subjects,
        (stage, &records, &result),
        &key,
    );
    let bytes = to_canonical(&handover).map_err(|e| Failure::new(e.to_string(), e.to_string()))?;
    folder::write(&options.out, &bytes, true)?;
    let (out, count) = (options.out.display(), handover.records.len());
    let name = &announced.name;
    console.say(
        format!("{out}: {count} subjects for {name}, each with its proof; give it to nobody else"),
        format!("{out}：移交“{name}”{count}户，均附证明；不得提供给他人"),
    );
    Ok(())
}
