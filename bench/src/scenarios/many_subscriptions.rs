//! 1,000 other tenants with 100 subscriptions each, none of which matches the events of the measured tenant.

use crate::{
    bulk,
    context::Context,
    kept::Kept,
    load::{
        Plan,
        template::{Template, event},
    },
    proc::rss_mib,
    report::outcome::{Outcome, Row, Target},
    rig::{BYTES, CONNECTIONS, Rig, TYPE, TYPES, ratio},
    server::{Server, TENANT},
};
use model::{Clock, SystemClock};
use serde::{Deserialize, Serialize};

const TENANTS: u64 = 1_000;
const EACH: u64 = 100;
const SECONDS: f64 = 3.0;
/// Concurrent inserts: commits run one by one, but their waits overlap.
const AT_ONCE: u64 = 64;

#[derive(PartialEq, Serialize, Deserialize)]
struct Note {
    tenants: u64,
    subscriptions_each: u64,
}

pub(super) async fn run(context: &Context) -> anyhow::Result<Outcome> {
    let note = Note { tenants: context.scaled(TENANTS), subscriptions_each: EACH };
    let kept = Kept::named(context, "subscriptions", note.tenants * EACH)?;
    if kept.holds::<Note>().as_ref() != Some(&note) {
        fill(&kept, &note).await?;
    }
    let rig = Rig::start(context).await?;
    let (empty, full) = (context.folder()?, context.folder()?);
    kept.copy_to(full.path())?;
    let empty = Server::start(context, empty.path()).await?;
    let full_server = Server::start(context, full.path()).await?;
    empty.subscribe(TENANT, &rig.receiver.url("/empty"), TYPE).await?;
    full_server.subscribe(TENANT, &rig.receiver.url("/full"), TYPE).await?;
    let (mut without, mut with) = (Vec::new(), Vec::new());
    for round in 0..3 {
        without.push(publish(&rig, &empty, "/empty").await?);
        if round < 2 {
            with.push(publish(&rig, &full_server, "/full").await?);
        }
    }
    let (rss, rss_empty) = (rss_mib(full_server.pid)?, rss_mib(empty.pid)?);
    let started = full_server.started_in.as_secs_f64();
    empty.stop().await?;
    full_server.stop().await?;

    let mut outcome = Outcome::of("64 connections, closed loop; empty and full in turn");
    outcome.setting("subscriptions", (note.tenants * EACH) as f64);
    let mean = with.iter().sum::<f64>() / with.len() as f64;
    outcome.row(Row::new("publishing, full / empty", "", ratio(mean, &without)).goal(Target::at_least(0.9)));
    outcome.row(Row::new("publishing, full", "/s", mean));
    outcome.row(Row::new("publishing, empty", "/s", without.iter().sum::<f64>() / without.len() as f64));
    outcome.row(Row::new("start to ready", "s", started).goal(Target::below(2.0)));
    outcome.row(Row::new("memory (RSS)", "MiB", rss).note("after the load"));
    outcome.row(Row::new("memory (RSS), empty", "MiB", rss_empty).note("after the load"));
    Ok(outcome)
}

/// Acknowledged events per second.
async fn publish(rig: &Rig<'_>, server: &Server, path: &str) -> anyhow::Result<f64> {
    let target = server.target(TENANT, Template::one(&event(TYPE, "", BYTES)))?;
    let plan = Plan::closed(target, CONNECTIONS, rig.context.seconds(SECONDS));
    Ok(rig.measure(plan, path, 1).await?.load.events_per_s())
}

async fn fill(kept: &Kept, note: &Note) -> anyhow::Result<()> {
    println!("creating a store with {} subscriptions, which is kept", note.tenants * EACH);
    kept.clear()?;
    let store = bulk::open(&kept.store())?;
    let (now, ids) = (SystemClock.now(), bulk::ids(11));
    for number in 0..note.tenants {
        let tenant = bulk::tenant(&store, &format!("other-{number}"), now).await?;
        let mut waiting = Vec::new();
        for which in 0..EACH {
            // Every eighth subscription matches all types; the others match one type each.
            let pattern = if which % 8 == 0 { "*" } else { TYPES[which as usize % TYPES.len()] };
            let url = format!("http://127.0.0.1:9/{number}/{which}");
            waiting.push(bulk::subscription(&ids, &tenant, url, pattern, now)?);
        }
        for some in waiting.chunks(AT_ONCE as usize) {
            let inserts = some.iter().map(|one| {
                let (store, one) = (store.clone(), one.clone());
                tokio::spawn(async move { bulk::subscribe(&store, &one).await })
            });
            for insert in inserts.collect::<Vec<_>>() {
                insert.await??;
            }
        }
    }
    bulk::close(store).await?;
    kept.write_note(note)
}
