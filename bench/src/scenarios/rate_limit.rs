//! A backlog of a receiver with a rate limit, and ten tenants without one. Measures the rate that the receiver gets, and
//! whether the others notice the backlog.

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
use serde_json::json;
use std::time::Duration;

/// Requests per second that the receiver wants.
const LIMIT: u64 = 100;
/// Duration of the backlog at that rate, in seconds.
const SECONDS: f64 = 30.0;
const BATCH: u64 = 100;
const NEIGHBOURS: usize = 10;
/// Events per second of all neighbours together.
const RATE: f64 = 100.0;
/// Time that the rest of the backlog may take after the neighbours' load.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) async fn run(context: &Context) -> anyhow::Result<Outcome> {
    let rig = Rig::start(context).await?;
    let folder = context.folder()?;
    let server = Server::start(context, folder.path()).await?;
    let mut neighbours = Vec::new();
    for number in 0..NEIGHBOURS {
        let name = format!("neighbour-{number}");
        server.subscribe(&name, &rig.receiver.url(&format!("/neighbour/{number}")), TYPE).await?;
        neighbours.push(server.target(&name, Template::one(&event(TYPE, "", BYTES)))?);
    }
    let rate_limit = json!({ "limit": LIMIT, "period": "second", "burst": 1 });
    let limited = json!({ "url": rig.receiver.url("/limited"), "events": [TYPE], "rate_limit": rate_limit });
    server.subscribe_as("limited", &limited).await?;
    let seconds = context.seconds(SECONDS);
    let alone = rig.measure(Plan::open(neighbours.clone(), RATE, seconds), "/neighbour/", 1).await?;

    rig.receiver.reset().await?;
    let requests = ((seconds * LIMIT as f64) as u64).div_ceil(BATCH);
    let backlog = server.target("limited", Template::batch(&event(TYPE, "", BYTES), BATCH))?;
    let backlog = load::run(Plan::closed(backlog, 1, 0.0).until(Until::Count(requests))).await?;
    let beside = load::run(Plan::open(neighbours, RATE, seconds)).await?;
    rig.receiver.wait_for("/neighbour/", beside.events, PATIENCE).await?;
    rig.receiver.wait_for("/limited", backlog.events, PATIENCE).await?;
    let arrived = rig.receiver.stats(&Select::below("/neighbour/")).await?;
    let limited = rig.receiver.stats(&Select::below("/limited")).await?;
    server.stop().await?;

    let mut outcome =
        Outcome::of("10 tenants at 10 events/s each, open loop; a backlog for a receiver with a rate limit");
    outcome.setting("limit_per_s", LIMIT as f64);
    outcome.setting("backlog", backlog.events as f64);
    let per_s = limited.count.saturating_sub(1) as f64 / seconds_between(limited.first_us, limited.last_us).max(1e-6);
    let off = (per_s / LIMIT as f64 - 1.0).abs() * 100.0;
    outcome.row(Row::new("limited receiver, off its limit", "%", off).goal(Target::at_most(2.0)));
    outcome.row(Row::new("limited receiver", "/s", per_s));
    let share = ratio(arrived.latency.p99_ms, &[alone.arrived.latency.p99_ms]);
    outcome.row(Row::new("neighbours' p99 beside it / alone", "", share).goal(Target::at_most(1.2)));
    outcome.latency("neighbours end to end, alone", &alone.arrived.latency, &[]);
    outcome.latency("neighbours end to end, beside the backlog", &arrived.latency, &[]);
    Ok(outcome)
}
