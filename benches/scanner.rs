//! Throughput of the scanner and of its prefilter, and the time to get ready.
//!
//! The text is this crate's own source, repeated; `NOSPILL_BENCH_TEXT` names a file to use instead. The automaton is
//! the plain way to the same hits: figures are worth something as ratios to it within one run.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use nospill::detect::prefilter::Prefilter;
use nospill::detect::scanner::{Scanner, Scratch, Subject};
use nospill::rules::builtin;
use nospill::rules::ruleset::RuleSet;

fn text() -> Vec<u8> {
    if let Some(path) = std::env::var_os("NOSPILL_BENCH_TEXT") {
        return std::fs::read(path).unwrap_or_default();
    }
    let parts = [include_str!("../src/detect/scanner.rs"), include_str!("../src/source/index.rs"), include_str!("../README.md")];
    parts.concat().repeat(64).into_bytes()
}

fn scanning(c: &mut Criterion) {
    let text = text();
    let scanner = Scanner::new(RuleSet::builtin());
    let oracle = scanner.prefilter().oracle();
    let mut group = c.benchmark_group("text");
    group.throughput(Throughput::Bytes(text.len() as u64)).sample_size(20);
    group.bench_function("prefilter", |b| {
        b.iter(|| {
            let mut hits = 0;
            scanner.prefilter().for_each(black_box(&text), |_| hits += 1);
            hits
        });
    });
    group.bench_function("automaton", |b| b.iter(|| oracle.count(black_box(&text))));
    // A tenth of the rules, of every family, to see what the others cost.
    let few = Scanner::new(RuleSet::only(builtin::rules().step_by(12).cloned().collect()).expect("built-in rules compile"));
    let mut scratch = Scratch::default();
    group.bench_function("scan with 100 rules", |b| {
        b.iter(|| few.scan(Subject { content: black_box(&text), path: b"a.c" }, &mut scratch));
    });
    let mut scratch = Scratch::default();
    group.bench_function("scan", |b| b.iter(|| scanner.scan(Subject { content: black_box(&text), path: b"a.c" }, &mut scratch)));
    group.finish();
}

fn readiness(c: &mut Criterion) {
    c.bench_function("ready/prefilter", |b| b.iter(|| Prefilter::new(black_box(&RuleSet::builtin()))));
    c.bench_function("ready/scanner", |b| b.iter(|| Scanner::new(RuleSet::builtin())));
}

criterion_group!(benches, scanning, readiness);
criterion_main!(benches);
