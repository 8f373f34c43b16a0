//! Events of 20 kB, compared with the relay with bodies of 20 kB.

use crate::{
    context::Context,
    load::{
        Plan,
        template::{Template, event},
    },
    report::outcome::Outcome,
    rig::{CONNECTIONS, Rig, TYPE},
    server::{Server, TENANT},
};

const BYTES: usize = 20_000;
const SECONDS: f64 = 4.0;

pub(super) async fn run(context: &Context) -> anyhow::Result<Outcome> {
    let rig = Rig::start(context).await?;
    let folder = context.folder()?;
    let server = Server::start(context, folder.path()).await?;
    server.subscribe(TENANT, &rig.receiver.url("/one"), TYPE).await?;
    let target = server.target(TENANT, Template::one(&event(TYPE, "", BYTES)))?;
    let plan = Plan::closed(target, CONNECTIONS, context.seconds(SECONDS));
    let found = rig.sandwich(BYTES, plan, "/one", 1).await?;
    server.stop().await?;

    let mut outcome = Outcome::of("64 connections, closed loop, 20 kB events; the relay too");
    outcome.setting("connections", CONNECTIONS as f64);
    outcome.setting("event_bytes", BYTES as f64);
    found.report(&mut outcome, 0.25);
    outcome.latency("acknowledgement", &found.ours.load.latency(), &[]);
    Ok(outcome)
}
