//! Reading what a draw is made of: plan, rosters and recusals, all problems in one pass.

use std::path::Path;

use dispatch_core::bundle;
use dispatch_core::child::trial_plan;
use dispatch_core::evidence::Announced;
use dispatch_core::import::{
    ImportOptions, ImportReport, ImportedRow, Mappings, import_officers, import_recusals,
    import_subjects,
};
use dispatch_core::language::{Language, Message};
use dispatch_core::plan::Plan;
use dispatch_core::plan::source::{PlanSource, SourceFault, read as read_text};
use dispatch_core::plan::spreadsheet::{self, SheetFault};
use dispatch_core::problem::{Problem, ProblemKind, Problems, Severity};
use dispatch_core::roster::{Recusal, Roster, RosterBuilder, RosterKind, RowRules};
use dispatch_core::workbook::is_workbook;

use crate::args::Inputs;
use crate::columns::{self, Header};
use crate::console::Console;
use crate::failure::{Done, Failure};
use crate::list::{List, locate};
use crate::{folder, history, parent};

/// Everything read.
pub(crate) struct Material {
    pub(crate) plan: Plan,
    pub(crate) subjects: Roster,
    pub(crate) officers: Roster,
    pub(crate) recusals: Vec<Recusal>,
    pub(crate) problems: Problems,
    /// What was read, file by file.
    pub(crate) summaries: Vec<Message>,
    /// The files of the lists, for copies of them.
    pub(crate) lists: Vec<List>,
    /// Of a child draw, the parent's announcement.
    pub(crate) parent: Option<Announced>,
}

impl Material {
    /// The plan to hold trial draws with.
    pub(crate) fn trial_plan(&self) -> Plan {
        match &self.parent {
            Some(parent) => trial_plan(parent, &self.plan, &self.subjects),
            None => self.plan.clone(),
        }
    }
}

/// Reads everything. Problems of rosters are collected; a plan that cannot be read, or a file that
/// is not there, ends the reading.
pub(crate) fn read(console: &Console, inputs: &Inputs) -> Done<Material> {
    let source = read_plan(&inputs.plan)?;
    let plan = source.plan;
    let mut problems = Problems::new();
    let mut summaries = Vec::new();
    let options = ImportOptions {
        subject_ids: plan.subjects.ids,
        extra_columns: source.extra_columns,
        valid_through: Some(plan.schedule.window_end.clone()),
        ..ImportOptions::default()
    };
    let mappings = inputs
        .columns
        .as_deref()
        .map(mappings)
        .transpose()?
        .unwrap_or_default();
    let mut reader = Reader {
        console,
        options,
        problems: &mut problems,
        summaries: &mut summaries,
        lists: Vec::new(),
    };
    reader.options.mapping = mappings.subjects;
    let parent = inputs.parent.as_deref();
    let subjects = match (&inputs.subjects, parent) {
        (Some(path), _) if !plan.is_child() => reader.roster(
            path,
            RosterKind::Subjects(plan.subjects.ids),
            import_subjects,
            &columns::of_subjects(&plan),
        )?,
        (None, Some(dir)) if plan.is_child() => {
            parent::subjects(dir, &plan, reader.problems, reader.summaries)?
        }
        _ => {
            return Err(Failure::new(
                "a child draw takes --parent, the folder that its parent published, and every other draw --subjects",
                "分级抽取须用 --parent 提供发起方公布的目录，其他抽取须用 --subjects 提供检查对象名录",
            )
            .usage());
        }
    };
    reader.options.extra_columns = officer_columns(&plan);
    reader.options.mapping = mappings.officers;
    let officers = reader.roster(
        &inputs.officers,
        RosterKind::Officers,
        import_officers,
        &columns::of_officers(&plan),
    )?;
    reader.options.extra_columns = Vec::new();
    reader.options.mapping = mappings.recusals;
    let recusals = match &inputs.recusals {
        Some(path) => reader.recusals(path, &subjects, &officers)?,
        None => Vec::new(),
    };
    let lists = std::mem::take(&mut reader.lists);
    Ok(Material {
        plan,
        subjects,
        officers,
        recusals,
        problems,
        summaries,
        lists,
        parent: parent
            .map(|dir| history::announced(&dir.join(bundle::ANNOUNCEMENT)))
            .transpose()?,
    })
}

fn mappings(path: &Path) -> Done<Mappings> {
    let name = path.display();
    let text = String::from_utf8(folder::read(path)?).map_err(|_| {
        Failure::new(
            format!("{name}: not UTF-8; save the mapping as UTF-8"),
            format!("{name}：不是UTF-8编码，请另存为UTF-8"),
        )
    })?;
    Mappings::read(&text).map_err(|fault| {
        Failure::new(
            format!("{name}, {}", fault.english),
            format!("{name} {}", fault.chinese),
        )
    })
}

/// Reads a plan: an XLSX workbook, else TOML.
fn read_plan(path: &Path) -> Done<PlanSource> {
    let bytes = folder::read(path)?;
    let name = path.display().to_string();
    if is_workbook(&bytes) {
        return spreadsheet::read(&bytes).map_err(|faults| {
            let faults = faults.iter();
            let messages: Vec<Message> = faults.map(|fault| sheet_fault(&name, fault)).collect();
            Failure::from(messages)
        });
    }
    let text = String::from_utf8(bytes).map_err(|_| {
        Failure::new(
            format!("{name}: not UTF-8; save the plan as UTF-8"),
            format!("{name}：不是UTF-8编码，请另存为UTF-8"),
        )
    })?;
    read_text(&text).map_err(|faults| {
        let faults = faults.iter();
        let messages: Vec<Message> = faults.map(|fault| plan_fault(&name, fault)).collect();
        Failure::from(messages)
    })
}

/// A file's importer.
pub(crate) type Import = fn(
    &[u8],
    &str,
    &ImportOptions,
    &mut dyn FnMut(u64),
    &mut dyn FnMut(&ImportedRow<'_>),
) -> ImportReport;

struct Reader<'c> {
    console: &'c Console,
    options: ImportOptions,
    problems: &'c mut Problems,
    summaries: &'c mut Vec<Message>,
    lists: Vec<List>,
}

impl Reader<'_> {
    fn roster(
        &mut self,
        path: &Path,
        kind: RosterKind,
        import: Import,
        read: &[(String, String)],
    ) -> Done<Roster> {
        let mut builder = RosterBuilder::new(RowRules { kind, sealed: &[] });
        let mut refused = Vec::new();
        let title = match kind {
            RosterKind::Subjects(_) => "subjects",
            RosterKind::Officers => "officers",
        };
        let headers = self.import(title, path, import, &mut |row| {
            if let Err(fault) = builder.push(row.fields) {
                let reason = fault.to_string();
                refused.push((Some(row.line), ProblemKind::RosterRow { reason }));
            }
        })?;
        let roster = builder.finish();
        let roster = roster.unwrap_or_else(|fault| {
            let reason = fault.to_string();
            refused.push((None, ProblemKind::RosterRow { reason }));
            Roster::default()
        });
        let name = self.place(refused);
        // Without a header line there is nothing to hold the plan against.
        if !headers.is_empty() {
            self.problems
                .extend(columns::missing(&name, read, &headers));
        }
        Ok(roster)
    }

    fn recusals(
        &mut self,
        path: &Path,
        subjects: &Roster,
        officers: &Roster,
    ) -> Done<Vec<Recusal>> {
        let mut recusals = Vec::new();
        let whole = self.problems.count(Severity::Error) == 0;
        let mut unknown = Vec::new();
        self.import("recusals", path, import_recusals, &mut |row| {
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
            // Of a list with errors the missing rows prove nothing.
            if whole && officers.find(&recusal.officer).is_none() {
                let id = recusal.officer.clone();
                unknown.push((Some(row.line), ProblemKind::RecusalOfficer { id }));
            }
            recusals.push(recusal);
        })?;
        self.place(unknown);
        Ok(recusals)
    }

    /// Adds problems of the list that was read last; gives its name.
    fn place(&mut self, found: Vec<(Option<u64>, ProblemKind)>) -> String {
        let last = self.lists.last();
        let name = last.map(|list| list.name.clone()).unwrap_or_default();
        let sheet = last.and_then(|list| list.sheet.as_deref());
        let file: std::sync::Arc<str> = name.as_str().into();
        let sheet: Option<std::sync::Arc<str>> = sheet.map(Into::into);
        for (row, kind) in found {
            let mut problem = Problem::new(file.clone(), kind).on_sheet(sheet.clone());
            problem.row = row;
            self.problems.push(problem);
        }
        name
    }

    fn import(
        &mut self,
        title: &'static str,
        path: &Path,
        import: Import,
        sink: &mut dyn FnMut(&ImportedRow<'_>),
    ) -> Done<Vec<Header>> {
        let (path, sheet) = locate(path);
        let bytes = folder::read(&path)?;
        let name = path.display().to_string();
        self.options.sheet = sheet;
        let step = self.console.bytes(&name, bytes.len() as u64);
        let report = import(
            &bytes,
            &name,
            &self.options,
            &mut |done| step.at(done),
            sink,
        );
        drop(step);
        let (read, good, trimmed) = (report.rows_read, report.rows_good, report.trimmed_cells);
        self.summaries.push(Message::new(
            format!("{name}: {read} rows, {good} usable, {trimmed} cells trimmed"),
            format!("{name}：共{read}行，可用{good}行，去除空格{trimmed}处"),
        ));
        self.problems.append(report.problems);
        self.lists.push(List {
            title,
            path,
            name,
            sheet: report.sheet,
            header_row: report.header_row,
            width: report.columns.len(),
        });
        Ok(report.columns)
    }
}

/// Prints errors and warnings, and notes if asked; a summary of what is left out.
pub(crate) fn print_problems(console: &Console, problems: &Problems, notes: bool) {
    let language = console.language();
    for problem in problems
        .iter()
        .filter(|p| notes || p.severity != Severity::Note)
    {
        console.line(&format!(
            "{} [{}] {}",
            problem.severity.name(language),
            problem.code(),
            problem.render(language)
        ));
    }
    if notes {
        return;
    }
    for summary in problems
        .summary()
        .iter()
        .filter(|s| s.severity == Severity::Note)
    {
        let Some(first) = problems.get(summary.first) else {
            continue;
        };
        let (code, count, first) = (summary.code, summary.count, first.render(language));
        console.say(
            format!("note [{code}] {count} times, first: {first}"),
            format!("提示 [{code}] 共{count}处，第一处：{first}"),
        );
    }
}

pub(crate) fn plan_fault(name: &str, fault: &SourceFault) -> Message {
    let english = fault
        .line
        .map_or_else(String::new, |line| format!(", line {line}"));
    let chinese = fault
        .line
        .map_or_else(String::new, |line| format!("第{line}行"));
    let path = if fault.path.is_empty() {
        String::new()
    } else {
        format!(" {}", fault.path)
    };
    Message::new(
        format!("{name}{english}{path}: {}", fault.message.english),
        format!("{name}{chinese}{path}：{}", fault.message.chinese),
    )
}

fn sheet_fault(name: &str, fault: &SheetFault) -> Message {
    let placed = |language| match fault.place(language) {
        place if place.is_empty() => name.to_owned(),
        place => format!("{name} {place}"),
    };
    let (english, chinese) = (placed(Language::English), placed(Language::Chinese));
    Message::new(
        format!("{english}: {}", fault.message.english),
        format!("{chinese}：{}", fault.message.chinese),
    )
}

/// Columns of the officer file that the team rules read beyond the known ones.
fn officer_columns(plan: &Plan) -> Vec<String> {
    let known: Vec<&str> = dispatch_core::import::officer_fields()
        .map(|(name, _)| name)
        .collect();
    let matched = plan
        .team
        .slots
        .iter()
        .flat_map(|slot| &slot.matching)
        .map(|rule| &rule.officer);
    let grouped = plan.team.group.iter().map(|pair| &pair.officer);
    let mut columns: Vec<String> = matched
        .chain(grouped)
        .filter(|column| !known.contains(&column.as_str()))
        .cloned()
        .collect();
    columns.sort();
    columns.dedup();
    columns
}
