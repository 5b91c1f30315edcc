//! What the log says already, as far as it decides what may still be logged.
//!
//! Invariant: what [`Known::admit`] lets pass continues the numbers of its body without a gap, and
//! contradicts nothing that stands in the log.

use std::collections::{HashMap, HashSet};

use dispatch_core::digest::Digest;
use dispatch_core::entry::{Announcing, Entry, Planning, Step, Voiding};
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
        let (next, number, body) = (self.next(&entry.body), entry.number, &entry.body);
        if number != next {
            return Err(Message::new(
                format!("the entry has the number {number}; the next one of {body} is {next}"),
                format!("条目编号为{number}；{body}的下一个编号应为{next}"),
            ));
        }
        match &entry.step {
            Step::Announcement(step) => self.admits_announcement(body, step)?,
            Step::Void(step) => self.admits_void(body, step)?,
            Step::Plan(step) => self.admits_plan(body, step)?,
            Step::Key(_) => {}
            _ => self.admits_step(entry)?,
        }
        self.record(entry);
        Ok(())
    }

    fn admits_announcement(&self, body: &str, step: &Announcing) -> Result<(), Message> {
        let (draw, sequence) = (&step.announcement.draw, step.announcement.sequence);
        if self.voided.contains(&(body.to_owned(), draw.clone())) {
            return Err(voided(draw));
        }
        if let Some(other) = self.announced.get(&(body.to_owned(), draw.clone())) {
            return Err(Message::new(
                format!(
                    "the draw {draw} of {body} was announced already, with the commitment {other}; a draw is announced once: void it and hold another one under a new id that names it in `repeats`"
                ),
                format!(
                    "{body}的抽取{draw}已有公告（承诺{other}）；一次抽取只能公告一次：请先作废，再以新编号重新抽取，并在 repeats 中注明"
                ),
            ));
        }
        if let Some(other) = self.sequences.get(&(body.to_owned(), sequence)) {
            return Err(Message::new(
                format!(
                    "the sequence number {sequence} of {body} is used already, by the draw with the commitment {other}; every draw has its own"
                ),
                format!(
                    "{body}的序号{sequence}已被承诺为{other}的抽取使用；每次抽取应有自己的序号"
                ),
            ));
        }
        Ok(())
    }

    fn admits_void(&self, body: &str, step: &Voiding) -> Result<(), Message> {
        let draw = &step.draw;
        let name = (body.to_owned(), draw.clone());
        let announced = self.announced.get(&name).map(Digest::to_string);
        if self.voided.contains(&name) {
            return Err(voided(draw));
        }
        if announced.unwrap_or_default() != step.commitment {
            return Err(Message::new(
                format!(
                    "the commitment is not the one with which {body} announced the draw {draw} in this log"
                ),
                format!("承诺与{body}在本日志中公告抽取{draw}时的承诺不符"),
            ));
        }
        if step.commitment.is_empty() && !self.planned.contains(&name) {
            return Err(Message::new(
                format!("{body} neither planned nor announced the draw {draw} in this log"),
                format!("{body}在本日志中没有计划或公告过抽取{draw}"),
            ));
        }
        Ok(())
    }

    fn admits_plan(&self, body: &str, step: &Planning) -> Result<(), Message> {
        let year = step.year;
        if step.reason.is_empty() && self.years.contains(&(body.to_owned(), year)) {
            return Err(Message::new(
                format!(
                    "{body} has logged a plan for {year} already; say with --reason why it is changed"
                ),
                format!("{body}已记录{year}年度计划；请用 --reason 说明变更原因"),
            ));
        }
        Ok(())
    }

    fn admits_step(&self, entry: &Entry) -> Result<(), Message> {
        let Some(commitment) = entry.commitment() else {
            return Ok(());
        };
        let known = self.draws.get(&commitment);
        let known = known.filter(|known| known.body == entry.body);
        let known = known.ok_or_else(|| {
            let body = &entry.body;
            Message::new(
                format!("{body} has not announced the draw {commitment} in this log; the announcement comes first"),
                format!("{body}在本日志中没有公告承诺为{commitment}的抽取；应先记录公告"),
            )
        })?;
        if self
            .voided
            .contains(&(known.body.clone(), known.draw.clone()))
        {
            return Err(voided(&known.draw));
        }
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

fn voided(draw: &str) -> Message {
    Message::new(
        format!("the draw {draw} was voided; nothing more of it is logged"),
        format!("抽取{draw}已作废，不再记录"),
    )
}
