//! What the log says already, as far as it decides what may still be logged.
//!
//! Invariant: what [`Known::admit`] lets pass continues the numbers of its body without a gap, and
//! contradicts nothing that stands in the log.

use std::collections::{HashMap, HashSet};

use dispatch_core::digest::Digest;
use dispatch_core::entry::admission::{LogState, admit};
use dispatch_core::entry::{Entry, Step};
use dispatch_core::language::Message;
use dispatch_core::syntax::unix_time;
use rayon::prelude::*;

use super::LogFolder;
use crate::console::Console;
use crate::failure::Done;

/// Steps of all bodies.
#[derive(Debug, Default)]
pub(crate) struct Known {
    numbers: HashMap<String, u64>,
    announced: HashMap<(String, String), Digest>,
    sequences: HashMap<(String, u64), Digest>,
    draws: HashMap<Digest, KnownDraw>,
    planned: HashSet<(String, String)>,
    years: HashSet<(String, u64)>,
    voided: HashSet<(String, String)>,
    /// The steps of the one draw that was asked for.
    steps: Vec<Step>,
    of: Option<Digest>,
}

/// A draw that was announced.
#[derive(Clone, Debug)]
pub(crate) struct KnownDraw {
    /// The authority.
    pub(crate) body: String,
    /// Its id.
    pub(crate) draw: String,
    /// Draw time, in seconds since 1970.
    pub(crate) draw_unix: u64,
    /// Whether it is a rehearsal.
    pub(crate) replay: bool,
}

impl Known {
    /// Reads the first `size` entries, and keeps the steps of the draw with the commitment `of`.
    pub(crate) fn read(
        console: &Console,
        folder: &LogFolder,
        size: u64,
        of: Option<Digest>,
    ) -> Done<Self> {
        let mut known = Self {
            of,
            ..Self::default()
        };
        for_each_entry(console, folder, size, |_, entry, _| {
            known.record(&entry);
            Ok(())
        })?;
        Ok(known)
    }

    /// The number that the next entry of this body has.
    pub(crate) fn next(&self, body: &str) -> u64 {
        self.numbers
            .get(body)
            .map_or(1, |last| last.saturating_add(1))
    }

    /// Steps of the draw that was asked for.
    pub(crate) fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// A draw that was announced, by its commitment.
    pub(crate) fn draw(&self, commitment: &Digest) -> Option<&KnownDraw> {
        self.draws.get(commitment)
    }

    /// Draws with this id, by body, with the commitment of those that were announced.
    pub(crate) fn draws_named(&self, draw: &str) -> Vec<(String, Option<Digest>)> {
        let announced = self.announced.iter();
        let announced = announced.filter(|((_, id), _)| id == draw);
        let mut found: Vec<_> = announced
            .map(|((body, _), commitment)| (body.clone(), Some(*commitment)))
            .collect();
        let planned = self.planned.iter().filter(|(_, id)| id == draw);
        for (body, _) in planned {
            if found.iter().all(|(other, _)| other != body) {
                found.push((body.clone(), None));
            }
        }
        found.sort();
        found
    }

    /// Refuses an entry that must not stand in the log after what it says already; otherwise the
    /// entry is known from now on.
    pub(crate) fn admit(&mut self, entry: &Entry) -> Result<(), Message> {
        admit(self, entry)?;
        self.record(entry);
        Ok(())
    }

    fn record(&mut self, entry: &Entry) {
        let body = &entry.body;
        let number = self.numbers.entry(body.clone()).or_default();
        *number = entry.number.max(*number);
        match &entry.step {
            Step::Announcement(step) => {
                let announced = &step.announcement;
                let draw = (body.clone(), announced.draw.clone());
                self.announced.entry(draw).or_insert(step.commitment);
                let sequence = (body.clone(), announced.sequence);
                self.sequences.entry(sequence).or_insert(step.commitment);
                self.draws.insert(
                    step.commitment,
                    KnownDraw {
                        body: body.clone(),
                        draw: announced.draw.clone(),
                        draw_unix: unix_time(&announced.draw_time).unwrap_or_default(),
                        replay: announced.replay,
                    },
                );
            }
            Step::Plan(step) => {
                self.years.insert((body.clone(), step.year));
                let draws = step.draws.iter();
                self.planned
                    .extend(draws.map(|planned| (body.clone(), planned.draw.clone())));
            }
            Step::Void(step) => {
                self.voided.insert((body.clone(), step.draw.clone()));
            }
            _ => {}
        }
        if self.of.is_some() && entry.commitment() == self.of {
            self.steps.push(entry.step.clone());
        }
    }
}

/// Reads the first `size` entries in order: index, entry, and its bytes.
pub(crate) fn for_each_entry(
    console: &Console,
    folder: &LogFolder,
    size: u64,
    mut each: impl FnMut(u64, Entry, Vec<u8>) -> Done,
) -> Done {
    let step = console.count("reading the log", "正在读取日志", size);
    folder
        .view()
        .for_each_bundle(0..size, size, |first, bundle| {
            let read: Vec<_> = bundle.par_iter().map(|bytes| Entry::read(bytes)).collect();
            for (index, (entry, bytes)) in (first..).zip(read.into_iter().zip(bundle)) {
                let entry = entry.map_err(|fault| malformed(index, &fault))?;
                each(index, entry, bytes)?;
                step.at(index);
            }
            Ok(())
        })
}

pub(crate) fn malformed(index: u64, fault: &Message) -> Message {
    Message::new(
        format!("entry {index} of the log: {}", fault.english),
        format!("日志第{index}号条目：{}", fault.chinese),
    )
}

impl LogState for Known {
    type Error = Message;

    fn next(&mut self, body: &str) -> Result<u64, Message> {
        Ok(Self::next(self, body))
    }

    fn announced(&mut self, body: &str, draw: &str) -> Result<Option<Digest>, Message> {
        let name = (body.to_owned(), draw.to_owned());
        Ok(self.announced.get(&name).copied())
    }

    fn with_sequence(&mut self, body: &str, sequence: u64) -> Result<Option<Digest>, Message> {
        Ok(self.sequences.get(&(body.to_owned(), sequence)).copied())
    }

    fn draw_of(&mut self, body: &str, commitment: &Digest) -> Result<Option<String>, Message> {
        let known = self.draws.get(commitment);
        let known = known.filter(|known| known.body == body);
        Ok(known.map(|known| known.draw.clone()))
    }

    fn is_voided(&mut self, body: &str, draw: &str) -> Result<bool, Message> {
        Ok(self.voided.contains(&(body.to_owned(), draw.to_owned())))
    }

    fn is_planned(&mut self, body: &str, draw: &str) -> Result<bool, Message> {
        Ok(self.planned.contains(&(body.to_owned(), draw.to_owned())))
    }

    fn has_plan(&mut self, body: &str, year: u64) -> Result<bool, Message> {
        Ok(self.years.contains(&(body.to_owned(), year)))
    }
}
