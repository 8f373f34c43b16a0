//! The server starts on a store with a million waiting deliveries for 1,000 unreachable receivers. Measures its processor
//! time once all circuit breakers are open, and the latencies of a healthy receiver then.

use super::dead::fill;
use crate::{
    context::Context,
    load::{
        Plan,
        template::{Template, event},
    },
    proc::{cpu_seconds, peak_rss_mib},
    report::outcome::{Outcome, Row, Target},
    rig::{BYTES, Rig, TYPE},
    server::{Server, TENANT},
};
use anyhow::{Context as _, bail};
use http::Method;
use std::time::{Duration, Instant};

const RECEIVERS: u64 = 1_000;
/// Receivers of one tenant.
const EACH: usize = 10;
const WAITING: u64 = 1_000_000;
/// Time within which all breakers must be open.
const PATIENCE: Duration = Duration::from_secs(120);
/// Interval of looking at the breakers of a tenant.
const EVERY: Duration = Duration::from_millis(100);
/// Duration of the measurement of processor time.
const WATCH: Duration = Duration::from_secs(20);
const RATE: f64 = 200.0;
const SECONDS: f64 = 10.0;

pub(super) async fn run(context: &Context) -> anyhow::Result<Outcome> {
    let rig = Rig::start(context).await?;
    let folder = context.folder()?;
    let (tenants, waiting) = (context.scaled(RECEIVERS / EACH as u64) as usize, context.scaled(WAITING));
    fill(&folder.path().join("store.db"), tenants, EACH, waiting / EACH as u64).await?;
    let server = Server::start(context, folder.path()).await?;
    let began = Instant::now();
    for tenant in 0..tenants {
        until_open(&server, &format!("dead-{tenant}"), began).await?;
    }
    let opened = began.elapsed().as_secs_f64();
    let opening = cpu_seconds(server.pid)?;
    let began = Instant::now();
    tokio::time::sleep(WATCH).await;
    let cpu = (cpu_seconds(server.pid)? - opening) / began.elapsed().as_secs_f64() * 100.0;
    let started = server.started_in.as_secs_f64();

    server.subscribe(TENANT, &rig.receiver.url("/well"), TYPE).await?;
    let target = server.target(TENANT, Template::one(&event(TYPE, "", BYTES)))?;
    let found = rig.measure(Plan::open(vec![target], RATE, context.seconds(SECONDS)).may_fail(), "/well", 1).await?;
    let rss = peak_rss_mib(server.pid)?;
    server.kill().await?;

    let mut outcome =
        Outcome::of("no requests while the processor is measured; then 200 events/s to a healthy receiver");
    outcome.setting("waiting_for_dead", waiting as f64);
    outcome.setting("dead_receivers", (tenants * EACH) as f64);
    outcome.row(Row::new("processor, all breakers open", "% of a core", cpu).goal(Target::below(10.0)));
    outcome.row(Row::new("processor until then", "s", opening));
    outcome.row(Row::new("start until all breakers are open", "s", started + opened));
    outcome.row(Row::new("memory at most (RSS)", "MiB", rss));
    outcome.row(found.load.refused());
    outcome.latency("healthy receiver, end to end", &found.arrived.latency, &[]);
    Ok(outcome)
}

/// Waits until the circuit breakers of all subscriptions of a tenant are open.
async fn until_open(server: &Server, tenant: &str, began: Instant) -> anyhow::Result<()> {
    loop {
        let listed = server.call(tenant, Method::GET, "/api/v1/webhooks/subscriptions?limit=500", None).await?;
        let all = listed.as_array().filter(|all| all.len() == EACH).context("not the subscriptions of the tenant")?;
        if all.iter().all(|one| one["breaker"]["state"] != "closed") {
            return Ok(());
        }
        if began.elapsed() > PATIENCE {
            let closed = all.iter().filter(|one| one["breaker"]["state"] == "closed").count();
            bail!("{closed} breakers of {tenant} are closed after {} s", PATIENCE.as_secs());
        }
        tokio::time::sleep(EVERY).await;
    }
}
