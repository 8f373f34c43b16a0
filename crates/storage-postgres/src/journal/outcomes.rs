//! The outcomes of a commit. An ended delivery moves from the table of waiting deliveries to the log; a retry stays
//! there with its next due time. The owner is checked in each statement (fencing): deliveries that another node has
//! taken over are left unchanged.

mod increments;
mod late;
mod raised;

use crate::{
    cells::Cells,
    codes::{IN_RETRY, RETRYING, owner},
    columns::{DeliveryRow, DeliveryRows, Existing},
    connect::{Fault, Tx, params},
    in_order, rows,
};
use const_format::formatcp;
use futures_util::future::{join, join4};
use model::{
    DeliveryId, DeliveryStatus, EventId, SubscriptionId, TenantId, Timestamp,
    delivery::{EndStatus, Next},
};
use std::collections::{BTreeMap, HashMap, HashSet};
use storage::{Ending, NodeId, Outcome, SUBSCRIPTION_DELETED, StatisticsCounts, Write};
use tokio_postgres::Row;
use uuid::Uuid;

type Key<'a> = (&'a TenantId, DeliveryId);

/// The outcome to be written for a delivery: the first one that ends it, else the last one.
struct Last<'a> {
    outcome: &'a Outcome,
}

pub(super) struct Outcomes<'a> {
    node: Option<NodeId>,
    all: Vec<(usize, &'a Outcome)>,
    last: HashMap<Key<'a>, Last<'a>>,
    /// Deliveries that end without an attempt, with their places in the batch.
    endings: HashMap<Key<'a>, (usize, &'a Ending)>,
    cancels: Vec<Key<'a>>,
    /// Deliveries that wait no longer, to be logged.
    ended: Vec<Ended<'a>>,
    /// Deliveries whose attempts are to be written and counted.
    recorded: HashSet<Key<'a>>,
    /// Outcomes of deliveries that another node owns, or of attempts that are already recorded; endings of deliveries that
    /// another node owns or that have ended.
    taken: HashSet<usize>,
    /// Events whose payload was erased, among those of late outcomes.
    erased: HashSet<(TenantId, EventId)>,
    /// Outcomes whose events are written.
    raised: HashSet<usize>,
    /// True when the subscriptions of 410 outcomes are disabled already.
    has_disabled: bool,
    /// Increments by cancelled deliveries that took a late outcome.
    corrected: StatisticsCounts,
}

struct Ended<'a> {
    tenant: &'a TenantId,
    row: Row,
    by: EndedBy<'a>,
}

enum EndedBy<'a> {
    Outcome(&'a Outcome),
    Ending(&'a Ending),
    Cancel,
}

impl Ended<'_> {
    /// The row of the log: the outcome, or, without one, the delivery as it was with its end.
    fn row(&self) -> DeliveryRow<'_> {
        let cells = Cells::waiting(&self.row);
        let cancelled = DeliveryRow {
            tenant_id: self.tenant.as_str(),
            id: cells.get("id"),
            subscription_id: cells.get("subscription_id"),
            event_type: cells.get("event_type"),
            given_id: cells.get("given_id"),
            status: i16::from(DeliveryStatus::Cancelled.code()),
            attempts: cells.get("attempts"),
            earlier_attempts: cells.get("earlier_attempts"),
            updated_at: cells.get("updated_at"),
            response_code: cells.get("response_code"),
            error: Some(SUBSCRIPTION_DELETED.into()),
            duration_us: cells.get("duration_us"),
        };
        let outcome = match self.by {
            EndedBy::Outcome(outcome) => outcome,
            EndedBy::Ending(ending) => {
                return DeliveryRow {
                    status: i16::from(ending.end.status().code()),
                    updated_at: ending.at.micros(),
                    error: Some(rows::text(&ending.error)),
                    ..cancelled
                };
            }
            EndedBy::Cancel => return cancelled,
        };
        DeliveryRow {
            status: i16::from(outcome.next.status().code()),
            attempts: outcome.attempt.number as i32,
            updated_at: ended_at(outcome).micros(),
            response_code: outcome.attempt.response_code.map(|code| code as i16),
            error: outcome.attempt.error.as_deref().map(rows::text),
            duration_us: Some(outcome.attempt.duration.as_micros() as i64),
            ..cancelled
        }
    }
}

/// Results of the statements of the first round trip.
#[derive(Default)]
pub(super) struct Taken {
    ended: Vec<Row>,
    unsent: Vec<Row>,
    kept: Vec<Row>,
    cancelled: Vec<Row>,
}

/// Looks rows up by their keys: `+ 0` prevents the planner from using the owner, whose range holds all its waiting
/// rows.
pub(crate) const END: &str = "DELETE FROM postrider.waiting w
    USING unnest($2::text[], $3::uuid[]) AS o (tenant_id, id)
    WHERE w.tenant_id = o.tenant_id AND w.id = o.id AND w.owner + 0 = $1
    RETURNING w.tenant_id, w.id, w.subscription_id, w.event_type, w.given_id, w.attempts, w.earlier_attempts,
        w.updated_at, w.response_code, w.duration_us, w.order_key";

pub(crate) const KEEP: &str = formatcp!(
    "UPDATE postrider.waiting w SET status = {RETRYING},
    queue = CASE WHEN w.order_key IS NULL THEN {IN_RETRY} ELSE w.queue END, attempts = o.attempts,
    next_attempt_at = o.next_attempt_at, updated_at = o.updated_at, response_code = o.response_code, error = o.error,
    duration_us = o.duration_us
    FROM unnest($2::text[], $3::uuid[], $4::integer[], $5::bigint[], $6::bigint[], $7::smallint[], $8::text[],
                $9::bigint[]) AS o (tenant_id, id, attempts, next_attempt_at, updated_at, response_code, error,
                                    duration_us)
    WHERE w.tenant_id = o.tenant_id AND w.id = o.id AND w.owner + 0 = $1
    RETURNING w.tenant_id, w.id"
);

const CANCEL: &str = "DELETE FROM postrider.waiting w
    USING unnest($1::text[], $2::uuid[]) AS o (tenant_id, id) WHERE w.tenant_id = o.tenant_id AND w.id = o.id
    RETURNING w.tenant_id, w.id, w.subscription_id, w.event_type, w.given_id, w.attempts, w.earlier_attempts,
        w.updated_at, w.response_code, w.duration_us, w.order_key";

impl<'a> Outcomes<'a> {
    pub(super) fn of(batch: &'a [Write], node: Option<NodeId>) -> Self {
        let (mut all, mut cancels, mut last) = (Vec::new(), Vec::new(), HashMap::<Key<'a>, Last<'a>>::new());
        let mut endings = HashMap::new();
        for (place, write) in batch.iter().enumerate() {
            match write {
                Write::Outcome(outcome) => {
                    all.push((place, &**outcome));
                    let known = last.entry((&outcome.tenant, outcome.delivery)).or_insert(Last { outcome });
                    if known.outcome.next.retry_at().is_some() {
                        *known = Last { outcome };
                    }
                }
                Write::End(ending) => {
                    endings.insert((&ending.tenant, ending.delivery), (place, &**ending));
                }
                Write::Cancel { tenant, delivery } => cancels.push((tenant, *delivery)),
                Write::Append(_) => {}
            }
        }
        let (ended, recorded, taken, erased) = (Vec::new(), HashSet::new(), HashSet::new(), HashSet::new());
        let (raised, has_disabled) = (HashSet::new(), false);
        let corrected = StatisticsCounts::default();
        Self { node, all, last, endings, cancels, ended, recorded, taken, erased, raised, has_disabled, corrected }
    }

    pub(super) fn was_taken(&self, place: usize) -> bool {
        self.taken.contains(&place)
    }

    /// Removes ended deliveries from the waiting ones, and sets the next due times of retries.
    pub(super) async fn take(&self, tx: &Tx) -> Result<Taken, Fault> {
        if self.all.is_empty() && self.endings.is_empty() && self.cancels.is_empty() {
            return Ok(Taken::default());
        }
        let mut lasts: Vec<(&Key<'a>, &Outcome)> = self.last.iter().map(|(key, last)| (key, last.outcome)).collect();
        // Sorted, to prevent deadlocks between commits.
        lasts.sort_unstable_by_key(|(key, _)| **key);
        let (mut kept, mut ended) = (Vec::new(), Vec::new());
        for (key, outcome) in lasts {
            match outcome.next {
                Next::Retry { at } => kept.push((key, outcome, at)),
                Next::End(_) | Next::Gone => ended.push(key),
            }
        }
        let ended: Vec<Key<'a>> = ended.into_iter().copied().collect();
        let mut unsent: Vec<Key<'a>> = self.endings.keys().copied().collect();
        unsent.sort_unstable();
        let asked = join4(self.end(tx, &ended), self.end(tx, &unsent), self.keep(tx, &kept), self.cancel(tx));
        let (ended, unsent, kept, cancelled) = asked.await;
        Ok(Taken { ended: ended?, unsent: unsent?, kept: kept?, cancelled: cancelled? })
    }

    async fn end(&self, tx: &Tx, ended: &[Key<'a>]) -> Result<Vec<Row>, Fault> {
        if ended.is_empty() {
            return Ok(Vec::new());
        }
        let (tenants, ids) = keys(ended.iter().copied());
        tx.query(END, params![owner(self.node) => INT4, tenants => TEXT_ARRAY, ids => UUID_ARRAY]).await
    }

    async fn keep(&self, tx: &Tx, kept: &[(&Key<'a>, &Outcome, Timestamp)]) -> Result<Vec<Row>, Fault> {
        if kept.is_empty() {
            return Ok(Vec::new());
        }
        let (tenants, ids) = keys(kept.iter().map(|(key, ..)| **key));
        let of = || kept.iter().map(|(_, outcome, _)| *outcome);
        let attempts: Vec<i32> = of().map(|one| one.attempt.number as i32).collect();
        let next: Vec<i64> = kept.iter().map(|(.., at)| at.micros()).collect();
        let updated: Vec<i64> = of().map(|one| ended_at(one).micros()).collect();
        let codes: Vec<Option<i16>> = of().map(|one| one.attempt.response_code.map(|code| code as i16)).collect();
        let errors: Vec<Option<String>> = of().map(error).collect();
        let durations: Vec<i64> = of().map(|one| one.attempt.duration.as_micros() as i64).collect();
        let values = params![
            owner(self.node) => INT4, tenants => TEXT_ARRAY, ids => UUID_ARRAY, attempts => INT4_ARRAY, next => INT8_ARRAY,
            updated => INT8_ARRAY, codes => INT2_ARRAY, errors => TEXT_ARRAY, durations => INT8_ARRAY,
        ];
        tx.query(KEEP, values).await
    }

    async fn cancel(&self, tx: &Tx) -> Result<Vec<Row>, Fault> {
        if self.cancels.is_empty() {
            return Ok(Vec::new());
        }
        let (tenants, ids) = keys(self.cancels.iter().copied());
        tx.query(CANCEL, params![tenants => TEXT_ARRAY, ids => UUID_ARRAY]).await
    }

    fn of_row(&self, row: &Row) -> Option<&'a Outcome> {
        let tenant = Cells::waiting(row).tenant("tenant_id");
        self.last.get(&(&tenant, id(row))).map(|last| last.outcome)
    }

    /// Processes the results of the first round trip.
    pub(super) fn settle(&mut self, taken: Taken) {
        for row in taken.ended {
            if let Some(outcome) = self.of_row(&row) {
                self.recorded.insert((&outcome.tenant, outcome.delivery));
                self.ended.push(Ended { tenant: &outcome.tenant, row, by: EndedBy::Outcome(outcome) });
            }
        }
        let mut reached = HashSet::new();
        for row in taken.unsent {
            let tenant = Cells::waiting(&row).tenant("tenant_id");
            let found = self.endings.get(&(&tenant, id(&row))).copied();
            if let Some((place, ending)) = found {
                reached.insert(place);
                self.ended.push(Ended { tenant: &ending.tenant, row, by: EndedBy::Ending(ending) });
            }
        }
        self.taken.extend(self.endings.values().map(|(place, _)| *place).filter(|place| !reached.contains(place)));
        for row in taken.kept {
            if let Some(outcome) = self.of_row(&row) {
                self.recorded.insert((&outcome.tenant, outcome.delivery));
            }
        }
        for row in taken.cancelled {
            let (tenant, delivery) = (Cells::waiting(&row).tenant("tenant_id"), id(&row));
            let known = self.cancels.iter().find(|(of, one)| **of == tenant && *one == delivery);
            if let Some((tenant, _)) = known {
                self.ended.push(Ended { tenant, row, by: EndedBy::Cancel });
            }
        }
    }

    /// Writes the log: ended deliveries, attempts and statistics.
    pub(super) async fn write(&self, tx: &Tx, shard: i16) -> Result<(), Fault> {
        let handed = in_order::hand_on(tx, self.node, self.ended.iter().map(|one| &one.row));
        let log = join(self.log(tx), self.log_attempts(tx));
        let (handed, log, counted, disabled) = join4(handed, log, self.count(tx, shard), self.disable(tx)).await;
        handed.and(log.0).and(log.1).and(counted).and(disabled.map(drop))
    }

    async fn log(&self, tx: &Tx) -> Result<(), Fault> {
        let mut rows = DeliveryRows::default();
        for one in &self.ended {
            rows.push(one.row());
        }
        rows.insert(tx, Existing::Fail).await
    }

    fn recorded(&self) -> impl Iterator<Item = &'a Outcome> {
        let mine = self.all.iter().filter(|(place, _)| !self.taken.contains(place)).map(|(_, outcome)| *outcome);
        mine.filter(|outcome| self.recorded.contains(&(&outcome.tenant, outcome.delivery)))
    }

    /// Adds to the statistics: one row per subscription, whatever the number of outcomes.
    async fn count(&self, tx: &Tx, shard: i16) -> Result<(), Fault> {
        let mut tallies: BTreeMap<(&str, SubscriptionId), SubscriptionCounts> = BTreeMap::new();
        for outcome in self.recorded() {
            tallies.entry((outcome.tenant.as_str(), outcome.subscription)).or_default().add(outcome);
        }
        if tallies.is_empty() {
            return Ok(());
        }
        let tenants: Vec<&str> = tallies.keys().map(|(tenant, _)| *tenant).collect();
        let subscriptions: Vec<Uuid> = tallies.keys().map(|(_, id)| id.uuid()).collect();
        let successes: Vec<i64> = tallies.values().map(|tally| tally.success).collect();
        let failures: Vec<i64> = tallies.values().map(|tally| tally.failure).collect();
        let triggered: Vec<Option<i64>> = tallies.values().map(|tally| tally.triggered).collect();
        let succeeded: Vec<Option<i64>> = tallies.values().map(|tally| tally.succeeded).collect();
        let failed: Vec<Option<i64>> = tallies.values().map(|tally| tally.failed).collect();
        let failing: Vec<Option<i64>> = tallies.values().map(|tally| tally.failing).collect();
        let values = params![
            shard => INT2, tenants => TEXT_ARRAY, subscriptions => UUID_ARRAY, successes => INT8_ARRAY,
            failures => INT8_ARRAY, triggered => INT8_ARRAY, succeeded => INT8_ARRAY, failed => INT8_ARRAY,
            failing => INT8_ARRAY,
        ];
        tx.query(COUNT, values).await.map(drop)
    }
}

pub(crate) const COUNT: &str = "INSERT INTO postrider.subscription_stats AS s (shard, tenant_id, subscription_id,
    success_count, failure_count, last_triggered_at, last_success_at, last_failure_at, failing_since)
    SELECT $1, n.* FROM unnest($2::text[], $3::uuid[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
                               $8::bigint[], $9::bigint[]) AS n
    ON CONFLICT (tenant_id, subscription_id, shard) DO UPDATE SET
    success_count = s.success_count + excluded.success_count, failure_count = s.failure_count + excluded.failure_count,
    last_triggered_at = greatest(s.last_triggered_at, excluded.last_triggered_at),
    last_success_at = greatest(s.last_success_at, excluded.last_success_at),
    last_failure_at = greatest(s.last_failure_at, excluded.last_failure_at),
    failing_since = CASE
        WHEN excluded.failing_since IS NULL
            THEN CASE WHEN excluded.last_success_at >= s.failing_since THEN NULL ELSE s.failing_since END
        WHEN s.failing_since > coalesce((SELECT max(o.last_success_at) FROM postrider.subscription_stats o
            WHERE o.tenant_id = s.tenant_id AND o.subscription_id = s.subscription_id), 0)
            AND s.failing_since > coalesce(excluded.last_success_at, 0)
            THEN s.failing_since
        ELSE excluded.failing_since END";

/// Increments of a subscription's statistics by one commit.
#[derive(Default)]
struct SubscriptionCounts {
    success: i64,
    failure: i64,
    triggered: Option<i64>,
    succeeded: Option<i64>,
    failed: Option<i64>,
    /// The first failure after the last success of the commit.
    failing: Option<i64>,
}

impl SubscriptionCounts {
    fn add(&mut self, outcome: &Outcome) {
        if outcome.next == Next::End(EndStatus::Cancelled) {
            return;
        }
        let ended = Some(ended_at(outcome).micros());
        self.triggered = self.triggered.max(Some(outcome.attempt.started_at.micros()));
        if outcome.next == Next::End(EndStatus::Delivered) {
            self.success += 1;
            self.succeeded = self.succeeded.max(ended);
            self.failing = None;
        } else {
            self.failure += 1;
            self.failed = self.failed.max(ended);
            self.failing = self.failing.or(ended);
        }
    }
}

fn ended_at(outcome: &Outcome) -> Timestamp {
    outcome.attempt.started_at.after(outcome.attempt.duration)
}

fn error(outcome: &Outcome) -> Option<String> {
    outcome.attempt.error.as_deref().map(|text| rows::text(text).into_owned())
}

fn id(row: &Row) -> DeliveryId {
    Cells::waiting(row).delivery_id("id")
}

fn keys<'k>(of: impl Iterator<Item = (&'k TenantId, DeliveryId)>) -> (Vec<&'k str>, Vec<Uuid>) {
    of.map(|(tenant, id)| (tenant.as_str(), id.uuid())).unzip()
}
