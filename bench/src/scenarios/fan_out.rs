//! An event to 20 subscriptions, each with its own receiver.

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

const SUBSCRIPTIONS: u64 = 20;
const CONNECTIONS: u64 = 16;
const SECONDS: f64 = 4.0;

pub(super) async fn run(context: &Context) -> anyhow::Result<Outcome> {
    let rig = Rig::start(context).await?;
    let folder = context.folder()?;
    let server = Server::start(context, folder.path()).await?;
    for number in 0..SUBSCRIPTIONS {
        server.subscribe(TENANT, &rig.receiver.url(&format!("/many/{number}")), TYPE).await?;
    }
    let target = server.target(TENANT, Template::one(&event(TYPE, "", BYTES)))?;
    let plan = Plan::closed(target, CONNECTIONS, context.seconds(SECONDS));
    let found = rig.sandwich(BYTES, plan, "/many/", SUBSCRIPTIONS).await?;
    server.stop().await?;

    let mut outcome = Outcome::of("1 event to 20 subscriptions, 16 connections, closed loop");
    outcome.setting("connections", CONNECTIONS as f64);
    outcome.setting("subscriptions", SUBSCRIPTIONS as f64);
    found.report(&mut outcome, 0.50);
    outcome.latency("end to end", &found.ours.arrived.latency, &[]);
    Ok(outcome)
}
