//! 20 tenants with five receivers each; half of the receivers begin to take 20 s per response, with 100,000 waiting
//! deliveries. Every tenant has hanging and healthy ones. Measures the latencies of the healthy receivers.

use crate::{
    context::Context,
    load::{
        self, Plan, Target as To, Until,
        template::{Template, event},
    },
    receiver::{Rule, Select},
    report::outcome::{Outcome, Row, Target},
    rig::{BYTES, Rig, TYPES, ratio},
    server::Server,
};

const TENANTS: usize = 20;
const EACH: usize = 5;
const RATE: f64 = 500.0;
const WAITING: u64 = 100_000;
const BATCH: u64 = 100;
const HANG_MS: u64 = 20_000;
const ALONE: f64 = 10.0;
const TOGETHER: f64 = 15.0;

/// Two or three of each tenant's five receivers hang.
const fn hangs(tenant: usize, receiver: usize) -> bool {
    (tenant + receiver).is_multiple_of(2)
}

pub(super) async fn run(context: &Context) -> anyhow::Result<Outcome> {
    let rig = Rig::start(context).await?;
    let folder = context.folder()?;
    let server = Server::start(context, folder.path()).await?;
    let (mut well, mut hanging): (Vec<To>, Vec<To>) = (Vec::new(), Vec::new());
    for tenant in 0..TENANTS {
        for (receiver, kind) in TYPES.into_iter().take(EACH).enumerate() {
            let name = format!("tarpit-{tenant}");
            let state = if hangs(tenant, receiver) { "hang" } else { "well" };
            let url = rig.receiver.url(&format!("/{state}/{tenant}/{receiver}"));
            server.subscribe(&name, &url, kind).await?;
            let body = event(kind, "", BYTES);
            if hangs(tenant, receiver) {
                hanging.push(server.target(&name, Template::batch(&body, BATCH))?);
            } else {
                well.push(server.target(&name, Template::one(&body))?);
            }
        }
    }
    rig.receiver.set("/hang/", Rule { status: 200, delay_ms: HANG_MS }).await?;
    let alone = rig.measure(Plan::open(well.clone(), RATE, context.seconds(ALONE)), "/well/", 1).await?;
    let alone_seconds = rig.receiver.seconds(&Select::below("/well/")).await?;

    let requests = context.scaled(WAITING / BATCH);
    let fill = Plan {
        targets: hanging,
        until: Until::Count(requests),
        connections: 8,
        rate: None,
        first_seq: 0,
        may_fail: false,
    };
    load::run(fill).await?;
    let together = rig.measure(Plan::open(well, RATE, context.seconds(TOGETHER)), "/well/", 1).await?;
    let seconds = rig.receiver.seconds(&Select::below("/well/")).await?;
    server.kill().await?;

    let mut outcome = Outcome::of("500 events/s to 50 receivers that are well, open loop");
    outcome.setting("waiting_for_hanging", (requests * BATCH) as f64);
    outcome.setting("hang_ms", HANG_MS as f64);
    let share = ratio(together.arrived.latency.p99_ms, &[alone.arrived.latency.p99_ms]);
    outcome.row(Row::new("p99 beside the tarpit / alone", "", share).goal(Target::at_most(2.0)));
    outcome.latency("end to end, alone", &alone.arrived.latency, &[]);
    outcome.latency("end to end, beside the tarpit", &together.arrived.latency, &[]);
    outcome.seconds("alone", &alone_seconds);
    outcome.seconds("50 receivers hang", &seconds);
    Ok(outcome)
}
