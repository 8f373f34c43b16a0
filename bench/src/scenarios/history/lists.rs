//! Every list of the API on the largest tenant's 8,000,000 deliveries, with random parameters.

use super::store::{History, LARGEST};
use crate::{
    bulk::{self, Seeded},
    context::Context,
    http_client::{client, json},
    report::{
        outcome::{Outcome, Row, Target},
        percentile::Percentiles,
    },
    rig::TYPES,
    server::Server,
};
use anyhow::Context as _;
use form_urlencoded::Serializer;
use http::{HeaderMap, Method};
use model::Timestamp;
use std::time::{Duration, Instant};

const CALLS: u64 = 200;
/// Maximum time per list, so that slow lists leave time for the others.
const AT_MOST: Duration = Duration::from_secs(4);
/// Timeout of a call; a call that reaches it counts with this time.
const GIVEN_UP: Duration = Duration::from_secs(10);
const GOAL: Target = Target::below(20.0);

const DELIVERIES: &str = "/api/v1/webhooks/deliveries";
const EVENTS: &str = "/api/v1/events";
const OF_TENANT: &str = "/api/v1/tenant/webhooks/deliveries";

/// Parts of a call, each drawn at random for every call.
#[derive(Clone, Copy)]
enum Part {
    Status(&'static str),
    /// An event type, under the parameter's name, which differs between the APIs.
    Type(&'static str),
    Subscription,
    Window,
    Before,
    /// A page that begins anywhere.
    Cursor,
    /// A status as the tenant API writes it.
    State(&'static str),
    /// A parameter with a fixed value.
    Given(&'static str, &'static str),
}

use Part::{Before, Cursor, Given, State, Status, Subscription, Type, Window};

/// A list's name, its path and its parts.
const LISTS: [(&str, &str, &[Part]); 32] = [
    ("deliveries", DELIVERIES, &[]),
    ("deliveries from a cursor", DELIVERIES, &[Cursor]),
    ("deliveries success", DELIVERIES, &[Status("success")]),
    ("deliveries success from a cursor", DELIVERIES, &[Status("success"), Cursor]),
    ("deliveries pending", DELIVERIES, &[Status("pending")]),
    ("deliveries retrying", DELIVERIES, &[Status("retrying")]),
    ("deliveries failed", DELIVERIES, &[Status("failed")]),
    ("deliveries disabled", DELIVERIES, &[Status("disabled")]),
    ("deliveries of a type", DELIVERIES, &[Type("event_type")]),
    ("deliveries of a type from a cursor", DELIVERIES, &[Type("event_type"), Cursor]),
    ("deliveries of a subscription", DELIVERIES, &[Subscription]),
    ("deliveries of a subscription from a cursor", DELIVERIES, &[Subscription, Cursor]),
    ("deliveries in a window", DELIVERIES, &[Window]),
    ("deliveries before a time", DELIVERIES, &[Before]),
    ("deliveries failed of a type", DELIVERIES, &[Status("failed"), Type("event_type")]),
    ("deliveries pending of a type", DELIVERIES, &[Status("pending"), Type("event_type")]),
    ("deliveries failed of a subscription", DELIVERIES, &[Status("failed"), Subscription]),
    ("deliveries pending of a subscription", DELIVERIES, &[Status("pending"), Subscription]),
    ("deliveries failed in a window", DELIVERIES, &[Status("failed"), Window]),
    ("deliveries of a type and a subscription", DELIVERIES, &[Type("event_type"), Subscription]),
    ("deliveries of a type in a window", DELIVERIES, &[Type("event_type"), Window]),
    ("deliveries of a subscription in a window", DELIVERIES, &[Subscription, Window]),
    ("deliveries, all filters", DELIVERIES, &[Status("failed"), Type("event_type"), Subscription, Window]),
    ("events", EVENTS, &[]),
    ("events from a cursor", EVENTS, &[Cursor]),
    ("events of a type in a window", EVENTS, &[Type("type"), Window]),
    ("tenant API: deliveries", OF_TENANT, &[]),
    ("tenant API: deliveries of an event", OF_TENANT, &[Type("event")]),
    ("tenant API: deliveries PENDING", OF_TENANT, &[State("PENDING")]),
    ("tenant API: deliveries DELIVERED", OF_TENANT, &[State("DELIVERED")]),
    ("tenant API: deliveries FAILED", OF_TENANT, &[State("FAILED")]),
    ("tenant API: deliveries FAILED of an event", OF_TENANT, &[State("FAILED"), Type("event")]),
];

/// Searches that no index answers, and counts. They match nothing or little, so each walks as far as one call may.
const SEARCHES: [(&str, &str, &[Part]); 9] = [
    ("deliveries slow", DELIVERIES, &[Given("min_duration_ms", "86400000"), Cursor]),
    ("deliveries overdue", DELIVERIES, &[Given("overdue_minutes", "10")]),
    ("deliveries by text", DELIVERIES, &[Given("search", "no such words"), Cursor]),
    ("deliveries by text, failed", DELIVERIES, &[Given("search", "no such words"), Status("failed"), Cursor]),
    ("deliveries by payload", DELIVERIES, &[NOWHERE[0], NOWHERE[1], Cursor]),
    (
        "deliveries by payload, failed of a type",
        DELIVERIES,
        &[NOWHERE[0], NOWHERE[1], Status("failed"), Type("event_type")],
    ),
    ("counts by status", COUNTS, &[]),
    ("counts by status of a subscription", COUNTS, &[Subscription]),
    ("rates by event type", RATES, &[Window]),
];

const COUNTS: &str = "/api/v1/webhooks/deliveries/counts";
const RATES: &str = "/api/v1/webhooks/deliveries/rates";
const NOWHERE: [Part; 2] = [Given("payload_path", "data.nowhere.id"), Given("payload_value", "42")];

/// Source of random parameters.
struct Dice {
    random: Seeded,
    subscriptions: Vec<String>,
    oldest: Timestamp,
    newest: Timestamp,
}

impl Dice {
    fn time(&self) -> Timestamp {
        let span = (self.newest.micros() - self.oldest.micros()).max(1) as u64;
        Timestamp::from_micros(self.oldest.micros() + self.random.below(span) as i64)
    }

    fn subscription(&self) -> anyhow::Result<&str> {
        let which = self.random.below(self.subscriptions.len() as u64) as usize;
        self.subscriptions.get(which).map(String::as_str).context("the store has no subscriptions")
    }

    fn query(&self, path: &str, parts: &[Part]) -> anyhow::Result<String> {
        let mut query = Serializer::new(String::new());
        for part in parts {
            match part {
                Status(status) => query.append_pair("status", status),
                State(status) => query.append_pair("status", status),
                Given(name, value) => query.append_pair(name, value),
                Type(name) => query.append_pair(name, TYPES[self.random.below(TYPES.len() as u64) as usize]),
                Subscription => query.append_pair("subscription_id", self.subscription()?),
                Before => query.append_pair("before", &self.time().to_string()),
                Window => {
                    let (one, other) = (self.time(), self.time());
                    query.append_pair("after", &one.min(other).to_string());
                    query.append_pair("before", &one.max(other).to_string())
                }
                Cursor => {
                    let event = bulk::ids(self.random.number()).event(self.time());
                    let delivery = event.delivery(1).context("an event has a first delivery")?;
                    let cursor = if path == EVENTS { event.to_string() } else { delivery.to_string() };
                    query.append_pair("cursor", &cursor)
                }
            };
        }
        Ok(format!("{path}?{}", query.finish()))
    }
}

pub(in crate::scenarios) async fn run(context: &Context) -> anyhow::Result<Outcome> {
    let history = History::prepare(context).await?;
    let mut server = Server::start_with(context, &history.kept.folder, &History::keep_all()).await?;
    let headers = server.headers(LARGEST)?;
    let all = server.call(LARGEST, Method::GET, "/api/v1/webhooks/subscriptions?limit=500", None).await?;
    let all = all.as_array().context("subscriptions are an array")?;
    let own = all.iter().filter(|one| one["events"][0] == "history.*");
    let dice = Dice {
        random: Seeded::new(history.note.newest_us as u64),
        subscriptions: own.filter_map(|one| one["id"].as_str().map(str::to_owned)).collect(),
        oldest: Timestamp::from_micros(history.note.oldest_us),
        newest: Timestamp::from_micros(history.note.newest_us),
    };
    let mut outcome = Outcome::of("one call after the other, pages of the usual size, parameters at random");
    outcome.setting("deliveries", (history.note.events * super::store::EACH as u64) as f64);
    outcome.row(Row::new("start to ready", "s", server.started_in.as_secs_f64()));
    for (name, path, parts) in LISTS {
        let found = ask(&server, &headers, || dice.query(path, parts)).await?;
        report(&mut outcome, name, &found, Some(GOAL));
        server = rested(context, &history, server, &found).await?;
    }
    for (name, path, parts) in SEARCHES {
        let found = ask(&server, &headers, || dice.query(path, parts)).await?;
        report(&mut outcome, name, &found, None);
        server = rested(context, &history, server, &found).await?;
    }
    for (name, end, goal) in [("offset to 10,000", 10_000, Some(GOAL)), ("any offset", 2_000_000, None)] {
        let found = ask(&server, &headers, || {
            let (subscription, offset) = (dice.subscription()?, dice.random.below(end));
            Ok(format!("/api/v1/webhooks/subscriptions/{subscription}/deliveries?offset={offset}"))
        })
        .await?;
        report(&mut outcome, &format!("a subscription's deliveries, {name}"), &found, goal);
        server = rested(context, &history, server, &found).await?;
    }
    server.stop().await?;
    Ok(outcome)
}

/// Restarts the server after a timeout, because an abandoned call continues in the server and would slow the next ones.
async fn rested(context: &Context, history: &History, server: Server, found: &Percentiles) -> anyhow::Result<Server> {
    if found.max_ms < GIVEN_UP.as_secs_f64() * 1e3 {
        return Ok(server);
    }
    server.kill().await?;
    Server::start_with(context, &history.kept.folder, &History::keep_all()).await
}

fn report(outcome: &mut Outcome, name: &str, found: &Percentiles, goal: Option<Target>) {
    let note = format!("p50 {:.1} ms, {} calls", found.p50_ms, found.count);
    println!("{name}: p99 {:.1} ms, {note}", found.p99_ms);
    let row = Row::new(&format!("{name}, p99"), "ms", found.p99_ms).note(&note);
    outcome.row(match goal {
        Some(goal) => row.goal(goal),
        None => row,
    });
}

/// Calls the list repeatedly, each time with new parameters from `query`.
async fn ask(
    server: &Server,
    headers: &HeaderMap,
    mut query: impl FnMut() -> anyhow::Result<String>,
) -> anyhow::Result<Percentiles> {
    let client = client(1);
    let (mut samples, began) = (Vec::new(), Instant::now());
    for _ in 0..CALLS {
        let url = server.url(&query()?);
        let start = Instant::now();
        let call = json(&client, Method::GET, &url, headers, None);
        if let Ok(answer) = tokio::time::timeout(GIVEN_UP, call).await {
            answer?;
        }
        samples.push(u32::try_from(start.elapsed().as_micros()).unwrap_or(u32::MAX));
        if began.elapsed() > AT_MOST {
            break;
        }
    }
    Ok(Percentiles::of(samples.into_iter()))
}
