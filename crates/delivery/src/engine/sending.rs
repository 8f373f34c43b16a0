//! One delivery, from its place in a lane to what the journal is told about it.

use super::Engine;
use crate::{
    attempt::{self, Times},
    egress::LocalFault,
    lanes::{Job, Start},
    target::Target,
};
use model::{AttemptResult, DeliveryStatus, IdStyle, RetryPolicy, delivery::decide};
use std::sync::Arc;
use storage::Outcome;

impl Engine {
    /// Sends one delivery, gives its room to the next, and journals what came of it.
    pub(super) async fn deliver(self: Arc<Self>, start: Start) {
        let Start { lane, job, room } = start;
        if !self.lease.holds() || self.is_paused() {
            // Others may believe this node dead and have its work by now.
            self.work(self.lanes.abandon(lane, &job, room));
            return;
        }
        let Some(target) = self.lanes.target(lane) else {
            self.work(self.lanes.abandon(lane, &job, room));
            return;
        };
        let (outcome, answered) = match self.attempt(&target, &job).await {
            Ok(made) => made,
            Err(fault) => {
                // The receiver is not charged: the delivery stays due, and is tried again in a second.
                self.shortages.report(fault);
                self.work(self.lanes.abandon(lane, &job, room));
                return;
            }
        };
        let took = outcome.attempt.duration;
        // Its room stays taken until the journal has it, so a store that cannot keep up is not run over.
        self.journal.outcome(lane, Box::new(outcome)).await;
        self.work(self.lanes.finished(lane, room, took, answered));
    }

    /// Sends a delivery once. Answers what follows, and whether the receiver is well.
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
        log(target, (&job.outgoing, self.defaults.ids), &job.id, &attempt, next.status, &result);
        let tenant = subscription.tenant.clone();
        Ok((Outcome { tenant, delivery: job.id, subscription: subscription.id, attempt, next }, answered))
    }
}

fn log(
    target: &Target,
    (outgoing, ids): (&attempt::Outgoing, IdStyle),
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
