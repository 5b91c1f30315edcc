//! The files that `dispatch ledger` writes.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use dispatch_core::export::{MARK, append_row, csv_for_excel};
use dispatch_core::import::{ImportedRow, may_be_kept};
use dispatch_core::language::Message;
use dispatch_core::ledger::{Days, Ledger, LedgerWarning, Rules, Standing};
use dispatch_core::roster::Recusal;

use crate::failure::{Done, Failure};

/// The columns of the roster to write: those of the file, without the ledger's own.
pub(super) struct Heading {
    /// Header and field name.
    columns: Vec<(String, String)>,
    extra: Vec<String>,
}

impl Heading {
    pub(super) fn new(columns: &[(String, Option<String>)]) -> Self {
        let mut heading = Self {
            columns: Vec::new(),
            extra: Vec::new(),
        };
        for (header, field) in columns {
            match field {
                Some(field) if ADDED.iter().any(|(own, _)| own == field) => {}
                Some(field) => heading.columns.push((header.clone(), field.clone())),
                None if !may_be_kept(header) => {}
                None => {
                    heading.columns.push((header.clone(), header.clone()));
                    heading.extra.push(header.clone());
                }
            }
        }
        heading
    }

    /// Columns that the import would leave out.
    pub(super) fn extra(&self) -> impl Iterator<Item = &str> {
        self.extra.iter().map(String::as_str)
    }
}

/// The roster being written.
pub(super) struct SubjectFile {
    path: PathBuf,
    out: BufWriter<File>,
    text: String,
}

impl SubjectFile {
    pub(super) fn create(path: &Path, heading: &Heading) -> Done<Self> {
        let file = File::create(path).map_err(|error| Failure::file(path, &error))?;
        let mut text = String::from(MARK);
        let own = heading.columns.iter().map(|(header, _)| header.as_str());
        append_row(
            &mut text,
            own.chain(ADDED.iter().map(|(_, header)| *header)),
        );
        Ok(Self {
            path: path.to_owned(),
            out: BufWriter::with_capacity(1 << 20, file),
            text,
        })
    }

    pub(super) fn row(
        &mut self,
        heading: &Heading,
        row: &ImportedRow<'_>,
        standing: &Standing,
    ) -> Done {
        let added = [
            standing.codes(),
            standing.references(),
            standing.visits_this_year.to_string(),
        ];
        let own = heading.columns.iter();
        let own = own.map(|(_, field)| row.get(field).unwrap_or_default());
        append_row(&mut self.text, own.chain(added.iter().map(String::as_str)));
        self.flush()
    }

    pub(super) fn finish(mut self) -> Done {
        self.flush()?;
        let synced = self
            .out
            .flush()
            .and_then(|()| self.out.get_ref().sync_all());
        synced.map_err(|error| Failure::file(&self.path, &error))
    }

    fn flush(&mut self) -> Done {
        let written = self.out.write_all(self.text.as_bytes());
        self.text.clear();
        written.map_err(|error| Failure::file(&self.path, &error))
    }
}

/// The list of recusals for the next draw.
pub(super) fn recusals(recusals: &[Recusal]) -> Vec<u8> {
    let rows = recusals
        .iter()
        .map(|r| vec![r.subject.clone(), r.officer.clone(), r.reason.clone()]);
    csv_for_excel(&["统一社会信用代码", "执法证号", "回避原因"], rows)
}

/// One line for every warning.
pub(super) fn warnings(warnings: &[LedgerWarning], names: &BTreeMap<String, String>) -> Vec<u8> {
    let headers = [
        "预警代码",
        "统一社会信用代码",
        "名称",
        "起",
        "止",
        "检查次数",
        "预警次数（超过）",
        "检查编号",
    ];
    let rows = warnings.iter().map(|warning| {
        vec![
            warning.code.clone(),
            warning.subject.clone(),
            names.get(&warning.subject).cloned().unwrap_or_default(),
            warning.from.to_string(),
            warning.to.to_string(),
            warning.references.len().to_string(),
            warning.more_than.to_string(),
            warning.references.join("；"),
        ]
    });
    csv_for_excel(&headers, rows)
}

/// What the summary counts.
pub(super) struct Counts {
    visits: usize,
    settled: usize,
    sealed: usize,
    subjects: u64,
    excluded: u64,
    by_code: BTreeMap<String, u64>,
    pub(super) pairs: usize,
    pub(super) warnings: usize,
    /// Names of the subjects that have visits.
    pub(super) names: BTreeMap<String, String>,
}

impl Counts {
    pub(super) fn new(ledger: &Ledger, days: Days) -> Self {
        let visits = || ledger.subjects().flat_map(|id| ledger.visits(id));
        Self {
            visits: visits().count(),
            settled: visits().filter(|visit| visit.is_settled(days)).count(),
            sealed: visits().filter(|visit| visit.is_sealed(days)).count(),
            subjects: 0,
            excluded: 0,
            by_code: BTreeMap::new(),
            pairs: 0,
            warnings: 0,
            names: BTreeMap::new(),
        }
    }

    pub(super) fn add(&mut self, standing: &Standing) {
        self.subjects += 1;
        self.excluded += u64::from(!standing.exclusions.is_empty());
        for exclusion in &standing.exclusions {
            *self.by_code.entry(exclusion.code.clone()).or_default() += 1;
        }
    }

    pub(super) fn summary(&self, rules: &Rules, days: Days) -> Message {
        let Self {
            visits,
            settled,
            sealed,
            subjects,
            excluded,
            pairs,
            warnings,
            ..
        } = self;
        let (on, known) = (days.on, days.known);
        let mut english = format!(
            "For {on}, as known on {known}: of {visits} visits {settled} count (completed and disclosed), {sealed} are sealed and were not looked at.\n\
             {excluded} of {subjects} subjects are excluded"
        );
        let mut chinese = format!(
            "适用日期{on}，以{known}已公开的情况为准：检查记录{visits}条，计入{settled}条（已完成且已公开），未公开的抽查{sealed}条，不参与计算。\n\
             检查对象{subjects}户，排除{excluded}户"
        );
        let caps = rules.caps.iter().map(|rule| (&rule.code, &rule.label));
        let pauses = rules.pauses.iter().map(|rule| (&rule.code, &rule.label));
        for (code, label) in caps.chain(pauses) {
            let count = self.by_code.get(code).copied().unwrap_or_default();
            english.push_str(&format!("\n  {code} ({label}): {count}"));
            chinese.push_str(&format!("\n  {label}（{code}）：{count}户"));
        }
        english.push_str(&format!(
            "\n{pairs} pairs of officer and subject must not meet until explained; {warnings} warnings of frequent visits."
        ));
        chinese.push_str(&format!(
            "\n须说明后才能再次派员的“人员—对象”{pairs}对；频次预警{warnings}条。"
        ));
        Message::new(english, chinese)
    }
}

/// The columns that the ledger adds: field name and header.
const ADDED: [(&str, &str); 3] = [
    ("exclusion", "频次排除代码"),
    ("exclusion_ref", "频次排除凭据"),
    ("visits_this_year", "本年检查次数"),
];
