//! Retries and expiry: how a delivery continues after an attempt, and the end of one that is too old to be sent.

use super::Dispatcher;
use crate::{lanes::Job, target::Target};
use model::{
    Attempt, AttemptResult, RetryPolicy, Timestamp,
    delivery::{EndStatus, Next, Turn, decide},
};
use storage::Ending;

impl Dispatcher {
    /// Decides how a delivery continues after an attempt; notes at the attempt why it is not retried. `fraction` in
    /// `0.0..1.0` places the jitter.
    pub(super) fn next(
        &self,
        target: &Target,
        job: &Job,
        (attempt, result): (&mut Attempt, &AttemptResult),
        fraction: f64,
    ) -> Next {
        let subscription = &target.subscription;
        let ended = attempt.started_at.after(attempt.duration);
        let decide = |policy: &RetryPolicy| {
            let turn = Turn {
                attempt: attempt.number.saturating_sub(job.earlier_attempts),
                expires_at: expires_at(policy, job),
            };
            decide(subscription.profile, policy, result, turn, ended, fraction)
        };
        let event_type = job.outgoing.event.event_type.as_str();
        let next = match target.prepared(&self.defaults) {
            _ if job.id.is_test() => decide(&RetryPolicy::never()),
            Ok(prepared) => decide(prepared.retries.of(event_type)),
            Err(_) => decide(subscription.retries(self.defaults.retry_base).of(event_type)),
        };
        if next == Next::End(EndStatus::Expired) {
            attempt.remark("not retried: the delivery expires before the next attempt would be due");
        }
        next
    }

    /// The end of a delivery that is too old to be sent.
    pub(super) fn expired(&self, target: &Target, job: &Job) -> Option<Ending> {
        let policy = target.prepared(&self.defaults).ok()?.retries.of(job.outgoing.event.event_type.as_str());
        let expiry = expires_at(policy, job)?;
        let now = self.clock.now();
        if now <= expiry {
            return None;
        }
        let subscription = &target.subscription;
        let error = format!("Not sent: the delivery expired at {expiry}");
        tracing::error!(
            target: "postrider::delivery",
            tenant = %subscription.tenant,
            subscription = %subscription.id,
            delivery = %job.id,
            event = job.outgoing.public_id(self.defaults.ids),
            event_type = %job.outgoing.event.event_type,
            attempts = job.attempts,
            trace_id = job.outgoing.event.trace.as_ref().map(|trace| tracing::field::display(trace.trace)),
            error,
            "not delivered for good"
        );
        let (tenant, raises) = (subscription.tenant.clone(), Vec::new());
        let order = job.order.map(|key| (subscription.id, key));
        Some(Ending { tenant, delivery: job.id, order, end: EndStatus::Expired, error, at: now, raises })
    }
}

/// The last instant at which a delivery may be sent.
fn expires_at(policy: &RetryPolicy, job: &Job) -> Option<Timestamp> {
    policy.expires_at(job.waits_since()?)
}
