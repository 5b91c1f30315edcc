//! The subjects of a child draw, from the bundle of its parent: what was handed over is sealed with
//! the bureau, but once the parent is open it follows from its lists.

use std::collections::HashSet;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use dispatch_core::bundle::{Files, Limits};
use dispatch_core::child::child_of;
use dispatch_core::evidence::Evidence;
use dispatch_core::plan::Plan;
use dispatch_core::selection::OpenRow;
use dispatch_core::stage::List;

use crate::failure::{Done, Failure};

/// The child's subjects after the parent's draw (0) and after each of its stages; of a draw that is
/// nobody's child nothing.
#[derive(Debug, Default)]
pub(super) struct Lists(Vec<(u64, HashSet<String>)>);

impl Lists {
    pub(super) fn read(path: Option<&Path>, plan: &Plan) -> Done<Self> {
        if !plan.is_child() {
            return Ok(Self::default());
        }
        let path = path.ok_or_else(|| {
            Failure::new(
                "this is a child draw: open the parent's draw first and give its bundle with --parent",
                "这是分级抽取：请先打开发起方的抽取，并用 --parent 提供其证据包",
            )
        })?;
        let name = path.display();
        let file = File::open(path).map_err(|error| Failure::file(path, &error))?;
        let files = Files::unpack(BufReader::new(file), Limits::default());
        let evidence = Evidence::read(files);
        let bad = || {
            Failure::new(
                format!(
                    "{name}: is not a bundle whose lists can be read; `dispatch verify` tells why"
                ),
                format!("{name}：不是可读取名单的证据包，原因可用 dispatch verify 查看"),
            )
        };
        let announced = evidence.announcement.good().ok_or_else(bad)?;
        let (_, child) = child_of(announced, plan)?;
        let subjects = evidence.subjects.good().ok_or_else(bad)?;
        let records = evidence.records.good().ok_or_else(bad)?;
        let stages = evidence.stages.good().ok_or_else(bad)?;
        let taken = |list: &List| -> HashSet<String> {
            let ids = list.records().map(|record| record.subject.as_str());
            let is_taken = |id: &&str| {
                subjects.find(id).is_some_and(|row| {
                    let row = OpenRow::new(subjects, None, row);
                    child.takes(|field| row.value(field))
                })
            };
            ids.filter(is_taken).map(str::to_owned).collect()
        };
        let mut list = List::new(records);
        let mut lists = vec![(0, taken(&list))];
        for line in &stages.lines {
            let number = line.stage.number;
            list.go_on(&stages.drops_of(number), stages.records_of(number));
            lists.push((number, taken(&list)));
        }
        Ok(Self(lists))
    }

    /// After the parent's stage of this number, or the last before it.
    pub(super) fn after(&self, stage: u64) -> Option<HashSet<&str>> {
        let mut lists = self.0.iter().rev();
        let (_, subjects) = lists.find(|(number, _)| *number <= stage)?;
        Some(subjects.iter().map(String::as_str).collect())
    }
}
