//! Which tiles there are, where, and what is in them.

use dispatch_core::digest::Digest;
use dispatch_core::log::tile::{Tile, TilePath};
use dispatch_core::log::{Growth, LogView};
use tlog_tiles::{Hash, tree_hash};

use crate::{Files, Oracle, entry};

/// The C2SP path of a tile of tlog_tiles, which has the older form with the height in it.
fn path(tile: &tlog_tiles::Tile) -> String {
    let path = tile.path();
    path.strip_prefix("tile/8/")
        .map(|rest| format!("tile/{rest}"))
        .unwrap()
}

/// Every file that a log of this size has, as tlog_tiles makes them; the bundles from the text of
/// C2SP tlog-tiles.
fn expected(oracle: &Oracle, size: u64) -> Files {
    let mut files = Files::default();
    for tile in tlog_tiles::Tile::new_tiles(8, 0, size) {
        files.0.insert(path(&tile), tile.read_data(oracle).unwrap());
        if tile.level() == 0 {
            let first = tile.level_index() * 256;
            let mut bundle = Vec::new();
            for index in first..first + u64::from(tile.width()) {
                let entry = entry(index);
                bundle.extend(u16::try_from(entry.len()).unwrap().to_be_bytes());
                bundle.extend(entry);
            }
            let name = path(&tile).replacen("tile/0/", "tile/entries/", 1);
            files.0.insert(name, bundle);
        }
    }
    files
}

fn digest(hash: Hash) -> Digest {
    Digest::new(hash.0)
}

fn same(found: &Files, expected: &Files, size: u64) {
    let names = |files: &Files| files.0.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(found), names(expected), "{size}");
    for (name, bytes) in &expected.0 {
        assert!(found.0[name] == *bytes, "{name} of {size}");
    }
}

#[test]
fn every_tile_of_small_logs() {
    let mut oracle = Oracle::default();
    let mut full = Files::default();
    let mut growth = Growth::new();
    for size in 0..=600 {
        if size > 0 {
            oracle.push(size - 1);
            for file in growth.push(&entry(size - 1)).unwrap() {
                full.0.insert(file.path.to_string(), file.bytes);
            }
        }
        let mut files = full.clone();
        for file in growth.edge() {
            files.0.insert(file.path.to_string(), file.bytes);
        }
        same(&files, &expected(&oracle, size), size);
        let root = digest(tree_hash(size, &oracle).unwrap());
        assert_eq!(growth.root(), root, "{size}");
        assert_eq!(LogView(&files).tree(size).root().unwrap(), root, "{size}");
    }
}

#[test]
fn every_tile_around_the_second_level() {
    let mut oracle = Oracle::of(65_534);
    for size in 65_535..=65_537 {
        oracle.push(size - 1);
        same(&Files::of(size), &expected(&oracle, size), size);
        let root = digest(tree_hash(size, &oracle).unwrap());
        let files = Files::of(size);
        assert_eq!(LogView(&files).tree(size).root().unwrap(), root, "{size}");
    }
}

#[test]
fn a_log_goes_on_where_it_stopped() {
    let whole = Files::of(1000);
    for stop in [0, 1, 2, 255, 256, 257, 511, 512, 513, 600, 768, 999, 1000] {
        let mut files = Files::of(stop);
        let before = files.clone();
        let mut growth = Growth::resume(stop, |path| files.exact(path)).unwrap();
        files.grow(&mut growth, 1000);
        for (name, bytes) in &whole.0 {
            assert!(files.0[name] == *bytes, "{name} from {stop}");
        }
        // What an earlier checkpoint needs is not written again.
        for (name, bytes) in &before.0 {
            assert!(files.0[name] == *bytes, "{name} from {stop}");
        }
        let root = digest(tree_hash(1000, &Oracle::of(1000)).unwrap());
        assert_eq!(growth.root(), root);
    }
    assert!(Growth::resume(300, |path| Files::of(299).exact(path)).is_err());
    let cut = |path| { Files::of(300).exact(path) }.map(|bytes| bytes[1..].to_vec());
    assert!(Growth::resume(300, cut).is_err());
}

#[test]
fn entries_are_read_from_wider_bundles_too() {
    let files = Files::of(600);
    let view = LogView(&files);
    for size in [0, 1, 200, 255, 256, 257, 511, 512, 600] {
        for from in [0, 1, 100, 255, 256, 300, 599] {
            let mut read = Vec::new();
            // Narrower bundles are not there: their beginning is in those of the larger log.
            view.for_each_bundle(from..size, size, |first, bundle| {
                assert_eq!(first, from + read.len() as u64);
                read.extend(bundle);
                Ok::<_, dispatch_core::language::Message>(())
            })
            .unwrap();
            let expected: Vec<_> = (from..size).map(entry).collect();
            assert_eq!(read, expected, "{from}..{size}");
        }
    }
    assert_eq!(view.entry(599, 600).unwrap(), entry(599));
    assert!(view.entry(600, 600).is_err());
}

#[test]
fn paths_are_those_of_tlog_tiles() {
    let mut indexes: Vec<u64> = (0..1100).collect();
    indexes.extend([
        999_999,
        1_000_000,
        1_234_067,
        u64::from(u32::MAX),
        u64::MAX >> 8,
    ]);
    for index in indexes {
        for (level, width) in [(0, 256), (0, 1), (1, 255), (5, 17), (62, 256)] {
            let theirs = tlog_tiles::Tile::new(8, level, index, u32::from(width), false);
            let ours = TilePath::Hashes(Tile {
                level,
                index,
                width,
            });
            assert_eq!(ours.to_string(), path(&theirs));
            assert_eq!(path(&theirs).parse(), Ok(ours));
            let theirs = tlog_tiles::Tile::new(8, 0, index, u32::from(width), true);
            let theirs = path(&theirs).replacen("tile/data/", "tile/entries/", 1);
            let ours = TilePath::Entries { index, width };
            assert_eq!(ours.to_string(), theirs);
            assert_eq!(theirs.parse(), Ok(ours));
        }
    }
}
