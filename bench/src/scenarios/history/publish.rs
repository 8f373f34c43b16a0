//! Publishing into the store with a month of history, compared with an empty store in the same minute.

use super::store::{History, LARGEST};
use crate::{
    context::Context,
    load::{
        Plan,
        template::{Template, event},
    },
    proc::rss_mib,
    report::outcome::{Outcome, Row, Target},
    rig::{BYTES, CONNECTIONS, Rig, TYPE, ratio},
    server::Server,
};
use http::Method;

const SECONDS: f64 = 4.0;

pub(in crate::scenarios) async fn run(context: &Context) -> anyhow::Result<Outcome> {
    let history = History::prepare(context).await?;
    let rig = Rig::start(context).await?;
    let folder = context.folder()?;
    let empty = Server::start(context, folder.path()).await?;
    let full = Server::start_with(context, &history.kept.folder, &History::keep_all()).await?;
    empty.subscribe(LARGEST, &rig.receiver.url("/empty"), TYPE).await?;
    let own = full.subscribe(LARGEST, &rig.receiver.url("/full"), TYPE).await?;
    let first = publish(&rig, &empty, "/empty").await;
    let with = publish(&rig, &full, "/full").await;
    let last = publish(&rig, &empty, "/empty").await;
    let rss = rss_mib(full.pid)?;
    // The store is kept: this run's subscription must not get the next run's events.
    let path = format!("/api/v1/webhooks/subscriptions/{own}");
    full.call(LARGEST, Method::DELETE, &path, None).await?;
    empty.stop().await?;
    full.stop().await?;
    let (first, with, last) = (first?, with?, last?);

    let mut outcome = Outcome::of("64 connections, closed loop; empty, full, empty");
    outcome.setting("deliveries", (history.note.events * super::store::EACH as u64) as f64);
    outcome.row(Row::new("publishing, full / empty", "", ratio(with, &[first, last])).goal(Target::at_least(0.85)));
    outcome.row(Row::new("publishing, full", "/s", with));
    outcome.row(Row::new("publishing, empty, before", "/s", first));
    outcome.row(Row::new("publishing, empty, after", "/s", last));
    outcome.row(Row::new("memory (RSS), full", "MiB", rss).note("after the load"));
    Ok(outcome)
}

/// Acknowledged events per second.
async fn publish(rig: &Rig<'_>, server: &Server, path: &str) -> anyhow::Result<f64> {
    let target = server.target(LARGEST, Template::one(&event(TYPE, "", BYTES)))?;
    let plan = Plan::closed(target, CONNECTIONS, rig.context.seconds(SECONDS));
    Ok(rig.measure(plan, path, 1).await?.load.events_per_s())
}
