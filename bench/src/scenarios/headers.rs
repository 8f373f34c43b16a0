//! A subscription with 4 kB of custom headers, compared with the relay with bodies that are longer by the same amount.

use crate::{
    context::Context,
    load::{
        Plan,
        template::{Template, event},
    },
    report::outcome::Outcome,
    rig::{BYTES, CONNECTIONS, Rig, TYPE},
    server::{Server, TENANT},
};
use serde_json::{Map, json};

const HEADERS: usize = 8;
const VALUE: usize = 500;
const SECONDS: f64 = 4.0;

pub(super) async fn run(context: &Context) -> anyhow::Result<Outcome> {
    let rig = Rig::start(context).await?;
    let folder = context.folder()?;
    let server = Server::start(context, folder.path()).await?;
    let own: Map<_, _> = (0..HEADERS).map(|n| (format!("X-Own-{n}"), "v".repeat(VALUE).into())).collect();
    let fields = json!({ "url": rig.receiver.url("/one"), "events": [TYPE], "headers": own });
    server.subscribe_as(TENANT, &fields).await?;
    let target = server.target(TENANT, Template::one(&event(TYPE, "", BYTES)))?;
    let plan = Plan::closed(target, CONNECTIONS, context.seconds(SECONDS));
    let found = rig.sandwich(BYTES + HEADERS * VALUE, plan, "/one", 1).await?;
    server.stop().await?;

    let mut outcome = Outcome::of("64 connections, closed loop, 4 kB of headers; the relay with 4 kB longer bodies");
    outcome.setting("connections", CONNECTIONS as f64);
    outcome.setting("header_bytes", (HEADERS * VALUE) as f64);
    found.report(&mut outcome, 0.25);
    outcome.latency("acknowledgement", &found.ours.load.latency(), &[]);
    Ok(outcome)
}
