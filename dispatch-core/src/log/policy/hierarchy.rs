//! One body, one vote: witnesses that belong together count together.
//!
//! Source: Dispatch's own (docs/spec.md, log policy). A hierarchy is what stands before the first
//! `/` of a key name. Invariant: in an accepted policy no body can fill two places of the quorum,
//! and no log fills any.

use super::{LogPolicy, Member, PolicyLog};
use crate::language::Message;

/// A witness that can count, and the group it stands in.
type Counted = (usize, Option<usize>);

pub(super) fn check(policy: &LogPolicy) -> Result<(), Message> {
    let mut counted = Vec::new();
    if let Some(quorum) = policy.quorum {
        collect(policy, quorum, None, &mut counted);
    }
    no_log_witnesses(policy, &counted)?;
    for (place, parent) in &counted {
        for (other, other_parent) in &counted {
            let same = hierarchy(policy, *place) == hierarchy(policy, *other);
            let together =
                parent == other_parent && parent.is_some_and(|group| one_of(policy, group));
            if place < other && same && !together {
                return Err(apart(policy, *place, *other));
            }
        }
    }
    Ok(())
}

/// A log that witnesses itself adds nothing to its own signature.
fn no_log_witnesses(policy: &LogPolicy, counted: &[Counted]) -> Result<(), Message> {
    for (place, _) in counted {
        let body = hierarchy(policy, *place);
        let own = |log: &&PolicyLog| Some(log.key.hierarchy()) == body;
        if let Some(log) = policy.logs.iter().find(own) {
            let (witness, log) = (name(policy, *place), &log.key.name);
            return Err(Message::new(
                format!(
                    "the witness {witness} belongs to the body of the log {log} (same key name before \
                     \"/\"); a log does not witness itself: choose a witness of another body"
                ),
                format!(
                    "见证方 {witness} 与日志 {log} 属同一单位（公钥名称 \"/\" 前相同）；日志不得自我见证，请选用其他单位的见证方"
                ),
            ));
        }
    }
    Ok(())
}

/// Witnesses that can count towards `member`, each with the group it stands in.
fn collect(policy: &LogPolicy, member: Member, parent: Option<usize>, found: &mut Vec<Counted>) {
    match member {
        Member::Witness(place) => found.push((place, parent)),
        Member::Group(place) => {
            for member in policy
                .groups
                .get(place)
                .map_or(&[][..], |group| &group.members)
            {
                collect(policy, *member, Some(place), found);
            }
        }
    }
}

/// Whether one member is enough for this group and all are witnesses of one hierarchy.
fn one_of(policy: &LogPolicy, group: usize) -> bool {
    let Some(group) = policy.groups.get(group) else {
        return false;
    };
    let mut hierarchies = group.members.iter().map(|member| match member {
        Member::Witness(place) => hierarchy(policy, *place),
        Member::Group(_) => None,
    });
    let first = hierarchies.next().flatten();
    group.threshold == 1 && first.is_some() && hierarchies.all(|other| other == first)
}

fn hierarchy(policy: &LogPolicy, witness: usize) -> Option<&str> {
    policy
        .witnesses
        .get(witness)
        .map(|witness| witness.key.hierarchy())
}

fn name(policy: &LogPolicy, witness: usize) -> &str {
    policy
        .witnesses
        .get(witness)
        .map_or("", |witness| &witness.name)
}

fn apart(policy: &LogPolicy, one: usize, other: usize) -> Message {
    let (one, other, body) = (
        name(policy, one),
        name(policy, other),
        hierarchy(policy, one).unwrap_or_default(),
    );
    Message::new(
        format!(
            "the witnesses {one} and {other} both belong to {body} (the name of their keys before \
             \"/\") and would count twice; put all witnesses of {body} alone into one group: \
             \"group <name> any {one} {other}\""
        ),
        format!(
            "见证方 {one} 和 {other} 同属 {body}（公钥名称 \"/\" 之前的部分），会被重复计算；请把 {body} 的全部见证方单独放入一组：\"group <名称> any {one} {other}\""
        ),
    )
}
