//! High-priority events of a tenant, behind 20,000 others of the same subscription, whose receiver takes 50 ms per
//! request.

use crate::{
    context::Context,
    load::{
        self, Plan, Until,
        template::{Template, event},
    },
    receiver::{Receiver, Rule, Select},
    report::outcome::{Outcome, Row, Target},
    rig::{BYTES, TYPE},
    server::{Server, TENANT},
};
use std::time::Duration;

const NORMAL: u64 = 20_000;
const BATCH: u64 = 100;
const HIGH: u64 = 100;
/// Events per second: one every 20 ms.
const RATE: f64 = 50.0;
const DELAY_MS: u64 = 50;
/// Numbers of high-priority events begin here.
const FIRST_HIGH: u32 = 1_000_000;
const PATIENCE: Duration = Duration::from_secs(90);

pub(super) async fn run(context: &Context) -> anyhow::Result<Outcome> {
    let receiver = Receiver::start(context).await?;
    let folder = context.folder()?;
    let server = Server::start(context, folder.path()).await?;
    server.subscribe(TENANT, &receiver.url("/one"), TYPE).await?;
    receiver.set("/one", Rule { status: 200, delay_ms: DELAY_MS }).await?;
    let requests = context.scaled(NORMAL / BATCH);
    let normal = server.target(TENANT, Template::batch(&event(TYPE, "", BYTES), BATCH))?;
    let normal = load::run(Plan::closed(normal, 8, 0.0).until(Until::Count(requests))).await?;
    let urgent = event(TYPE, r#","priority":"high""#, BYTES);
    let urgent = Plan::open(vec![server.target(TENANT, Template::one(&urgent))?], RATE, 0.0)
        .until(Until::Count(HIGH))
        .first_seq(u64::from(FIRST_HIGH));
    let urgent = load::run(urgent).await?;
    receiver.wait_for("/one", normal.events + urgent.events, PATIENCE).await?;
    let high = receiver.stats(&Select::below("/one").from(FIRST_HIGH)).await?;
    let rest = receiver.stats(&Select::below("/one").to(FIRST_HIGH)).await?;
    let order = receiver.arrivals(&Select::below("/one")).await?;
    server.stop().await?;

    let last = order.iter().rposition(|seq| *seq >= FIRST_HIGH).unwrap_or(order.len());
    let first = order.iter().position(|seq| *seq >= FIRST_HIGH).unwrap_or(order.len());
    let mut outcome =
        Outcome::of("20,000 normal events, then 100 urgent ones, one each 20 ms; a receiver that takes 50 ms");
    outcome.setting("normal", normal.events as f64);
    outcome.setting("high", urgent.events as f64);
    outcome.latency("high, end to end", &high.latency, &[("p99", Target::below(1_000.0))]);
    outcome.latency("normal, end to end", &rest.latency, &[]);
    outcome.row(Row::new("normal that arrived before the first high", "events", first as f64));
    let passed = order[last.min(order.len())..].iter().filter(|seq| **seq < FIRST_HIGH).count();
    outcome.row(Row::new("normal that the last high one passed", "events", passed as f64));
    Ok(outcome)
}
