//! Counts of what this node has done since its start, and its last failed attempts: for the operator's live view. In
//! memory only.

use crate::target::Target;
use model::{
    DeliveryId, EventType, SubscriptionId, TenantId, Timestamp,
    delivery::{EndStatus, Next},
};
use parking_lot::Mutex;
use std::{
    collections::VecDeque,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};
use storage::Outcome;

/// Failed attempts kept.
const ERRORS: usize = 50;

/// Counts since the start of this node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Events accepted, duplicates excluded.
    pub published: u64,
    /// Deliveries that ended with success.
    pub delivered: u64,
    /// Deliveries that ended without success.
    pub failed: u64,
    /// Failed attempts after which another one follows.
    pub retried: u64,
}

/// A failed attempt.
#[derive(Clone, Debug, PartialEq)]
pub struct RecentError {
    pub at: Timestamp,
    pub tenant: TenantId,
    pub subscription: SubscriptionId,
    pub delivery: DeliveryId,
    pub event_type: EventType,
    pub attempt: u32,
    pub response_code: Option<u16>,
    pub error: Option<String>,
    /// Time of the next attempt; `None` when the delivery has ended.
    pub next_attempt_at: Option<Timestamp>,
}

#[derive(Debug, Default)]
pub(crate) struct Activity {
    published: AtomicU64,
    delivered: AtomicU64,
    failed: AtomicU64,
    retried: AtomicU64,
    /// Newest first.
    errors: Mutex<VecDeque<RecentError>>,
}

impl Activity {
    pub(crate) fn published(&self, events: usize) {
        self.published.fetch_add(events as u64, Relaxed);
    }

    /// A delivery ended without an attempt, and without success.
    pub(crate) fn ended(&self) {
        self.failed.fetch_add(1, Relaxed);
    }

    /// Counts the outcome of an attempt. A failure is also kept among the recent errors.
    pub(crate) fn attempted(&self, target: &Target, event_type: &EventType, outcome: &Outcome) {
        let count = match outcome.next {
            Next::End(EndStatus::Delivered) => {
                self.delivered.fetch_add(1, Relaxed);
                return;
            }
            Next::Retry { .. } => &self.retried,
            Next::End(_) | Next::Gone => &self.failed,
        };
        count.fetch_add(1, Relaxed);
        let error = RecentError {
            at: outcome.attempt.started_at.after(outcome.attempt.duration),
            tenant: target.subscription.tenant.clone(),
            subscription: outcome.subscription,
            delivery: outcome.delivery,
            event_type: event_type.clone(),
            attempt: outcome.attempt.number,
            response_code: outcome.attempt.response_code,
            error: outcome.attempt.error.clone(),
            next_attempt_at: outcome.next.retry_at(),
        };
        let mut errors = self.errors.lock();
        errors.truncate(ERRORS - 1);
        errors.push_front(error);
    }

    pub(crate) fn totals(&self) -> Totals {
        let count = |count: &AtomicU64| count.load(Relaxed);
        Totals {
            published: count(&self.published),
            delivered: count(&self.delivered),
            failed: count(&self.failed),
            retried: count(&self.retried),
        }
    }

    /// The last failed attempts, newest first.
    pub(crate) fn errors(&self) -> Vec<RecentError> {
        self.errors.lock().iter().cloned().collect()
    }
}
