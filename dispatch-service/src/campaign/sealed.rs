//! Sealed lists: who was drawn and who goes there, before the disclosure, to those whom it concerns.
//!
//! A dispatcher sees the visits of the own department and region, an officer the own ones, a supervisor
//! all; an operator or approver all once an opening was agreed to, or after the disclosure. Invariant:
//! nothing is given out before the transaction that records the look.

mod paper;

pub use self::paper::Paper;

use dispatch_core::digest::Digest;
use dispatch_core::held::Held;
use dispatch_core::listing::Listing;
use dispatch_core::visit::{Member, Numbers, Source, Visit, visits};

use super::{held, opening, registered};
use crate::access::{Actor, Role, Scope};
use crate::audit;
use crate::context::Context;
use crate::problem::Problem;
use crate::store::Sql;

/// How much of a list somebody sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// All visits.
    whole: bool,
    /// Those of this department and region.
    scope: Option<Scope>,
    /// Those of this officer.
    officer: Option<String>,
}

impl Reach {
    /// How much of a draw's list somebody sees.
    ///
    /// # Errors
    /// 404 if they see nothing of it; 409 if it was not drawn.
    pub fn of(sql: &mut dyn Sql, actor: &Actor, commitment: &Digest) -> Result<Self, Problem> {
        let draw = registered::get(sql, commitment)?;
        let covered = actor.scope.covers(&draw.department, &draw.region);
        let disclosed = draw.state == "disclosed";
        let deciding = actor.is(Role::Operator) || actor.is(Role::Approver);
        let whole = covered
            && (actor.is(Role::Supervisor)
                || (deciding && (disclosed || opening::is_open_to(sql, actor, commitment)?)));
        let scope = actor.is(Role::Dispatcher).then(|| actor.scope.clone());
        let officer =
            { actor.is(Role::Officer) && !actor.officer.is_empty() }.then(|| actor.officer.clone());
        if !whole && scope.is_none() && officer.is_none() {
            if covered && deciding {
                return Err(Problem::new(
                    403,
                    "sealed",
                    "sealed until the disclosure time: propose an opening with a reason, and have another person agree",
                    "公开时间前封存：如确需查看，请说明理由提出“提前查看”，由他人审批",
                ));
            }
            return Err(Problem::not_found());
        }
        if draw.state == "announced" || draw.state == "voided" {
            return Err(Problem::conflict(
                "it was not drawn: there is no list",
                "尚未抽取，没有名单",
            ));
        }
        Ok(Self {
            whole,
            scope,
            officer,
        })
    }

    fn covers(&self, visit: &Visit<'_>) -> bool {
        if self.whole {
            return true;
        }
        let mut officers = visit
            .team
            .iter()
            .filter_map(|member| member.officer.as_ref());
        let own = self
            .officer
            .as_ref()
            .is_some_and(|id| officers.any(|officer| officer.value("id") == id));
        own || self.scope.as_ref().is_some_and(|scope| {
            let region = visit.subject.value("region");
            visit
                .team
                .iter()
                .any(|member| scope.covers(department(member), region))
        })
    }
}

/// A list as it stands after the last stage that was drawn.
#[derive(Debug)]
pub struct SealedList {
    held: Held,
    reach: Reach,
}

impl SealedList {
    /// Draws again what is to be seen, from a plain thread. Nothing of it may be given out before
    /// [`record`].
    ///
    /// # Errors
    /// As [`Reach::of`]; if what is held is damaged.
    pub fn read(ctx: &Context, actor: &Actor, commitment: &Digest) -> Result<Self, Problem> {
        let (who, wanted) = (actor.clone(), *commitment);
        let reach = ctx
            .store
            .read_blocking(move |sql| Reach::of(sql, &who, &wanted))?;
        match held::again(ctx, commitment, u64::MAX)? {
            Ok(held) => Ok(Self { held, reach }),
            Err(waits) => Err(Problem::conflict(waits.english, waits.chinese)),
        }
    }

    /// The last stage that was drawn; 0: none.
    #[must_use]
    pub fn stage(&self) -> u64 {
        self.held.history.last()
    }

    /// Gives the visits that may be seen, by number.
    pub fn with<T>(&self, each: impl FnOnce(&[Visit<'_>]) -> T) -> T {
        let prepared = &self.held.prepared;
        let records: Vec<_> = self.held.history.list().records().cloned().collect();
        let source = Source {
            plan: &prepared.announced.document.plan,
            officers: &prepared.officers,
            records: &records,
        };
        let mut all = visits(&prepared.subjects, Some(prepared.strata()), source, &[]);
        let numbers = Numbers::new(&self.held.draw.records, self.held.history.records());
        numbers.give(&mut all);
        all.retain(|visit| self.reach.covers(visit));
        each(&all)
    }

    /// The same as a workbook.
    ///
    /// # Errors
    /// If the format cannot hold it.
    pub fn workbook(&self) -> Result<Vec<u8>, Problem> {
        let announced = &self.held.prepared.announced;
        let stages = self.held.history.stages();
        let result = stages
            .last()
            .map_or(&self.held.draw.result, |line| &line.result);
        self.with(|visits| {
            let listing = Listing {
                announcement: &announced.document,
                commitment: announced.commitment,
                result: result.root,
                officers: &self.held.prepared.officers,
                visits,
                sealed: true,
            };
            listing.xlsx().map_err(|error| Problem::internal(&error))
        })
    }
}

/// Records a look, after which the list may be given out. What may be seen is asked once more: it may
/// have changed while the list was made.
///
/// # Errors
/// As [`Reach::of`].
pub fn record(
    change: &mut crate::store::Transaction<'_>,
    actor: &Actor,
    list: (&Digest, &Reach),
    (detail, request): (&str, &str),
) -> Result<(), Problem> {
    let (commitment, reach) = list;
    if Reach::of(change.sql, actor, commitment)? != *reach {
        return Err(Problem::not_found());
    }
    let target = commitment.to_string();
    audit::record(change, &actor.name, "look", &target, detail, request)
}

impl SealedList {
    /// What is seen of it.
    #[must_use]
    pub const fn reach(&self) -> &Reach {
        &self.reach
    }
}

/// The department of a place's officer; that of the slot where it is open.
fn department<'v>(member: &'v Member<'_>) -> &'v str {
    let officer = member.officer.as_ref();
    officer.map_or(member.department, |officer| officer.value("department"))
}
