//! Writing a backup: into a file beside its place, which takes its name when it is on the disk.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use dispatch_core::syntax::time_text;
use tempfile::{Builder, NamedTempFile};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::row::{self, NOTHING};
use super::{Manifest, Part, at, member, tables};
use crate::integrity::Fault;
use crate::store::Sql;

/// Writes everything that the database shows to a new file that only its owner reads.
///
/// # Errors
/// If there is such a file already, it cannot be written, or the database is gone.
pub fn write(sql: &mut dyn Sql, path: &Path, now: u64) -> Result<Manifest, Fault> {
    if path.symlink_metadata().is_ok() {
        return Err(taken(path));
    }
    let folder = match path.parent() {
        Some(parent) if parent != Path::new("") => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    // A temporary file is made so that only its owner reads it.
    let file = Builder::new().prefix(".backup-").tempfile_in(&folder);
    let mut file = file.map_err(|error| at(&folder, &error))?;
    let manifest = fill(sql, &mut file, path, now)?;
    file.as_file()
        .sync_all()
        .map_err(|error| at(path, &error))?;
    file.persist_noclobber(path).map_err(|error| {
        if error.error.kind() == std::io::ErrorKind::AlreadyExists {
            taken(path)
        } else {
            at(path, &error.error)
        }
    })?;
    // The name has to be on the disk too.
    { File::open(&folder).and_then(|folder| folder.sync_all()) }
        .map_err(|error| at(&folder, &error))?;
    Ok(manifest)
}

fn fill(
    sql: &mut dyn Sql,
    file: &mut NamedTempFile,
    path: &Path,
    now: u64,
) -> Result<Manifest, Fault> {
    let failed = |error: &dyn std::fmt::Display| at(path, error);
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .unix_permissions(0o600)
        .large_file(true);
    let mut zip = ZipWriter::new(BufWriter::new(file));
    let mut manifest = Manifest {
        format: Manifest::FORMAT.to_owned(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        created: time_text(now).unwrap_or_default(),
        not_included: Manifest::NOT_INCLUDED.to_owned(),
        tables: Vec::new(),
    };
    for table in tables() {
        let (mut rows, mut hash) = (0_u64, NOTHING);
        zip.start_file(member(table), options)
            .map_err(|error| failed(&error))?;
        table.for_each::<Fault>(sql, |one| {
            let (line, after) = row::write(&hash, &one);
            zip.write_all(line.as_bytes())
                .map_err(|error| failed(&error))?;
            rows = rows.saturating_add(1);
            hash = after;
            Ok(())
        })?;
        manifest.tables.push(Part {
            table: table.name.to_owned(),
            columns: table.columns.iter().map(|&name| name.to_owned()).collect(),
            rows,
            sha256: hash,
        });
    }
    zip.start_file(Manifest::NAME, options)
        .map_err(|error| failed(&error))?;
    let mut text = serde_json::to_string_pretty(&manifest).unwrap_or_default();
    text.push('\n');
    zip.write_all(text.as_bytes())
        .map_err(|error| failed(&error))?;
    let mut file = zip.finish().map_err(|error| failed(&error))?;
    file.flush().map_err(|error| failed(&error))?;
    Ok(manifest)
}

fn taken(path: &Path) -> Fault {
    let path = path.display();
    Fault::new(
        format!("{path}: is there already; choose another name"),
        format!("{path}：已存在，请另选文件名"),
    )
}
