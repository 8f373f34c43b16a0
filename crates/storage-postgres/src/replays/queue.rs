//! The writing half of a step: queues the chosen deliveries, owned by this node.

use super::{
    ids::uuids,
    walk::{PIECE, Walk},
};
use crate::{
    PgStore,
    cells::Cells,
    codes::{AGAIN_IN, IN_DELAYED, IN_REPLAY, PENDING, RETRYING},
    connect::{Fault, Tx, params},
    rows, statistics,
};
use model::{DeliveryId, DeliveryStatus, EventId, EventType, Replay, TenantId, Timestamp};
use storage::{ReplayChosen, StatisticsCounts};
use uuid::Uuid;

/// Deliveries that a step has queued, and those that it chose and could not queue.
pub(super) struct Queued {
    pub(super) queued: u32,
    pub(super) skipped: u32,
    /// The earliest time for which a queued event was published.
    pub(super) delayed: Option<Timestamp>,
}

pub(super) struct Queueing<'a> {
    pub(super) store: &'a PgStore,
    pub(super) tx: &'a Tx,
    pub(super) tenant: &'a TenantId,
    pub(super) replay: &'a Replay,
    /// The owner of the queued deliveries.
    pub(super) node: i32,
    pub(super) now: Timestamp,
}

impl Queueing<'_> {
    pub(super) async fn run(&self, walk: &Walk<'_>, chosen: &ReplayChosen) -> Result<Queued, Fault> {
        let mut queued = self.waiting(&chosen.deliveries).await? + self.ended(&chosen.deliveries).await?;
        let (mut all, mut delayed) = (chosen.deliveries.len(), None);
        if !chosen.events.is_empty() {
            let (missed, added) = self.missed(walk, &chosen.events).await?;
            (queued, all) = (queued + added.ids.len(), all + missed);
            delayed = added.later(self.now).map(|(_, at)| at).min();
        }
        Ok(Queued { queued: queued as u32, skipped: all.saturating_sub(queued) as u32, delayed })
    }

    /// Makes retrying deliveries due now, in a new round.
    async fn waiting(&self, ids: &[DeliveryId]) -> Result<usize, Fault> {
        if ids.is_empty() || !self.replay.selection.statuses.contains(&DeliveryStatus::Retrying) {
            return Ok(0);
        }
        let sql = format!(
            "UPDATE postrider.waiting w SET status = {PENDING}, queue = {AGAIN_IN}, earlier_attempts = w.attempts,
             next_attempt_at = n.at, updated_at = $4, owner = $5
             FROM unnest($2::uuid[], $3::bigint[]) AS n (id, at)
             WHERE w.tenant_id = $1 AND w.id = n.id AND w.status = {RETRYING} RETURNING 1"
        );
        let values = params![
            self.tenant.as_str() => TEXT, uuids(ids, DeliveryId::uuid) => UUID_ARRAY, created(ids) => INT8_ARRAY,
            self.now.micros() => INT8, self.node => INT4,
        ];
        Ok(self.tx.query(&sql, values).await?.len())
    }

    /// Moves ended deliveries back to the waiting ones, if their status is still selected and their events have their
    /// payloads.
    async fn ended(&self, ids: &[DeliveryId]) -> Result<usize, Fault> {
        let ended = self.replay.selection.statuses.iter().filter(|status| !status.is_waiting());
        let codes: Vec<String> = ended.map(|status| status.code().to_string()).collect();
        if ids.is_empty() || codes.is_empty() {
            return Ok(0);
        }
        let sql = format!(
            "WITH back AS (
                 DELETE FROM postrider.deliveries d USING unnest($2::uuid[], $6::uuid[]) AS n (id, event_id)
                 WHERE d.tenant_id = $1 AND d.id = ANY ($2) AND d.id = n.id AND d.status + 0 IN ({codes})
                 AND EXISTS (SELECT 1 FROM postrider.events e WHERE e.tenant_id = $1 AND e.id = n.event_id
                             AND e.id = ANY ($6) AND e.payload_erased_at IS NULL)
                 RETURNING {columns}
             )
             INSERT INTO postrider.waiting (tenant_id, id, subscription_id, event_type, given_id, owner, queue, status,
                 attempts, earlier_attempts, next_attempt_at, updated_at, response_code, error, duration_us)
             SELECT b.tenant_id, b.id, b.subscription_id, b.event_type, b.given_id, $5, {IN_REPLAY}, {PENDING}, b.attempts,
                 b.attempts, n.at, $4, b.response_code, b.error, b.duration_us
             FROM back b JOIN unnest($2::uuid[], $3::bigint[]) AS n (id, at) ON n.id = b.id
             RETURNING subscription_id, event_type, (SELECT b.status FROM back b WHERE b.id = waiting.id) AS ended_as,
                 (SELECT b.updated_at FROM back b WHERE b.id = waiting.id) AS ended_at",
            codes = codes.join(","),
            columns = rows::BOTH.split(',').map(|column| format!("d.{}", column.trim())).collect::<Vec<_>>().join(", "),
        );
        let values = params![
            self.tenant.as_str() => TEXT, uuids(ids, DeliveryId::uuid) => UUID_ARRAY, created(ids) => INT8_ARRAY,
            self.now.micros() => INT8, self.node => INT4, uuids(ids, |id| id.event().uuid()) => UUID_ARRAY,
        ];
        let again = self.tx.query(&sql, values).await?;
        statistics::changes::again(self.store, self.tx, self.tenant, &again).await?;
        Ok(again.len())
    }

    /// Adds deliveries of events that have none to the subscription. Returns the number of such events, and the
    /// deliveries.
    ///
    /// The events are locked first. So another replay that adds deliveries to them waits until this one has committed,
    /// then sees its deliveries, and takes the next numbers.
    async fn missed(&self, walk: &Walk<'_>, events: &[EventId]) -> Result<(usize, Numbered), Fault> {
        let tenant = self.tenant.as_str();
        let sql = "SELECT e.tenant_id, e.id AS event_id FROM postrider.events e
                   WHERE e.tenant_id = $1 AND e.id = ANY ($2) ORDER BY e.id FOR NO KEY UPDATE";
        let ids = uuids(events, EventId::uuid);
        let locked = self.tx.query(sql, params![tenant => TEXT, ids => UUID_ARRAY]).await?;
        let locked: Vec<EventId> = locked.iter().map(|row| Cells::events(row).event_id("event_id")).collect();
        if locked.is_empty() {
            return Ok((events.len(), Numbered::default()));
        }
        let (sql, values) = walk.missed(&locked);
        let missed = self.tx.query(&sql, &values.params()).await?;
        let mut missed: Vec<EventId> = missed.iter().map(|row| Cells::events(row).event_id("event_id")).collect();
        for piece in std::mem::take(&mut missed).chunks(PIECE) {
            match walk.contents(piece) {
                None => missed.extend(piece),
                Some((sql, values)) => missed.extend(walk.wanted(&self.tx.query(&sql, &values.params()).await?)?),
            }
        }
        let missed: Vec<Uuid> = missed.iter().map(|id| id.uuid()).collect();
        if missed.is_empty() {
            return Ok((events.len() - locked.len(), Numbered::default()));
        }
        let added = self.number(&missed).await?;
        let (mut queues, mut due) = (vec![i16::from(IN_REPLAY); added.ids.len()], created(&added.ids));
        for (place, at) in added.later(self.now) {
            (queues[place], due[place]) = (i16::from(IN_DELAYED), at.micros());
        }
        let sql = "INSERT INTO postrider.waiting
             (tenant_id, id, subscription_id, event_type, given_id, owner, queue, next_attempt_at, updated_at)
             SELECT $1, n.id, $2, n.event_type, n.given_id, $7, n.queue, n.at, $8
             FROM unnest($3::uuid[], $4::text[], $5::text[], $6::bigint[], $9::smallint[])
                 AS n (id, event_type, given_id, at, queue)";
        let values = params![
            tenant => TEXT, self.replay.subscription.uuid() => UUID, uuids(&added.ids, DeliveryId::uuid) => UUID_ARRAY,
            added.types => TEXT_ARRAY, added.given => TEXT_ARRAY, due => INT8_ARRAY, self.node => INT4,
            self.now.micros() => INT8, queues => INT2_ARRAY,
        ];
        self.tx.query(sql, values).await?;
        let mut counts = StatisticsCounts::default();
        for (id, event_type) in added.ids.iter().zip(&added.types) {
            counts.add_one_created((self.tenant, self.replay.subscription, &EventType::trusted(event_type)), *id);
        }
        statistics::pend(self.store, self.tx, &counts).await?;
        Ok((missed.len() + events.len() - locked.len(), added))
    }

    /// Gives each of these locked events one more delivery. Its number is behind those that the event counts and those
    /// that exist.
    async fn number(&self, events: &[Uuid]) -> Result<Numbered, Fault> {
        let tenant = self.tenant.as_str();
        let tests: Vec<Uuid> = events.iter().map(|id| EventId::from_uuid(*id).test_delivery().uuid()).collect();
        let newest = |table: &str| {
            format!(
                "(SELECT d.id FROM postrider.{table} d WHERE d.tenant_id = $1 AND d.id > e.id AND d.id < n.test
                  AND d.id < $4 ORDER BY d.id DESC LIMIT 1)"
            )
        };
        let sql = format!(
            "SELECT e.tenant_id, e.id AS event_id, e.event_type, e.given_id, e.deliveries, e.deliver_at, {} AS waiting, {} AS ended
             FROM unnest($2::uuid[], $3::uuid[]) AS n (id, test) JOIN postrider.events e
             ON e.tenant_id = $1 AND e.id = n.id AND e.id = ANY ($2) AND e.payload_erased_at IS NULL",
            newest("waiting"),
            newest("deliveries"),
        );
        let most = tests.iter().max().copied().unwrap_or(Uuid::nil());
        let values = params![tenant => TEXT, events => UUID_ARRAY, tests => UUID_ARRAY, most => UUID];
        let mut numbered = Numbered::default();
        let (mut counted, mut numbers) = (Vec::<Uuid>::new(), Vec::<i32>::new());
        for row in self.tx.query(&sql, values).await? {
            let cells = Cells::events(&row);
            let number = |column: &str| {
                let id = cells.get::<Option<Uuid>>(column).map(DeliveryId::from_uuid);
                id.map_or(0, |id| usize::from(id.number()))
            };
            let highest = cells.number::<i32, usize>("deliveries")?.max(number("waiting")).max(number("ended"));
            let event = cells.event_id("event_id");
            if let Some(id) = event.delivery(highest + 1) {
                numbered.ids.push(id);
                numbered.types.push(cells.get::<&str>("event_type").to_owned());
                numbered.given.push(cells.get("given_id"));
                numbered.deliver_at.push(cells.time_or_none("deliver_at"));
                counted.push(event.uuid());
                numbers.push(i32::from(id.number()));
            }
        }
        let sql = "UPDATE postrider.events e SET deliveries = n.number
                   FROM unnest($2::uuid[], $3::integer[]) AS n (id, number)
                   WHERE e.tenant_id = $1 AND e.id = n.id AND e.id = ANY ($2)";
        self.tx.query(sql, params![tenant => TEXT, counted => UUID_ARRAY, numbers => INT4_ARRAY]).await?;
        Ok(numbered)
    }
}

/// New deliveries, column by column.
#[derive(Default)]
struct Numbered {
    ids: Vec<DeliveryId>,
    types: Vec<String>,
    given: Vec<Option<String>>,
    deliver_at: Vec<Option<Timestamp>>,
}

impl Numbered {
    /// The places of deliveries whose events are to be delivered after `now`, with that time.
    fn later(&self, now: Timestamp) -> impl Iterator<Item = (usize, Timestamp)> {
        let of = self.deliver_at.iter().enumerate();
        of.filter_map(move |(place, at)| at.filter(|at| *at > now).map(|at| (place, at)))
    }
}

/// Due times: a delivery that is no retry is due since its creation.
fn created(ids: &[DeliveryId]) -> Vec<i64> {
    ids.iter().map(|id| id.made_at().micros()).collect()
}
