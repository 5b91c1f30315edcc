//! The parts of a draw: tickets, roots, selection, verification of a district's bundle.
//!
//! Limits and peers stand beside them, measured in the same run: a bare SHA-256 block for the
//! tickets, the crate ct-merkle for the root.

#![allow(
    missing_docs,
    reason = "the criterion macros make undocumented functions"
)]

use std::hint::black_box;
use std::io::Cursor;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use dispatch_core::announcement::StratumCount;
use dispatch_core::beacon::parse_relay_json;
use dispatch_core::bundle::{Files, Limits};
use dispatch_core::digest::Digest;
use dispatch_core::draw::Prepared;
use dispatch_core::freeze::{Draft, Earlier, Entropy, SecretDocument, freeze};
use dispatch_core::import::{ImportOptions, import_officers, import_subjects};
use dispatch_core::json::from_canonical;
use dispatch_core::merkle::{leaf_hash, root_of_parallel};
use dispatch_core::plan::SubjectIds;
use dispatch_core::plan::source::read as read_plan;
use dispatch_core::roster::{Roster, RosterBuilder, RosterKind, RowRules};
use dispatch_core::sample::{SampleOptions, write_officers, write_subjects};
use dispatch_core::sample_plan::{SamplePlan, sample_plan};
use dispatch_core::seed::SourceValue;
use dispatch_core::selection::{Place, Stratification, SubjectKey, select};
use dispatch_core::verify::{Expectations, verify};
use sha2::Sha256;
use sha2::block_api::compress256;

fn bench_tickets(criterion: &mut Criterion) {
    let mut group = group(
        criterion,
        "tickets, one thread",
        Throughput::Elements(10_000),
    );
    let ids: Vec<String> = (0..10_000).map(|n| format!("91440103MA{n:08}")).collect();
    let tickets = SubjectKey::new(&Digest::of(b"seed")).tickets();
    group.bench_function("ticket", |bencher| {
        bencher.iter(|| {
            for id in &ids {
                black_box(tickets.of(id));
            }
        });
    });
    let blocks: Vec<[u8; 64]> = (0..10_000_u32)
        .map(|n| Digest::of(&n.to_be_bytes()))
        .map(|digest| std::array::from_fn(|at| digest.as_bytes()[at % 32]))
        .collect();
    group.bench_function("limit: one SHA-256 block", |bencher| {
        bencher.iter(|| {
            for block in &blocks {
                let mut state = [0; 8];
                compress256(&mut state, std::slice::from_ref(block));
                black_box(state);
            }
        });
    });
    group.finish();
}

fn bench_root(criterion: &mut Criterion) {
    const LEAVES: u32 = 100_000;
    let mut group = group(
        criterion,
        "root of 100,000 rows",
        Throughput::Elements(LEAVES.into()),
    );
    let rows: Vec<Vec<u8>> = (0..LEAVES)
        .map(|n| format!("{n:0100}").into_bytes())
        .collect();
    group.bench_function("dispatch", |bencher| {
        bencher.iter(|| {
            let leaves: Vec<Digest> = rows.iter().map(|row| leaf_hash(row)).collect();
            root_of_parallel(&leaves)
        });
    });
    group.bench_function("ct-merkle", |bencher| {
        bencher.iter(|| {
            let mut tree = MemoryBackedTree::<Sha256, Vec<u8>>::new();
            for row in &rows {
                tree.push(row.clone());
            }
            tree.root()
        });
    });
    group.finish();
}

fn bench_select(criterion: &mut Criterion) {
    for count in [100_000, 1_000_000] {
        let name = format!("select 3 % of {count}");
        let mut group = group(criterion, &name, Throughput::Elements(count));
        let roster = roster(count);
        let strata = Stratification {
            places: vec![Place::Stratum(0); roster.len()],
            excluded: Vec::new(),
            strata: vec![StratumCount {
                name: "all".to_owned(),
                pool: count,
                quota: count * 3 / 100,
            }],
            outside: 0,
            missing_references: Vec::new(),
            short: Vec::new(),
            understaffed: Vec::new(),
            batches: 1,
        };
        let key = SubjectKey::new(&Digest::of(b"seed"));
        group.bench_function("tickets and selection", |bencher| {
            bencher.iter(|| black_box(select(&roster, &strata, key)).len());
        });
        group.finish();
    }
}

fn bench_verify(criterion: &mut Criterion) {
    let mut group = group(criterion, "verify", Throughput::Elements(DISTRICT));
    let Some(bundle) = district() else {
        eprintln!("the district's bundle could not be made");
        return;
    };
    group.bench_function("bundle of 40,065 subjects", |bencher| {
        bencher.iter(|| {
            let files = Files::unpack(Cursor::new(&bundle), Limits::default());
            let report = verify("bundle", files, &Expectations::default(), &mut |_| {});
            assert!(report.holds(), "the bundle is genuine");
        });
    });
    group.finish();
}

fn group<'c>(
    criterion: &'c mut Criterion,
    name: &str,
    each: Throughput,
) -> BenchmarkGroup<'c, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group.sample_size(10);
    group
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3));
    group.throughput(each);
    group
}

fn roster(count: u64) -> Roster {
    let kind = RosterKind::Subjects(SubjectIds::Other);
    let mut builder = RosterBuilder::new(RowRules { kind, sealed: &[] });
    for number in 0..count {
        let id = format!("91440103MA{number:08}");
        // Every row is well formed.
        let _ = builder.push(&[("id", id.as_str()), ("name", "某店")]);
    }
    builder.finish().unwrap_or_default()
}

/// The bundle of a whole synthetic draw at a district's size.
fn district() -> Option<Vec<u8>> {
    let sample = SampleOptions {
        subjects: DISTRICT,
        officers: 300,
        recusals: 0,
        seed: 7,
        messy: true,
    };
    let plan = sample_plan(DISTRICT, &SamplePlan::around(DRAW_TIME)?);
    let plan = read_plan(&plan).ok()?.plan;
    let options = ImportOptions {
        subject_ids: SubjectIds::CreditCode,
        ..ImportOptions::default()
    };
    let mut file = Vec::new();
    write_subjects(&sample, &mut file).ok()?;
    let kind = RosterKind::Subjects(SubjectIds::CreditCode);
    let mut subjects = RosterBuilder::new(RowRules { kind, sealed: &[] });
    import_subjects(&file, "subjects", &options, &mut |_| {}, &mut |row| {
        let _ = subjects.push(row.fields);
    });
    let mut file = Vec::new();
    write_officers(&sample, &mut file).ok()?;
    let mut officers = RosterBuilder::new(RowRules {
        kind: RosterKind::Officers,
        sealed: &[],
    });
    import_officers(&file, "officers", &options, &mut |_| {}, &mut |row| {
        let _ = officers.push(row.fields);
    });
    let draft = Draft {
        plan,
        subjects: subjects.finish().ok()?,
        officers: officers.finish().ok()?,
        recusals: Vec::new(),
        earlier: Earlier::default(),
        recent_pulse: None,
        policy: None,
        created: "2026-07-01T00:00:00Z".to_owned(),
        replay: true,
    };
    let frozen = freeze(
        draft,
        &Entropy {
            secret: [1; 32],
            roster_key: [2; 32],
        },
    )
    .ok()?;
    let secret: SecretDocument = from_canonical(frozen.secret.get(SecretDocument::NAME)?).ok()?;
    let mut files = frozen.public.clone();
    for name in frozen
        .secret
        .names()
        .filter(|name| *name != SecretDocument::NAME)
    {
        files.insert(name, frozen.secret.get(name)?.to_vec());
    }
    let prepared = Prepared::open(files, &secret).ok()?;
    let values = [SourceValue::pulse(&parse_relay_json(PULSE).ok()?)];
    let draw = prepared.draw(&values).ok()?;
    eprintln!(
        "commitment {}, result {}",
        frozen.commitment, draw.result.root
    );
    let mut bundle = frozen.public;
    let disclosed = prepared.disclose(&draw, &values);
    for name in disclosed.names() {
        bundle.insert(name, disclosed.get(name)?.to_vec());
    }
    bundle.to_zip().ok()
}

const DISTRICT: u64 = 40_065;
/// 2026-07-23T07:38:30Z, the time of the round below.
const DRAW_TIME: u64 = 1_784_792_310;
const PULSE: &[u8] = b"{\"round\":30662982,\"randomness\":\"ae76da5137c6d0a0d3b50d325948b26cc3ff1f804cd7bbca29b9250c2bfe8d67\",\"signature\":\"8b3edd0d42a2fa36ac15641a2dea2e4f4895acec2ef72ef39e5b6138f0346fb6b046dde1b4b3d09ff5fe8a6a7acd674a\"}";

criterion_group!(
    benches,
    bench_tickets,
    bench_root,
    bench_select,
    bench_verify
);
criterion_main!(benches);
