//! An idle server with one subscription.

use crate::{
    context::Context,
    proc::{cpu_seconds, rss_mib},
    report::outcome::{Outcome, Row, Target},
    rig::TYPE,
    server::{Server, TENANT},
};
use std::time::{Duration, Instant};

const SETTLE: Duration = Duration::from_secs(10);
const WATCH: Duration = Duration::from_secs(10);

pub(super) async fn run(context: &Context) -> anyhow::Result<Outcome> {
    let folder = context.folder()?;
    let server = Server::start(context, folder.path()).await?;
    server.subscribe(TENANT, "http://127.0.0.1:9/", TYPE).await?;
    tokio::time::sleep(SETTLE).await;
    let rss = rss_mib(server.pid)?;
    let (before, began) = (cpu_seconds(server.pid)?, Instant::now());
    tokio::time::sleep(WATCH).await;
    let cpu = (cpu_seconds(server.pid)? - before) / began.elapsed().as_secs_f64() * 100.0;
    let started_ms = server.started_in.as_secs_f64() * 1e3;
    server.stop().await?;

    let mut outcome = Outcome::of("one subscription, no events");
    outcome.row(Row::new("memory (RSS)", "MiB", rss).goal(Target::below(40.0)));
    outcome.row(Row::new("processor", "% of a core", cpu).goal(Target::below(0.5)));
    outcome.row(Row::new("start to ready", "ms", started_ms));
    Ok(outcome)
}
