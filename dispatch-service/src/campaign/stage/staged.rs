//! What is staged before a stage is proposed: the list of what fell out, and the papers that show why.
//!
//! Invariant: both lie sealed, and can be replaced until the stage is frozen.

use dispatch_core::digest::Digest;
use dispatch_core::held::{sealed, stage_file};
use dispatch_core::json::{from_canonical, to_canonical};
use dispatch_core::language::Language;
use dispatch_core::problem::Severity;
use dispatch_core::stage::{DropKind, DropList, DropOut};

use super::{Registered, registered};
use crate::access::{Actor, Role};
use crate::campaign::files;
use crate::context::Context;
use crate::keys::Envelope;
use crate::problem::{Fault, Problem};
use crate::store::{Sql, Transaction};

/// A list that was read.
#[derive(Clone, Debug)]
pub struct List {
    bytes: Vec<u8>,
    /// How much fell out.
    pub staged: Staged,
}

/// How much is staged, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Staged {
    /// Subjects that fall out.
    pub subjects: u64,
    /// Officers who leave one visit.
    pub visits: u64,
    /// Officers who get no further visits.
    pub officers: u64,
}

/// A paper that shows a reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Its name in the list.
    pub name: String,
    /// Its hash.
    pub digest: Digest,
}

/// Reads a list of what fell out, from a plain thread.
///
/// # Errors
/// 403 to whoever is no operator; 404 outside the scope; 409 if the state forbids it; 422 with every
/// fault of the list.
pub fn read_list(
    ctx: &Context,
    actor: &Actor,
    commitment: &Digest,
    number: u64,
    (name, bytes): (&str, &[u8]),
) -> Result<List, Problem> {
    actor.must_be(&[Role::Operator])?;
    let (who, commitment) = (actor.clone(), *commitment);
    let envelope = ctx.envelope.clone();
    let (announced, papers) = ctx.store.read_blocking(move |sql| {
        open(sql, &who, &commitment, number)?;
        let (announced, _) = registered::announcement(sql, &commitment)?;
        Ok((announced, papers(sql, &envelope, &commitment, number)?))
    })?;
    let list = DropList::read(bytes, name, &announced.document.plan, |paper| {
        let found = papers.iter().find(|evidence| evidence.name == paper);
        found.map(|evidence| evidence.digest)
    });
    let errors = list.errors();
    if errors > 0 {
        let mut problem = Problem::new(
            422,
            "stage-errors",
            format!("{errors} errors in the list"),
            format!("退出名单共{errors}处错误"),
        );
        let table = { list.problems.iter() }
            .filter(|problem| problem.severity == Severity::Error)
            .map(|problem| Fault {
                place: problem.place(Language::Chinese),
                english: problem.render(Language::English),
                chinese: problem.render(Language::Chinese),
            });
        problem.faults.extend(table);
        problem
            .faults
            .extend(list.faults.iter().map(|message| Fault {
                place: name.to_owned(),
                english: message.english.clone(),
                chinese: message.chinese.clone(),
            }));
        return Err(problem);
    }
    Ok(List {
        bytes: to_canonical(&list.drops).map_err(|error| Problem::internal(&error))?,
        staged: count(&list.drops),
    })
}

/// Stages a list, in the place of the one before.
///
/// # Errors
/// As [`read_list`].
pub fn put_list(
    change: &mut Transaction<'_>,
    envelope: &Envelope,
    actor: &Actor,
    (commitment, number): (&Digest, u64),
    list: &List,
) -> Result<(), Problem> {
    actor.must_be(&[Role::Operator])?;
    open(change.sql, actor, commitment, number)?;
    let (holder, name) = (commitment.to_string(), list_name(number));
    let now = change.now;
    files::replace_sealed(change.sql, envelope, &holder, &name, &list.bytes, now)
}

/// Stages a paper, in the place of one of the same name.
///
/// # Errors
/// As [`read_list`].
pub fn put_evidence(
    change: &mut Transaction<'_>,
    envelope: &Envelope,
    actor: &Actor,
    (commitment, number): (&Digest, u64),
    (name, bytes): (&str, &[u8]),
) -> Result<Evidence, Problem> {
    actor.must_be(&[Role::Operator])?;
    open(change.sql, actor, commitment, number)?;
    let holder = commitment.to_string();
    let place = format!("{}{name}", papers_prefix(number));
    files::replace_sealed(change.sql, envelope, &holder, &place, bytes, change.now)?;
    Ok(Evidence {
        name: name.to_owned(),
        digest: Digest::of(bytes),
    })
}

/// How much is staged; none if no list is.
///
/// # Errors
/// 403 to roles that do not see it; 404 outside the scope.
pub fn staged(
    sql: &mut dyn Sql,
    envelope: &Envelope,
    actor: &Actor,
    (commitment, number): (&Digest, u64),
) -> Result<Option<Staged>, Problem> {
    actor.must_be(&[Role::Operator, Role::Approver, Role::Supervisor])?;
    let draw = registered::get(sql, commitment)?;
    draw.must_be_of(actor)?;
    let bytes = files::read(sql, envelope, &commitment.to_string(), &list_name(number))?;
    let Some(bytes) = bytes else {
        return Ok(None);
    };
    let drops: Vec<DropOut> = from_canonical(&bytes).map_err(|error| Problem::internal(&error))?;
    Ok(Some(count(&drops)))
}

/// SHA-256 of the stored list, which every upload changes.
pub(super) fn list_digest(
    sql: &mut dyn Sql,
    commitment: &Digest,
    number: u64,
) -> Result<Option<Digest>, Problem> {
    let file = files::find(sql, &commitment.to_string(), &list_name(number))?;
    Ok(file.map(|file| file.digest))
}

pub(super) fn list_name(number: u64) -> String {
    sealed(&stage_file(number, "-draft.json"))
}

/// A draw that is drawn, and the stage is not frozen.
fn open(
    sql: &mut dyn Sql,
    actor: &Actor,
    commitment: &Digest,
    number: u64,
) -> Result<Registered, Problem> {
    let draw = registered::get(sql, commitment)?;
    draw.must_be_of(actor)?;
    draw.must_be("drawn")?;
    let frozen = sql.query_one(
        "SELECT number FROM stage WHERE commitment = ?1 AND number >= ?2 LIMIT 1",
        &[commitment.into(), number.into()],
    )?;
    if frozen.is_none() {
        return Ok(draw);
    }
    Err(Problem::conflict(
        format!("stage {number} or a later one is frozen already"),
        format!("第{number}次或其后的补抽已冻结"),
    ))
}

fn papers(
    sql: &mut dyn Sql,
    envelope: &Envelope,
    commitment: &Digest,
    number: u64,
) -> Result<Vec<Evidence>, Problem> {
    let holder = commitment.to_string();
    let prefix = papers_prefix(number);
    let mut found = Vec::new();
    for file in files::list(sql, &holder)? {
        let Some(name) = file.name.strip_prefix(&prefix) else {
            continue;
        };
        if let Some(bytes) = files::read(sql, envelope, &holder, &file.name)? {
            found.push(Evidence {
                name: name.to_owned(),
                digest: Digest::of(&bytes),
            });
        }
    }
    Ok(found)
}

fn papers_prefix(number: u64) -> String {
    sealed(&stage_file(number, "-evidence/"))
}

fn count(drops: &[DropOut]) -> Staged {
    let mut staged = Staged::default();
    for drop in drops {
        let count = match drop.kind() {
            Some(DropKind::Officer) => &mut staged.officers,
            Some(DropKind::Visit) => &mut staged.visits,
            _ => &mut staged.subjects,
        };
        *count = count.saturating_add(1);
    }
    staged
}
