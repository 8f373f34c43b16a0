//! A receiver refuses 20,000 deliveries, whose retries are due after 1, 2 and 4 s; then it recovers, while new events
//! are published for it and for an unrelated tenant.

use crate::{
    context::Context,
    load::{
        self, Plan, Until,
        template::{Template, event},
    },
    receiver::{Receiver, Rule, Select},
    report::outcome::{Outcome, Row, Target},
    rig::{BYTES, TYPE},
    server::Server,
};
use http::Method;
use serde_json::json;
use std::time::{Duration, Instant};

const STORM: u64 = 20_000;
const BATCH: u64 = 100;
const RATE: f64 = 200.0;
const SECONDS: f64 = 8.0;
/// Numbers of new events begin here.
const FIRST_FRESH: u32 = 1_000_000;
/// The last retry of the first event comes 7 s after it, minus the jitter: with a later recovery some would be
/// exhausted.
const RECOVER: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) async fn run(context: &Context) -> anyhow::Result<Outcome> {
    let receiver = Receiver::start(context).await?;
    let folder = context.folder()?;
    let server = Server::start(context, folder.path()).await?;
    for (tenant, path) in [("storm", "/storm"), ("other", "/other")] {
        let fields = json!({ "url": receiver.url(path), "event": TYPE });
        server.call(tenant, Method::POST, "/api/v1/tenant/webhooks/subscriptions", Some(&fields)).await?;
    }
    receiver.set("/storm", Rule { status: 503, delay_ms: 0 }).await?;
    let requests = context.scaled(STORM / BATCH);
    let began = Instant::now();
    let refused = server.target("storm", Template::batch(&event(TYPE, "", BYTES), BATCH))?;
    let refused = load::run(Plan::closed(refused, 8, 0.0).until(Until::Count(requests))).await?;
    while began.elapsed() < RECOVER && receiver.count("/storm").await?.1 < refused.events {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let (_, tried) = receiver.count("/storm").await?;
    receiver.set("/storm", Rule { status: 200, delay_ms: 0 }).await?;
    let recovered_after = began.elapsed().as_secs_f64();

    let fresh = |tenant: &str| -> anyhow::Result<Plan> {
        let target = server.target(tenant, Template::one(&event(TYPE, "", BYTES)))?;
        Ok(Plan::open(vec![target], RATE, context.seconds(SECONDS)).first_seq(u64::from(FIRST_FRESH)))
    };
    let (same, other) = tokio::join!(load::run(fresh("storm")?), load::run(fresh("other")?));
    let (same, other) = (same?, other?);
    // Missing arrivals are a figure, not an error.
    let all = receiver.wait_for("/storm", refused.events + same.events, PATIENCE).await;
    let others = receiver.wait_for("/other", other.events, PATIENCE).await;
    let storm = receiver.stats(&Select::below("/storm").to(FIRST_FRESH)).await?;
    let fresh_same = receiver.stats(&Select::below("/storm").from(FIRST_FRESH)).await?;
    let fresh_other = receiver.stats(&Select::below("/other")).await?;
    let seconds = receiver.seconds(&Select::below("/storm").from(FIRST_FRESH)).await?;
    server.kill().await?;

    let mut outcome =
        Outcome::of("20,000 refused with 503, then fresh events at 200/s for the same and for another tenant");
    outcome.setting("refused_events", refused.events as f64);
    outcome.setting("refused_attempts", tried as f64);
    outcome.setting("recovered_after_s", recovered_after);
    let missing = refused.events + same.events - storm.unique - fresh_same.unique + other.events - fresh_other.unique;
    let note = if all.is_ok() && others.is_ok() { "" } else { "within a minute" };
    outcome.row(Row::new("did not arrive", "events", missing as f64).goal(Target::at_most(0.0)).note(note));
    let goal = [("p99", Target::below(100.0))];
    outcome.latency("fresh, the same subscription", &fresh_same.latency, &goal);
    outcome.latency("fresh, another tenant", &fresh_other.latency, &goal);
    outcome.seconds("fresh, the same subscription", &seconds);
    Ok(outcome)
}
