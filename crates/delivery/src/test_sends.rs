//! Test sends: a new event for one subscription, sent at once and not through the subscription's lane. The delivery is
//! logged and counted like all others, and is not retried.

use crate::{
    attempt,
    control::{Control, RetryError},
    dispatcher::{Dispatcher, Made},
    draft::Draft,
    fan_out::new_event,
    feed::Subject,
    index::Index,
    journal::{After, Journal, Settled, Tally},
    lanes::Job,
    numbers::LaneNumber,
    outgoing::Outgoing,
    publisher::PublishError,
    target::Target,
};
use model::{
    Attempt, Clock, DeliveryId, IdSource, Queue, Subscription, SubscriptionId, TenantId, Timestamp,
    delivery::{EndStatus, Next},
};
use parking_lot::Mutex;
use std::{collections::HashMap, sync::Arc};
use storage::{Append, Appended, NewDelivery, Outcome, StorageError, Store};

/// The concurrency limit of test sends, per tenant and in all: one tenant's test sends to a receiver that hangs do not
/// block those of other tenants.
#[derive(Debug, Default)]
pub(crate) struct TestRoom(Mutex<HashMap<TenantId, usize>>);

/// Concurrent test sends of one tenant, at most.
const PER_TENANT: usize = 8;
/// Concurrent test sends of all tenants, at most: each holds a connection.
const ALL: usize = 256;

/// A permit for one test send, released on drop.
pub(crate) struct Taken<'r> {
    room: &'r TestRoom,
    tenant: TenantId,
}

impl TestRoom {
    pub(crate) fn take(&self, tenant: &TenantId) -> Option<Taken<'_>> {
        let mut taken = self.0.lock();
        let all: usize = taken.values().sum();
        let own = taken.entry(tenant.clone()).or_default();
        if *own >= PER_TENANT || all >= ALL {
            return None;
        }
        *own += 1;
        Some(Taken { room: self, tenant: tenant.clone() })
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        let mut taken = self.room.0.lock();
        if let Some(own) = taken.get_mut(&self.tenant) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.tenant);
            }
        }
    }
}

/// Reasons why a test was not sent, or why its outcome is unknown.
#[derive(Debug, thiserror::Error)]
pub enum TestError {
    #[error("too many test sends are in flight")]
    TooMany,
    #[error("the subscription does not exist")]
    Missing,
    #[error("failed to write the test event")]
    Publish(#[from] PublishError),
    #[error(transparent)]
    Store(#[from] StorageError),
    #[error("no node sent the test event in time")]
    NotSent,
}

/// The outcome of a test send.
#[derive(Clone, Debug)]
pub struct TestSend {
    pub delivery: DeliveryId,
    pub attempt: Attempt,
    pub success: bool,
}

/// The outcome of a test that a shortage of this machine prevented: logged as cancelled, and not counted as a failure
/// of the receiver.
fn not_made(target: &Target, job: &Job, now: Timestamp) -> Outcome {
    let Subscription { id: subscription, ref tenant, .. } = target.subscription;
    let next = Next::End(EndStatus::Cancelled);
    let attempt = attempt::not_made(now);
    let (tenant, event_type) = (tenant.clone(), job.outgoing.event.event_type.clone());
    let (delivery, order) = (job.id, None);
    Outcome { tenant, delivery, subscription, event_type, order, attempt, next, raises: Vec::new() }
}

/// Sends test events.
pub struct TestSends {
    pub(crate) room: Arc<TestRoom>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<IdSource>,
    pub(crate) index: Arc<Index>,
    pub(crate) journal: Journal,
    pub(crate) dispatcher: Arc<Dispatcher>,
    pub(crate) control: Arc<Control>,
}

impl TestSends {
    /// Sends `draft` to a subscription now, and waits until its outcome is durable.
    pub async fn send(
        &self,
        tenant: &TenantId,
        subscription: SubscriptionId,
        mut draft: Draft,
    ) -> Result<TestSend, TestError> {
        let _room = self.room.take(tenant).ok_or(TestError::TooMany)?;
        let target = self.index.get(tenant, subscription).ok_or(TestError::Missing)?;
        let now = self.clock.now();
        let event = self.ids.event(now);
        let delivery = event.test_delivery();
        let publishing = self.dispatcher.traces.publish(&mut draft);
        let new = new_event(tenant, event, &draft, vec![NewDelivery { id: delivery, subscription, order: None }], now);
        let job = Job {
            id: delivery,
            queue: Queue::of(draft.priority),
            due_at: now,
            outgoing: Arc::new(Outgoing::new((*new.event).clone())),
            attempts: 0,
            earlier_attempts: 0,
            order: None,
        };
        let watched = self.dispatcher.watch(delivery);
        // A node that does not deliver (role `api`) leaves the delivery to the workers.
        let lane = if self.dispatcher.delivers { Some(self.claim(&target, delivery)?) } else { None };
        let append = Append { tenant: tenant.clone(), events: Arc::new(vec![new]) };
        let appended = self.journal.append(append, vec![Vec::new()]).await;
        if let Some(publishing) = publishing {
            publishing.end(
                &job.outgoing.event,
                self.dispatcher.defaults.ids,
                appended.as_ref().map(|_| &Appended::New),
            );
        }
        if let Err(fault) = appended {
            if let Some(lane) = lane {
                self.dispatcher.release(Settled { lane, delivery, after: After::Ended });
            }
            return Err(TestError::Publish(fault.into()));
        }
        if let Some(lane) = lane {
            let (mut outcome, tally) = match self.dispatcher.attempt(&target, &job).await {
                Ok(Made { outcome, tally, .. }) => (outcome, tally),
                Err(fault) => {
                    self.dispatcher.put_off(fault);
                    (not_made(&target, &job, self.clock.now()), Tally::Nothing)
                }
            };
            let recipients = self.dispatcher.operational.raise(&mut outcome, &target, &job.outgoing);
            let subject = Subject { outgoing: job.outgoing.clone(), subscription };
            self.journal.outcome(lane, Box::new(outcome), recipients, tally, subject).await;
        }
        self.tested(&target, delivery, watched).await
    }

    fn claim(&self, target: &Target, delivery: DeliveryId) -> Result<LaneNumber, TestError> {
        self.dispatcher.claim(target, delivery).ok_or(TestError::Missing)
    }

    async fn tested(
        &self,
        target: &Target,
        delivery: DeliveryId,
        watched: tokio::sync::oneshot::Receiver<()>,
    ) -> Result<TestSend, TestError> {
        let subscription = &target.subscription;
        let limit = subscription.timeout.saturating_mul(2);
        let attempted = self.control.attempted(&subscription.tenant, delivery, 0, watched);
        match tokio::time::timeout(limit, attempted).await {
            Err(_) => return Err(TestError::NotSent),
            Ok(Err(RetryError::Store(fault))) => return Err(fault.into()),
            Ok(Err(_)) => return Err(TestError::Missing),
            Ok(Ok(_)) => {}
        }
        let attempts = self.store.attempts(&subscription.tenant, delivery, 1).await?;
        let attempt = attempts.into_iter().next().ok_or(TestError::NotSent)?;
        let verdict = attempt.response_code.map(|status| subscription.profile.rules().verdict(status));
        let success = verdict == Some(model::Verdict::Delivered);
        Ok(TestSend { delivery, attempt, success })
    }
}
