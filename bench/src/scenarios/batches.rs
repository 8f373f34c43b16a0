//! 100 events per request, each for one subscription: a publisher that has many events at once.

use crate::{
    context::Context,
    load::{
        Plan,
        template::{Template, event},
    },
    report::outcome::Outcome,
    rig::{BYTES, Rig, TYPE},
    server::{Server, TENANT},
};

const EVENTS: u64 = 100;
const CONNECTIONS: u64 = 16;
/// Batches are acknowledged far sooner than their events arrive: the events of two seconds take several seconds to
/// deliver.
const SECONDS: f64 = 2.0;

pub(super) async fn run(context: &Context) -> anyhow::Result<Outcome> {
    let rig = Rig::start(context).await?;
    let folder = context.folder()?;
    let server = Server::start(context, folder.path()).await?;
    server.subscribe(TENANT, &rig.receiver.url("/one"), TYPE).await?;
    let target = server.target(TENANT, Template::batch(&event(TYPE, "", BYTES), EVENTS))?;
    let plan = Plan::closed(target, CONNECTIONS, context.seconds(SECONDS));
    let found = rig.sandwich(BYTES, plan, "/one", 1).await?;
    server.stop().await?;

    let mut outcome = Outcome::of("100 events a request, 16 connections, closed loop");
    outcome.setting("connections", CONNECTIONS as f64);
    outcome.setting("events_a_request", EVENTS as f64);
    found.report(&mut outcome, 0.60);
    outcome.latency("acknowledgement", &found.ours.load.latency(), &[]);
    Ok(outcome)
}
