//! Events of 300 bytes to one subscription, over 64 connections, as fast as they are acknowledged, until all have
//! arrived.

use crate::{
    context::Context,
    load::{
        Plan,
        template::{Template, event},
    },
    report::outcome::{Outcome, Target},
    rig::{BYTES, CONNECTIONS, Rig, TYPE},
    server::{Server, TENANT},
};

const SECONDS: f64 = 5.0;

pub(super) async fn run(context: &Context) -> anyhow::Result<Outcome> {
    let rig = Rig::start(context).await?;
    let folder = context.folder()?;
    let server = Server::start(context, folder.path()).await?;
    server.subscribe(TENANT, &rig.receiver.url("/one"), TYPE).await?;
    let target = server.target(TENANT, Template::one(&event(TYPE, "", BYTES)))?;
    let plan = Plan::closed(target, CONNECTIONS, context.seconds(SECONDS));
    let found = rig.sandwich(BYTES, plan, "/one", 1).await?;
    server.stop().await?;

    let mut outcome = Outcome::of("64 connections, closed loop, 300-byte events");
    outcome.setting("connections", CONNECTIONS as f64);
    outcome.setting("event_bytes", BYTES as f64);
    found.report(&mut outcome, 0.40);
    outcome.latency("acknowledgement", &found.ours.load.latency(), &[("p99", Target::below(15.0))]);
    outcome.latency("end to end", &found.ours.arrived.latency, &[]);
    Ok(outcome)
}
