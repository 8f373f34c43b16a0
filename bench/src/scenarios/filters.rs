//! An event of a type to which 1,000 subscriptions with filters listen; one of them is true.

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
use serde_json::json;

const SUBSCRIPTIONS: usize = 1_000;
const CONNECTIONS: u64 = 16;
const SECONDS: f64 = 4.0;

pub(super) async fn run(context: &Context) -> anyhow::Result<Outcome> {
    let rig = Rig::start(context).await?;
    let folder = context.folder()?;
    let server = Server::start(context, folder.path()).await?;
    for number in 0..SUBSCRIPTIONS {
        let most: u64 = if number == 0 { 1_000_000_000_000 } else { 0 };
        let filter = format!("has(data.seq) && data.seq < {most} && type.startsWith(\"ticket.\")");
        let fields = json!({ "url": rig.receiver.url("/one"), "events": [TYPE], "filter": filter });
        server.subscribe_as(TENANT, &fields).await?;
    }
    let target = server.target(TENANT, Template::one(&event(TYPE, "", BYTES)))?;
    let plan = Plan::closed(target, CONNECTIONS, context.seconds(SECONDS));
    let found = rig.sandwich(BYTES, plan, "/one", 1).await?;
    server.stop().await?;

    let mut outcome = Outcome::of("1 event, 1,000 filters, one of them true; 16 connections, closed loop");
    outcome.setting("connections", CONNECTIONS as f64);
    outcome.setting("subscriptions", SUBSCRIPTIONS as f64);
    found.report(&mut outcome, 0.03);
    outcome.latency("acknowledgement", &found.ours.load.latency(), &[]);
    Ok(outcome)
}
