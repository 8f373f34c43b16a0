//! Ten quiet tenants, and one that publishes 100,000 events in batches as fast as possible. Measures the latencies of
//! the quiet tenants until the last event of the flood is delivered.

use crate::{
    context::Context,
    load::{
        self, Plan, Until,
        template::{Template, event},
    },
    receiver::Select,
    report::outcome::{Outcome, Row, Target},
    rig::{BYTES, Rig, TYPE, ratio},
    server::Server,
    time::seconds_between,
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

const QUIET: usize = 10;
/// Events per second of all quiet tenants together.
const RATE: f64 = 100.0;
const ALONE: f64 = 10.0;
const FLOOD: u64 = 100_000;
const BATCH: u64 = 100;
const CONNECTIONS: u64 = 16;
const PATIENCE: Duration = Duration::from_secs(120);

pub(super) async fn run(context: &Context) -> anyhow::Result<Outcome> {
    let rig = Rig::start(context).await?;
    let folder = context.folder()?;
    let server = Server::start(context, folder.path()).await?;
    let mut quiet = Vec::new();
    for number in 0..QUIET {
        let name = format!("quiet-{number}");
        server.subscribe(&name, &rig.receiver.url(&format!("/quiet/{number}")), TYPE).await?;
        quiet.push(server.target(&name, Template::one(&event(TYPE, "", BYTES)))?);
    }
    server.subscribe("flood", &rig.receiver.url("/flood"), TYPE).await?;
    let alone = rig.measure(Plan::open(quiet.clone(), RATE, context.seconds(ALONE)), "/quiet/", 1).await?;

    rig.receiver.reset().await?;
    let told = Arc::new(AtomicBool::new(false));
    let beside = tokio::spawn(load::run(Plan::open(quiet, RATE, 0.0).until(Until::Told(told.clone())).may_fail()));
    let flood = server.target("flood", Template::batch(&event(TYPE, "", BYTES), BATCH))?;
    let requests = context.scaled(FLOOD / BATCH);
    let flood = Plan::closed(flood, CONNECTIONS, 0.0).until(Until::Count(requests)).may_fail();
    let flood = load::run(flood).await?;
    rig.receiver.wait_for("/flood", flood.events, PATIENCE).await?;
    told.store(true, Relaxed);
    let beside = beside.await??;
    rig.receiver.wait_for("/quiet/", beside.events, PATIENCE).await?;
    let (quiet, seconds) = {
        let select = Select::below("/quiet/");
        (rig.receiver.stats(&select).await?, rig.receiver.seconds(&select).await?)
    };
    let flooded = rig.receiver.stats(&Select::below("/flood")).await?;
    server.stop().await?;

    let mut outcome = Outcome::of("10 tenants at 10 events/s each; one with 100,000 in batches of 100, 16 connections");
    outcome.setting("flood_events", flood.events as f64);
    let share = ratio(quiet.latency.p99_ms, &[alone.arrived.latency.p99_ms]);
    outcome.row(Row::new("quiet p99 in the flood / alone", "", share).goal(Target::at_most(2.0)));
    outcome.row(beside.refused());
    outcome.latency("quiet end to end, alone", &alone.arrived.latency, &[]);
    outcome.latency("quiet end to end, in the flood", &quiet.latency, &[]);
    outcome.latency("quiet acknowledgement, alone", &alone.load.latency(), &[]);
    outcome.latency("quiet acknowledgement, in the flood", &beside.latency(), &[]);
    outcome.row(Row::new("flood acknowledged", "/s", flood.events_per_s()));
    outcome.row(Row::new("flood not acknowledged", "requests", flood.failed as f64).note("a flood may be refused"));
    let took = seconds_between(flood.began_us, flooded.last_us);
    outcome.row(Row::new("flood delivered", "/s", flooded.count as f64 / took.max(1e-6)));
    outcome.seconds("quiet tenants in the flood", &seconds);
    Ok(outcome)
}
