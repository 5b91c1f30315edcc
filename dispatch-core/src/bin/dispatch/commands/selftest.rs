//! `dispatch selftest`: built-in vectors, pinned keys and the tamper matrix.

use dispatch_core::selftest::selftest;

use crate::console::Console;
use crate::failure::{Done, Failure};

pub(crate) fn run(console: &Console) -> Done {
    let step = console.step("checking this build", "正在自检");
    let tampered = console.pick("tampered bundles", "个篡改过的证据包");
    let results = selftest(&|count| step.doing(&format!("{count} {tampered}")));
    drop(step);
    let language = console.language();
    let mut cases = 0;
    let mut failed = 0;
    for result in &results {
        let name = result.name.text(language);
        match &result.outcome {
            Ok(count) => {
                cases += count;
                console.line(&format!(
                    "{} {count:>6}  {name}",
                    console.pick("pass", "通过")
                ));
            }
            Err(fault) => {
                failed += 1;
                console.line(&format!(
                    "{}         {name}: {}",
                    console.pick("FAIL", "失败"),
                    fault.text(language)
                ));
            }
        }
    }
    console.line("");
    if failed == 0 {
        console.say(
            format!("{cases} cases, none failed: this build finds what it must find"),
            format!("共{cases}项,全部通过:本程序能发现应当发现的篡改"),
        );
        return Ok(());
    }
    Err(Failure::new(
        format!(
            "{failed} parts failed: do not use this build; get a fresh one and compare its hash"
        ),
        format!("{failed}项未通过:请勿使用本程序;请重新获取并核对其哈希值"),
    ))
}
