//! A log of a million entries: growing it, its root, proofs from tiles.
//!
//! The crate ct-merkle, which keeps the whole tree in memory, does the same beside it in the same run.

#![allow(
    missing_docs,
    reason = "the criterion macros make undocumented functions"
)]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use dispatch_core::language::Message;
use dispatch_core::log::{Growth, LogFiles, LogView};
use sha2::Sha256;

/// As long as the entry of an announcement.
fn entry(index: u64) -> Vec<u8> {
    format!("{index:0900}").into_bytes()
}

#[derive(Default)]
struct Files(BTreeMap<String, Vec<u8>>);

impl LogFiles for Files {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Message> {
        Ok(self.0.get(path).cloned())
    }
}

fn bench_growth(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("append 65,536 entries, one thread");
    group.throughput(Throughput::Elements(65_536));
    group.sample_size(10);
    group.measurement_time(Duration::from_secs(5));
    let entries: Vec<Vec<u8>> = (0..65_536).map(entry).collect();
    group.bench_function("tiles and bundles", |bencher| {
        bencher.iter(|| {
            let mut growth = Growth::new();
            for entry in &entries {
                black_box(growth.push(entry).ok());
            }
            growth.root()
        });
    });
    group.bench_function("peer: ct-merkle, tree in memory", |bencher| {
        bencher.iter(|| {
            let mut tree = MemoryBackedTree::<Sha256, &[u8]>::new();
            for entry in &entries {
                tree.push(entry);
            }
            tree.root()
        });
    });
    group.finish();
}

fn bench_proofs(criterion: &mut Criterion) {
    const SIZE: u64 = 1_000_000;
    let (mut growth, mut files) = (Growth::new(), Files::default());
    let mut peer = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    for index in 0..SIZE {
        let entry = index.to_be_bytes().to_vec();
        let full = growth.push(&entry).unwrap_or_default();
        files.0.extend(
            full.into_iter()
                .map(|file| (file.path.to_string(), file.bytes)),
        );
        peer.push(entry);
    }
    let edge = growth.edge().into_iter();
    files
        .0
        .extend(edge.map(|file| (file.path.to_string(), file.bytes)));
    let mut group = criterion.benchmark_group("a proof in a log of 1,000,000 entries");
    group.sample_size(20);
    let mut index: u64 = 0;
    let mut next = move || {
        index = (index + 611_953) % SIZE;
        index
    };
    group.bench_function("inclusion, from tiles", |bencher| {
        bencher.iter(|| LogView(&files).tree(SIZE).inclusion(next()).ok());
    });
    group.bench_function("peer: inclusion, ct-merkle, tree in memory", |bencher| {
        let mut place: usize = 0;
        bencher.iter(|| {
            place = (place + 611_953) % 1_000_000;
            peer.prove_inclusion(place)
        });
    });
    group.bench_function("consistency with 999,000, from tiles", |bencher| {
        bencher.iter(|| LogView(&files).tree(SIZE).consistency(999_000).ok());
    });
    group.finish();
}

criterion_group!(benches, bench_growth, bench_proofs);
criterion_main!(benches);
