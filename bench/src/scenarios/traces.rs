//! The cost of traces: throughput with 1 % of the events sampled and exported, beside the same without traces, in turn.

use crate::{
    context::Context,
    load::{
        Plan,
        template::{Template, event},
    },
    receiver::Receiver,
    report::outcome::{Outcome, Row, Target},
    rig::{BYTES, CONNECTIONS, Rig, TYPE},
    server::{Server, TENANT},
};
use std::time::Duration;

const ROUNDS: usize = 4;
const SECONDS: f64 = 5.0;
const EXPORTED: &str = "/v1/traces";
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) async fn run(context: &Context) -> anyhow::Result<Outcome> {
    let rig = Rig::start(context).await?;
    let collector = Receiver::start(context).await?;
    let export = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url("")),
        ("OTEL_TRACES_SAMPLER", "traceidratio".to_owned()),
        ("OTEL_TRACES_SAMPLER_ARG", "0.01".to_owned()),
    ];
    let (mut without, mut with) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        without.push(ratio(&rig, &[]).await?);
        with.push(ratio(&rig, &export).await?);
    }
    // The measurement is void if nothing was exported.
    collector.wait_for(EXPORTED, 1, PATIENCE).await?;
    let mean = |ratios: &[f64]| ratios.iter().sum::<f64>() / ratios.len() as f64;
    let mut outcome = Outcome::of("64 connections, closed loop, 300-byte events; four runs of each, in turn");
    outcome.setting("sampled", 0.01);
    outcome.row(Row::new("throughput / relay, without traces", "", mean(&without)));
    outcome.row(Row::new("throughput / relay, 1 % sampled", "", mean(&with)));
    outcome.row(Row::new("with / without", "", mean(&with) / mean(&without)).goal(Target::at_least(0.9)));
    Ok(outcome)
}

/// The throughput of a new server, as a ratio to the relay.
async fn ratio(rig: &Rig<'_>, environment: &[(&str, String)]) -> anyhow::Result<f64> {
    let folder = rig.context.folder()?;
    let server = Server::start_with(rig.context, folder.path(), environment).await?;
    server.subscribe(TENANT, &rig.receiver.url("/one"), TYPE).await?;
    let target = server.target(TENANT, Template::one(&event(TYPE, "", BYTES)))?;
    let plan = Plan::closed(target, CONNECTIONS, rig.context.seconds(SECONDS));
    let found = rig.sandwich(BYTES, plan, "/one", 1).await?;
    server.stop().await?;
    Ok(found.ratio())
}
