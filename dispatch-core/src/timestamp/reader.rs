//! The elements of a DER structure, one after another.
//!
//! Source: X.690, as `der` reads it: shortest lengths, definite lengths. Invariant: an element keeps
//! the bytes it was read from, so that what is signed is never encoded again; nothing recurses.

use der::asn1::{ObjectIdentifier, UintRef};
use der::{Decode, ErrorKind, Reader, SliceReader, Tag, TagNumber};

use super::error::{Part, TimestampError};

/// What stands in a sequence or set.
#[derive(Clone, Debug)]
pub(super) struct Fields<'a> {
    reader: SliceReader<'a>,
    part: Part,
}

/// One element: its tag, its bytes, and its content alone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element<'a> {
    pub(super) tag: Tag,
    pub(super) whole: &'a [u8],
    pub(super) content: &'a [u8],
}

/// An algorithm with its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Algorithm {
    pub(super) id: ObjectIdentifier,
    /// The element of the parameters; none if absent.
    pub(super) parameters: Option<Vec<u8>>,
}

impl<'a> Fields<'a> {
    /// Begins at the first element of `content`.
    pub(super) fn new(content: &'a [u8], part: Part) -> Result<Self, TimestampError> {
        let reader = SliceReader::new(content).map_err(|_| TimestampError::Malformed(part))?;
        Ok(Self { reader, part })
    }

    /// The tag of the next element; none at the end.
    pub(super) fn peek(&self) -> Result<Option<Tag>, TimestampError> {
        if self.reader.is_finished() {
            return Ok(None);
        }
        let tag = Tag::peek(&self.reader).map_err(|_| self.malformed())?;
        Ok(Some(tag))
    }

    /// The next element, whatever it is; none at the end.
    pub(super) fn next(&mut self) -> Result<Option<Element<'a>>, TimestampError> {
        let Some(tag) = self.peek()? else {
            return Ok(None);
        };
        let part = self.part;
        let fault = |error: der::Error| match error.kind() {
            ErrorKind::IndefiniteLength => TimestampError::Indefinite,
            _ => TimestampError::Malformed(part),
        };
        let whole = self.reader.tlv_bytes().map_err(fault)?;
        let mut inside = SliceReader::new(whole).map_err(fault)?;
        let header = der::Header::decode(&mut inside).map_err(fault)?;
        let content = inside.read_slice(header.length()).map_err(fault)?;
        Ok(Some(Element {
            tag,
            whole,
            content,
        }))
    }

    /// The next element, which has this tag.
    pub(super) fn take(&mut self, tag: Tag) -> Result<Element<'a>, TimestampError> {
        self.optional(tag)?.ok_or_else(|| self.malformed())
    }

    /// The next element if it has this tag.
    pub(super) fn optional(&mut self, tag: Tag) -> Result<Option<Element<'a>>, TimestampError> {
        if self.peek()? == Some(tag) {
            return self.next();
        }
        Ok(None)
    }

    pub(super) fn sequence(&mut self) -> Result<Element<'a>, TimestampError> {
        self.take(Tag::Sequence)
    }

    pub(super) fn set(&mut self) -> Result<Element<'a>, TimestampError> {
        self.take(Tag::Set)
    }

    pub(super) fn octets(&mut self) -> Result<&'a [u8], TimestampError> {
        Ok(self.take(Tag::OctetString)?.content)
    }

    /// An object identifier.
    pub(super) fn oid(&mut self) -> Result<ObjectIdentifier, TimestampError> {
        let element = self.take(Tag::ObjectIdentifier)?;
        ObjectIdentifier::from_der(element.whole).map_err(|_| self.malformed())
    }

    /// An integer that is not negative, as bytes without leading zeros.
    pub(super) fn unsigned(&mut self) -> Result<&'a [u8], TimestampError> {
        let element = self.take(Tag::Integer)?;
        let number = UintRef::from_der(element.whole).map_err(|_| self.malformed())?;
        Ok(number.as_bytes())
    }

    /// A small integer.
    pub(super) fn small(&mut self) -> Result<u64, TimestampError> {
        let element = self.take(Tag::Integer)?;
        u64::from_der(element.whole).map_err(|_| self.malformed())
    }

    /// A truth value whose default is no.
    pub(super) fn flag(&mut self) -> Result<bool, TimestampError> {
        match self.optional(Tag::Boolean)? {
            None => Ok(false),
            Some(element) => bool::from_der(element.whole).map_err(|_| self.malformed()),
        }
    }

    /// The content of a BIT STRING of whole bytes.
    pub(super) fn bits(&mut self) -> Result<&'a [u8], TimestampError> {
        match self.take(Tag::BitString)?.content.split_first() {
            Some((0, bytes)) => Ok(bytes),
            _ => Err(self.malformed()),
        }
    }

    /// An `AlgorithmIdentifier`.
    pub(super) fn algorithm(&mut self) -> Result<Algorithm, TimestampError> {
        let element = self.sequence()?;
        Algorithm::read(element.content, self.part)
    }

    /// Fails if anything follows.
    pub(super) fn end(&self) -> Result<(), TimestampError> {
        if self.reader.is_finished() {
            Ok(())
        } else {
            Err(self.malformed())
        }
    }

    pub(super) const fn malformed(&self) -> TimestampError {
        TimestampError::Malformed(self.part)
    }
}

impl<'a> Element<'a> {
    /// What stands in it.
    pub(super) fn fields(self, part: Part) -> Result<Fields<'a>, TimestampError> {
        Fields::new(self.content, part)
    }
}

impl Algorithm {
    /// Reads the content of an `AlgorithmIdentifier`.
    pub(super) fn read(content: &[u8], part: Part) -> Result<Self, TimestampError> {
        let mut fields = Fields::new(content, part)?;
        let id = fields.oid()?;
        let parameters = fields.next()?.map(|element| element.whole.to_vec());
        fields.end()?;
        Ok(Self { id, parameters })
    }

    /// Whether the parameters are absent or NULL, as they are for a hash or a plain signature.
    pub(super) fn is_plain(&self) -> bool {
        matches!(self.parameters.as_deref(), None | Some([5, 0]))
    }
}

/// The tag `[number]`, `constructed` unless it is an implicit primitive value.
pub(super) const fn context(number: u32, constructed: bool) -> Tag {
    Tag::ContextSpecific {
        constructed,
        number: TagNumber(number),
    }
}
