//! The SQL views for operators: every query of `docs/sql.md` is run on known data. Backends run this with a function that
//! executes SQL as an operator does.

use super::fixtures::{World, url};
use crate::{NewDelivery, Store, Write};
use model::{
    DeliveryId,
    DeliveryStatus::{self, Delivered, Exhausted, Failed, Retrying},
    Subscription, SubscriptionState, TenantId, Timestamp,
};
use std::time::Duration;

const PAGE: &str = include_str!("../../../../docs/sql.md");

/// Every view.
pub const VIEWS: [&str; 5] = [
    "postrider_failed_deliveries",
    "postrider_slow_attempts",
    "postrider_hung_deliveries",
    "postrider_status_counts",
    "postrider_event_rates",
];

const HOUR: Duration = Duration::from_secs(60 * 60);

/// A value of the expected result.
#[derive(Clone, Debug)]
enum Cell {
    Is(String),
    /// This time, to the millisecond, in the format of the backend.
    At(Timestamp),
    /// About this number.
    About(i64),
}

fn is(text: impl ToString) -> Cell {
    Cell::Is(text.to_string())
}

impl Cell {
    #[track_caller]
    fn check(&self, found: &str, query: &str) {
        match self {
            // Decimals may have more zeros.
            Self::Is(text) => {
                let equal = found == text || found.parse::<f64>().is_ok_and(|number| text.parse() == Ok(number));
                assert!(equal, "{found:?} is not {text:?} in {query}");
            }
            Self::At(time) => {
                let found = Timestamp::parse(found).unwrap_or_else(|_| panic!("{found:?} is no time in {query}"));
                assert_eq!(found.to_millis(), time.to_millis(), "{query}");
            }
            Self::About(number) => {
                let found: i64 = found.parse().unwrap_or_else(|_| panic!("{found:?} is no number in {query}"));
                assert!((number - 1..=number + 1).contains(&found), "{found} is not about {number} in {query}");
            }
        }
    }
}

fn text(id: DeliveryId) -> String {
    id.uuid().to_string()
}

/// The queries of the page, in order.
fn queries() -> Vec<&'static str> {
    PAGE.split("```sql\n").skip(1).filter_map(|rest| rest.split_once("```")).map(|(query, _)| query.trim()).collect()
}

const RECEIVER: &str = "receiver.example:8443";

/// A delivery, and when its last attempt began.
type Attempted = (DeliveryId, Timestamp);

/// The known data. The first two deliveries are older than 24 hours.
struct Known {
    tenant: TenantId,
    old: DeliveryId,
    old_hung: DeliveryId,
    fine: Attempted,
    slow: Attempted,
    dead: Attempted,
    retrying: Attempted,
    failed: Attempted,
    fresh: DeliveryId,
}

async fn attempt(world: &World<'_>, of: NewDelivery, number: u32, status: DeliveryStatus, millis: u64) -> Attempted {
    let mut outcome = world.outcome(&world.id("acme"), of, number, status);
    outcome.attempt.duration = Duration::from_millis(millis);
    let started = outcome.attempt.started_at;
    world.commit(vec![Write::Outcome(outcome)]).await;
    (of.id, started)
}

impl Known {
    async fn new(world: &World<'_>) -> Self {
        let tenant = world.tenant("acme").await;
        let active = Subscription {
            url: url(&format!("https://{RECEIVER}/hooks/T0K3N?key=s3cr3t")),
            ..world.subscription(&tenant)
        };
        let mut paused = Subscription { state: SubscriptionState::Paused, ..world.subscription(&tenant) };
        (paused.health.breaker, paused.url) = (None, url("https://paused.example/hook"));
        for one in [&active, &paused] {
            world.store.insert_subscription(one).await.unwrap();
        }
        let publish = async |kind: &str, to| world.publish(&tenant, kind, &[to]).await.deliveries[0];
        let old = publish("invoice.paid", active.id).await;
        attempt(world, old, 1, Failed, 9_000).await;
        let old_hung = publish("ticket.closed", paused.id).await;
        world.advance(HOUR * 47);
        let fine = attempt(world, publish("invoice.paid", active.id).await, 1, Delivered, 99).await;
        let slow = attempt(world, publish("invoice.paid", active.id).await, 1, Delivered, 2_500).await;
        let dead = publish("invoice.paid", active.id).await;
        attempt(world, dead, 1, Retrying, 150).await;
        let dead = attempt(world, dead, 2, Exhausted, 30_000).await;
        world.advance(Duration::from_secs(60));
        let retrying = attempt(world, publish("ticket.closed", active.id).await, 1, Retrying, 100).await;
        let failed = attempt(world, publish("invoice.paid", active.id).await, 1, Failed, 10).await;
        world.advance(HOUR * 2);
        let fresh = publish("ticket.closed", active.id).await.id;
        Self { old: old.id, old_hung: old_hung.id, fine, slow, dead, retrying, failed, fresh, tenant }
    }

    /// The answers to the queries of the page, in their order.
    fn answers(&self, now: Timestamp) -> Vec<Vec<Vec<Cell>>> {
        let failure = |(of, at): Attempted, millis: u64, status: &str, error: &str| {
            let ended = Cell::At(at.after(Duration::from_millis(millis)));
            let row = [self.tenant.to_string(), text(of), "invoice.paid".into(), RECEIVER.into(), status.into()];
            [row.map(is).to_vec(), vec![is(503), is(error), ended]].concat()
        };
        let slow = |(of, at): Attempted, attempt: u32, millis: u32, code: u16| {
            let row = vec![is(&self.tenant), is(text(of)), is(RECEIVER), is(attempt), is(millis), is(code)];
            [row, vec![Cell::At(at)]].concat()
        };
        let hung = |of, receiver: &str, status: &str, since: Timestamp, why: [&str; 2]| {
            let overdue = Cell::About((now.since(since).as_secs() / 60) as i64);
            let row = vec![is(&self.tenant), is(text(of)), is(receiver), is(status), overdue];
            [row, why.map(is).to_vec()].concat()
        };
        let due = self.retrying.1.after(Duration::from_secs(60));
        let counts = [("success", 2), ("exhausted", 1), ("failed", 1), ("pending", 1), ("retrying", 1)];
        let errors = ["HTTP 503 at attempt 1", "HTTP 503 at attempt 2"];
        vec![
            vec![failure(self.failed, 10, "failed", errors[0]), failure(self.dead, 30_000, "exhausted", errors[1])],
            errors.map(|error| vec![is(RECEIVER), is(error), is(1)]).into(),
            vec![slow(self.dead, 2, 30_000, 503), slow(self.slow, 1, 2_500, 200)],
            vec![
                hung(self.old_hung, "paused.example", "pending", self.old_hung.made_at(), ["paused", "closed"]),
                hung(self.retrying.0, RECEIVER, "retrying", due, ["active", "open"]),
                hung(self.fresh, RECEIVER, "pending", self.fresh.made_at(), ["active", "open"]),
            ],
            counts.map(|(status, count)| vec![is(status), is(count)]).into(),
            vec![
                vec![is(&self.tenant), is("invoice.paid"), is(4), is(0.17), is(2), is(2), is(0), is(0.5)],
                vec![is(&self.tenant), is("ticket.closed"), is(2), is(0.08), is(0), is(0), is(2), is("")],
            ],
        ]
    }
}

/// `query` runs a query; it returns a line per row, with values separated by `|` and nothing for null. `now` is the time
/// of the clock that the queries use.
pub async fn every_documented_query_answers(store: &dyn Store, now: Timestamp, query: &dyn Fn(&str) -> String) {
    let world = World::at(store, "views", now.before(HOUR * 50));
    let known = Known::new(&world).await;
    let (queries, answers) = (queries(), known.answers(now));
    assert_eq!(queries.len(), answers.len());
    for (sql, expected) in queries.iter().zip(&answers) {
        let answer = query(sql);
        let rows: Vec<Vec<&str>> = answer.lines().map(|line| line.split('|').collect()).collect();
        assert_eq!(rows.len(), expected.len(), "{sql}\n{answer}");
        for (row, expected) in rows.iter().zip(expected) {
            assert_eq!(row.len(), expected.len(), "{sql}\n{answer}");
            row.iter().zip(expected).for_each(|(found, cell)| cell.check(found, sql));
        }
    }
    nothing_secret(query);
    the_rest(query, known.old, known.fine.0);
}

/// No view shows a secret, a header, a payload, a response body, or more of a URL than its host.
fn nothing_secret(query: &dyn Fn(&str) -> String) {
    for view in VIEWS {
        let shown = query(&format!("SELECT * FROM {view}"));
        assert!(!shown.is_empty(), "{view}");
        for secret in ["whsec", "Bearer", "region", "T0K3N", "s3cr3t", "hook", "total", "not text", "server:"] {
            assert!(!shown.contains(secret), "{view} shows {secret}: {shown}");
        }
    }
}

/// Periods and limits of the views.
fn the_rest(query: &dyn Fn(&str) -> String, old: DeliveryId, fine: DeliveryId) {
    let failed = query("SELECT delivery_id, created_at, minutes_ago FROM postrider_failed_deliveries");
    let row = failed.lines().find(|line| line.starts_with(&text(old))).expect("failures of any age are shown");
    let values: Vec<&str> = row.split('|').collect();
    Cell::At(old.made_at()).check(values[1], "created_at");
    Cell::About(50 * 60).check(values[2], "minutes_ago");
    let slow = query("SELECT delivery_id FROM postrider_slow_attempts");
    assert!(!slow.contains(&text(old)), "older than 24 hours");
    assert!(!slow.contains(&text(fine)), "below 100 ms");
    assert_eq!(slow.lines().count(), 4);
}
