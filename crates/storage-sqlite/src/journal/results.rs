//! Statistics of subscriptions: success and failure since their creation, and the times of the last ones.

use crate::error::sqlite;
use model::{
    SubscriptionId, TenantId,
    delivery::{EndStatus, Next},
};
use rusqlite::CachedStatement;
use std::collections::HashMap;
use storage::{Outcome, StorageError};

pub(super) const COUNT: &str =
    "INSERT INTO subscription_stats (tenant_id, subscription_id, success_count, failure_count,
    last_triggered_at, last_success_at, last_failure_at, failing_since)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
    ON CONFLICT (tenant_id, subscription_id) DO UPDATE SET
    success_count = success_count + ?3, failure_count = failure_count + ?4,
    last_triggered_at = max(coalesce(?5, last_triggered_at), coalesce(last_triggered_at, ?5)),
    last_success_at = max(coalesce(?6, last_success_at), coalesce(last_success_at, ?6)),
    last_failure_at = max(coalesce(?7, last_failure_at), coalesce(last_failure_at, ?7)),
    failing_since = CASE WHEN ?6 >= coalesce(failing_since, ?6) THEN ?8
    ELSE coalesce(failing_since, ?8) END";

/// Increments of a subscription's statistics by one batch: written once, whatever the number of outcomes.
#[derive(Default)]
struct Results {
    success: u64,
    failure: u64,
    triggered: Option<i64>,
    succeeded: Option<i64>,
    failed: Option<i64>,
    /// The first failure after the last success of the batch.
    failing: Option<i64>,
}

/// Increments of all subscriptions of a batch.
#[derive(Default)]
pub(super) struct Tallies(HashMap<(TenantId, SubscriptionId), Results>);

impl Tallies {
    pub(super) fn add(&mut self, outcome: &Outcome, ended: i64) {
        let Outcome { tenant, subscription, attempt, next, .. } = outcome;
        if *next == Next::End(EndStatus::Cancelled) {
            return;
        }
        let tally = self.0.entry((tenant.clone(), *subscription)).or_default();
        tally.triggered = tally.triggered.max(Some(attempt.started_at.micros()));
        if *next == Next::End(EndStatus::Delivered) {
            tally.success += 1;
            tally.succeeded = tally.succeeded.max(Some(ended));
            tally.failing = None;
        } else {
            tally.failure += 1;
            tally.failed = tally.failed.max(Some(ended));
            tally.failing.get_or_insert(ended);
        }
    }

    pub(super) fn write(&mut self, statement: &mut CachedStatement<'_>) -> Result<(), StorageError> {
        for ((tenant, subscription), tally) in self.0.drain() {
            statement
                .execute((
                    tenant.as_str(),
                    subscription.bytes(),
                    tally.success,
                    tally.failure,
                    tally.triggered,
                    tally.succeeded,
                    tally.failed,
                    tally.failing,
                ))
                .map_err(sqlite)?;
        }
        Ok(())
    }
}
