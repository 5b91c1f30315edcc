//! XML of one part, event by event, within bounds.
//!
//! Source: XML 1.0. A document type declaration is refused, so no entity is ever expanded but the five
//! of XML itself and characters by number.
//!
//! Invariant: no more is unpacked than the part may hold, no event is larger than [`EVENT`] bytes,
//! and nothing is nested deeper than [`DEPTH`].

use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Read};

use quick_xml::events::{BytesRef, BytesStart, Event};

use super::archive::{damaged, too_large};
use crate::problem::ProblemKind;

/// The unpacked bytes of a part.
type Part<'p> = Box<dyn Read + Send + 'p>;

/// How far a part may be unpacked; sizes in bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    pub(super) packed: u64,
    /// How many times larger than packed it may be,
    pub(super) ratio: u64,
    /// beyond this size.
    pub(super) free: u64,
    pub(super) limit: u64,
}

/// A part being read.
pub(super) struct Xml<'p> {
    reader: quick_xml::Reader<Bounded<'p>>,
    buffer: Vec<u8>,
    depth: u32,
    part: String,
    budget: Budget,
}

impl std::fmt::Debug for Xml<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Xml")
            .field("part", &self.part)
            .finish_non_exhaustive()
    }
}

impl<'p> Xml<'p> {
    pub(super) fn new(file: Part<'p>, part: &str, budget: Budget) -> Self {
        let by_ratio = budget.packed.saturating_mul(budget.ratio).max(budget.free);
        let bounded = Bounded {
            inner: BufReader::with_capacity(1 << 16, file),
            left: budget.limit.min(by_ratio),
            done: 0,
            event: EVENT,
            breach: None,
        };
        let mut reader = quick_xml::Reader::from_reader(bounded);
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        Self {
            reader,
            buffer: Vec::new(),
            depth: 0,
            part: part.to_owned(),
            budget,
        }
    }

    /// The next start, end or text; the end of the part is [`Event::Eof`].
    pub(super) fn next(&mut self) -> Result<Event<'_>, ProblemKind> {
        self.buffer.clear();
        self.reader.get_mut().event = EVENT;
        let event = match self.reader.read_event_into(&mut self.buffer) {
            Ok(event) => event,
            Err(error) => {
                let breach = self.reader.get_ref().breach;
                return Err(match breach {
                    Some(Breach::Size) => too_large(&self.part, self.budget.limit),
                    Some(Breach::Event) => ProblemKind::WorkbookLongCell {
                        part: self.part.clone(),
                    },
                    None => damaged(&self.part, error),
                });
            }
        };
        match &event {
            Event::Start(_) => self.depth += 1,
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            Event::DocType(_) => {
                let part = self.part.clone();
                return Err(ProblemKind::WorkbookDoctype { part });
            }
            Event::Eof if self.depth > 0 => return Err(damaged(&self.part, "it ends too early")),
            _ => {}
        }
        if self.depth > DEPTH {
            return Err(damaged(&self.part, "elements are nested too deeply"));
        }
        Ok(event)
    }

    /// Appends the text up to the end of the current element, without that of elements inside.
    pub(super) fn text_into(&mut self, text: &mut String) -> Result<(), ProblemKind> {
        let (part, mut inside, start) = (self.part.clone(), 0_u32, text.len());
        loop {
            match self.next()? {
                Event::Start(_) => inside += 1,
                Event::End(_) => match inside.checked_sub(1) {
                    Some(outer) => inside = outer,
                    None => return Ok(()),
                },
                Event::Text(found) if inside == 0 => text.push_str(&found.xml10_content()),
                Event::CData(found) if inside == 0 => text.push_str(&found.xml10_content()),
                Event::GeneralRef(found) if inside == 0 => text.push(entity(&found, &part)?),
                Event::Eof => return Err(damaged(&part, "it ends too early")),
                _ => {}
            }
            if text.len() - start > EVENT {
                return Err(ProblemKind::WorkbookLongCell { part });
            }
        }
    }

    /// Passes over the rest of the current element.
    pub(super) fn skip(&mut self) -> Result<(), ProblemKind> {
        let mut inside = 0_u32;
        loop {
            match self.next()? {
                Event::Start(_) => inside += 1,
                Event::End(_) => match inside.checked_sub(1) {
                    Some(outer) => inside = outer,
                    None => return Ok(()),
                },
                Event::Eof => return Err(self.damaged("it ends too early")),
                _ => {}
            }
        }
    }

    /// Bytes unpacked so far.
    pub(super) fn done(&self) -> u64 {
        self.reader.get_ref().done
    }

    pub(super) fn damaged(&self, reason: impl std::fmt::Display) -> ProblemKind {
        damaged(&self.part, reason)
    }

    pub(super) fn part(&self) -> &str {
        &self.part
    }
}

/// The value of an attribute, by its name without a prefix.
pub(super) fn attribute<'e>(element: &'e BytesStart<'_>, name: &str) -> Option<Cow<'e, str>> {
    let mut attributes = element.attributes();
    attributes.with_checks(false);
    let found = attributes
        .flatten()
        .find(|attribute| attribute.key.local_name().into_inner() == name)?;
    found
        .normalized_value(quick_xml::XmlVersion::Implicit1_0)
        .ok()
        .map(|value| value.into_owned().into())
}

/// Whether an attribute is set and true.
pub(super) fn flag(element: &BytesStart<'_>, name: &str) -> bool {
    attribute(element, name).is_some_and(|value| matches!(value.trim(), "1" | "true" | "on"))
}

fn entity(found: &BytesRef<'_>, part: &str) -> Result<char, ProblemKind> {
    if let Ok(Some(character)) = found.resolve_char_ref() {
        return Ok(character);
    }
    match found.xml10_content().as_ref() {
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "amp" => Ok('&'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => Err(damaged(part, "an entity is not known")),
    }
}

/// Unpacks no more than it may.
struct Bounded<'p> {
    inner: BufReader<Part<'p>>,
    left: u64,
    done: u64,
    /// Bytes left for the current event.
    event: usize,
    breach: Option<Breach>,
}

#[derive(Clone, Copy)]
enum Breach {
    Size,
    Event,
}

impl Read for Bounded<'_> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let found = self.fill_buf()?;
        let length = found.len().min(target.len());
        if let (Some(target), Some(found)) = (target.get_mut(..length), found.get(..length)) {
            target.copy_from_slice(found);
        }
        self.consume(length);
        Ok(length)
    }
}

impl BufRead for Bounded<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let found = self.inner.fill_buf()?;
        if !found.is_empty() {
            let breach = if self.left == 0 {
                Some(Breach::Size)
            } else if self.event == 0 {
                Some(Breach::Event)
            } else {
                None
            };
            if breach.is_some() {
                self.breach = breach;
                return Err(io::Error::other("beyond the limit"));
            }
        }
        Ok(found)
    }

    fn consume(&mut self, amount: usize) {
        let bytes = u64::try_from(amount).unwrap_or(u64::MAX);
        self.left = self.left.saturating_sub(bytes);
        self.done = self.done.saturating_add(bytes);
        self.event = self.event.saturating_sub(amount);
        self.inner.consume(amount);
    }
}

/// Bytes of one event, or of one cell: a spreadsheet allows 32,767 characters.
const EVENT: usize = 1 << 20;
const DEPTH: u32 = 64;
