//! One request: from the scheduler's start to the outcome in the journal.

use super::Dispatcher;
use crate::{
    attempt::{self, Times},
    egress::LocalFault,
    lanes::{Job, Start},
    outgoing::Outgoing,
    target::Target,
};
use model::{AttemptResult, DeliveryStatus, IdStyle, RetryPolicy, delivery::decide};
use std::{sync::Arc, time::Duration};
use storage::Outcome;

/// Guard of a started delivery and its room. [`Running::finish`] ends it. Dropping it leaves the delivery in the store, due
/// in a second, and releases the room, so no early return can leak the room.
struct Running {
    dispatcher: Arc<Dispatcher>,
    start: Option<Start>,
}

impl Running {
    fn finish(mut self, took: Duration, answered: bool) {
        if let Some(Start { lane, room, .. }) = self.start.take() {
            self.dispatcher.start(self.dispatcher.lanes.finished(lane, room, took, answered));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(Start { lane, job, room }) = self.start.take() {
            self.dispatcher.start(self.dispatcher.lanes.abandon(lane, &job, room));
        }
    }
}

impl Dispatcher {
    /// Sends one delivery, records its outcome, and releases its room.
    pub(super) async fn deliver(self: Arc<Self>, start: Start) {
        let (lane, job) = (start.lane, start.job.clone());
        let running = Running { dispatcher: self.clone(), start: Some(start) };
        // Without a lease other nodes may have taken the delivery over.
        if !self.lease.holds() || self.is_paused() {
            return;
        }
        let Some(target) = self.lanes.target(lane) else { return };
        let (outcome, answered) = match self.attempt(&target, &job).await {
            Ok(made) => made,
            // The receiver is not charged for a shortage of this machine.
            Err(fault) => return self.shortages.report(fault),
        };
        let took = outcome.attempt.duration;
        // The room stays taken until the journal has accepted the outcome, so a slow store slows down sending.
        self.journal.outcome(lane, Box::new(outcome)).await;
        running.finish(took, answered);
    }

    /// Makes one attempt. Returns its outcome, and whether the receiver answered with a status below 500.
    pub(crate) async fn attempt(&self, target: &Target, job: &Job) -> Result<(Outcome, bool), LocalFault> {
        let number = job.attempts + 1;
        let now = self.clock.now();
        let times = Times { now, stamp: self.clock.wall() };
        let sent = attempt::send(&self.egress, &self.defaults, target, &job.outgoing, number, times).await;
        let (attempt, result) = sent?;
        let answered = matches!(result, AttemptResult::Response { status, .. } if status < 500);
        let subscription = &target.subscription;
        let policy = match target.prepared(&self.defaults) {
            _ if job.id.is_test() => RetryPolicy::never(),
            Ok(prepared) => prepared.policy.clone(),
            Err(_) => subscription.retry_policy(self.defaults.retry_base),
        };
        let round = number.saturating_sub(job.earlier_attempts);
        let ended = now.after(attempt.duration);
        let next = decide(subscription.profile, &policy, &result, round, ended, self.ids.fraction());
        log(target, (&job.outgoing, self.defaults.ids), &job.id, &attempt, next.status(), &result);
        let tenant = subscription.tenant.clone();
        Ok((Outcome { tenant, delivery: job.id, subscription: subscription.id, attempt, next }, answered))
    }
}

fn log(
    target: &Target,
    (outgoing, ids): (&Outgoing, IdStyle),
    id: &model::DeliveryId,
    attempt: &model::Attempt,
    status: DeliveryStatus,
    result: &AttemptResult,
) {
    macro_rules! line {
        ($level:ident, $text:literal) => {
            tracing::$level!(
                target: "postrider::delivery",
                tenant = %target.subscription.tenant,
                subscription = %target.subscription.id,
                delivery = %id,
                event = outgoing.public_id(ids),
                event_type = %outgoing.event.event_type,
                attempt = attempt.number,
                status = attempt.response_code,
                error = attempt.error.as_deref(),
                duration_ms = attempt.duration.as_millis() as u64,
                $text
            )
        };
    }
    match (status, result) {
        (DeliveryStatus::Delivered, _) => line!(info, "delivered"),
        (DeliveryStatus::Retrying, AttemptResult::Failed(_)) => line!(warn, "not delivered, will be tried again"),
        (DeliveryStatus::Retrying, _) => line!(info, "refused, will be tried again"),
        _ => line!(error, "not delivered for good"),
    }
}
