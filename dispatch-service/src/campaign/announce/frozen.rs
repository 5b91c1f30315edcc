//! Freezing a draft and storing what came of it: rosters piece by piece, secrets encrypted.

use std::io::Cursor;

use bytes::Bytes;
use dispatch_core::beacon;
use dispatch_core::bundle::{ANNOUNCEMENT, Files, OFFICERS, SUBJECTS};
use dispatch_core::child;
use dispatch_core::custody::Custody;
use dispatch_core::custody::sealing::{self, Entrusted};
use dispatch_core::digest::Digest;
use dispatch_core::evidence::Announced;
use dispatch_core::freeze::{self, Earlier, Frozen, freeze_with};
use dispatch_core::language::Message;
use dispatch_core::material::{self, Source};
use dispatch_core::randomness;
use dispatch_core::slip::SlipFields;
use dispatch_core::syntax::time_text;
use zeroize::Zeroizing;

use super::{Prepared, PublicFile};
use crate::campaign::draft::{Draft, DraftMaterial, Part, read_file, uploaded};
use crate::campaign::files;
use crate::context::Context;
use crate::problem::Problem;
use crate::store::blob;

/// A draft that is frozen.
pub(super) struct Made {
    frozen: Frozen,
    /// `custody.age`.
    held: Option<Vec<u8>>,
    /// The announcement of the parent.
    parent: Option<Vec<u8>>,
}

/// Freezes a draft that has no errors.
pub(super) fn freeze(ctx: &Context, read: DraftMaterial) -> Result<Made, Problem> {
    beacon::self_test().map_err(|error| Problem::internal(&error))?;
    let settings = &read.settings;
    let earlier = earlier(ctx, &read)?;
    let material = read.material;
    let locked = settings.timelock.unwrap_or(!read.draft.replay);
    let lock_round = locked.then(|| material.plan.schedule.lock_round());
    let custodians = settings.custodians()?;
    let parent = material.parent;
    let draft = freeze::Draft {
        plan: material.plan,
        subjects: material.subjects,
        officers: material.officers,
        recusals: material.recusals,
        earlier,
        recent_pulse: settings.pulse()?,
        policy: policy(ctx),
        created: time_text(ctx.clock.now()).unwrap_or_default(),
        replay: read.draft.replay,
    };
    let inside = |message: Message| Problem::internal(&message);
    let entropy = randomness::entropy().map_err(inside)?;
    let lock_entropy = randomness::lock_entropy().map_err(inside)?;
    let mut entrusted = Entrusted::default();
    let frozen = freeze_with(draft, &entropy, |sealed| {
        let lock = lock_round.map(|round| (round, &lock_entropy));
        entrusted = sealing::entrust(custodians, lock, &entropy, sealed)?;
        Ok(entrusted.custody.clone())
    });
    let frozen = frozen.map_err(|messages| not_frozen(&messages))?;
    let mut parent_bytes = None;
    if let Some(parent) = &parent {
        let officers = read.parent_officers.unwrap_or_default();
        child::fits(parent, &officers, &frozen)?;
        let holder = parent.commitment.to_string();
        parent_bytes = Some(public(ctx, &holder, ANNOUNCEMENT)?);
    }
    Ok(Made {
        frozen,
        held: entrusted.file,
        parent: parent_bytes,
    })
}

/// Stores the files of a frozen draft; nobody sees them before they are taken in.
pub(super) fn store(
    ctx: &Context,
    draft: Draft,
    digest: Digest,
    made: Made,
) -> Result<Prepared, Problem> {
    let mut frozen = made.frozen;
    let slip = SlipFields::of(&frozen.announcement, frozen.commitment);
    let no_slip = |error: dispatch_core::slip::SlipError| {
        Problem::invalid(Message::new(
            format!("slip: {error}"),
            format!("承诺单：{error}"),
        ))
    };
    let (text, page) = (slip.text().map_err(no_slip)?, slip.html().map_err(no_slip)?);
    let bytes = frozen.public.get(ANNOUNCEMENT).unwrap_or_default().to_vec();
    let mut files: Vec<(String, Vec<u8>)> = vec![
        ("slip.txt".to_owned(), text.into_bytes()),
        ("slip.html".to_owned(), page.into_bytes()),
    ];
    files.extend(made.held.map(|held| (Custody::FILE.to_owned(), held)));
    files.extend(made.parent.map(|parent| (PARENT.to_owned(), parent)));
    let names: Vec<String> = frozen.public.names().map(str::to_owned).collect();
    for name in names {
        if let Some(bytes) = frozen.public.take(&name) {
            files.push((name, bytes));
        }
    }
    let mut public = Vec::new();
    for (name, bytes) in files {
        let bytes = Bytes::from(bytes);
        let (digest, length) =
            blob::store(&ctx.store, || Ok(Box::new(Cursor::new(bytes.clone()))))?;
        public.push(PublicFile {
            name,
            digest,
            length,
        });
    }
    let holder = frozen.commitment.to_string();
    let names: Vec<String> = frozen.secret.names().map(str::to_owned).collect();
    let mut sealed = Vec::new();
    for name in names {
        let plain = Zeroizing::new(frozen.secret.take(&name).unwrap_or_default());
        let name = format!("secret/{name}");
        let stored = files::store_sealed(&ctx.store, &ctx.envelope, &holder, &name, plain)?;
        sealed.push((name, stored));
    }
    Ok(Prepared {
        draft,
        digest,
        announced: Announced {
            document: frozen.announcement,
            commitment: frozen.commitment,
        },
        bytes,
        public,
        sealed,
    })
}

/// The rosters of the draw before, and why rows changed since.
fn earlier(ctx: &Context, read: &DraftMaterial) -> Result<Earlier, Problem> {
    let Some(previous) = read.settings.previous()? else {
        return Ok(Earlier::default());
    };
    let holder = previous.to_string();
    let mut before = Files::default();
    for name in [ANNOUNCEMENT, SUBJECTS, OFFICERS] {
        before.insert(name, public(ctx, &holder, name)?);
    }
    let (id, envelope) = (read.draft.id.clone(), ctx.envelope.clone());
    let reasons = ctx.store.read_blocking(move |sql| {
        let names = uploaded(sql, &envelope, &id)?;
        let Some(file) = names.into_iter().find(|file| file.part == Part::Reasons) else {
            return Ok(None);
        };
        let bytes = read_file(sql, &envelope, &id, Part::Reasons)?;
        Ok(Some((file.name, bytes)))
    })?;
    let reasons = match &reasons {
        Some((name, bytes)) => material::reasons(&Source::new(name, bytes))?,
        None => std::collections::HashMap::new(),
    };
    Ok(material::earlier(&holder, before, reasons)?)
}

/// SHA-256 of the policy that the service announces.
fn policy(ctx: &Context) -> Option<Digest> {
    let policy = ctx.settings.policy.as_ref();
    policy.map(|policy| Digest::of(&policy.text))
}

fn public(ctx: &Context, holder: &str, name: &'static str) -> Result<Vec<u8>, Problem> {
    let (holder, envelope) = (holder.to_owned(), ctx.envelope.clone());
    let bytes = ctx
        .store
        .read_blocking(move |sql| files::read(sql, &envelope, &holder, name))?;
    let bytes = bytes.ok_or_else(|| {
        Problem::invalid(Message::new(
            format!("the draw that is named has no {name} here"),
            format!("所指的抽取在本系统中没有{name}"),
        ))
    })?;
    Ok(bytes.to_vec())
}

fn not_frozen(messages: &[Message]) -> Problem {
    Problem::all_of(
        "draft-errors",
        ("nothing was announced", "未公告"),
        messages,
    )
}

/// The parent's announcement, as a child draw's folder has it.
const PARENT: &str = "parent.json";
