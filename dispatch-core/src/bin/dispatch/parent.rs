//! What the parent of a child draw has published: its rosters, held against its announcement.

use std::path::Path;

use dispatch_core::bundle;
use dispatch_core::evidence::roster_rules;
use dispatch_core::material::published;
use dispatch_core::roster::Roster;

use crate::failure::Done;
use crate::{folder, history};

/// The officer roster that a parent has published.
pub(crate) fn officers(dir: &Path) -> Done<Roster> {
    let parent = history::announced(&dir.join(bundle::ANNOUNCEMENT))?;
    let path = dir.join(bundle::OFFICERS);
    let rules = roster_rules(&parent.document.plan, false);
    let root = parent.document.officers.root;
    Ok(published(
        &path.display().to_string(),
        folder::read(&path)?,
        &rules,
        root,
    )?)
}
