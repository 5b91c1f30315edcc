//! Showing that what was witnessed last is the beginning of what the database holds.
//!
//! Asked are the memory beside the key and the witnesses of the policy. Of the witnesses so many have
//! to answer that those who do not could not have witnessed anything by themselves. Invariant: the
//! guard opens only when everybody who was heard agrees; who disagrees closes it for good, until the
//! service is started with another database.

use dispatch_core::language::Message;
use dispatch_core::log::view::{LogView, tree_message};
use dispatch_core::log::{LogPolicy, PolicyWitness, SignedCheckpoint};
use dispatch_core::witness::asking::{self, NotCosigned, WitnessLink};

use super::{LogSigner, StoredLog};
use crate::problem::Problem;
use crate::store::Store;

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The log may be signed.
    Agreed,
    /// Not enough witnesses were heard; ask again later.
    Waiting(Message),
    /// Somebody has seen something else.
    Disagreed(Message),
}

/// Compares, and tells what was found; opens or closes the guard accordingly. `adopt`: the operator
/// vouches for the database where there is nobody else to ask.
///
/// # Errors
/// If the database is gone.
pub fn establish(
    store: &Store,
    signer: &LogSigner,
    policy: Option<&LogPolicy>,
    link: &impl WitnessLink,
    adopt: bool,
) -> Result<Shown, Problem> {
    let latest = store.read_blocking(|sql| {
        let log = StoredLog::new(sql);
        Ok(LogView(&log).checkpoint()?)
    })?;
    let shown = compare(store, signer, policy, link, &latest, adopt)?;
    match &shown {
        Shown::Agreed => {
            // Whoever vouched for it need not do so again.
            if adopt {
                signer.remember(&latest.to_text());
            }
            signer.guard().open();
        }
        Shown::Waiting(why) | Shown::Disagreed(why) => signer.guard().close(why.clone()),
    }
    Ok(shown)
}

fn compare(
    store: &Store,
    signer: &LogSigner,
    policy: Option<&LogPolicy>,
    link: &impl WitnessLink,
    latest: &SignedCheckpoint,
    adopt: bool,
) -> Result<Shown, Problem> {
    let size = latest.checkpoint.size;
    let remembered = match signer.remembered() {
        Ok(remembered) => remembered,
        Err(_) if adopt => None,
        Err(why) => return Ok(Shown::Waiting(why)),
    };
    if let Some(remembered) = &remembered
        && let Some(why) = remembered_otherwise(store, remembered, size)?
    {
        return Ok(Shown::Disagreed(why));
    }
    let witnessed = policy.filter(|policy| policy.has_quorum());
    let Some(policy) = witnessed else {
        // Nobody else has seen anything: an empty log cannot be an old one that anybody relies on.
        if remembered.is_some() || size == 0 || adopt {
            return Ok(Shown::Agreed);
        }
        return Ok(Shown::Disagreed(Message::new(
            format!(
                "the log has {size} entries, no witness and no latest-checkpoint beside its key: nobody can tell whether this is the newest copy; if you are sure of it, start once with --adopt-log"
            ),
            format!(
                "日志已有{size}条，但没有见证方，密钥旁也没有 latest-checkpoint，无法判断是否为最新副本；确认无误后，请用 --adopt-log 启动一次"
            ),
        )));
    };
    let mut heard = Vec::new();
    let mut silent = Vec::new();
    for witness in policy.witnesses() {
        // One that is served by hand cannot be asked; then what this machine remembers has to do.
        if witness.url.is_none() && remembered.is_some() {
            heard.push(true);
            continue;
        }
        match hear(store, link, policy, witness, latest)? {
            Ok(true) => heard.push(true),
            Ok(false) => heard.push(false),
            Err(why) => return Ok(Shown::Disagreed(why)),
        }
        if heard.last() == Some(&false) {
            silent.push(witness.name.as_str());
        }
    }
    // Could the silent ones have witnessed a later checkpoint without any of those that were heard?
    let hidden = policy.is_reached_by(|place| heard.get(place) == Some(&false));
    if !hidden || adopt {
        return Ok(Shown::Agreed);
    }
    let silent = silent.join(", ");
    Ok(Shown::Waiting(Message::new(
        format!("these witnesses did not tell what they saw last: {silent}; they are asked again"),
        format!("以下见证方尚未告知其所见的最新检查点：{silent}；将继续询问"),
    )))
}

/// What this machine signed last must be there.
fn remembered_otherwise(
    store: &Store,
    remembered: &SignedCheckpoint,
    size: u64,
) -> Result<Option<Message>, Problem> {
    let known = remembered.checkpoint.clone();
    let there = known.size <= size
        && store.read_blocking(move |sql| {
            let log = StoredLog::new(sql);
            let root = LogView(&log).tree(size).root_at(known.size);
            let root = root.map_err(|why| log.error(&tree_message(why)))?;
            Ok(root == known.root)
        })?;
    let known = remembered.checkpoint.size;
    Ok((!there).then(|| {
        Message::new(
            format!("this machine has signed the log at size {known}, and the database holds {size} entries that do not continue it: an old copy was put back; restore the newest one, or rebuild it from a mirror of the log"),
            format!("本机已签署规模{known}的日志，而数据库中的{size}条与之不衔接：误用了旧副本；请恢复最新副本，或由日志镜像重建"),
        )
    }))
}

/// Asks one witness: true if what it saw last is the beginning of the log, false if it did not tell.
fn hear(
    store: &Store,
    link: &impl WitnessLink,
    policy: &LogPolicy,
    witness: &PolicyWitness,
    latest: &SignedCheckpoint,
) -> Result<Result<bool, Message>, Problem> {
    let Some(url) = &witness.url else {
        return Ok(Ok(false));
    };
    let told = match link.latest(url, &latest.checkpoint.origin) {
        Ok(told) => told,
        Err(fault) => {
            tracing::warn!(witness = %witness.name, fault = %fault.english, "a witness was not reached");
            return Ok(Ok(false));
        }
    };
    if let Some(bytes) = told {
        let Some(held) = asking::seen(&bytes, witness, policy, latest) else {
            tracing::warn!(witness = %witness.name, "a witness answered with no checkpoint of this log");
            return Ok(Ok(false));
        };
        let (witness, latest) = (witness.clone(), latest.clone());
        let agrees = store.read_blocking(move |sql| {
            let log = StoredLog::new(sql);
            let agrees = asking::continues(&LogView(&log), &witness, &held, &latest);
            // A database that is gone contradicts nobody.
            log.fault().map_or(Ok(agrees), |fault| Err(fault.into()))
        })?;
        return Ok(agrees.map(|()| true));
    }
    // It does not tell, or has seen nothing: then it is asked to cosign what was signed already, which
    // it does only from where it is.
    match super::witness::cosign(store, link, (witness, url), true)? {
        Ok(()) => Ok(Ok(true)),
        Err(NotCosigned::Other(fault)) => {
            tracing::warn!(witness = %witness.name, fault = %fault.english, "a witness did not cosign");
            Ok(Ok(false))
        }
        Err(NotCosigned::Disagrees(fault)) => Ok(Err(fault)),
    }
}
