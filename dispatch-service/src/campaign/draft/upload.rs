//! The files of a draft: lists as people have them, sealed from the moment they are stored.

use std::collections::BTreeMap;

use dispatch_core::syntax::is_text;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Draft, bad_text, find_open, touch};
use crate::access::Actor;
use crate::campaign::files::{self, StoredFile};
use crate::keys::Envelope;
use crate::problem::Problem;
use crate::store::{Sql, Transaction};

/// Which file of a draft.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// 抽查任务, TOML or XLSX.
    Plan,
    /// 检查对象名录.
    Subjects,
    /// 执法检查人员名录.
    Officers,
    /// 回避名单.
    Recusals,
    /// 表头对照, TOML.
    Columns,
    /// 名录变动原因, CSV.
    Reasons,
}

impl Part {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Plan,
        Self::Subjects,
        Self::Officers,
        Self::Recusals,
        Self::Columns,
        Self::Reasons,
    ];

    /// The word for it in paths.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Subjects => "subjects",
            Self::Officers => "officers",
            Self::Recusals => "recusals",
            Self::Columns => "columns",
            Self::Reasons => "reasons",
        }
    }

    /// The part of a word.
    ///
    /// # Errors
    /// 404.
    pub fn of(word: &str) -> Result<Self, Problem> {
        let found = Self::ALL.into_iter().find(|part| part.word() == word);
        found.ok_or_else(Problem::not_found)
    }
}

/// How people call an uploaded file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadedFile {
    /// Which it is.
    pub part: Part,
    /// Its name on the desk it came from; problems say it.
    pub name: String,
    /// The sheet of a workbook that is meant; empty for the only one.
    pub sheet: String,
    /// Its bytes, sealed.
    pub length: u64,
}

/// Takes a file that was stored sealed already (see [`files::store_sealed`]) into a draft.
///
/// # Errors
/// 403, 404, 409 as the draft has it; 422 if the name is malformed.
pub fn take_file(
    change: &mut Transaction<'_>,
    envelope: &Envelope,
    actor: &Actor,
    id: &str,
    uploaded: &UploadedFile,
    stored: &StoredFile,
) -> Result<Draft, Problem> {
    let draft = find_open(change.sql, actor, id)?;
    if !is_text(&uploaded.name) || uploaded.name.contains(['/', '\\']) {
        return Err(bad_text("name", "文件名"));
    }
    if !uploaded.sheet.is_empty() && !is_text(&uploaded.sheet) {
        return Err(bad_text("sheet", "工作表"));
    }
    files::remove(change.sql, id, uploaded.part.word())?;
    files::add_stored_sealed(change.sql, id, uploaded.part.word(), stored)?;
    let mut names = names(change.sql, envelope, id)?;
    names.insert(uploaded.part, uploaded.clone());
    keep(change, envelope, id, &names)?;
    Ok(draft)
}

/// Takes a file out of a draft.
///
/// # Errors
/// 403, 404, 409 as the draft has it.
pub fn remove_file(
    change: &mut Transaction<'_>,
    envelope: &Envelope,
    actor: &Actor,
    id: &str,
    part: Part,
) -> Result<Draft, Problem> {
    let draft = find_open(change.sql, actor, id)?;
    files::remove(change.sql, id, part.word())?;
    let mut names = names(change.sql, envelope, id)?;
    names.remove(&part);
    keep(change, envelope, id, &names)?;
    Ok(draft)
}

/// The bytes of an uploaded file. The caller has recorded the look.
///
/// # Errors
/// 404 if there is none.
pub fn read_file(
    sql: &mut dyn Sql,
    envelope: &Envelope,
    id: &str,
    part: Part,
) -> Result<Zeroizing<Vec<u8>>, Problem> {
    let bytes = files::read(sql, envelope, id, part.word())?;
    bytes.ok_or_else(Problem::not_found)
}

/// The uploaded files of a draft, in order of parts.
///
/// # Errors
/// If they cannot be opened.
pub fn uploaded(
    sql: &mut dyn Sql,
    envelope: &Envelope,
    id: &str,
) -> Result<Vec<UploadedFile>, Problem> {
    Ok(names(sql, envelope, id)?.into_values().collect())
}

fn names(
    sql: &mut dyn Sql,
    envelope: &Envelope,
    id: &str,
) -> Result<BTreeMap<Part, UploadedFile>, Problem> {
    let Some(bytes) = files::read(sql, envelope, id, NAMES)? else {
        return Ok(BTreeMap::new());
    };
    let files: Vec<UploadedFile> =
        serde_json::from_slice(&bytes).map_err(|error| Problem::internal(&error))?;
    Ok(files.into_iter().map(|file| (file.part, file)).collect())
}

fn keep(
    change: &mut Transaction<'_>,
    envelope: &Envelope,
    id: &str,
    names: &BTreeMap<Part, UploadedFile>,
) -> Result<(), Problem> {
    let files: Vec<&UploadedFile> = names.values().collect();
    let bytes = serde_json::to_vec(&files).map_err(|error| Problem::internal(&error))?;
    let now = change.now;
    files::replace_sealed(change.sql, envelope, id, NAMES, &bytes, now)?;
    touch(change, id)
}

/// A sealed file of the draft that says how people call the others.
const NAMES: &str = "names.json";
