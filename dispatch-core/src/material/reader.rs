//! Reading the files of a draw, one after another: plan, subjects, officers, recusals.

use std::sync::Arc;

use super::columns::{self, Header};
use super::plan_file::{PlanFault, read_plan};
use super::{List, Material, Source, parent};
use crate::evidence::Announced;
use crate::import::{
    ImportOptions, ImportReport, ImportedRow, Mappings, import_officers, import_recusals,
    import_subjects,
};
use crate::language::Message;
use crate::plan::Plan;
use crate::problem::{Problem, ProblemKind, Problems, Severity};
use crate::roster::{Recusal, Roster, RosterBuilder, RosterKind, RowRules};

/// Reads material. Subjects and officers come before recusals.
#[derive(Debug)]
pub struct Reader {
    material: Material,
    mappings: Mappings,
    options: ImportOptions,
    extra_subject_columns: Vec<String>,
}

/// Told the bytes done of the file that is being read.
type Progress<'p> = &'p mut dyn FnMut(u64);

/// A file's importer.
type Import = fn(
    &[u8],
    &str,
    &ImportOptions,
    &mut dyn FnMut(u64),
    &mut dyn FnMut(&ImportedRow<'_>),
) -> ImportReport;

impl Reader {
    /// Reads the plan, and what the headers of the lists mean.
    ///
    /// # Errors
    /// Everything that is wrong with either.
    pub fn new(plan: &Source<'_>, columns: Option<&Source<'_>>) -> Result<Self, Vec<PlanFault>> {
        let source = read_plan(plan)?;
        let mappings = columns.map(mappings).transpose();
        let mappings = mappings.map_err(|fault| vec![fault])?.unwrap_or_default();
        let plan = source.plan;
        Ok(Self {
            options: ImportOptions {
                subject_ids: plan.subjects.ids,
                valid_through: Some(plan.schedule.window_end.clone()),
                ..ImportOptions::default()
            },
            mappings,
            extra_subject_columns: source.extra_columns,
            material: Material {
                plan,
                subjects: Roster::default(),
                officers: Roster::default(),
                recusals: Vec::new(),
                problems: Problems::new(),
                summaries: Vec::new(),
                lists: Vec::new(),
                parent: None,
            },
        })
    }

    /// The plan.
    #[must_use]
    pub const fn plan(&self) -> &Plan {
        &self.material.plan
    }

    /// Reads the subjects.
    pub fn subjects(&mut self, source: &Source<'_>, progress: Progress<'_>) {
        self.options.mapping = self.mappings.subjects.clone();
        self.options.extra_columns = self.extra_subject_columns.clone();
        let kind = RosterKind::Subjects(self.material.plan.subjects.ids);
        let read = columns::of_subjects(&self.material.plan);
        self.material.subjects = self.roster(source, kind, &read, progress);
    }

    /// Takes over the subjects of a child draw's parent, as it has published them.
    ///
    /// # Errors
    /// If they are not what it announced, or the plan is not that of a child of it.
    pub fn parent(
        &mut self,
        parent: Announced,
        name: &str,
        subjects: Vec<u8>,
    ) -> Result<(), Message> {
        let plan = self.material.plan.clone();
        parent::subjects(&parent, &plan, name, subjects, &mut self.material)?;
        self.material.parent = Some(parent);
        Ok(())
    }

    /// Reads the officers.
    pub fn officers(&mut self, source: &Source<'_>, progress: Progress<'_>) {
        self.options.mapping = self.mappings.officers.clone();
        self.options.extra_columns = columns::officer_columns(&self.material.plan);
        let read = columns::of_officers(&self.material.plan);
        self.material.officers = self.roster(source, RosterKind::Officers, &read, progress);
    }

    /// Reads the recusals.
    pub fn recusals(&mut self, source: &Source<'_>, progress: Progress<'_>) {
        self.options.mapping = self.mappings.recusals.clone();
        self.options.extra_columns = Vec::new();
        // Of a list with errors the missing rows prove nothing.
        let whole = self.material.problems.count(Severity::Error) == 0;
        let subjects = std::mem::take(&mut self.material.subjects);
        let officers = std::mem::take(&mut self.material.officers);
        let mut recusals = Vec::new();
        let mut unknown = Vec::new();
        self.import("recusals", source, import_recusals, progress, &mut |row| {
            let value = |field| row.get(field).unwrap_or_default().to_owned();
            let recusal = Recusal {
                subject: value("subject"),
                officer: value("officer"),
                reason: value("reason"),
            };
            if whole && subjects.find(&recusal.subject).is_none() {
                let id = recusal.subject.clone();
                unknown.push((Some(row.line), ProblemKind::RecusalSubject { id }));
            }
            if whole && officers.find(&recusal.officer).is_none() {
                let id = recusal.officer.clone();
                unknown.push((Some(row.line), ProblemKind::RecusalOfficer { id }));
            }
            recusals.push(recusal);
        });
        self.place(unknown);
        self.material.subjects = subjects;
        self.material.officers = officers;
        self.material.recusals = recusals;
    }

    /// What was read.
    #[must_use]
    pub fn finish(self) -> Material {
        self.material
    }

    fn roster(
        &mut self,
        source: &Source<'_>,
        kind: RosterKind,
        read: &[(String, String)],
        progress: Progress<'_>,
    ) -> Roster {
        let mut builder = RosterBuilder::new(RowRules { kind, sealed: &[] });
        let mut refused = Vec::new();
        let (title, import): (_, Import) = match kind {
            RosterKind::Subjects(_) => ("subjects", import_subjects),
            RosterKind::Officers => ("officers", import_officers),
        };
        let headers = self.import(title, source, import, progress, &mut |row| {
            if let Err(fault) = builder.push(row.fields) {
                let reason = fault.to_string();
                refused.push((Some(row.line), ProblemKind::RosterRow { reason }));
            }
        });
        let roster = builder.finish();
        let roster = roster.unwrap_or_else(|fault| {
            let reason = fault.to_string();
            refused.push((None, ProblemKind::RosterRow { reason }));
            Roster::default()
        });
        self.place(refused);
        // Without a header line there is nothing to hold the plan against.
        if !headers.is_empty() {
            let missing = columns::missing(source.name, read, &headers);
            self.material.problems.extend(missing);
        }
        roster
    }

    /// Adds problems of the list that was read last.
    fn place(&mut self, found: Vec<(Option<u64>, ProblemKind)>) {
        let Some(last) = self.material.lists.last() else {
            return;
        };
        let file: Arc<str> = last.name.as_str().into();
        let sheet: Option<Arc<str>> = last.sheet.as_deref().map(Into::into);
        for (row, kind) in found {
            let mut problem = Problem::new(Arc::clone(&file), kind).on_sheet(sheet.clone());
            problem.row = row;
            self.material.problems.push(problem);
        }
    }

    fn import(
        &mut self,
        title: &'static str,
        source: &Source<'_>,
        import: Import,
        progress: Progress<'_>,
        sink: &mut dyn FnMut(&ImportedRow<'_>),
    ) -> Vec<Header> {
        let name = source.name;
        self.options.sheet = source.sheet.map(str::to_owned);
        let report = import(source.bytes, name, &self.options, progress, sink);
        let (read, good, trimmed) = (report.rows_read, report.rows_good, report.trimmed_cells);
        self.material.summaries.push(Message::new(
            format!("{name}: {read} rows, {good} usable, {trimmed} cells trimmed"),
            format!("{name}：共{read}行，可用{good}行，去除空格{trimmed}处"),
        ));
        self.material.problems.append(report.problems);
        self.material.lists.push(List {
            title,
            name: name.to_owned(),
            sheet: report.sheet,
            header_row: report.header_row,
            width: report.columns.len(),
        });
        report.columns
    }
}

fn mappings(source: &Source<'_>) -> Result<Mappings, PlanFault> {
    let name = source.name;
    let text = str::from_utf8(source.bytes).map_err(|_| {
        PlanFault::of_file(
            name,
            Message::new(
                "not UTF-8; save the mapping as UTF-8",
                "不是UTF-8编码，请另存为UTF-8",
            ),
        )
    })?;
    Mappings::read(text).map_err(|fault| {
        // The library says the line first.
        let (line, english) = fault.english.split_once(": ").unwrap_or_default();
        let (place, chinese) = fault.chinese.split_once('：').unwrap_or_default();
        if !line.starts_with("line ") || place.is_empty() {
            return PlanFault::of_file(name, fault);
        }
        PlanFault {
            place: Message::new(format!("{name}, {line}"), format!("{name} {place}")),
            message: Message::new(english, chinese),
        }
    })
}
