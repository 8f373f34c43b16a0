//! Events of 300 bytes to one subscription, at a rate well below the server's capacity: measures the latency of each
//! event.

use crate::{
    context::Context,
    load::{
        Plan,
        template::{Template, event},
    },
    report::outcome::{Outcome, Row, Target},
    rig::{BYTES, Rig, TYPE},
    server::{Server, TENANT},
};

const RATE: f64 = 2_000.0;
const SECONDS: f64 = 10.0;

pub(super) async fn run(context: &Context) -> anyhow::Result<Outcome> {
    let rig = Rig::start(context).await?;
    let folder = context.folder()?;
    let server = Server::start(context, folder.path()).await?;
    server.subscribe(TENANT, &rig.receiver.url("/one"), TYPE).await?;
    let target = server.target(TENANT, Template::one(&event(TYPE, "", BYTES)))?;
    let plan = Plan::open(vec![target], RATE, context.seconds(SECONDS));
    let found = rig.measure(plan, "/one", 1).await?;
    server.stop().await?;

    let mut outcome = Outcome::of("2,000 events/s offered, open loop");
    outcome.setting("events_per_s", RATE);
    outcome.row(Row::new("acknowledged", "/s", found.load.events_per_s()));
    outcome.latency("end to end", &found.arrived.latency, &[("p50", Target::below(3.0)), ("p99", Target::below(15.0))]);
    outcome.latency("acknowledgement", &found.load.latency(), &[]);
    Ok(outcome)
}
