//! `dispatch template`: empty workbooks to fill in.

use dispatch_core::template::{ListKind, TemplateError, list_workbook, plan_workbook};

use crate::args::Template;
use crate::console::Console;
use crate::failure::{Done, Failure};
use crate::folder::{self, NewFolder};

pub(crate) fn run(console: &Console, options: &Template) -> Done {
    let folder = NewFolder::create(&options.out)?;
    for kind in ListKind::ALL {
        let path = folder.path().join(format!("{}.xlsx", kind.name()));
        let bytes = list_workbook(kind).map_err(|error| refused(&error))?;
        folder::write(&path, &bytes, false)?;
    }
    let plan = plan_workbook("").map_err(|error| refused(&error))?;
    folder::write(&folder.path().join("plan.xlsx"), &plan, false)?;
    folder.finish()?;
    let out = options.out.display();
    console.say(
        format!("{out}: subjects.xlsx, officers.xlsx, recusals.xlsx, visits.xlsx, plan.xlsx; every file explains its columns on its last sheet"),
        format!("{out}：subjects.xlsx（检查对象）、officers.xlsx（执法检查人员）、recusals.xlsx（回避）、visits.xlsx（检查记录）、plan.xlsx（抽查任务）；各文件的最后一张表为填写说明"),
    );
    Ok(())
}

/// Why no workbook was made.
pub(crate) fn refused(error: &TemplateError) -> Failure {
    Failure::new(
        format!("{error}; report this to whoever maintains the program"),
        format!("无法生成工作簿（{error}）；请告知程序维护方"),
    )
}
