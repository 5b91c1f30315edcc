//! Lower quotas.
//!
//! Invariant: a quota is never lowered to nothing, and by as little as closes the gap.

use std::collections::BTreeSet;

use super::Found;
use crate::language::Message;
use crate::selection::Place;
use crate::simulation::remedy::search::Attempts;
use crate::simulation::remedy::{Change, Remedy};

impl Found<'_> {
    /// One stratum's quota, the one that has to be lowered least; if none is enough, all of them in
    /// proportion.
    pub(super) fn quotas(&self, attempts: &mut Attempts<'_>) -> Option<Remedy> {
        let strata = self.case.trials.strata;
        let touched: BTreeSet<usize> = { self.open.iter() }
            .filter_map(|(row, _)| match strata.places.get(*row) {
                Some(Place::Stratum(at)) => Some(*at),
                _ => None,
            })
            .collect();
        let single = touched.iter().filter_map(|at| self.one(*at, attempts));
        if let Some((_, remedy)) = single.min_by_key(|(by, _)| *by) {
            return Some(remedy);
        }
        let lowered = |percent: u64| -> Vec<Change> {
            let strata = strata.strata.iter().filter(|stratum| stratum.quota > 1);
            let one = |stratum: &crate::announcement::StratumCount| {
                let left = u128::from(stratum.quota) * u128::from(100 - percent) / 100;
                Change::LowerQuota {
                    stratum: stratum.name.clone(),
                    from: stratum.quota,
                    to: u64::try_from(left).unwrap_or(stratum.quota).max(1),
                }
            };
            strata.map(one).collect()
        };
        let (percent, changes) = attempts.least(99, &lowered)?;
        let list: Vec<String> = { changes.iter() }
            .filter_map(|change| match change {
                Change::LowerQuota { stratum, from, to } => Some(format!("{stratum} {from}→{to}")),
                _ => None,
            })
            .collect();
        let list = list.join("、");
        Some(Remedy {
            message: Message::new(
                format!("lower all quotas by {percent}%: {list}"),
                format!("各分层的抽取数量均减少{percent}%：{list}"),
            ),
            changes,
        })
    }

    fn one(&self, at: usize, attempts: &mut Attempts<'_>) -> Option<(u64, Remedy)> {
        let stratum = self.case.trials.strata.strata.get(at)?;
        let (name, from) = (&stratum.name, stratum.quota);
        if from < 2 {
            return None;
        }
        let lowered = |by: u64| {
            vec![Change::LowerQuota {
                stratum: name.clone(),
                from,
                to: from.saturating_sub(by).max(1),
            }]
        };
        let (by, changes) = attempts.least(from - 1, &lowered)?;
        let to = from - by;
        let remedy = Remedy {
            message: Message::new(
                format!("lower the quota of stratum {name} from {from} to {to}"),
                format!("将分层“{name}”的抽取数量由{from}户减少到{to}户"),
            ),
            changes,
        };
        Some((by, remedy))
    }
}
