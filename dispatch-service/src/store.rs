//! The store: PostgreSQL, or an embedded SQLite file, behind threads that own the connections.
//!
//! A connection never leaves its thread: a PostgreSQL client that is dropped inside an asynchronous
//! task takes the process down. Changes go one after another through one writer thread, which
//! commits several of them, and one checkpoint of the log over all of them, at once; reads go to a
//! few reader threads. Invariant: an answer is given after the commit, never before.

pub mod blob;
mod migration;
mod postgres;
mod queue;
mod reader;
pub mod sql;
mod sqlite;
pub mod table;
mod transaction;
mod watched;
mod writer;

use std::path::PathBuf;
use std::sync::Arc;

pub use self::migration::Schema;
use self::reader::Readers;
pub use self::sql::{Row, Sql, StoreError, Value};
pub use self::transaction::Transaction;
use self::watched::Watched;
use self::writer::Writer;
use crate::clock::Clock;
use crate::log::LogSigner;
use crate::problem::Problem;

/// Where the data are.
#[derive(Clone, PartialEq, Eq)]
pub enum Backend {
    /// A file of the embedded store.
    Sqlite(PathBuf),
    /// A PostgreSQL server: a connection string or URL.
    Postgres(String),
}

/// A connection URL may hold a password.
impl std::fmt::Debug for Backend {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => f.debug_tuple("Sqlite").field(path).finish(),
            Self::Postgres(_) => f.write_str("Postgres(..)"),
        }
    }
}

/// A connection, owned by one thread.
pub(crate) trait Connection: Sql {
    /// Begins a transaction: for writing, with the exclusive right to write; for reading, with one
    /// view of the data throughout.
    fn begin(&mut self, write: bool) -> Result<(), StoreError>;

    /// Whether it is not known to be broken.
    fn is_open(&self) -> bool;
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Answering requests that change nothing: the connection cannot write.
    Reading,
    /// The writer thread.
    Writing,
    /// A command of an operator, which may take its time.
    Command,
}

impl Backend {
    /// Opens a connection.
    pub(crate) fn connect(&self, purpose: Purpose) -> Result<Box<dyn Connection>, StoreError> {
        match self {
            Self::Sqlite(path) => sqlite::connect(path, purpose),
            Self::Postgres(url) => postgres::connect(url, purpose),
        }
    }

    /// Brings the tables to this program's version; how many steps that took. Nothing else ever
    /// changes a table's form.
    ///
    /// # Errors
    /// If the database is gone, or was written by another version.
    pub fn migrate(&self) -> Result<usize, StoreError> {
        migration::run(self)
    }

    /// What the tables are.
    ///
    /// # Errors
    /// If the database is gone.
    pub fn schema(&self) -> Result<Schema, StoreError> {
        migration::schema(self)
    }

    /// Whether the tables are those of this program's version.
    ///
    /// # Errors
    /// If the database is gone.
    pub fn is_migrated(&self) -> Result<bool, StoreError> {
        Ok(self.schema()? == Schema::Current)
    }

    /// Runs one job on a connection of its own, inside a transaction: for the commands of operators,
    /// while no service runs or beside it.
    ///
    /// # Errors
    /// What the job says, or that the database is gone.
    pub fn once<T>(
        &self,
        write: bool,
        job: impl FnOnce(&mut dyn Sql) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let mut connection = self.connect(Purpose::Command)?;
        connection.begin(write)?;
        let mut watched = Watched::in_transaction(&mut connection);
        let done = job(&mut watched);
        let done = match (done, watched.into_fault()) {
            (Ok(_), Some(fault)) => Err(fault.into()),
            (done, _) => done,
        };
        match done {
            Ok(done) => {
                connection.execute("COMMIT", &[])?;
                Ok(done)
            }
            Err(problem) => {
                // What the job says matters more than whether the database could still be told.
                let _ = connection.execute("ROLLBACK", &[]);
                Err(problem)
            }
        }
    }
}

/// A running store. Clones share it.
#[derive(Clone, Debug)]
pub struct Store {
    backend: Backend,
    readers: Arc<Readers>,
    writer: Arc<Writer>,
}

/// How many requests wait at most before new ones are refused.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Threads that read.
    pub readers: usize,
    /// Reads that wait.
    pub waiting_reads: usize,
    /// Changes that wait.
    pub waiting_writes: usize,
    /// Most changes in one commit.
    pub batch: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            readers: 4,
            waiting_reads: 512,
            waiting_writes: 256,
            batch: 64,
        }
    }
}

impl Store {
    /// Starts the threads. The tables have to be there.
    ///
    /// # Errors
    /// If a thread cannot be started.
    pub fn start(
        backend: Backend,
        clock: Clock,
        signer: LogSigner,
        limits: Limits,
    ) -> Result<Self, StoreError> {
        let other = |error: std::io::Error| StoreError::Other(error.to_string());
        let readers = Readers::start(&backend, limits).map_err(other)?;
        let writer = Writer::start(&backend, clock, signer, limits).map_err(other)?;
        Ok(Self {
            backend,
            readers: Arc::new(readers),
            writer: Arc::new(writer),
        })
    }

    /// Where the data are.
    #[must_use]
    pub const fn backend(&self) -> &Backend {
        &self.backend
    }

    /// Reads, outside of any transaction: each statement sees what was committed before it.
    ///
    /// # Errors
    /// What the job says; 503 if too many wait or the database is gone.
    pub async fn read<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut dyn Sql) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        // What the job logs is found under the id of its request.
        let span = tracing::Span::current();
        let answer = self
            .readers
            .send(move |sql: &mut dyn Sql| span.in_scope(|| job(sql)))?;
        answer.await.unwrap_or_else(|_| Err(stopped()))
    }

    /// Reads from a plain thread.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_blocking<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut dyn Sql) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let answer = self.readers.send(job)?;
        answer.blocking_recv().unwrap_or_else(|_| Err(stopped()))
    }

    /// Changes something: all that the job does, its entries of the log among it, is committed
    /// together with the answer, or nothing is. The job must be quick: all others wait for it.
    ///
    /// # Errors
    /// What the job says, and then nothing was changed; 503 if too many wait or the database is gone.
    pub async fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Transaction<'_>) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let span = tracing::Span::current();
        let answer = self
            .writer
            .send(move |change: &mut Transaction<'_>| span.in_scope(|| job(change)))?;
        answer.await.unwrap_or_else(|_| Err(stopped()))
    }

    /// Changes something from a plain thread.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub fn write_blocking<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Transaction<'_>) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let answer = self.writer.send(job)?;
        answer.blocking_recv().unwrap_or_else(|_| Err(stopped()))
    }

    /// Waiting changes and reads.
    #[must_use]
    pub fn waiting(&self) -> (usize, usize) {
        (self.writer.waiting(), self.readers.waiting())
    }

    /// Ends the threads, after everything that waits; call it from a plain thread.
    pub fn stop(&self) {
        self.writer.stop();
        self.readers.stop();
    }
}

fn stopped() -> Problem {
    Problem::unavailable(
        "stopping",
        "the service is being stopped; try again with the same Idempotency-Key",
        "服务正在停止，请稍后用同一 Idempotency-Key 重试",
    )
}
