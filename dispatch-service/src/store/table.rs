//! The tables, for what goes over whole tables: backup, restore, rebuilding the register.
//!
//! Invariant: every table and column of the migrations is named here; a test compares them. The first
//! columns of each are its key, in order.

use std::sync::LazyLock;

use super::{Row, Sql, StoreError, Value};

/// A table.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its columns.
    pub columns: &'static [&'static str],
    /// How many of them are the key.
    key: usize,
    first: &'static str,
    next: &'static str,
    insert: &'static str,
    count: &'static str,
}

/// All tables of this program.
pub static TABLES: LazyLock<Vec<Table>> = LazyLock::new(|| ALL.iter().map(Table::new).collect());

/// The tables of the register, which are a function of the log.
pub fn register() -> impl Iterator<Item = &'static Table> {
    let register = |table: &&Table| table.name.starts_with("register_");
    TABLES.iter().filter(register)
}

impl Table {
    /// The statements are made once, of names that stand below; they live as long as the process.
    fn new(&(name, key, page, columns): &(&'static str, usize, usize, Columns)) -> Self {
        let list = columns.join(", ");
        let marks = |count: usize| {
            let marks: Vec<_> = (1..=count).map(|number| format!("?{number}")).collect();
            marks.join(", ")
        };
        let keys = columns
            .iter()
            .take(key)
            .copied()
            .collect::<Vec<_>>()
            .join(", ");
        let after = format!("WHERE ({keys}) > ({})", marks(key));
        let select = |after: &str| {
            format!("SELECT {list} FROM {name} {after} ORDER BY {keys} LIMIT {page}").leak()
        };
        Self {
            name,
            columns,
            key,
            first: select(""),
            next: select(&after),
            insert: format!(
                "INSERT INTO {name} ({list}) VALUES ({})",
                marks(columns.len())
            )
            .leak(),
            count: format!("SELECT CAST(COUNT(*) AS BIGINT) FROM {name}").leak(),
        }
    }

    /// Gives every row, in the order of the key, reading some at a time.
    ///
    /// # Errors
    /// If the database is gone, and whatever `each` says.
    pub fn for_each<E: From<StoreError>>(
        &self,
        sql: &mut dyn Sql,
        mut each: impl FnMut(Row) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut rows = sql.query(self.first, &[])?;
        loop {
            let Some(last) = rows.last() else {
                return Ok(());
            };
            let key: Vec<_> = last.0.iter().take(self.key).cloned().collect();
            for row in rows {
                each(row)?;
            }
            rows = sql.query(self.next, &key)?;
        }
    }

    /// Writes a row.
    ///
    /// # Errors
    /// If it does not fit the table, is there already, or the database is gone.
    pub fn insert(&self, sql: &mut dyn Sql, row: &Row) -> Result<(), StoreError> {
        if row.0.len() != self.columns.len() {
            let (name, columns) = (self.name, self.columns.len());
            return Err(StoreError::Form(format!(
                "a row of {name} has not {columns} columns"
            )));
        }
        sql.execute(self.insert, &row.0)?;
        Ok(())
    }

    /// For each column its place in the key, counted from 1, or 0.
    pub fn keys(&self) -> impl Iterator<Item = i64> {
        let key = i64::try_from(self.key).unwrap_or(i64::MAX);
        (1..).map(move |place| if place <= key { place } else { 0 })
    }

    /// The columns of a row's key.
    #[must_use]
    pub fn key_of<'r>(&self, row: &'r Row) -> &'r [Value] {
        row.0.get(..self.key).unwrap_or(&row.0)
    }

    /// How many rows it has.
    ///
    /// # Errors
    /// If the database is gone.
    pub fn count(&self, sql: &mut dyn Sql) -> Result<u64, StoreError> {
        let row = sql.query_one(self.count, &[])?;
        row.map_or(Ok(0), |row| row.count(0))
    }
}

type Columns = &'static [&'static str];

/// Name, columns of the key, rows that are read at once, columns.
const ALL: [(&str, usize, usize, Columns); 26] = [
    (
        "log_head",
        1,
        500,
        &["id", "size", "root", "checkpoint", "time"],
    ),
    ("log_entry", 1, 500, &["idx", "entry"]),
    ("log_node", 2, 500, &["level", "idx", "hash"]),
    ("log_checkpoint", 1, 500, &["number", "size", "note"]),
    (
        "log_cosignature",
        2,
        500,
        &["number", "witness", "line", "time"],
    ),
    ("log_token", 1, 500, &["number", "token"]),
    ("register_body", 1, 500, &["body", "last_number"]),
    (
        "register_plan",
        1,
        500,
        &["idx", "body", "year", "document", "reason", "time"],
    ),
    (
        "register_planned",
        2,
        500,
        &["body", "draw", "year", "title", "latest", "idx"],
    ),
    (
        "register_draw",
        1,
        500,
        &[
            "commitment",
            "idx",
            "body",
            "draw",
            "sequence",
            "title",
            "state",
            "document",
            "announced",
            "draw_time",
            "disclosure_time",
            "window_end",
            "round",
            "replay",
            "repeats",
            "parent",
            "announcement",
            "root",
            "records",
            "disclosure",
            "bundle",
        ],
    ),
    (
        "register_step",
        1,
        500,
        &["idx", "commitment", "kind", "stage", "time"],
    ),
    (
        "register_voided",
        2,
        500,
        &["body", "draw", "idx", "reason"],
    ),
    (
        "blob",
        1,
        500,
        &[
            "digest",
            "length",
            "complete",
            "created",
            "expired",
            "expired_reason",
        ],
    ),
    ("blob_piece", 2, 4, &["digest", "piece", "bytes"]),
    ("document", 1, 500, &["digest", "media"]),
    ("roster", 2, 500, &["root", "kind", "records", "digest"]),
    (
        "draft",
        1,
        500,
        &[
            "id",
            "title",
            "owner",
            "department",
            "region",
            "state",
            "replay",
            "commitment",
            "created",
            "changed",
        ],
    ),
    (
        "held_file",
        2,
        500,
        &["holder", "name", "sealed", "digest", "media", "length"],
    ),
    (
        "work",
        1,
        500,
        &[
            "commitment",
            "department",
            "region",
            "owner",
            "due",
            "attempts",
            "fault",
        ],
    ),
    (
        "stage",
        2,
        500,
        &["commitment", "number", "state", "round", "due"],
    ),
    (
        "proposal",
        1,
        500,
        &[
            "id",
            "kind",
            "target",
            "digest",
            "detail",
            "reason",
            "department",
            "region",
            "proposer",
            "proposed",
            "state",
            "decider",
            "decided",
        ],
    ),
    (
        "person",
        1,
        500,
        &[
            "name",
            "shown",
            "roles",
            "department",
            "region",
            "officer",
            "password",
            "disabled",
            "failures",
            "locked_until",
            "created",
        ],
    ),
    (
        "session",
        1,
        500,
        &["digest", "person", "created", "seen", "expires"],
    ),
    (
        "token",
        1,
        500,
        &[
            "id", "digest", "person", "label", "scopes", "created", "expires", "revoked",
        ],
    ),
    (
        "audit",
        1,
        500,
        &[
            "number", "time", "person", "action", "target", "detail", "request", "chain",
        ],
    ),
    (
        "answer",
        2,
        500,
        &["person", "key", "request", "status", "body", "created"],
    ),
];
