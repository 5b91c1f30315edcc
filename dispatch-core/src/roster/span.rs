//! Where a row and its id lie in a roster file.
//!
//! Source: docs/spec.md 2.1: a row has at most 16,384 bytes, so 16 bits tell every place in it.
//! Invariant: the id that a span was made with stands where the span says.

/// Where a row and its id lie in the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) start: u64,
    length: u16,
    id_offset: u16,
    id_length: u16,
}

impl Span {
    /// `None` if the id does not stand at `id_offset`, or the line is too long.
    pub(super) fn new(start: usize, line: &[u8], id_offset: usize, id: &str) -> Option<Self> {
        if !line.get(id_offset..)?.starts_with(id.as_bytes()) {
            return None;
        }
        Some(Self {
            start: start as u64,
            length: u16::try_from(line.len()).ok()?,
            id_offset: u16::try_from(id_offset).ok()?,
            id_length: u16::try_from(id.len()).ok()?,
        })
    }

    /// The same, where the id is borrowed from the line itself.
    pub(super) fn of_part(start: usize, line: &[u8], id: &str) -> Option<Self> {
        let offset = id.as_ptr().addr().checked_sub(line.as_ptr().addr())?;
        Self::new(start, line, offset, id)
    }

    pub(super) fn line<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        let start = usize::try_from(self.start).unwrap_or(usize::MAX);
        bytes
            .get(start..start.saturating_add(usize::from(self.length)))
            .unwrap_or_default()
    }

    pub(super) fn id<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        let from = usize::from(self.id_offset);
        self.line(bytes)
            .get(from..from + usize::from(self.id_length))
            .unwrap_or_default()
    }
}
