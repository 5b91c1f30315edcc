//! Reading a draft's files as `dispatch-core` takes them: one after another, each only as long as it is
//! needed.

use dispatch_core::bundle::{ANNOUNCEMENT, OFFICERS, SUBJECTS};
use dispatch_core::child::child_of;
use dispatch_core::digest::Digest;
use dispatch_core::evidence::roster_rules;
use dispatch_core::language::{Language, Message};
use dispatch_core::material::{self, Material, PlanFault, Reader, Source};
use dispatch_core::roster::Roster;
use zeroize::Zeroizing;

use super::{Draft, DraftSettings, Part, UploadedFile, digest, load, settings, uploaded};
use crate::campaign::files;
use crate::context::Context;
use crate::problem::{Fault, Problem};

/// A draft, read.
#[derive(Debug)]
pub struct DraftMaterial {
    /// The draft.
    pub draft: Draft,
    /// Its digest when it was read.
    pub digest: Digest,
    /// Its settings.
    pub settings: DraftSettings,
    /// What its files hold.
    pub material: Material,
    /// Of a child draw, the officers of its parent.
    pub parent_officers: Option<Roster>,
}

/// Reads a draft from a plain thread, on which this may take its time.
///
/// # Errors
/// 422 with all faults of a plan that cannot be read, or with the file that is missing.
pub fn read_material(ctx: &Context, id: &str) -> Result<DraftMaterial, Problem> {
    let (held, envelope) = (id.to_owned(), ctx.envelope.clone());
    let (draft, digest, settings, names) = ctx.store.read_blocking(move |sql| {
        let draft = load(sql, &held)?;
        let digest = digest(sql, &draft)?;
        let settings = settings(sql, &envelope, &held)?;
        Ok((draft, digest, settings, uploaded(sql, &envelope, &held)?))
    })?;
    let desk = Desk { ctx, id, names };
    let mut reader = desk.reader()?;
    let mut parent_officers = None;
    if reader.plan().is_child() {
        parent_officers = Some(desk.parent(&mut reader)?);
    } else {
        desk.list(Part::Subjects, true, |source| {
            reader.subjects(source, &mut |_| {});
        })?;
    }
    desk.list(Part::Officers, true, |source| {
        reader.officers(source, &mut |_| {});
    })?;
    desk.list(Part::Recusals, false, |source| {
        reader.recusals(source, &mut |_| {});
    })?;
    Ok(DraftMaterial {
        draft,
        digest,
        settings,
        material: reader.finish(),
        parent_officers,
    })
}

/// The errors among the problems of material, as faults of a problem.
#[must_use]
pub fn faults_of(material: &Material) -> Vec<Fault> {
    let errors = { material.problems.iter() }
        .filter(|problem| problem.severity == dispatch_core::problem::Severity::Error);
    errors
        .map(|problem| Fault {
            place: problem.place(Language::Chinese),
            english: problem.render(Language::English),
            chinese: problem.render(Language::Chinese),
        })
        .collect()
}

/// A file and its bytes.
type Opened<'d> = (&'d UploadedFile, Zeroizing<Vec<u8>>);

/// The draft's files.
struct Desk<'c> {
    ctx: &'c Context,
    id: &'c str,
    names: Vec<UploadedFile>,
}

impl Desk<'_> {
    fn reader(&self) -> Result<Reader, Problem> {
        let (plan_name, plan) = self.file(Part::Plan)?.ok_or_else(|| missing(Part::Plan))?;
        let columns = self.file(Part::Columns)?;
        let columns = { columns.as_ref() }.map(|(file, bytes)| Source::new(&file.name, bytes));
        let plan = Source::new(&plan_name.name, &plan);
        Reader::new(&plan, columns.as_ref()).map_err(|faults| unreadable(&faults))
    }

    /// Takes over the subjects of the parent; gives its officers.
    fn parent(&self, reader: &mut Reader) -> Result<Roster, Problem> {
        let named = reader.plan().parent.first().map(|parent| parent.commitment);
        let named = named.ok_or_else(Problem::not_found)?;
        let holder = named.to_string();
        let bytes = self.public(&holder, ANNOUNCEMENT)?;
        let name = format!("{holder}/{ANNOUNCEMENT}");
        let parent = material::announced(&Source::new(&name, &bytes))?;
        child_of(&parent, reader.plan())?;
        let officers = material::published(
            &format!("{holder}/{OFFICERS}"),
            self.public(&holder, OFFICERS)?,
            &roster_rules(&parent.document.plan, false),
            parent.document.officers.root,
        )?;
        let subjects = self.public(&holder, SUBJECTS)?;
        reader.parent(parent, &format!("{holder}/{SUBJECTS}"), subjects)?;
        Ok(officers)
    }

    /// Gives a list to whoever reads it.
    fn list(
        &self,
        part: Part,
        needed: bool,
        read: impl FnOnce(&Source<'_>),
    ) -> Result<(), Problem> {
        let Some((file, bytes)) = self.file(part)? else {
            return if needed { Err(missing(part)) } else { Ok(()) };
        };
        read(&Source {
            name: &file.name,
            sheet: Some(file.sheet.as_str()).filter(|sheet| !sheet.is_empty()),
            bytes: &bytes,
        });
        Ok(())
    }

    fn file(&self, part: Part) -> Result<Option<Opened<'_>>, Problem> {
        let Some(file) = self.names.iter().find(|file| file.part == part) else {
            return Ok(None);
        };
        let (id, envelope) = (self.id.to_owned(), self.ctx.envelope.clone());
        let bytes = self
            .ctx
            .store
            .read_blocking(move |sql| files::read(sql, &envelope, &id, part.word()))?;
        Ok(bytes.map(|bytes| (file, bytes)))
    }

    /// A file that another draw of this service has published.
    fn public(&self, holder: &str, name: &'static str) -> Result<Vec<u8>, Problem> {
        let (held, envelope) = (holder.to_owned(), self.ctx.envelope.clone());
        let bytes = self
            .ctx
            .store
            .read_blocking(move |sql| files::read(sql, &envelope, &held, name))?;
        let bytes = bytes.ok_or_else(|| {
            Problem::new(
                422,
                "invalid",
                format!(
                    "the draw with the commitment {holder} was not announced here, or has no {name}"
                ),
                format!("本系统没有公告过承诺为{holder}的抽取，或其没有{name}"),
            )
        })?;
        Ok(bytes.to_vec())
    }
}

/// A plan that cannot be read.
fn unreadable(faults: &[PlanFault]) -> Problem {
    let count = faults.len();
    let mut problem = Problem::new(
        422,
        "plan",
        format!("the plan has {count} faults; mend them and upload it again"),
        format!("抽查任务有{count}处错误，请更正后重新上传"),
    );
    problem.faults = { faults.iter() }
        .map(|fault| {
            let Message { english, chinese } = fault.told();
            Fault {
                place: fault.place.chinese.clone(),
                english,
                chinese,
            }
        })
        .collect();
    problem
}

fn missing(part: Part) -> Problem {
    let word = part.word();
    let mut problem = Problem::new(
        422,
        "file-missing",
        format!("the file {word} was not uploaded yet"),
        format!("尚未上传文件 {word}"),
    );
    problem.faults.push(Fault {
        place: word.to_owned(),
        english: format!("upload the file {word}"),
        chinese: format!("请上传 {word}"),
    });
    problem
}
