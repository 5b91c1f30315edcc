//! `dispatch ledger`: from earlier visits to what the next draw must know of them.

mod output;

use std::collections::{BTreeSet, HashSet};
use std::path::Path;
use std::sync::Arc;

use dispatch_core::import::{
    ImportOptions, ImportReport, ImportedRow, import_officers, import_recusals, import_subjects,
    import_visits,
};
use dispatch_core::language::Message;
use dispatch_core::ledger::{Days, ForbiddenPair, Ledger, Rules, Visit, plan_exclusions, source};
use dispatch_core::material::PlanFault;
use dispatch_core::plan::SubjectIds;
use dispatch_core::problem::{Problem, ProblemKind, Problems, Severity};
use dispatch_core::roster::Recusal;
use dispatch_core::syntax::{date, time_text};

use self::output::{Counts, Heading, SubjectFile};
use crate::args::{self, Ids};
use crate::commands::sample::now;
use crate::console::Console;
use crate::failure::{Done, Failure};
use crate::folder::{self, NewFolder};
use crate::inputs;
use crate::list::locate;

pub(crate) fn run(console: &Console, options: &args::Ledger) -> Done {
    let days = days(options.on.as_deref(), now())?;
    let rules = read_rules(&options.rules)?;
    let mut desk = Desk {
        console,
        options: ImportOptions {
            subject_ids: match options.ids {
                Ids::CreditCode => SubjectIds::CreditCode,
                Ids::Other => SubjectIds::Other,
            },
            ..ImportOptions::default()
        },
        problems: Problems::new(),
    };
    let ledger = Ledger::new(desk.visits(&options.visits)?);
    let officers = options.officers.as_deref();
    let officers = officers.map(|path| desk.officers(path)).transpose()?;
    let mut recusals = match &options.recusals {
        Some(path) => desk.recusals(path)?,
        None => Vec::new(),
    };
    let folder = NewFolder::create(&options.out)?;
    let mut counts = Counts::new(&ledger, days);
    let file = folder.path().join("subjects.csv");
    desk.subjects(&options.subjects, &file, &ledger, &rules, days, &mut counts)?;
    let pairs = desk.pairs(&options.visits, &ledger, &rules, days, officers.as_ref());
    let errors = desk.problems.count(Severity::Error);
    inputs::print_problems(console, &desk.problems, options.notes);
    if errors > 0 {
        return Err(Failure::new(
            format!("{errors} errors: nothing was written; mend them and try again"),
            format!("共{errors}处错误，未写出任何文件：请更正后重试"),
        ));
    }
    counts.pairs = pairs.len();
    let known: HashSet<(String, String)> = { recusals.iter() }
        .map(|recusal| (recusal.subject.clone(), recusal.officer.clone()))
        .collect();
    let new = pairs.iter().map(ForbiddenPair::recusal);
    recusals.extend(new.filter(|r| !known.contains(&(r.subject.clone(), r.officer.clone()))));
    let warnings = ledger.warnings(&rules, days);
    counts.warnings = warnings.len();
    let write = |name: &str, bytes: &[u8]| folder::write(&folder.path().join(name), bytes, false);
    write("recusals.csv", &output::recusals(&recusals))?;
    write("warnings.csv", &output::warnings(&warnings, &counts.names))?;
    write("exclusions.toml", plan_exclusions(&rules).as_bytes())?;
    let summary = counts.summary(&rules, days);
    let text = format!("{}\n\n{}\n", summary.chinese, summary.english);
    write("summary.txt", text.as_bytes())?;
    folder.finish()?;
    console.message(&summary);
    let out = options.out.display();
    console.say(
        format!("{out}: subjects.csv, recusals.csv, warnings.csv, exclusions.toml (paste it into the plan), summary.txt"),
        format!("{out}：subjects.csv、recusals.csv、warnings.csv、exclusions.toml（粘贴到抽查任务中）、summary.txt"),
    );
    Ok(())
}

/// The day asked for, else today in Beijing; what is disclosed after today is not known.
pub(crate) fn days(asked: Option<&str>, now: u64) -> Done<Days> {
    let beijing = time_text(now.saturating_add(8 * 3600));
    let today = { beijing.as_deref() }
        .and_then(|text| text.get(..10))
        .and_then(date);
    let today = today.ok_or_else(|| {
        Failure::new(
            "the clock of this computer is wrong; set it",
            "本机时间不正确，请先校正",
        )
    })?;
    let on = match asked {
        None => today,
        Some(text) => date(text.trim()).ok_or_else(|| {
            Failure::new(
                format!("--on {text}: not a date; write it like 2026-12-01"),
                format!("--on {text}：不是有效日期，请按2026-12-01的格式填写"),
            )
            .usage()
        })?,
    };
    Ok(Days {
        on,
        known: today.min(on),
    })
}

fn read_rules(path: &Path) -> Done<Rules> {
    let name = path.display().to_string();
    let text = String::from_utf8(folder::read(path)?).map_err(|_| {
        Failure::new(
            format!("{name}: not UTF-8; save the rules as UTF-8"),
            format!("{name}：不是UTF-8编码，请另存为UTF-8"),
        )
    })?;
    source::read(&text).map_err(|faults| {
        let faults = faults.iter();
        let messages: Vec<Message> = faults
            .map(|fault| PlanFault::of_text(&name, fault).told())
            .collect();
        Failure::from(messages)
    })
}

/// The files being read, and what is wrong with them.
struct Desk<'c> {
    console: &'c Console,
    options: ImportOptions,
    problems: Problems,
}

impl Desk<'_> {
    fn visits(&mut self, path: &Path) -> Done<Vec<Visit>> {
        let mut visits = Vec::new();
        let mut found: Vec<(u64, &'static str, ProblemKind)> = Vec::new();
        let report = self.import(path, import_visits, &mut |row| {
            let (visit, problems) = Visit::from_row(row);
            visits.extend(visit);
            found.extend(
                problems
                    .into_iter()
                    .map(|(field, kind)| (row.line, field, kind)),
            );
        })?;
        let name = locate(path).0.display().to_string();
        let sheet: Option<Arc<str>> = report.sheet.as_deref().map(Into::into);
        for (line, field, kind) in found {
            let problem = Problem::new(name.as_str(), kind).at_row(line);
            let mut problem = problem.on_sheet(sheet.clone());
            let named = |(_, f): &(String, Option<String>)| f.as_deref() == Some(field);
            if let Some(at) = report.columns.iter().position(named) {
                let header = report.columns.get(at).map_or("", |(header, _)| header);
                problem = problem.in_column(header);
                if let Ok(number) = u32::try_from(at.saturating_add(1)) {
                    problem = problem.in_column_number(number);
                }
            }
            self.problems.push(problem);
        }
        self.problems.append(report.problems);
        Ok(visits)
    }

    fn officers(&mut self, path: &Path) -> Done<HashSet<String>> {
        let mut officers = HashSet::new();
        let report = self.import(path, import_officers, &mut |row| {
            officers.extend(row.get("id").map(str::to_owned));
        })?;
        self.problems.append(report.problems);
        Ok(officers)
    }

    fn recusals(&mut self, path: &Path) -> Done<Vec<Recusal>> {
        let mut recusals = Vec::new();
        let report = self.import(path, import_recusals, &mut |row| {
            let value = |field| row.get(field).unwrap_or_default().to_owned();
            recusals.push(Recusal {
                subject: value("subject"),
                officer: value("officer"),
                reason: value("reason"),
            });
        })?;
        self.problems.append(report.problems);
        Ok(recusals)
    }

    /// Writes the roster anew with the columns of the ledger.
    fn subjects(
        &mut self,
        path: &Path,
        to: &Path,
        ledger: &Ledger,
        rules: &Rules,
        days: Days,
        counts: &mut Counts,
    ) -> Done {
        // The header first: every column that can be kept is kept.
        let columns = self.import(path, import_subjects, &mut |_| {})?.columns;
        let heading = Heading::new(&columns);
        let plain = std::mem::take(&mut self.options.extra_columns);
        self.options.extra_columns = heading.extra().map(str::to_owned).collect();
        let mut file = SubjectFile::create(to, &heading)?;
        let mut written = Ok(());
        let mut unseen: BTreeSet<&str> = ledger.subjects().collect();
        let report = self.import(path, import_subjects, &mut |row| {
            let id = row.get("id").unwrap_or_default();
            let address = row.get("address").unwrap_or_default();
            let standing = ledger.standing(id, address, rules, days);
            counts.add(&standing);
            if unseen.remove(id) {
                let name = row.get("name").unwrap_or_default().to_owned();
                counts.names.insert(id.to_owned(), name);
            }
            if written.is_ok() {
                written = file.row(&heading, row, &standing);
            }
        });
        self.options.extra_columns = plain;
        self.problems.append(report?.problems);
        written.and_then(|()| file.finish())?;
        for id in unseen {
            let kind = ProblemKind::VisitSubject { id: id.to_owned() };
            self.problems.push(Problem::new("", kind));
        }
        Ok(())
    }

    /// The forbidden pairs whose subject and officer are in the rosters, so that every recusal counts.
    fn pairs(
        &mut self,
        visits: &Path,
        ledger: &Ledger,
        rules: &Rules,
        days: Days,
        officers: Option<&HashSet<String>>,
    ) -> Vec<ForbiddenPair> {
        let mut pairs = ledger.forbidden_pairs(rules, days);
        let Some(officers) = officers else {
            return pairs;
        };
        let mut unknown = BTreeSet::new();
        pairs.retain(|pair| {
            let known = officers.contains(&pair.officer);
            if !known {
                unknown.insert(pair.officer.clone());
            }
            known
        });
        let name = visits.display().to_string();
        for id in unknown {
            let kind = ProblemKind::VisitOfficer { id };
            self.problems.push(Problem::new(name.as_str(), kind));
        }
        pairs
    }

    fn import(
        &self,
        path: &Path,
        import: Import,
        sink: &mut dyn FnMut(&ImportedRow<'_>),
    ) -> Done<ImportReport> {
        let (path, sheet) = locate(path);
        let bytes = folder::read(&path)?;
        let name = path.display().to_string();
        let options = ImportOptions {
            sheet,
            ..self.options.clone()
        };
        let step = self.console.bytes(&name, bytes.len() as u64);
        Ok(import(
            &bytes,
            &name,
            &options,
            &mut |done| step.at(done),
            sink,
        ))
    }
}

/// A file's importer.
type Import = fn(
    &[u8],
    &str,
    &ImportOptions,
    &mut dyn FnMut(u64),
    &mut dyn FnMut(&ImportedRow<'_>),
) -> ImportReport;
