//! What a decision costs, and what a new view costs for one service.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use model::config;
use model::health::HealthTable;
use model::rrtype::Family;
use model::slots::Slot;
use serde_json::json;
use steering::{Atlas, Client, Compile, Home, Service, Turn};

fn configured(members: usize) -> config::Service {
    let list: Vec<_> = (0..members)
        .map(|i| json!({"address": format!("10.0.{}.{}", i / 250, i % 250 + 1), "weight": i % 7 + 1}))
        .collect();
    serde_json::from_value(json!({"name": "hello.example.org", "pools": [{"name": "a", "members": list}]}))
        .expect("the service of the benchmark")
}

fn compile(service: &config::Service, health: &HealthTable) -> Service {
    Service::compile(&Compile {
        service,
        health,
        home_of: &|_| Home::default(),
        slot: Slot(1),
        seed: 0,
        previous: None,
    })
}

fn decide(c: &mut Criterion) {
    let health = HealthTable::default();
    let atlas = Atlas::default();
    let client = Client::at([192, 0, 2, 1].into(), &atlas);
    let mut group = c.benchmark_group("members");
    for members in [3, 10, 100] {
        let service = configured(members);
        let compiled = compile(&service, &health);
        let plan = compiled.plan(Family::V4).expect("a plan");
        group.bench_function(BenchmarkId::new("decide", members), |b| {
            b.iter(|| black_box(plan.decide(black_box(&client), Turn::Take)));
        });
        group.bench_function(BenchmarkId::new("compile", members), |b| {
            b.iter(|| black_box(compile(black_box(&service), &health)));
        });
    }
    group.finish();
}

criterion_group!(benches, decide);
criterion_main!(benches);
