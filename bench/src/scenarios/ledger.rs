//! Durability: the server is killed three times while events are published, and restarted on the same store. Every
//! acknowledged event must arrive.

use crate::{
    context::Context,
    load::{
        self, Plan, Until,
        template::{Template, event},
    },
    receiver::{Receiver, Select},
    report::outcome::{Outcome, Row, Target},
    rig::{BYTES, TYPE},
    server::{Server, free_address},
};
use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

const EVENTS: u64 = 18_000;
const RATE: f64 = 1_500.0;
const KILLS: u64 = 3;
/// After this long without arrivals, no more are expected: retries after a crash are due at once.
const QUIET: Duration = Duration::from_secs(3);
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) async fn run(context: &Context) -> anyhow::Result<Outcome> {
    let receiver = Receiver::start(context).await?;
    let folder = context.folder()?;
    // The same address each time, so that the publisher reconnects.
    let address = free_address()?;
    let mut server = Server::start_at(context, folder.path(), &address, &[]).await?;
    server.subscribe("ledger", &receiver.url("/one"), TYPE).await?;
    let events = context.scaled(EVENTS);
    let target = server.target("ledger", Template::one(&event(TYPE, "", BYTES)))?;
    let plan = Plan::open(vec![target], RATE, 0.0).until(Until::Count(events)).may_fail();
    let load = tokio::spawn(load::run(plan));
    let pause = Duration::from_secs_f64(events as f64 / RATE / (KILLS + 1) as f64);
    let mut restarts = Vec::new();
    for _ in 0..KILLS {
        tokio::time::sleep(pause).await;
        server.kill().await?;
        server = Server::start_at(context, folder.path(), &address, &[]).await?;
        restarts.push(server.started_in.as_secs_f64() * 1e3);
    }
    let load = load.await??;
    settle(&receiver, load.acks.len() as u64).await?;
    let arrived = receiver.arrivals(&Select::below("/one")).await?;
    server.stop().await?;

    let unique: HashSet<u64> = arrived.iter().map(|seq| u64::from(*seq)).collect();
    let lost = load.acks.iter().filter(|ack| !unique.contains(&ack.seq)).count();
    let mut outcome = Outcome::of("1,500 events/s, three times kill -9 and start on the same store");
    outcome.setting("events", events as f64);
    outcome.setting("kills", KILLS as f64);
    outcome.row(Row::new("lost", "events", lost as f64).goal(Target::at_most(0.0)));
    outcome.row(Row::new("acknowledged", "events", load.acks.len() as f64));
    outcome.row(Row::new("delivered", "events", unique.len() as f64));
    outcome.row(Row::new("delivered again", "events", (arrived.len() - unique.len()) as f64));
    outcome.row(Row::new("not acknowledged", "events", load.failed as f64).note("refused while it was down"));
    let slowest = restarts.into_iter().fold(0.0, f64::max);
    outcome.row(Row::new("slowest start after a kill", "ms", slowest));
    Ok(outcome)
}

/// Waits until this many events have arrived and no more arrive.
async fn settle(receiver: &Receiver, wanted: u64) -> anyhow::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    let (mut last, mut since) = (0, Instant::now());
    while Instant::now() < deadline {
        let (accepted, _) = receiver.count("/one").await?;
        if accepted != last {
            (last, since) = (accepted, Instant::now());
        }
        let unique = receiver.stats(&Select::below("/one")).await?.unique;
        if since.elapsed() > QUIET && unique >= wanted {
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}
