//! The server starts on a store with a million waiting deliveries for 100 unreachable receivers, and processes them
//! while a tenant with a healthy receiver continues to publish.

use crate::{
    bulk,
    context::Context,
    load::{
        Plan,
        template::{Template, event},
    },
    proc::peak_rss_mib,
    receiver::Select,
    report::outcome::{Outcome, Row, Target},
    rig::{BYTES, Rig, TYPE},
    server::{Server, TENANT, free_address},
};
use bytes::Bytes;
use model::{Clock, EventType, SubscriptionId, SystemClock, TenantId};
use std::{path::Path, time::Duration};

const TENANTS: usize = 20;
const EACH: usize = 5;
const WAITING: u64 = 1_000_000;
const RATE: f64 = 200.0;
const SECONDS: f64 = 20.0;

pub(super) async fn run(context: &Context) -> anyhow::Result<Outcome> {
    let rig = Rig::start(context).await?;
    let folder = context.folder()?;
    let waiting = context.scaled(WAITING);
    fill(&folder.path().join("store.db"), TENANTS, EACH, waiting / EACH as u64).await?;
    let server = Server::start(context, folder.path()).await?;
    server.subscribe(TENANT, &rig.receiver.url("/well"), TYPE).await?;
    let target = server.target(TENANT, Template::one(&event(TYPE, "", BYTES)))?;
    let plan = Plan::open(vec![target], RATE, context.seconds(SECONDS)).may_fail();
    let found = rig.measure(plan, "/well", 1).await?;
    let seconds = rig.receiver.seconds(&Select::below("/well")).await?;
    let (rss, started) = (peak_rss_mib(server.pid)?, server.started_in.as_secs_f64());
    server.kill().await?;

    let mut outcome = Outcome::of("200 events/s to a receiver that is well, open loop");
    outcome.setting("waiting_for_dead", waiting as f64);
    outcome.setting("dead_receivers", (TENANTS * EACH) as f64);
    outcome.row(Row::new("start to ready", "s", started).goal(Target::below(3.0)));
    outcome.row(Row::new("memory at most (RSS)", "MiB", rss).goal(Target::below(250.0)));
    outcome.row(found.load.refused());
    outcome.latency("end to end", &found.arrived.latency, &[("p99", Target::below(25.0))]);
    outcome.latency("acknowledgement", &found.load.latency(), &[]);
    outcome.seconds("the receiver that is well", &seconds);
    Ok(outcome)
}

/// Fills a store with events of `tenants` tenants in turn, each event with a waiting delivery for the `each` subscriptions of
/// its tenant. The tenants are `dead-0`, `dead-1`, …; nothing listens at their address.
pub(super) async fn fill(file: &Path, tenants: usize, each: usize, events: u64) -> anyhow::Result<()> {
    let store = bulk::open(file)?;
    let ids = bulk::ids(21);
    // Within the last minute: old enough that all deliveries are due, and too recent for retention.
    let start = SystemClock.now().before(Duration::from_secs(60));
    let address = free_address()?;
    let mut owners: Vec<(TenantId, Vec<SubscriptionId>)> = Vec::new();
    for number in 0..tenants {
        let tenant = bulk::tenant(&store, &format!("dead-{number}"), start).await?;
        let mut to = Vec::new();
        for which in 0..each {
            let url = format!("http://{address}/{number}/{which}");
            let subscription = bulk::subscription(&ids, &tenant, url, TYPE, start)?;
            bulk::subscribe(&store, &subscription).await?;
            to.push(subscription.id);
        }
        owners.push((tenant, to));
    }
    let (kind, data) = (EventType::trusted(TYPE), Bytes::from(format!(r#"{{"ticket_id":"{}"}}"#, "x".repeat(200))));
    let mut number = 0;
    bulk::write(&store, move |writes| {
        let (tenant, to) = &owners[number as usize % owners.len()];
        let at = start.after(Duration::from_micros(number * 100));
        writes.push(bulk::append(tenant, vec![bulk::event(&ids, tenant, &kind, &data, to, at)?]));
        number += 1;
        Ok(number < events)
    })
    .await?;
    bulk::close(store).await
}
