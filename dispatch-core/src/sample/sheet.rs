//! A CSV file being written row by row, in the encoding a bureau's file would have.
//!
//! Invariant: no more than a few blocks are held in memory.

use std::io;
use std::io::Write;

use encoding_rs::GB18030;

use crate::export::append_cell;
use crate::import::TextEncoding;

/// A CSV file being written.
pub(super) struct Sheet<'a, W> {
    out: &'a mut W,
    encoding: TextEncoding,
    text: String,
    /// The GB18030 form of the characters met so far that have two bytes; zeros for the others.
    known: Vec<[u8; 2]>,
}

impl<'a, W: Write> Sheet<'a, W> {
    /// Starts a file, with a byte order mark where the encoding has one.
    pub(super) fn new(out: &'a mut W, encoding: TextEncoding) -> io::Result<Self> {
        if encoding == TextEncoding::Utf8WithMark {
            out.write_all("\u{feff}".as_bytes())?;
        }
        let known = if encoding == TextEncoding::Gb18030 {
            vec![[0; 2]; PLANE]
        } else {
            Vec::new()
        };
        Ok(Self {
            out,
            encoding,
            text: String::new(),
            known,
        })
    }

    /// Writes one row.
    pub(super) fn row(&mut self, cells: &[impl AsRef<str>]) -> io::Result<()> {
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            append_cell(&mut self.text, "", cell.as_ref());
        }
        self.text.push_str("\r\n");
        if self.text.len() >= BLOCK {
            self.write()
        } else {
            Ok(())
        }
    }

    /// Writes what is left.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.write()?;
        self.out.flush()
    }

    fn write(&mut self) -> io::Result<()> {
        if self.encoding == TextEncoding::Gb18030 {
            let bytes = self.encoded();
            self.out.write_all(&bytes)?;
        } else {
            self.out.write_all(self.text.as_bytes())?;
        }
        self.text.clear();
        Ok(())
    }

    /// The text in GB18030. The encoder searches its tables for every character, so what it found
    /// is kept: a sample uses a few hundred characters.
    fn encoded(&mut self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.text.len());
        for character in self.text.chars() {
            if let Ok(ascii @ 0..0x80) = u8::try_from(character) {
                bytes.push(ascii);
                continue;
            }
            let slot = usize::try_from(u32::from(character)).ok();
            let slot = slot.and_then(|index| self.known.get_mut(index));
            match slot {
                Some(known) if *known != [0, 0] => bytes.extend_from_slice(known),
                slot => {
                    let found = GB18030
                        .encode(character.encode_utf8(&mut [0; 4]))
                        .0
                        .into_owned();
                    if let (Some(slot), &[lead, trail]) = (slot, found.as_slice()) {
                        *slot = [lead, trail];
                    }
                    bytes.extend(found);
                }
            }
        }
        bytes
    }
}

const PLANE: usize = 0x1_0000;
const BLOCK: usize = 1 << 16;
