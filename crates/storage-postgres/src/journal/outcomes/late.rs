//! Late outcomes: another node owns the delivery now, or it has ended, or its subscription was deleted while the
//! request was in flight.

use super::{Key, Outcomes, ended_at, id, keys};
use crate::{
    cells::Cells,
    codes::{CANCELLED, RETRYING},
    columns::{AttemptRow, AttemptRows, Existing},
    connect::{Fault, Tx, params},
    rows,
};
use const_format::formatcp;
use model::{Attempt, DeliveryStatus, Timestamp};
use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};
use storage::{CANCELLED_BY_REQUEST, Outcome, PAYLOAD_ERASED, SUBSCRIPTION_DELETED, StatisticsCounts};
use tokio_postgres::Row;
use uuid::Uuid;

/// The ids are passed twice: constants enable partition pruning. `+ 0` prevents a scan of all of the tenant's cancelled
/// deliveries.
const END_CANCELLED: &str = formatcp!(
    "UPDATE postrider.deliveries d SET status = CASE o.status WHEN {RETRYING} THEN {CANCELLED} ELSE o.status END,
    attempts = o.attempts, updated_at = o.updated_at, response_code = o.response_code,
    error = CASE d.error WHEN '{CANCELLED_BY_REQUEST}' THEN o.error_by_request ELSE o.error END,
    duration_us = o.duration_us
    FROM unnest($1::text[], $2::uuid[], $3::smallint[], $4::integer[], $5::bigint[], $6::smallint[], $7::text[],
                $8::text[], $9::bigint[])
        AS o (tenant_id, id, status, attempts, updated_at, response_code, error, error_by_request, duration_us)
    WHERE d.tenant_id = ANY ($1) AND d.id = ANY ($2) AND d.tenant_id = o.tenant_id AND d.id = o.id
    AND d.status + 0 = {CANCELLED} AND d.attempts < o.attempts
    RETURNING d.tenant_id, d.id, d.status, d.updated_at"
);

/// Events whose payload was erased. The lock keeps a concurrent erasure waiting until the attempts of this commit are
/// visible to it.
const ERASED: &str = "SELECT tenant_id, event_id FROM (
        SELECT e.tenant_id, e.id AS event_id, e.payload_erased_at FROM postrider.events e
        WHERE e.tenant_id = ANY ($1) AND e.id = ANY ($2) ORDER BY e.tenant_id, e.id FOR SHARE) e
    WHERE payload_erased_at IS NOT NULL";

impl<'a> Outcomes<'a> {
    /// Outcomes of deliveries whose lease this node has lost. For a delivery that ended earlier, the attempt is kept,
    /// unless another node has recorded an attempt with that number; for a delivery that another node owns, nothing is
    /// written.
    pub(in crate::journal) async fn late(&mut self, tx: &Tx) -> Result<(), Fault> {
        let rest: Vec<Key<'a>> = self.last.keys().filter(|key| !self.recorded.contains(*key)).copied().collect();
        if rest.is_empty() {
            return Ok(());
        }
        let (tenants, ids) = keys(rest.iter().copied());
        let sql = "SELECT d.tenant_id, d.id, d.status, d.updated_at FROM postrider.deliveries d
             WHERE d.tenant_id = ANY ($1) AND d.id = ANY ($2)";
        let ended = tx.query(sql, params![tenants => TEXT_ARRAY, ids => UUID_ARRAY]).await?;
        let sql = "SELECT w.tenant_id, w.id FROM postrider.waiting w WHERE w.tenant_id = ANY ($1) AND w.id = ANY ($2)";
        let taken = tx.query(sql, params![tenants => TEXT_ARRAY, ids => UUID_ARRAY]).await?;
        let find = |row: &Row| {
            let (tenant, delivery) = (Cells::deliveries(row).tenant("tenant_id"), id(row));
            rest.iter().find(|(of, one)| **of == tenant && *one == delivery).copied()
        };
        let mut cancelled: HashMap<Key<'a>, Timestamp> = HashMap::new();
        for row in &ended {
            if Cells::deliveries(row).code("status", DeliveryStatus::from_code)? == DeliveryStatus::Cancelled {
                cancelled.extend(find(row).map(|key| (key, Cells::deliveries(row).time("updated_at"))));
            }
        }
        let ended: HashSet<Key<'a>> = ended.iter().filter_map(find).collect();
        let sql = "SELECT a.tenant_id, a.delivery_id AS id, a.number FROM postrider.attempts a
                   WHERE a.tenant_id = ANY ($1) AND a.delivery_id = ANY ($2)";
        let made = tx.query(sql, params![tenants => TEXT_ARRAY, ids => UUID_ARRAY]).await?;
        let mut numbers: HashSet<(Key<'a>, u32)> = HashSet::new();
        for row in &made {
            let number = Cells::attempts(row).number::<i32, u32>("number")?;
            numbers.extend(find(row).map(|key| (key, number)));
        }
        let taken: HashSet<Key<'a>> = taken.iter().filter_map(find).collect();
        for (place, outcome) in &self.all {
            let key = (&outcome.tenant, outcome.delivery);
            if taken.contains(&key) || (ended.contains(&key) && numbers.contains(&(key, outcome.attempt.number))) {
                self.taken.insert(*place);
            }
        }
        self.recorded.extend(ended);
        self.find_erased(tx, &rest).await?;
        self.end_cancelled(tx, &cancelled).await
    }

    /// Finds the deliveries of events whose payload was erased; their outcomes are recorded without headers and bodies.
    async fn find_erased(&mut self, tx: &Tx, rest: &[Key<'a>]) -> Result<(), Fault> {
        let events: Vec<Uuid> = rest.iter().map(|(_, delivery)| delivery.event().uuid()).collect();
        let tenants: Vec<&str> = rest.iter().map(|(tenant, _)| tenant.as_str()).collect();
        let found = tx.query(ERASED, params![tenants => TEXT_ARRAY, events => UUID_ARRAY]).await?;
        self.erased = found
            .iter()
            .map(|row| (Cells::events(row).tenant("tenant_id"), Cells::events(row).event_id("event_id")))
            .collect();
        Ok(())
    }

    /// True when the payload of the outcome's event was erased while its attempt was in flight.
    fn is_erased(&self, outcome: &Outcome) -> bool {
        !self.erased.is_empty() && self.erased.contains(&(outcome.tenant.clone(), outcome.delivery.event()))
    }

    pub(super) async fn log_attempts(&self, tx: &Tx) -> Result<(), Fault> {
        let attempt = |one: &'a Outcome| {
            if self.is_erased(one) {
                (one, Cow::Owned(one.without_payload().attempt))
            } else {
                (one, Cow::Borrowed(&one.attempt))
            }
        };
        let attempts: Vec<(&Outcome, Cow<'_, Attempt>)> = self.recorded().map(attempt).collect();
        let mut rows = AttemptRows::default();
        for (one, attempt) in &attempts {
            rows.push(AttemptRow::of(&one.tenant, one.delivery.uuid(), attempt));
        }
        rows.insert(tx, Existing::Keep).await
    }

    /// Writes the outcome to deliveries that were cancelled while their request was in flight.
    /// `cancelled` has the times of the cancellations.
    async fn end_cancelled(&mut self, tx: &Tx, cancelled: &HashMap<Key<'a>, Timestamp>) -> Result<(), Fault> {
        let mine = self.all.iter().filter(|(place, _)| !self.taken.contains(place));
        let late: Vec<&Outcome> = mine
            .map(|(_, outcome)| {
                self.last.get(&(&outcome.tenant, outcome.delivery)).map_or(*outcome, |last| last.outcome)
            })
            .filter(|outcome| cancelled.contains_key(&(&outcome.tenant, outcome.delivery)))
            .collect();
        if late.is_empty() {
            return Ok(());
        }
        let (tenants, ids) = keys(late.iter().map(|one| (&one.tenant, one.delivery)));
        let statuses: Vec<i16> = late.iter().map(|one| i16::from(one.next.status().code())).collect();
        let attempts: Vec<i32> = late.iter().map(|one| one.attempt.number as i32).collect();
        let updated: Vec<i64> = late.iter().map(|one| ended_at(one).micros()).collect();
        let codes: Vec<Option<i16>> =
            late.iter().map(|one| one.attempt.response_code.map(|code| code as i16)).collect();
        let text = |one: &Outcome, reason: &str| {
            let error = if self.is_erased(one) {
                one.without_payload().error_of_cancelled(PAYLOAD_ERASED)
            } else {
                one.error_of_cancelled(reason)
            };
            error.map(|text| rows::text(&text).into_owned())
        };
        let errors: Vec<Option<String>> = late.iter().map(|one| text(one, SUBSCRIPTION_DELETED)).collect();
        let by_request: Vec<Option<String>> = late.iter().map(|one| text(one, CANCELLED_BY_REQUEST)).collect();
        let durations: Vec<i64> = late.iter().map(|one| one.attempt.duration.as_micros() as i64).collect();
        let values = params![
            tenants => TEXT_ARRAY, ids => UUID_ARRAY, statuses => INT2_ARRAY, attempts => INT4_ARRAY,
            updated => INT8_ARRAY, codes => INT2_ARRAY, errors => TEXT_ARRAY, by_request => TEXT_ARRAY,
            durations => INT8_ARRAY,
        ];
        let mut corrected = StatisticsCounts::default();
        for row in &tx.query(END_CANCELLED, values).await? {
            let cells = Cells::deliveries(row);
            let (tenant, delivery) = (cells.tenant("tenant_id"), id(row));
            let known = late.iter().find(|one| one.delivery == delivery && one.tenant == tenant);
            let (Some(outcome), Some(before)) = (known, cancelled.get(&(&tenant, delivery))) else { continue };
            let of = (&tenant, outcome.subscription, &outcome.event_type);
            corrected.add_ended(of, (DeliveryStatus::Cancelled, *before), -1);
            let status = cells.code("status", DeliveryStatus::from_code)?;
            corrected.add_ended(of, (status, cells.time("updated_at")), 1);
        }
        self.corrected = corrected;
        Ok(())
    }
}
