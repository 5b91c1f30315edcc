//! `dispatch witness request`: on the log's side, a request to be carried to a witness by hand.
//!
//! It is exactly the body that would be sent over HTTP. Only the log's public folder is read.

use std::fs;
use std::path::{Path, PathBuf};

use dispatch_core::log::tile::{Tile, TilePath};
use dispatch_core::log::{KeyKind, SignedCheckpoint, TileTree, VerifierKey};
use dispatch_core::merkle::ConsistencyProof;
use dispatch_core::witness::{AddCheckpoint, Held};

use super::key;
use crate::args::witness::Request;
use crate::console::Console;
use crate::failure::{Done, Failure};
use crate::folder;

pub(super) fn run(console: &Console, options: &Request) -> Done {
    folder::must_not_exist(&options.out)?;
    let witness = key(&options.witness, KeyKind::Cosignature)?;
    let path = options.log.join("checkpoint");
    let checkpoint = SignedCheckpoint::read(&folder::read(&path)?)
        .map_err(|error| unfit(&path, &error.to_string()))?;
    let last = match (&options.last, options.old) {
        (Some(path), _) => {
            let held = Held::read(&folder::read(path)?, &witness);
            Some(held.map_err(|error| unfit(path, &error.to_string()))?)
        }
        (None, Some(_)) => None,
        (None, None) => latest(&options.log, &witness)?,
    };
    let old = options.old.or(last.as_ref().map(Held::size)).unwrap_or(0);
    let proof = prove(&options.log, &checkpoint, old)?;
    if let Some(held) = &last {
        let (before, after) = (&held.checkpoint().checkpoint, &checkpoint.checkpoint);
        let continues = before.origin == after.origin && {
            proof.verify(before.size, &before.root, after.size, &after.root)
        }
        .is_ok();
        if !continues {
            return Err(Failure::new(
                format!(
                    "this log at size {} does not continue what the witness cosigned at size {}: no witness will cosign it; look for the right folder or an older backup that was put back",
                    after.size, before.size
                ),
                format!(
                    "该日志（规模{}）不是见证方已联署内容（规模{}）的延续：见证方不会联署；请检查目录是否正确、是否误用了旧备份",
                    after.size, before.size
                ),
            ));
        }
    }
    let (origin, size) = (
        checkpoint.checkpoint.origin.clone(),
        checkpoint.checkpoint.size,
    );
    let request = AddCheckpoint {
        old,
        proof,
        checkpoint,
    };
    folder::write(&options.out, request.to_text().as_bytes(), false)?;
    let out = options.out.display();
    console.say(
        format!(
            "request for {}: {origin} from size {old} to {size}; carry {out} to the witness",
            witness.name
        ),
        format!(
            "致{}的请求：{origin}，规模由{old}到{size}；请将{out}送交见证方",
            witness.name
        ),
    );
    Ok(())
}

/// Proof from the tiles in the log's folder.
fn prove(log: &Path, checkpoint: &SignedCheckpoint, old: u64) -> Done<ConsistencyProof> {
    let size = checkpoint.checkpoint.size;
    let mut tree = TileTree::new(size, |tile: Tile| tile_bytes(log, tile));
    tree.consistency(old).map_err(|error| {
        let log = log.display();
        Failure::new(
            format!(
                "{log}: no proof from size {old} to {size} can be made: {error}; check the folder"
            ),
            format!("{log}：无法给出规模由{old}到{size}的证明：{error}；请检查目录"),
        )
    })
}

/// A tile as wide as it is asked for; a full one may have taken its place.
fn tile_bytes(log: &Path, tile: Tile) -> std::io::Result<Vec<u8>> {
    let path = |tile| log.join(TilePath::Hashes(tile).to_string());
    let read = fs::read(path(tile));
    match read {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let mut bytes = fs::read(path(tile.full()))?;
            bytes.truncate(usize::from(tile.width).saturating_mul(32));
            Ok(bytes)
        }
        read => read,
    }
}

/// The latest checkpoint in the log's folder that this witness has cosigned.
fn latest(log: &Path, witness: &VerifierKey) -> Done<Option<Held>> {
    let dir = log.join("checkpoints");
    if !dir.exists() {
        return Ok(None);
    }
    let failed = |error: std::io::Error| Failure::file(&dir, &error);
    let mut numbers: Vec<(u64, PathBuf)> = Vec::new();
    for entry in fs::read_dir(&dir).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        if let Some(number) = name.and_then(|name| name.parse().ok()) {
            numbers.push((number, path));
        }
    }
    numbers.sort();
    for (_, path) in numbers.into_iter().rev() {
        // Without a cosignature of this witness it is not an error; a later or earlier one has it.
        if let Ok(held) = Held::read(&folder::read(&path)?, witness) {
            return Ok(Some(held));
        }
    }
    Ok(None)
}

fn unfit(path: &Path, fault: &str) -> Failure {
    let path = path.display();
    Failure::new(
        format!("{path}: {fault}; check that it is the right file"),
        format!("{path}：{fault}；请检查是否选对了文件"),
    )
}
