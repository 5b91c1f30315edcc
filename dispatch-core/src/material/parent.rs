//! What the parent of a child draw has published: its rosters, held against its announcement.

use std::collections::BTreeSet;

use super::columns::{self, Header};
use super::{Material, Source};
use crate::bundle::{ANNOUNCEMENT, Files};
use crate::child::child_of;
use crate::digest::Digest;
use crate::evidence::{Announced, Evidence, Part, roster_rules};
use crate::language::Message;
use crate::plan::Plan;
use crate::roster::{Roster, RowRules};

/// Reads an announcement.
///
/// # Errors
/// What is wrong with it.
pub fn announced(source: &Source<'_>) -> Result<Announced, Message> {
    let mut files = Files::default();
    files.insert(ANNOUNCEMENT, source.bytes.to_vec());
    match Evidence::read(files).announcement {
        Part::Good(announced) => Ok(announced),
        Part::Bad(message) => Err(named(source.name, &message)),
        Part::Absent => Err(named(source.name, &Message::new("is empty", "内容为空"))),
    }
}

/// A roster that was published, held against its announced root.
///
/// # Errors
/// If it is another one.
pub fn published(
    name: &str,
    bytes: Vec<u8>,
    rules: &RowRules<'_>,
    root: Digest,
) -> Result<Roster, Message> {
    let roster = Roster::read(bytes, rules);
    let same = roster.as_ref().is_ok_and(|roster| roster.root() == root);
    roster.ok().filter(|_| same).ok_or_else(|| {
        Message::new(
            format!("{name}: is not the roster that was announced; get it again from the parent"),
            format!("{name}：与公告的名录不一致，请向发起方重新索取"),
        )
    })
}

/// The subjects of a child draw, as its parent has published them.
pub(super) fn subjects(
    parent: &Announced,
    plan: &Plan,
    name: &str,
    bytes: Vec<u8>,
    material: &mut Material,
) -> Result<(), Message> {
    child_of(parent, plan)?;
    let rules = roster_rules(&parent.document.plan, true);
    let roster = published(name, bytes, &rules, parent.document.subjects.root)?;
    let mut names = BTreeSet::new();
    for row in 0..roster.len() {
        let fields = roster.fields(row);
        names.extend(fields.into_iter().map(|(name, _)| name.into_owned()));
    }
    let headers: Vec<Header> = names
        .into_iter()
        .map(|name| (name.clone(), Some(name)))
        .collect();
    let read = columns::of_subjects(plan);
    let missing = columns::missing(name, &read, &headers);
    material.problems.extend(missing);
    let count = roster.len();
    material.summaries.push(Message::new(
        format!("{name}: {count} subjects of the parent"),
        format!("{name}：发起方的检查对象{count}户"),
    ));
    material.subjects = roster;
    Ok(())
}

fn named(name: &str, message: &Message) -> Message {
    Message::new(
        format!("{name}: {}", message.english),
        format!("{name}：{}", message.chinese),
    )
}
