//! Subjects that could not get a whole team even if they alone were drawn, told by kind.
//!
//! Invariant: this is exact and needs no trials: whoever is drawn, such a subject has open slots.

use rayon::prelude::*;
use serde::Serialize;

use super::kind::Kinds;
use super::trial::Trials;
use crate::digest::Digest;
use crate::language::Message;
use crate::selection::Selected;

/// A kind of subjects, or one with recusals, that nobody can staff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Impossible {
    /// Row of the subject, or of one of its kind.
    #[serde(skip)]
    pub(crate) row: usize,
    /// How many subjects.
    pub subjects: u64,
    /// Why, in words.
    pub message: Message,
}

pub(crate) fn impossible(trials: &Trials<'_>, kinds: &Kinds) -> Vec<Impossible> {
    let plain = kinds.list.iter().filter(|kind| kind.plain > 0);
    let mut doubtful: Vec<(usize, u64)> = plain.map(|kind| (kind.row, kind.plain)).collect();
    // If as many officers can fill every slot as the team and its recusals together have places,
    // there always is somebody left.
    let size = trials.inputs.plan.team.size();
    let spares: Vec<usize> = { kinds.list.par_iter() }
        .map(|kind| super::narrow::narrowest(trials, kind.row))
        .collect();
    let recused = kinds.recused.iter().filter(|(row, officers)| {
        let spare = kinds.of(**row).and_then(|kind| spares.get(kind));
        spare.is_some_and(|spare| *spare < officers.len().saturating_add(size))
    });
    doubtful.extend(recused.map(|(row, _)| (*row, 1)));
    let no_seed = Digest::new([0; 32]);
    doubtful
        .into_par_iter()
        .filter_map(|(row, subjects)| {
            let one = [Selected {
                ticket: no_seed,
                row,
                stratum: 0,
            }];
            let teams = trials.staff(&one, &no_seed);
            let shortage = { teams.groups.iter() }.find_map(|group| group.shortages.first())?;
            let id = trials.inputs.subjects.id(row);
            let kind = kinds.describe(trials, row);
            let message = Message::new(
                format!(
                    "{subjects} subjects ({kind}; for example {id}) could never get a whole team: {}",
                    shortage.message.english
                ),
                format!(
                    "有{subjects}户（{kind}；如{id}）无论如何无法配齐检查人员：{}",
                    shortage.message.chinese
                ),
            );
            Some(Impossible {
                row,
                subjects,
                message,
            })
        })
        .collect()
}
