//! The server starts with a retention that expires the oldest day, and removes that day under load.

use super::store::{DAY, EACH, History, LARGEST, RETENTION};
use crate::{
    context::Context,
    load::{
        self, Plan, Until,
        template::{Template, event},
    },
    receiver::{Receiver, Second, Select, Stats},
    report::outcome::{Outcome, Row, Target},
    rig::{BYTES, TYPE},
    server::Server,
};
use http::Method;
use model::{Clock, SystemClock, Timestamp};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

const RATE: f64 = 300.0;
const ALONE: f64 = 8.0;
const PATH: &str = "/own";
/// Timeout of the whole removal.
const ENDS: Duration = Duration::from_secs(150);
const GOAL: Target = Target::below(100.0);
/// The log message after the removal.
const REMOVED: &str = "removed events older than the retention period";

pub(in crate::scenarios) async fn run(context: &Context) -> anyhow::Result<Outcome> {
    let mut history = History::prepare(context).await?;
    let now = SystemClock.now();
    let days = days_that_leave(now.since(Timestamp::from_micros(history.note.oldest_us)));
    let cut = now.before(DAY * days);
    let expected = history.note.older_than(cut);
    let receiver = Receiver::start(context).await?;
    let alone = quiet(context, &history, &receiver).await?;
    let server = Server::start_with(context, &history.kept.folder, &[(RETENTION, days.to_string())]).await?;
    let began = Instant::now();
    let own = Own::subscribe(&server, &receiver).await?;
    let told = Arc::new(AtomicBool::new(false));
    let load = tokio::spawn(load::run(plan(&server)?.until(Until::Told(told.clone()))));
    let removed = watch(&server, began).await;
    let took = began.elapsed().as_secs_f64();
    told.store(true, Relaxed);
    let load = load.await??;
    receiver.wait_for(PATH, load.events, ENDS).await?;
    let arrived = receiver.stats(&Select::below(PATH)).await?;
    let seconds = receiver.seconds(&Select::below(PATH)).await?;
    own.end(&server).await?;
    server.stop().await?;

    let mut outcome = Outcome::of("300 events/s, open loop, while the oldest day is removed");
    outcome.setting("retention_days", f64::from(days));
    outcome.setting("deliveries_to_remove", (expected * EACH as u64) as f64);
    let Some(removed) = removed else {
        outcome.row(Row::not_measured("removing a day", "the server did not say that it removed anything"));
        return Ok(outcome);
    };
    history.removed(cut, removed.events.unwrap_or(expected))?;
    outcome.row(Row::new("deliveries removed", "", removed.deliveries.unwrap_or_default() as f64));
    outcome.row(Row::new("start to all removed", "s", took));
    outcome.latency("acknowledgement", &load.latency(), &[("max", GOAL)]);
    outcome.latency("end to end", &arrived.latency, &[("max", GOAL)]);
    outcome.latency("end to end, nothing removed", &alone.0.latency, &[]);
    outcome.seconds("nothing removed", &alone.1);
    outcome.seconds("a day is removed", &seconds);
    Ok(outcome)
}

/// The retention in whole days that expires about the oldest day of a store of this age.
fn days_that_leave(age: Duration) -> u32 {
    (age.as_secs_f64() / DAY.as_secs_f64() - 1.0).round().max(1.0) as u32
}

/// The load's subscription. The store is kept: the next run must not deliver to this run's receiver.
struct Own(String);

impl Own {
    async fn subscribe(server: &Server, receiver: &Receiver) -> anyhow::Result<Self> {
        receiver.reset().await?;
        server.subscribe(LARGEST, &receiver.url(PATH), TYPE).await.map(Self)
    }

    async fn end(self, server: &Server) -> anyhow::Result<()> {
        let path = format!("/api/v1/webhooks/subscriptions/{}", self.0);
        server.call(LARGEST, Method::DELETE, &path, None).await?;
        Ok(())
    }
}

fn plan(server: &Server) -> anyhow::Result<Plan> {
    let target = server.target(LARGEST, Template::one(&event(TYPE, "", BYTES)))?;
    Ok(Plan::open(vec![target], RATE, 0.0))
}

/// The same load on the same store just before, with nothing to remove.
async fn quiet(context: &Context, history: &History, receiver: &Receiver) -> anyhow::Result<(Stats, Vec<Second>)> {
    let server = Server::start_with(context, &history.kept.folder, &History::keep_all()).await?;
    let own = Own::subscribe(&server, receiver).await?;
    let load = load::run(plan(&server)?.until(Until::Seconds(context.seconds(ALONE)))).await?;
    receiver.wait_for(PATH, load.events, ENDS).await?;
    let select = Select::below(PATH);
    let found = (receiver.stats(&select).await?, receiver.seconds(&select).await?);
    own.end(&server).await?;
    server.stop().await?;
    Ok(found)
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Removed {
    events: Option<u64>,
    deliveries: Option<u64>,
}

/// Waits for the log message after the removal; `None` after the timeout.
async fn watch(server: &Server, began: Instant) -> Option<Removed> {
    loop {
        if let Some(line) = server.log().lines().find(|line| line.contains(REMOVED)) {
            return Some(read(line));
        }
        if began.elapsed() > ENDS {
            return None;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Parses `… events=33333 deliveries=333330`, with or without the escapes of a coloured log.
fn read(line: &str) -> Removed {
    let mut plain = String::new();
    let mut escaped = false;
    for letter in line.chars() {
        match letter {
            '\u{1b}' => escaped = true,
            'm' if escaped => escaped = false,
            _ if escaped => {}
            _ => plain.push(letter),
        }
    }
    let field =
        |name: &str| plain.split_whitespace().find_map(|word| word.strip_prefix(name)?.strip_prefix('=')?.parse().ok());
    Removed { events: field("events"), deliveries: field("deliveries") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_retention_expires_about_a_day() {
        let days = |hours: u64| days_that_leave(Duration::from_secs(hours * 3_600));
        assert_eq!((days(30 * 24), days(30 * 24 + 5), days(29 * 24 + 5)), (29, 29, 28));
        assert_eq!(days(3), 1);
    }

    #[test]
    fn the_log_message_is_parsed_with_and_without_colours() {
        let expected = Removed { events: Some(12), deliveries: Some(120) };
        let plain = "INFO x: removed events older than the retention period events=12 deliveries=120";
        assert_eq!(read(plain), expected);
        let coloured =
            "\u{1b}[32mINFO\u{1b}[0m x: \u{1b}[3mevents\u{1b}[0m\u{1b}[2m=\u{1b}[0m12 \u{1b}[3mdeliveries\u{1b}[0m=120";
        assert_eq!(read(coloured), expected);
        assert_eq!(read("nothing"), Removed::default());
    }
}
