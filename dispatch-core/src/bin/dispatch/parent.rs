//! What the parent of a child draw has published: its rosters, held against its announcement.

use std::collections::BTreeSet;
use std::path::Path;

use dispatch_core::bundle;
use dispatch_core::child::child_of;
use dispatch_core::digest::Digest;
use dispatch_core::evidence::roster_rules;
use dispatch_core::language::Message;
use dispatch_core::plan::Plan;
use dispatch_core::problem::Problems;
use dispatch_core::roster::{Roster, RowRules};

use crate::columns::{self, Header};
use crate::failure::{Done, Failure};
use crate::{folder, history};

/// The subjects of a child draw, as its parent has published them.
pub(crate) fn subjects(
    dir: &Path,
    plan: &Plan,
    problems: &mut Problems,
    summaries: &mut Vec<Message>,
) -> Done<Roster> {
    let parent = history::announced(&dir.join(bundle::ANNOUNCEMENT))?;
    child_of(&parent, plan)?;
    let path = dir.join(bundle::SUBJECTS);
    let rules = roster_rules(&parent.document.plan, true);
    let roster = published(&path, &rules, parent.document.subjects.root)?;
    let mut names = BTreeSet::new();
    for row in 0..roster.len() {
        let fields = roster.fields(row);
        names.extend(fields.into_iter().map(|(name, _)| name.into_owned()));
    }
    let headers: Vec<Header> = names
        .into_iter()
        .map(|name| (name.clone(), Some(name)))
        .collect();
    let name = path.display().to_string();
    let read = columns::of_subjects(plan);
    problems.extend(columns::missing(&name, &read, &headers));
    let count = roster.len();
    summaries.push(Message::new(
        format!("{name}: {count} subjects of the parent"),
        format!("{name}：发起方的检查对象{count}户"),
    ));
    Ok(roster)
}

/// The officer roster that a parent has published.
pub(crate) fn officers(dir: &Path) -> Done<Roster> {
    let parent = history::announced(&dir.join(bundle::ANNOUNCEMENT))?;
    published(
        &dir.join(bundle::OFFICERS),
        &roster_rules(&parent.document.plan, false),
        parent.document.officers.root,
    )
}

/// A roster that was published, held against its announced root.
fn published(path: &Path, rules: &RowRules<'_>, root: Digest) -> Done<Roster> {
    let roster = Roster::read(folder::read(path)?, rules);
    let same = roster.as_ref().is_ok_and(|roster| roster.root() == root);
    roster.ok().filter(|_| same).ok_or_else(|| {
        let path = path.display();
        Failure::new(
            format!("{path}: is not the roster that was announced; get it again from the parent"),
            format!("{path}：与公告的名录不一致，请向发起方重新索取"),
        )
    })
}
