//! The journal: batches of appends and outcomes, one transaction per batch.

use crate::{
    SqliteStore,
    codes::{ACTIVE, CANCELLED, DISABLED, PAUSED, PENDING, RETRYING, WAITS},
    error::{at_commit, sqlite},
    events, existence,
    insert::{AttemptRow, EventRow, Existing, KeyRow},
    marks::{List, Marks},
    publications, rows,
};
use async_trait::async_trait;
use const_format::formatcp;
use model::{
    DeliveryId, Queue, SubscriptionId, TenantId, Timestamp,
    delivery::{EndStatus, Next},
};
use parking_lot::Mutex;
use rusqlite::{CachedStatement, Connection, Transaction, TransactionBehavior::Immediate};
use std::{collections::HashMap, sync::Arc};
use storage::{
    Append, Appended, CommitError, Done, Journal, NewEvent, Outcome, PublicationCounts, SUBSCRIPTION_DELETED, Source,
    StorageError, Write,
};

#[async_trait]
impl Journal for SqliteStore {
    async fn commit_from(&self, source: Arc<dyn Source>) -> Result<(Vec<Write>, Vec<Done>), CommitError> {
        // Shared with the writer, because a stopped writer drops its jobs, and the caller must get its batch back even
        // then.
        let taken = Arc::new(Mutex::new(None));
        let (lent, from, marks) = (taken.clone(), source.clone(), self.marks.clone());
        let written = self
            .writer
            .call(move |connection| {
                let (mut lent, mut marks) = (lent.lock(), marks.lock());
                let batch: &[Write] = lent.insert(from.take());
                let written = write(connection, batch, &mut marks);
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

fn write(connection: &mut Connection, batch: &[Write], marks: &mut Marks) -> Result<Vec<Done>, StorageError> {
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
                Write::Outcome(outcome) => journal.outcome(outcome)?,
                Write::Cancel { tenant, delivery } => journal.cancel(tenant, *delivery)?,
            });
        }
        journal.write_stats()?;
        publications::write(&mut journal.publication, &journal.published).map_err(sqlite)?;
        done
    };
    tx.commit().map_err(at_commit)?;
    Ok(done)
}

/// Increments of a subscription's statistics by one batch: written once, whatever the number of outcomes.
#[derive(Default)]
struct Results {
    success: u64,
    failure: u64,
    triggered: Option<i64>,
    succeeded: Option<i64>,
    failed: Option<i64>,
}

struct Statements<'c> {
    tx: &'c Transaction<'c>,
    event: CachedStatement<'c>,
    key: CachedStatement<'c>,
    delivery: CachedStatement<'c>,
    outcome: CachedStatement<'c>,
    /// For a delivery that was cancelled while its request was in flight.
    late_outcome: CachedStatement<'c>,
    delivery_exists: CachedStatement<'c>,
    attempt: CachedStatement<'c>,
    disable: CachedStatement<'c>,
    cancel: CachedStatement<'c>,
    tenant: CachedStatement<'c>,
    stats: CachedStatement<'c>,
    publication: CachedStatement<'c>,
    tenants: HashMap<TenantId, bool>,
    tallies: HashMap<(TenantId, SubscriptionId), Results>,
    published: PublicationCounts,
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
                 response_code = ?7, error = ?8, duration_us = ?9, queue = coalesce(?10, queue)
                 WHERE tenant_id = ?1 AND id = ?2 AND {WAITS}"
            ))?,
            late_outcome: tx.prepare_cached(formatcp!(
                "UPDATE deliveries SET status = CASE ?3 WHEN {RETRYING} THEN {CANCELLED} ELSE ?3 END, attempts = ?4,
                 updated_at = ?5, response_code = ?6, error = ?7, duration_us = ?8
                 WHERE tenant_id = ?1 AND id = ?2 AND status = {CANCELLED} AND attempts < ?4"
            ))?,
            delivery_exists: tx.prepare_cached("SELECT 1 FROM deliveries WHERE tenant_id = ?1 AND id = ?2")?,
            attempt: tx.prepare_cached(AttemptRow::sql(Existing::Keep))?,
            disable: tx.prepare_cached(formatcp!(
                "UPDATE subscriptions SET state = {DISABLED}, revision = revision + 1, updated_at = ?3
                 WHERE tenant_id = ?1 AND id = ?2 AND state IN ({ACTIVE}, {PAUSED})"
            ))?,
            cancel: tx.prepare_cached(formatcp!(
                "UPDATE deliveries SET status = {CANCELLED}, next_attempt_at = NULL, error = '{SUBSCRIPTION_DELETED}'
                 WHERE tenant_id = ?1 AND id = ?2 AND {WAITS}"
            ))?,
            tenant: tx.prepare_cached(existence::EXISTS)?,
            stats: tx.prepare_cached(
                "INSERT INTO subscription_stats (tenant_id, subscription_id, success_count, failure_count,
                 last_triggered_at, last_success_at, last_failure_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (tenant_id, subscription_id) DO UPDATE SET
                 success_count = success_count + ?3, failure_count = failure_count + ?4,
                 last_triggered_at = max(coalesce(?5, last_triggered_at), coalesce(last_triggered_at, ?5)),
                 last_success_at = max(coalesce(?6, last_success_at), coalesce(last_success_at, ?6)),
                 last_failure_at = max(coalesce(?7, last_failure_at), coalesce(last_failure_at, ?7))",
            )?,
            publication: publications::prepare(tx)?,
            tenants: HashMap::new(),
            tallies: HashMap::new(),
            published: PublicationCounts::default(),
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
        EventRow { tenant_id: tenant.as_str(), ..EventRow::of(event) }.insert(&mut self.event).map_err(sqlite)?;
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
            self.delivery
                .execute((tenant.as_str(), delivery.id.bytes(), delivery.subscription.bytes(), queue, due))
                .map_err(sqlite)?;
        }
        Ok(Appended::New)
    }

    fn outcome(&mut self, outcome: &Outcome) -> Result<Done, StorageError> {
        let Outcome { tenant, delivery, subscription, attempt, next } = outcome;
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
        if changed == 0
            && !self.late_outcome(outcome, ended).map_err(sqlite)?
            && !self.delivery_exists.exists((tenant.as_str(), delivery.bytes())).map_err(sqlite)?
        {
            // The delivery was removed while its request was in flight; an attempt without its delivery could never be
            // found again.
            return Ok(Done::Recorded);
        }
        AttemptRow::of(tenant.as_str(), delivery, attempt).insert(&mut self.attempt).map_err(sqlite)?;
        if *next == Next::Gone {
            self.disable.execute((tenant.as_str(), subscription.bytes(), ended)).map_err(sqlite)?;
        }
        self.tally(outcome, ended);
        Ok(Done::Recorded)
    }

    /// Returns whether the delivery had been cancelled.
    fn late_outcome(&mut self, outcome: &Outcome, ended: i64) -> rusqlite::Result<bool> {
        let Outcome { tenant, delivery, attempt, next, .. } = outcome;
        let changed = self.late_outcome.execute((
            tenant.as_str(),
            delivery.bytes(),
            next.status().code(),
            attempt.number,
            ended,
            attempt.response_code,
            outcome.error_of_cancelled(),
            attempt.duration.as_micros() as u64,
        ))?;
        Ok(changed > 0)
    }

    fn tally(&mut self, outcome: &Outcome, ended: i64) {
        let Outcome { tenant, subscription, attempt, next, .. } = outcome;
        if *next == Next::End(EndStatus::Cancelled) {
            return;
        }
        let tally = self.tallies.entry((tenant.clone(), *subscription)).or_default();
        tally.triggered = tally.triggered.max(Some(attempt.started_at.micros()));
        if *next == Next::End(EndStatus::Delivered) {
            tally.success += 1;
            tally.succeeded = tally.succeeded.max(Some(ended));
        } else {
            tally.failure += 1;
            tally.failed = tally.failed.max(Some(ended));
        }
    }

    fn cancel(&mut self, tenant: &TenantId, delivery: DeliveryId) -> Result<Done, StorageError> {
        if !self.tenant_exists(tenant)? {
            return Ok(Done::NoTenant);
        }
        self.cancel.execute((tenant.as_str(), delivery.bytes())).map_err(sqlite)?;
        Ok(Done::Recorded)
    }

    fn write_stats(&mut self) -> Result<(), StorageError> {
        for ((tenant, subscription), tally) in self.tallies.drain() {
            self.stats
                .execute((
                    tenant.as_str(),
                    subscription.bytes(),
                    tally.success,
                    tally.failure,
                    tally.triggered,
                    tally.succeeded,
                    tally.failed,
                ))
                .map_err(sqlite)?;
        }
        Ok(())
    }
}
