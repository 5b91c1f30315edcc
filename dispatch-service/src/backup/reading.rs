//! Reading a backup into an empty database.
//!
//! Invariant: the caller's transaction is to be given up after any error, so that nothing of a backup
//! that is damaged stays.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

use zip::ZipArchive;

use super::row::{self, NOTHING};
use super::{Manifest, Part, at, member, tables};
use crate::integrity::Fault;
use crate::store::Sql;
use crate::store::table::Table;

/// A backup that was opened.
pub struct Backup {
    path: PathBuf,
    archive: ZipArchive<BufReader<File>>,
    manifest: Manifest,
}

impl std::fmt::Debug for Backup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Backup")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl Backup {
    /// Opens a file and reads what it says it holds.
    ///
    /// # Errors
    /// If it is no backup, was cut, or is of tables of another version.
    pub fn open(path: &Path) -> Result<Self, Fault> {
        let file = File::open(path).map_err(|error| at(path, &error))?;
        let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|error| {
            let path = path.display();
            Fault::new(
                format!("{path}: is no backup, or was cut ({error}); take another copy"),
                format!("{path}：不是备份文件，或不完整（{error}），请换用另一份"),
            )
        })?;
        let manifest = manifest(&mut archive, path)?;
        let backup = Self {
            path: path.to_owned(),
            archive,
            manifest,
        };
        backup.check_form()?;
        Ok(backup)
    }

    /// What it says it holds.
    #[must_use]
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Writes all rows, inside a transaction.
    ///
    /// # Errors
    /// If a table of the database holds anything, a row is not as it was written, or the database is
    /// gone.
    pub fn fill(&mut self, sql: &mut dyn Sql) -> Result<(), Fault> {
        for table in tables() {
            if table.count(sql)? > 0 {
                let name = table.name;
                return Err(Fault::new(
                    format!("{name}: the database is not empty; restore into a new one"),
                    format!("{name}：数据库不是空的，请恢复到新的数据库"),
                ));
            }
        }
        let parts = self.manifest.tables.clone();
        for (table, part) in tables().zip(parts) {
            self.fill_table(sql, table, &part)?;
        }
        Ok(())
    }

    fn fill_table(&mut self, sql: &mut dyn Sql, table: &Table, part: &Part) -> Result<(), Fault> {
        let name = table.name;
        let path = self.path.display().to_string();
        let fault = |row: u64, english: &str, chinese: &str| {
            Fault::new(
                format!("{path}: {name}, row {row}: {english}; take another copy of the backup"),
                format!("{path}：{name}第{row}行：{chinese}，请换用另一份备份"),
            )
        };
        let changed = |row| fault(row, "is not what was written", "与写入时不符");
        let mut number = 1_u64;
        let file = { self.archive.by_name(&member(table)) }
            .map_err(|error| fault(number, &error.to_string(), &error.to_string()))?;
        let mut reader = BufReader::new(file);
        let mut hash = NOTHING;
        let mut line = String::new();
        loop {
            line.clear();
            let read = reader.by_ref().take(LONGEST).read_line(&mut line);
            let read =
                read.map_err(|error| fault(number, &error.to_string(), &error.to_string()))?;
            if read == 0 {
                break;
            }
            let (row, after) = row::read(&hash, &line).ok_or_else(|| changed(number))?;
            if number > part.rows {
                return Err(fault(number, "is one too many", "多出一行"));
            }
            table
                .insert(sql, &row)
                .map_err(|error| fault(number, &error.to_string(), &error.to_string()))?;
            hash = after;
            number = number.saturating_add(1);
        }
        if number <= part.rows {
            return Err(fault(number, "is missing", "缺失"));
        }
        if hash != part.sha256 {
            return Err(changed(number.saturating_sub(1)));
        }
        Ok(())
    }

    /// The tables have to be those of this program, in their order.
    fn check_form(&self) -> Result<(), Fault> {
        let same = |(table, part): (&Table, &Part)| {
            part.table == table.name && part.columns.iter().eq(table.columns.iter())
        };
        let parts = &self.manifest.tables;
        if self.manifest.format == Manifest::FORMAT
            && parts.len() == tables().count()
            && tables().zip(parts).all(same)
        {
            return Ok(());
        }
        let (path, version) = (self.path.display(), &self.manifest.program);
        Err(Fault::new(
            format!(
                "{path}: was written by version {version}, whose tables are others; restore it with that version, then run dispatch-service migrate with this one"
            ),
            format!(
                "{path}：由版本{version}写入，表结构不同；请先用该版本恢复，再用本版本运行 dispatch-service migrate"
            ),
        ))
    }
}

fn manifest(archive: &mut ZipArchive<BufReader<File>>, path: &Path) -> Result<Manifest, Fault> {
    let failed = |error: &dyn std::fmt::Display| {
        let path = path.display();
        Fault::new(
            format!("{path}: {}: {error}; take another copy", Manifest::NAME),
            format!("{path}：{}：{error}，请换用另一份", Manifest::NAME),
        )
    };
    let file = archive
        .by_name(Manifest::NAME)
        .map_err(|error| failed(&error))?;
    let mut text = String::new();
    { file.take(LARGEST_MANIFEST).read_to_string(&mut text) }.map_err(|error| failed(&error))?;
    serde_json::from_str(&text).map_err(|error| failed(&error))
}

/// Longest line: the longest row is a piece of a blob, or an answer that is kept.
const LONGEST: u64 = 256 << 20;
const LARGEST_MANIFEST: u64 = 1 << 20;
