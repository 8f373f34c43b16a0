//! A million failed deliveries of one subscription are replayed. For two minutes another tenant and the same tenant get
//! fresh events beside it; then the replay has the server for itself. Measures the latencies of fresh events alone, before and after
//! the replay, and beside it, and the speed of the replay with and without them.

use crate::{
    bulk,
    context::Context,
    load::{
        self, Plan, Until,
        template::{Template, event},
    },
    receiver::{Select, Stats},
    report::outcome::{Outcome, Row, Target},
    rig::{BYTES, Rig, TYPE, TYPES, ratio},
    server::Server,
};
use anyhow::{Context as _, ensure};
use bytes::Bytes;
use http::Method;
use model::{Clock, EventType, SystemClock};
use serde_json::{Value, json};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

const FAILED: u64 = 1_000_000;
/// Events per second, half of them for the subscription that is replayed.
const RATE: f64 = 200.0;
const ALONE: f64 = 30.0;
/// Seconds for which fresh events are published beside the replay.
const BESIDE: f64 = 120.0;
const LOOK: Duration = Duration::from_millis(500);
const PATIENCE: Duration = Duration::from_secs(1_800);
const REPLAYED: &str = "replayed";
/// The type of the failed events; fresh ones have another one.
const OLD: &str = TYPES[1];

pub(super) async fn run(context: &Context) -> anyhow::Result<Outcome> {
    let rig = Rig::start(context).await?;
    let folder = context.folder()?;
    let failed = context.scaled(FAILED);
    let subscription = fill(&folder.path().join("store.db"), &rig.receiver.url("/replayed"), failed).await?;
    let server = Server::start(context, folder.path()).await?;
    server.subscribe("other", &rig.receiver.url("/other"), TYPE).await?;
    server.subscribe(REPLAYED, &rig.receiver.url("/same"), TYPE).await?;
    let targets = ["other", REPLAYED].map(|tenant| server.target(tenant, Template::one(&event(TYPE, "", BYTES))));
    let targets = targets.into_iter().collect::<anyhow::Result<Vec<_>>>()?;
    let before = alone(context, &rig, &targets).await?;

    rig.receiver.reset().await?;
    let told = Arc::new(AtomicBool::new(false));
    let beside =
        tokio::spawn(load::run(Plan::open(targets.clone(), RATE, 0.0).until(Until::Told(told.clone())).may_fail()));
    let began = Instant::now();
    let (replay, half) = tokio::join!(replay(&server, &subscription, failed, &rig), async {
        tokio::time::sleep(Duration::from_secs_f64(context.seconds(BESIDE))).await;
        told.store(true, Relaxed);
        let replayed = rig.receiver.stats(&Select::below("/replayed")).await.map(|old| old.count);
        (began.elapsed().as_secs_f64(), replayed)
    });
    let took = began.elapsed().as_secs_f64();
    let beside = beside.await??;
    let (replay, (until, replayed)) = (replay?, half);
    let replayed = replayed? as f64;
    rig.receiver.wait_for("/other", beside.events / 2, PATIENCE).await?;
    let fresh = Fresh::of(&rig).await?;
    let seconds = rig.receiver.seconds(&Select::below("/other")).await?;
    let old = rig.receiver.stats(&Select::below("/replayed")).await?;
    let after = alone(context, &rig, &targets).await?;
    server.stop().await?;

    let mut outcome =
        Outcome::of("200 fresh events/s, half of them for the tenant whose failed deliveries are replayed");
    outcome.setting("failed_deliveries", failed as f64);
    let queued = replay["queued"].as_f64().unwrap_or_default();
    let wrong = (queued - failed as f64).abs() + (old.count as f64 - failed as f64).abs();
    outcome.row(Row::new("not replayed, or twice", "deliveries", wrong).goal(Target::at_most(0.0)));
    let goal = Target::at_most(1.5);
    let share = ratio(fresh.other.latency.p99_ms, &[&before, &after].map(|alone| alone.other.latency.p99_ms));
    outcome.row(Row::new("p99 beside the replay / alone", "", share).goal(goal));
    let share = ratio(fresh.same.latency.p99_ms, &[&before, &after].map(|alone| alone.same.latency.p99_ms));
    outcome.row(Row::new("p99 beside the replay / alone, same tenant", "", share).goal(goal));
    outcome.row(Row::new("replayed beside fresh events", "/s", replayed / until));
    outcome.row(Row::new("replayed alone", "/s", (failed as f64 - replayed) / (took - until).max(1e-6)));
    outcome.row(beside.refused());
    for (time, fresh) in [("alone before", &before), ("beside the replay", &fresh), ("alone after", &after)] {
        outcome.latency(&format!("fresh, {time}"), &fresh.other.latency, &[]);
        outcome.latency(&format!("fresh, same tenant, {time}"), &fresh.same.latency, &[]);
    }
    outcome.latency("acknowledgement, beside the replay", &beside.latency(), &[]);
    outcome.seconds("fresh events beside the replay", &seconds);
    Ok(outcome)
}

/// Latencies of fresh events: of another tenant, and of the one whose deliveries are replayed.
struct Fresh {
    other: Stats,
    same: Stats,
}

impl Fresh {
    async fn of(rig: &Rig<'_>) -> anyhow::Result<Self> {
        let (other, same) = (Select::below("/other"), Select::below("/same"));
        Ok(Self { other: rig.receiver.stats(&other).await?, same: rig.receiver.stats(&same).await? })
    }
}

/// Publishes fresh events without a replay. A machine's latencies change from minute to minute, so this is done before and
/// after the replay.
async fn alone(context: &Context, rig: &Rig<'_>, targets: &[load::Target]) -> anyhow::Result<Fresh> {
    rig.receiver.reset().await?;
    let load = load::run(Plan::open(targets.to_vec(), RATE, context.seconds(ALONE))).await?;
    rig.receiver.wait_for("/other", load.events / 2, PATIENCE).await?;
    Fresh::of(rig).await
}

/// Replays all failed deliveries; returns the replay when everything has arrived.
async fn replay(server: &Server, subscription: &str, failed: u64, rig: &Rig<'_>) -> anyhow::Result<Value> {
    let body = json!({ "subscription_id": subscription });
    let made = server.call(REPLAYED, Method::POST, "/api/v1/webhooks/replays", Some(&body)).await?;
    let id = made["id"].as_str().context("the replay has no id")?;
    let path = format!("/api/v1/webhooks/replays/{id}");
    let began = Instant::now();
    loop {
        let shown = server.call(REPLAYED, Method::GET, &path, None).await?;
        match shown["state"].as_str() {
            Some("completed") => {
                rig.receiver.wait_for("/replayed", failed, PATIENCE).await?;
                return Ok(shown);
            }
            Some("running") => {}
            state => anyhow::bail!("the replay is {state:?}: {}", shown["reason"]),
        }
        ensure!(began.elapsed() < PATIENCE, "the replay is not complete: {shown}");
        tokio::time::sleep(LOOK).await;
    }
}

/// Fills a store with failed deliveries; returns the id of their subscription.
async fn fill(file: &Path, url: &str, failed: u64) -> anyhow::Result<String> {
    let store = bulk::open(file)?;
    let ids = bulk::ids(31);
    let start = SystemClock.now().before(Duration::from_secs(3_600));
    let tenant = bulk::tenant(&store, REPLAYED, start).await?;
    let subscription = bulk::subscription(&ids, &tenant, url.to_owned(), OLD, start)?;
    bulk::subscribe(&store, &subscription).await?;
    let (to, kind, padding) = (subscription.id, EventType::trusted(OLD), "x".repeat(BYTES - 60));
    let mut number = 0u64;
    bulk::write(&store, move |writes| {
        let at = start.after(Duration::from_micros(number * 1_000));
        let data = format!(r#"{{"seq":{number},"t0":{},"subject":"{padding}"}}"#, at.micros());
        let new = bulk::event(&ids, &tenant, &kind, &Bytes::from(data), &[to], at)?;
        let delivery = new.deliveries[0];
        writes.push(bulk::append(&tenant, vec![new]));
        writes.push(bulk::attempted(&tenant, &kind, delivery, at, false));
        number += 1;
        Ok(number < failed)
    })
    .await?;
    bulk::close(store).await?;
    Ok(to.to_string())
}
