//! The journal: batches of appends and outcomes, one transaction per batch.

mod results;

use crate::{
    SqliteStore,
    codes::{ACTIVE, CANCELLED, DISABLED, GONE, IN_DELAYED, PAUSED, PENDING, RETRYING, WAITS},
    deliveries::in_order,
    error::{at_commit, sqlite},
    events, existence,
    insert::{AttemptRow, EventRow, Existing, FullEventRow, KeyRow},
    marks::{List, Marks},
    publications, rows,
    statistics::{
        changes,
        pending::{self, Pending},
    },
};
use async_trait::async_trait;
use const_format::formatcp;
use model::{DeliveryId, Queue, TenantId, Timestamp, delivery::Next, shape::OrderKey};
use parking_lot::Mutex;
use results::Tallies;
use rusqlite::{CachedStatement, Connection, Transaction, TransactionBehavior::Immediate};
use std::{borrow::Cow, collections::HashMap, sync::Arc};
use storage::{
    Append, Appended, CANCELLED_BY_REQUEST, CommitError, Done, Ending, Journal, NewEvent, Outcome, PAYLOAD_ERASED,
    PublicationCounts, SUBSCRIPTION_DELETED, Source, StatisticsCounts, StorageError, Write,
};

#[async_trait]
impl Journal for SqliteStore {
    async fn commit_from(&self, source: Arc<dyn Source>) -> Result<(Vec<Write>, Vec<Done>), CommitError> {
        // Shared with the writer, because a stopped writer drops its jobs, and the caller must get its batch back even
        // then.
        let taken = Arc::new(Mutex::new(None));
        let (lent, from, marks) = (taken.clone(), source.clone(), self.marks.clone());
        let pending = self.pending.clone();
        let written = self
            .writer
            .call(move |connection| {
                let (mut lent, mut marks) = (lent.lock(), marks.lock());
                let batch: &[Write] = lent.insert(from.take());
                let written = write(connection, batch, &mut marks, &pending);
                match written {
                    Ok(_) => marks.limit(),
                    Err(_) => marks.forget(),
                }
                written
            })
            .await;
        let batch = taken.lock().take().unwrap_or_else(|| source.take());
        match written {
            Ok(done) => Ok((batch, done)),
            Err(source) => Err(CommitError { batch, source }),
        }
    }
}

fn write(
    connection: &mut Connection,
    batch: &[Write],
    marks: &mut Marks,
    pending: &Pending,
) -> Result<Vec<Done>, StorageError> {
    if batch.is_empty() {
        return Ok(Vec::new());
    }
    let tx = connection.transaction_with_behavior(Immediate).map_err(sqlite)?;
    let done = {
        let mut journal = Statements::prepare(&tx).map_err(sqlite)?;
        let mut done = Vec::with_capacity(batch.len());
        for write in batch {
            done.push(match write {
                Write::Append(append) => journal.append(append, marks)?,
                Write::Outcome(outcome) => journal.outcome(outcome, marks)?,
                Write::End(ending) => journal.end(ending, marks)?,
                Write::Cancel { tenant, delivery } => journal.cancel(tenant, *delivery)?,
            });
        }
        journal.tallies.write(&mut journal.stats)?;
        publications::write(&mut journal.publication, &journal.published).map_err(sqlite)?;
        pending::commit(&tx, &journal.counts, pending)?;
        done
    };
    tx.commit().map_err(at_commit)?;
    Ok(done)
}

const DELAYED_DELIVERY: &str = formatcp!(
    "INSERT INTO deliveries (tenant_id, id, subscription_id, status, queue, next_attempt_at, updated_at)
     VALUES (?1, ?2, ?3, {PENDING}, {IN_DELAYED}, ?5, ?4)"
);

struct Statements<'c> {
    tx: &'c Transaction<'c>,
    event: CachedStatement<'c>,
    key: CachedStatement<'c>,
    delivery: CachedStatement<'c>,
    outcome: CachedStatement<'c>,
    /// For a delivery that was cancelled while its request was in flight.
    late_outcome: CachedStatement<'c>,
    delivery_exists: CachedStatement<'c>,
    payload_erased: CachedStatement<'c>,
    attempt: CachedStatement<'c>,
    disable: CachedStatement<'c>,
    end: CachedStatement<'c>,
    cancel: CachedStatement<'c>,
    tenant: CachedStatement<'c>,
    stats: CachedStatement<'c>,
    publication: CachedStatement<'c>,
    tenants: HashMap<TenantId, bool>,
    tallies: Tallies,
    published: PublicationCounts,
    /// Increments of the statistics by hour.
    counts: StatisticsCounts,
}

impl<'c> Statements<'c> {
    fn prepare(tx: &'c Transaction<'c>) -> rusqlite::Result<Self> {
        Ok(Self {
            tx,
            event: tx.prepare_cached(EventRow::sql(Existing::Fail))?,
            key: tx.prepare_cached(KeyRow::sql(Existing::Fail))?,
            delivery: tx.prepare_cached(formatcp!(
                "INSERT INTO deliveries (tenant_id, id, subscription_id, status, queue, next_attempt_at, updated_at)
                 VALUES (?1, ?2, ?3, {PENDING}, ?4, ?5, ?5)"
            ))?,
            outcome: tx.prepare_cached(formatcp!(
                "UPDATE deliveries SET status = ?3, attempts = ?4, next_attempt_at = ?5, updated_at = ?6,
                 response_code = ?7, error = ?8, duration_us = ?9, 
                 queue = CASE WHEN order_key IS NULL THEN coalesce(?10, queue) ELSE queue END
                 WHERE tenant_id = ?1 AND id = ?2 AND {WAITS}"
            ))?,
            late_outcome: tx.prepare_cached(formatcp!(
                "UPDATE deliveries SET status = CASE ?3 WHEN {RETRYING} THEN {CANCELLED} ELSE ?3 END, attempts = ?4,
                 updated_at = ?5, response_code = ?6,
                 error = CASE error WHEN '{CANCELLED_BY_REQUEST}' THEN ?9 ELSE ?7 END, duration_us = ?8
                 WHERE tenant_id = ?1 AND id = ?2 AND status = {CANCELLED} AND attempts < ?4"
            ))?,
            delivery_exists: tx.prepare_cached("SELECT 1 FROM deliveries WHERE tenant_id = ?1 AND id = ?2")?,
            payload_erased: tx.prepare_cached(events::row::IS_ERASED)?,
            attempt: tx.prepare_cached(AttemptRow::sql(Existing::Keep))?,
            disable: tx.prepare_cached(formatcp!(
                "UPDATE subscriptions SET state = {DISABLED}, revision = revision + 1, updated_at = ?3,
                 disabled_at = ?3, disabled_reason = {GONE}, breaker = NULL
                 WHERE tenant_id = ?1 AND id = ?2 AND state IN ({ACTIVE}, {PAUSED})"
            ))?,
            end: tx.prepare_cached(formatcp!(
                "UPDATE deliveries SET status = ?3, next_attempt_at = NULL, updated_at = ?4, error = ?5
                 WHERE tenant_id = ?1 AND id = ?2 AND {WAITS}"
            ))?,
            cancel: tx.prepare_cached(formatcp!(
                "UPDATE deliveries SET status = {CANCELLED}, next_attempt_at = NULL, error = '{SUBSCRIPTION_DELETED}'
                 WHERE tenant_id = ?1 AND id = ?2 AND {WAITS}"
            ))?,
            tenant: tx.prepare_cached(existence::EXISTS)?,
            stats: tx.prepare_cached(results::COUNT)?,
            publication: publications::prepare(tx)?,
            tenants: HashMap::new(),
            tallies: Tallies::default(),
            published: PublicationCounts::default(),
            counts: StatisticsCounts::default(),
        })
    }

    fn tenant_exists(&mut self, id: &TenantId) -> Result<bool, StorageError> {
        if let Some(known) = self.tenants.get(id) {
            return Ok(*known);
        }
        let exists = self.tenant.exists([id.as_str()]).map_err(sqlite)?;
        self.tenants.insert(id.clone(), exists);
        Ok(exists)
    }

    fn append(&mut self, append: &Append, marks: &mut Marks) -> Result<Done, StorageError> {
        if !self.tenant_exists(&append.tenant)? {
            return Ok(Done::NoTenant);
        }
        let mut each = Vec::with_capacity(append.events.len());
        for new in append.events.iter() {
            let appended = self.append_event(&append.tenant, new, marks)?;
            self.published.add(&append.tenant, new, &appended);
            each.push(appended);
        }
        Ok(Done::Appended(each))
    }

    fn append_event(&mut self, tenant: &TenantId, new: &NewEvent, marks: &mut Marks) -> Result<Appended, StorageError> {
        let event = &new.event;
        for key in &new.keys {
            if let Some(first) = events::row::by_key(self.tx, tenant, &key.text())? {
                return Ok(Appended::Duplicate(Box::new(first)));
            }
        }
        let id = rows::event_key(&event.id);
        marks.add(self.tx, tenant, List::Events, id)?;
        marks.add(self.tx, tenant, List::EventsOf(event.event_type.clone()), id)?;
        let row = EventRow { tenant_id: tenant.as_str(), ..EventRow::of(event) };
        match FullEventRow::of(&row, event) {
            None => row.insert(&mut self.event).map_err(sqlite)?,
            Some(delayed) => self.insert_full_event(delayed).map_err(sqlite)?,
        };
        for key in &new.keys {
            let row = KeyRow { tenant_id: tenant.as_str(), name: &key.text(), event_id: id };
            row.insert(&mut self.key).map_err(sqlite)?;
        }
        let due = event.id.made_at().micros();
        let queue = Queue::of(event.priority).code();
        for delivery in &new.deliveries {
            let id = delivery.id.bytes();
            marks.add(self.tx, tenant, List::Deliveries, id)?;
            marks.add(self.tx, tenant, List::DeliveriesOf(delivery.subscription), id)?;
            let key = (tenant.as_str(), delivery.id.bytes(), delivery.subscription.bytes());
            let inserted = match (delivery.order, new.due_at) {
                (None, None) => self.delivery.execute((key.0, key.1, key.2, queue, due)),
                (None, Some(at)) => self.insert_delayed_delivery(key, due, at),
                (Some(order), at) => self.insert_ordered_delivery(key, due, at.map_or(due, Timestamp::micros), order),
            };
            inserted.map_err(sqlite)?;
        }
        self.counts.add_published(tenant, new);
        Ok(Appended::New)
    }

    fn insert_full_event(&self, row: FullEventRow<'_>) -> rusqlite::Result<usize> {
        row.insert(&mut *self.tx.prepare_cached(FullEventRow::sql(Existing::Fail))?)
    }

    fn insert_delayed_delivery(
        &self,
        (tenant, id, subscription): (&str, &[u8; 16], &[u8; 16]),
        made: i64,
        at: Timestamp,
    ) -> rusqlite::Result<usize> {
        self.tx.prepare_cached(DELAYED_DELIVERY)?.execute((tenant, id, subscription, made, at.micros()))
    }

    fn insert_ordered_delivery(
        &self,
        (tenant, id, subscription): (&str, &[u8; 16], &[u8; 16]),
        made: i64,
        due: i64,
        key: OrderKey,
    ) -> rusqlite::Result<usize> {
        let row = (tenant, id, subscription, made, due, key.code());
        self.tx.prepare_cached(in_order::INSERT)?.execute(row)
    }

    fn outcome(&mut self, outcome: &Outcome, marks: &mut Marks) -> Result<Done, StorageError> {
        let Outcome { tenant, delivery, subscription, event_type, attempt, next, raises, .. } = outcome;
        let mut kept = Cow::Borrowed(attempt);
        if !self.tenant_exists(tenant)? {
            return Ok(Done::NoTenant);
        }
        let duration = attempt.duration.as_micros() as u64;
        let ended = attempt.started_at.after(attempt.duration).micros();
        let changed = self
            .outcome
            .execute((
                tenant.as_str(),
                delivery.bytes(),
                next.status().code(),
                attempt.number,
                next.retry_at().map(Timestamp::micros),
                ended,
                attempt.response_code,
                attempt.error.as_deref(),
                duration,
                next.retry_at().map(|_| Queue::Retry.code()),
            ))
            .map_err(sqlite)?;
        if changed == 0 {
            let (recorded, erased) = self.as_recorded(outcome).map_err(sqlite)?;
            if !self.late_outcome(&recorded, erased, ended)?
                && !self.delivery_exists.exists((tenant.as_str(), delivery.bytes())).map_err(sqlite)?
            {
                // The delivery was removed while its request was in flight; an attempt without its delivery could never
                // be found again.
                return Ok(Done::Recorded);
            }
            kept = Cow::Owned(recorded.into_owned().attempt);
        } else {
            let end = (next.status(), Timestamp::from_micros(ended));
            self.counts.add_ended((tenant, *subscription, event_type), end, 1);
        }
        if AttemptRow::of(tenant.as_str(), delivery, &kept).insert(&mut self.attempt).map_err(sqlite)? > 0 {
            self.counts.add_attempt(outcome);
        }
        let raised = match next {
            Next::Retry { .. } => false,
            Next::End(_) => changed > 0,
            Next::Gone => self.disable.execute((tenant.as_str(), subscription.bytes(), ended)).map_err(sqlite)? > 0,
        };
        self.tallies.add(outcome, ended);
        if raised { self.raise(raises, marks) } else { Ok(Done::Recorded) }
    }

    /// Writes the events that an outcome or an end raises.
    fn raise(&mut self, raises: &[Append], marks: &mut Marks) -> Result<Done, StorageError> {
        for append in raises {
            self.append(append, marks)?;
        }
        Ok(if raises.is_empty() { Done::Recorded } else { Done::Raised })
    }

    /// The outcome of an ended delivery as it is recorded. After an erasure of the event's payload, it has no headers and
    /// bodies, and the reason is returned.
    fn as_recorded<'o>(&mut self, outcome: &'o Outcome) -> rusqlite::Result<(Cow<'o, Outcome>, Option<&'static str>)> {
        let event = outcome.delivery.event();
        if self.payload_erased.exists((outcome.tenant.as_str(), rows::event_key(&event)))? {
            return Ok((Cow::Owned(outcome.without_payload()), Some(PAYLOAD_ERASED)));
        }
        Ok((Cow::Borrowed(outcome), None))
    }

    /// Returns whether the delivery had been cancelled. `erased` is the reason when its event was erased.
    fn late_outcome(&mut self, outcome: &Outcome, erased: Option<&str>, ended: i64) -> Result<bool, StorageError> {
        let Outcome { tenant, delivery, attempt, next, .. } = outcome;
        let before = changes::find(self.tx, tenant, *delivery)?;
        let row = (
            tenant.as_str(),
            delivery.bytes(),
            next.status().code(),
            attempt.number,
            ended,
            attempt.response_code,
            outcome.error_of_cancelled(erased.unwrap_or(SUBSCRIPTION_DELETED)),
            attempt.duration.as_micros() as u64,
            outcome.error_of_cancelled(erased.unwrap_or(CANCELLED_BY_REQUEST)),
        );
        if self.late_outcome.execute(row).map_err(sqlite)? == 0 {
            return Ok(false);
        }
        before.inspect(|before| before.add_to(&mut self.counts, tenant, -1));
        self.count_end(tenant, *delivery)?;
        Ok(true)
    }

    fn end(&mut self, ending: &Ending, marks: &mut Marks) -> Result<Done, StorageError> {
        let Ending { tenant, delivery, end, error, at, raises, .. } = ending;
        if !self.tenant_exists(tenant)? {
            return Ok(Done::NoTenant);
        }
        let row = (tenant.as_str(), delivery.bytes(), end.status().code(), at.micros(), error.as_str());
        if self.end.execute(row).map_err(sqlite)? == 0 {
            return Ok(Done::Taken);
        }
        self.count_end(tenant, *delivery)?;
        self.raise(raises, marks)
    }

    fn cancel(&mut self, tenant: &TenantId, delivery: DeliveryId) -> Result<Done, StorageError> {
        if !self.tenant_exists(tenant)? {
            return Ok(Done::NoTenant);
        }
        if self.cancel.execute((tenant.as_str(), delivery.bytes())).map_err(sqlite)? > 0 {
            self.count_end(tenant, delivery)?;
        }
        Ok(Done::Recorded)
    }

    /// Counts an ended delivery, whose row has its end.
    fn count_end(&mut self, tenant: &TenantId, delivery: DeliveryId) -> Result<(), StorageError> {
        let found = changes::find(self.tx, tenant, delivery)?;
        found.inspect(|found| found.add_to(&mut self.counts, tenant, 1));
        Ok(())
    }
}
