//! Files of a draw by name, wherever they lie.

use serde::de::DeserializeOwned;

use crate::evidence::read_document;
use crate::language::Message;
use crate::verify::CheckResult;

/// Names that are not in a bundle.
pub mod names {
    /// The folder of what is sealed.
    pub const SECRET: &str = "secret";
    /// The values that a draw was made with, sealed.
    pub const SOURCES: &str = "sources.json";
    /// Of a child draw the parent's announcement.
    pub const PARENT: &str = "parent.json";
}

/// Where the files of one draw come from.
pub trait HeldFiles {
    /// Why a file cannot be read, or is not as it must be.
    type Error;

    /// The bytes of a file; none if there is none.
    ///
    /// # Errors
    /// If it cannot be read.
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, Self::Error>;

    /// A fault in the words of whoever holds the files.
    fn fault(&self, fault: HeldFault) -> Self::Error;

    /// Whether there is a file.
    ///
    /// # Errors
    /// If it cannot be told.
    fn has(&self, name: &str) -> Result<bool, Self::Error> {
        Ok(self.read(name)?.is_some())
    }

    /// A file that has to be there.
    ///
    /// # Errors
    /// If it is not there or cannot be read.
    fn needed(&self, name: &str) -> Result<Vec<u8>, Self::Error> {
        self.read(name)?.ok_or_else(|| {
            self.fault(HeldFault::File {
                name: name.to_owned(),
                message: Message::new(
                    "is missing; restore it from your copy",
                    "缺失，请用备份恢复",
                ),
            })
        })
    }

    /// A document in canonical JSON that has to be there.
    ///
    /// # Errors
    /// If it is not there, or malformed.
    fn document<T: DeserializeOwned>(&self, name: &str) -> Result<T, Self::Error> {
        self.parsed(name, &self.needed(name)?)
    }

    /// A document in canonical JSON, if it is there.
    ///
    /// # Errors
    /// If it is malformed or cannot be read.
    fn optional_document<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, Self::Error> {
        let bytes = self.read(name)?;
        bytes.map(|bytes| self.parsed(name, &bytes)).transpose()
    }

    /// Reads a document's bytes.
    ///
    /// # Errors
    /// If it is malformed.
    fn parsed<T: DeserializeOwned>(&self, name: &str, bytes: &[u8]) -> Result<T, Self::Error> {
        read_document(bytes).map_err(|error| {
            self.fault(HeldFault::File {
                name: name.to_owned(),
                message: Message::new(
                    format!("{}; restore it from your copy", error.english),
                    format!("{}；请用备份恢复", error.chinese),
                ),
            })
        })
    }
}

/// What is wrong with what is held.
#[derive(Clone, Debug)]
pub enum HeldFault {
    /// A file is missing or not as it must be.
    File {
        /// Its name.
        name: String,
        /// What is wrong with it.
        message: Message,
    },
    /// The files are not what was announced: every check that did not pass.
    NotAnnounced(Vec<CheckResult>),
    /// It cannot be done.
    Refused(Message),
}

/// The name of a sealed file.
#[must_use]
pub fn sealed(name: &str) -> String {
    format!("{}/{name}", names::SECRET)
}

/// A file of a stage, such as `stage-2-result.json`.
#[must_use]
pub fn stage_file(number: u64, rest: &str) -> String {
    format!("stage-{number}{rest}")
}

/// Where a handover lies below what is sealed: 0 is that for the draw.
#[must_use]
pub fn handover_file(number: u64) -> String {
    match number {
        0 => "handover.json".to_owned(),
        number => stage_file(number, "-handover.json"),
    }
}
