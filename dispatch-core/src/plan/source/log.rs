//! What was found wrong while a plan text is read, and on which line.
//!
//! Source: docs/plan.md. Every key that is read is marked with its line, so that a fault found
//! later, by path alone, still names one. Invariant: faults come out in order of line.

use std::collections::BTreeMap;

use super::SourceFault;
use crate::language::Message;
use crate::plan::Fault;

/// Collects faults and knows lines.
pub(crate) struct Log {
    /// Byte offset at which every line starts.
    starts: Vec<usize>,
    lines: BTreeMap<String, u64>,
    faults: Vec<SourceFault>,
}

impl Log {
    pub(crate) fn new(text: &str) -> Self {
        let after_feeds = text.match_indices('\n').map(|(at, _)| at + 1);
        Self {
            starts: core::iter::once(0).chain(after_feeds).collect(),
            lines: BTreeMap::new(),
            faults: Vec::new(),
        }
    }

    /// Notes on which line a path stands.
    pub(crate) fn mark(&mut self, path: &str, offset: usize) {
        let line = self.line(offset);
        self.lines.insert(path.to_owned(), line);
    }

    /// Lets faults about `path` point to where `other` stands.
    pub(crate) fn alias(&mut self, path: &str, other: &str) {
        if let Some(line) = self.nearest_line(other) {
            self.lines.insert(path.to_owned(), line);
        }
    }

    pub(crate) fn fault(
        &mut self,
        path: &str,
        english: impl Into<String>,
        chinese: impl Into<String>,
    ) {
        let line = self.nearest_line(path);
        self.faults.push(SourceFault {
            line,
            path: path.to_owned(),
            message: Message::new(english, chinese),
        });
    }

    /// Adds a fault of the TOML syntax; `message` is what the parser says.
    pub(crate) fn syntax(&mut self, text: &str, offset: Option<usize>, message: &str) {
        let line = offset.map(|offset| self.line(offset));
        let nth = line.and_then(|line| usize::try_from(line - 1).ok());
        let content = nth.and_then(|nth| text.lines().nth(nth)).unwrap_or("");
        // Inside quotes such punctuation is text.
        let mut outside_quotes = content.split('"').step_by(2);
        let (english, chinese) = if outside_quotes.any(|part| part.contains(FULL_WIDTH)) {
            (
                "; the line has full-width punctuation: type \" ' = , [ ] { } and . as half-width characters",
                "；本行有全角标点：请把引号、等号、逗号、括号、句点改为半角字符",
            )
        } else if message.starts_with("duplicate key") {
            (
                "; the key or section is given twice: keep one of them",
                "；该键或该节重复：只保留一处",
            )
        } else {
            (
                "; write key = value, text in double quotes \"…\", lists in [ ]",
                "；请按“键 = 值”书写，文字放在半角双引号内，列表放在 [ ] 内",
            )
        };
        self.faults.push(SourceFault {
            line,
            path: String::new(),
            message: Message::new(
                format!("is not TOML: {message}{english}"),
                format!("不符合 TOML 语法（{message}）{chinese}"),
            ),
        });
    }

    /// Adds the faults of the canonical plan, except those that only follow from one already found.
    pub(crate) fn plan_faults(&mut self, faults: Vec<Fault>) {
        let known: Vec<String> = self.faults.iter().map(|f| f.path.clone()).collect();
        for fault in faults {
            if known.iter().any(|path| is_related(path, &fault.path)) {
                continue;
            }
            self.faults.push(SourceFault {
                line: self.nearest_line(&fault.path),
                path: fault.path,
                message: fault.message,
            });
        }
    }

    /// All faults, in order of line.
    pub(crate) fn finish(mut self) -> Vec<SourceFault> {
        self.faults
            .sort_by_key(|fault| fault.line.unwrap_or(u64::MAX));
        self.faults
    }

    fn line(&self, offset: usize) -> u64 {
        let before = self.starts.partition_point(|start| *start <= offset);
        u64::try_from(before).unwrap_or(u64::MAX)
    }

    /// The line of the path, or of what it is part of.
    fn nearest_line(&self, path: &str) -> Option<u64> {
        let mut path = path;
        loop {
            if let Some(line) = self.lines.get(path) {
                return Some(*line);
            }
            path = path.rfind(['.', '[']).and_then(|at| path.get(..at))?;
        }
    }
}

/// Whether one path is the other or a part of it.
fn is_related(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() <= other.len() {
        (one, other)
    } else {
        (other, one)
    };
    let rest = long.strip_prefix(short);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// Punctuation that Chinese input methods type where TOML wants ASCII.
const FULL_WIDTH: &[char] = &[
    '“', '”', '‘', '’', '，', '＝', '：', '［', '］', '｛', '｝', '【', '】', '。', '＃',
    '\u{3000}',
];
