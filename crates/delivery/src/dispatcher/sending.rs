//! One request: from the scheduler's start to the outcome in the journal.

use super::{Dispatcher, log::logged_error};
use crate::{
    attempt::{self, Means, Times},
    egress::LocalFault,
    feed::Subject,
    journal::Tally,
    lanes::{Ended, Job, Start},
    outgoing::Outgoing,
    target::Target,
    traces::Attempting,
};
use metrics::{Attempted, Pair, Status};
use model::{
    AttemptResult, Subscription, Timestamp,
    attempt::{AttemptErrorKind, response_message},
    delivery::{EndStatus, Next},
    policy::breaker::Sample,
};
use std::{borrow::Cow, sync::Arc};
use storage::{Outcome, PAYLOAD_ERASED};

/// Guard of a started delivery and its room. [`Running::finish`] ends it. Dropping it leaves the delivery in the store, due
/// in a second, and releases the room, so no early return can leak the room.
struct Running {
    dispatcher: Arc<Dispatcher>,
    start: Option<Start>,
}

impl Running {
    fn finish(mut self, ended: Ended) {
        if let Some(Start { lane, room, .. }) = self.start.take() {
            let fraction = self.dispatcher.ids.fraction();
            self.dispatcher.start(self.dispatcher.lanes.finished(lane, room, ended, fraction));
        }
    }

    /// Ends the delivery without an attempt.
    fn skip(mut self) {
        if let Some(Start { lane, room, .. }) = self.start.take() {
            self.dispatcher.start(self.dispatcher.lanes.skipped(lane, room));
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

/// An attempt that was made.
pub(crate) struct Made {
    pub(crate) outcome: Outcome,
    /// The result as the circuit breaker counts it.
    pub(crate) sample: Sample,
    pub(crate) tally: Tally,
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
        // The clock may have been put back since the lane read the delivery.
        if job.starts_after(self.clock.now()) {
            return;
        }
        let Some(target) = self.lanes.target(lane) else { return };
        let subject = Subject { outgoing: job.outgoing.clone(), subscription: target.subscription.id };
        if let Some(mut ending) = self.expired(&target, &job) {
            let recipients = self.operational.raise_expired(&mut ending, &target, &job);
            let tally = Tally::End(self.pair(&target, &job.outgoing), Status::Abandoned);
            self.journal.end(lane, Box::new(ending), recipients, tally, subject).await;
            self.activity.ended();
            return running.skip();
        }
        if job.outgoing.event.payload_erased_at.is_some() {
            let outcome = cancelled(&target, &job, PAYLOAD_ERASED, self.clock.now());
            self.journal.outcome(lane, Box::new(outcome), Vec::new(), Tally::Nothing, subject).await;
            return;
        }
        self.metrics.engine.queue_seconds.observe(self.clock.now().since(job.due_at).as_secs_f64());
        let Made { mut outcome, sample, tally } = match self.attempt(&target, &job).await {
            Ok(made) => made,
            // The receiver is not charged for a shortage of this machine.
            Err(fault) => return self.put_off(fault),
        };
        let answered = outcome.attempt.response_code.is_some_and(|status| status < 500);
        let ended = Ended { took: outcome.attempt.duration, answered, sample };
        let recipients = self.operational.raise(&mut outcome, &target, &job.outgoing);
        self.activity.attempted(&target, &job.outgoing.event.event_type, &outcome);
        // The room stays taken until the journal has accepted the outcome, so a slow store slows down sending.
        self.journal.outcome(lane, Box::new(outcome), recipients, tally, subject).await;
        running.finish(ended);
    }

    pub(crate) fn means(&self) -> Means<'_> {
        Means {
            egress: &self.egress,
            defaults: &self.defaults,
            shaping: &self.shaping,
            tokens: &self.shaping.tokens,
            clock: &*self.clock,
        }
    }

    /// The end of a delivery that the subscription's transformation drops.
    fn dropped(&self, target: &Target, job: &Job) -> Made {
        let outcome = cancelled(target, job, DROPPED, self.clock.now());
        Made { outcome, sample: Sample::NotTried, tally: Tally::Nothing }
    }

    /// The metrics of an event's deliveries to a subscription.
    fn pair(&self, target: &Target, outgoing: &Outgoing) -> Pair {
        self.metrics.pair(&target.held, &target.subscription.tenant, &outgoing.event.event_type)
    }

    /// Makes one attempt.
    pub(crate) async fn attempt(&self, target: &Target, job: &Job) -> Result<Made, LocalFault> {
        let number = job.attempts + 1;
        let now = self.clock.now();
        let times = Times { now, stamp: self.clock.wall() };
        let known = job.outgoing.event.trace.as_deref();
        let traced = self.traces.attempt(known);
        // Without a span of its own the attempt passes the publisher's context on.
        let context = traced.as_ref().map(Attempting::context).or(known);
        let sent = attempt::send(self.means(), target, &job.outgoing, number, times, context).await?;
        let Some((mut attempt, result)) = sent else { return Ok(self.dropped(target, job)) };
        // Zero: no request was made.
        if !attempt.duration.is_zero() {
            self.metrics.engine.request_seconds.observe(attempt.duration.as_secs_f64());
        }
        let sample = sample(&result);
        let next = self.next(target, job, &mut attempt, &result);
        if let Some(traced) = traced {
            let error = logged_error(&attempt, &result).map(Cow::into_owned);
            traced.end((target, job, self.defaults.ids), (&attempt, &result), error);
        }
        self.log_attempt(target, job, &attempt, next.status(), &result);
        let subscription = &target.subscription;
        let (tenant, raises) = (subscription.tenant.clone(), Vec::new());
        let attempted = Attempted::new(self.pair(target, &job.outgoing), next, &result, attempt.duration);
        let tally = attempted.map_or(Tally::Nothing, |one| Tally::Attempt(Box::new(one)));
        let event_type = job.outgoing.event.event_type.clone();
        let (delivery, subscription) = (job.id, subscription.id);
        let outcome = Outcome { tenant, delivery, subscription, event_type, attempt, next, raises };
        Ok(Made { outcome, sample, tally })
    }
}

/// Error text of a delivery that the subscription's transformation dropped.
const DROPPED: &str = "the subscription's transformation dropped it";

/// The result of an attempt, as the circuit breaker counts it. A 4xx other than 408 and 429 refuses one event and is
/// no fault of the receiver.
fn sample(result: &AttemptResult) -> Sample {
    use AttemptErrorKind::{Blocked, Connection, Dns, Protocol, Proxy, Refused, Timeout, Tls, Unsendable};
    match result {
        AttemptResult::Response { status: status @ (408 | 429 | 500..), .. } => {
            Sample::Failed(response_message(*status, None))
        }
        AttemptResult::Response { .. } => Sample::Answered,
        AttemptResult::Failed(error) => match error.kind {
            // A proxy is the operator's, so its faults are not the receiver's.
            Proxy | Unsendable => Sample::NotTried,
            Dns | Refused | Connection | Tls | Blocked => Sample::NoConnection(error.message.clone()),
            Timeout | Protocol => Sample::Failed(error.message.clone()),
        },
    }
}

/// The outcome of a delivery for which nothing is sent, for this reason.
fn cancelled(target: &Target, job: &Job, reason: &str, now: Timestamp) -> Outcome {
    let Subscription { id: subscription, ref tenant, .. } = target.subscription;
    let attempt = attempt::unsent(reason, job.attempts + 1, now);
    let next = Next::End(EndStatus::Cancelled);
    let (tenant, event_type) = (tenant.clone(), job.outgoing.event.event_type.clone());
    Outcome { tenant, delivery: job.id, subscription, event_type, attempt, next, raises: Vec::new() }
}
