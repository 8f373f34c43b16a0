//! One request: from the scheduler's start to the outcome in the journal.

use super::{Dispatcher, log::logged_error};
use crate::{
    attempt::{self, Means, Reply, Times},
    egress::LocalFault,
    feed::Subject,
    journal::Tally,
    lanes::{Ended, Job, Start},
    numbers::LaneNumber,
    outgoing::Outgoing,
    target::Target,
    traces::Attempting,
};
use metrics::{Attempted, Pair, Status};
use model::{
    Attempt, AttemptResult, DeliveryId, Subscription, Timestamp,
    attempt::{AttemptErrorKind, response_message},
    delivery::{EndStatus, Next},
    policy::breaker::Sample,
};
use std::{borrow::Cow, sync::Arc};
use storage::{Outcome, PAYLOAD_ERASED};

/// Guard of a started request, its deliveries and its room. [`Running::finish`] ends it. Dropping it leaves the deliveries
/// in the store, due in a second, and releases the room, so no early return can leak the room.
pub(super) struct Running {
    dispatcher: Arc<Dispatcher>,
    start: Option<Start>,
    /// Its deliveries that have an outcome in the journal.
    settled: Vec<DeliveryId>,
}

impl Running {
    pub(super) fn new(dispatcher: &Arc<Dispatcher>, start: Start) -> Self {
        Self { dispatcher: dispatcher.clone(), start: Some(start), settled: Vec::new() }
    }

    /// Its deliveries.
    pub(super) fn jobs(&self) -> Vec<Job> {
        self.start.iter().flat_map(Start::jobs).cloned().collect()
    }

    /// The outcome of one of several deliveries is in the journal.
    pub(super) fn settled(&mut self, delivery: DeliveryId) {
        self.settled.push(delivery);
    }

    /// Ends it. Deliveries of a batch that was sent in part stay in the store.
    pub(super) fn finish_batch(mut self, ended: Ended) {
        if let Some(start) = &self.start {
            let left: Vec<&Job> = start.jobs().filter(|job| !self.settled.contains(&job.id)).collect();
            if !left.is_empty() {
                self.dispatcher.start(self.dispatcher.lanes.leave(start.lane, left.into_iter()));
            }
        }
        self.end(ended);
    }

    pub(super) fn finish(mut self, ended: Ended) {
        self.end(ended);
    }

    fn end(&mut self, ended: Ended) {
        if let Some(Start { lane, room, .. }) = self.start.take() {
            let fraction = self.dispatcher.ids.fraction();
            self.dispatcher.start(self.dispatcher.lanes.finished(lane, room, ended, fraction));
        }
    }

    /// Ends it without a request.
    pub(super) fn skip(mut self) {
        if let Some(Start { lane, room, .. }) = self.start.take() {
            self.dispatcher.start(self.dispatcher.lanes.skipped(lane, room));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(start) = self.start.take() {
            let left = start.jobs().filter(|job| !self.settled.contains(&job.id));
            self.dispatcher.start(self.dispatcher.lanes.abandon(start.lane, left, start.room));
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
    /// Sends what was started, records the outcomes, and releases the room.
    pub(super) async fn deliver(self: Arc<Self>, start: Start) {
        let (lane, job, is_alone) = (start.lane, start.job.clone(), start.more.is_empty());
        let running = Running::new(&self, start);
        let Some(target) = self.lanes.target(lane) else { return };
        if target.subscription.policies.shape.batching.is_some() || !is_alone {
            return self.deliver_batch(running, lane, target).await;
        }
        if !self.may_send(&job) {
            return;
        }
        match self.unsent(lane, &target, &job).await {
            Some(Unsent::Expired) => return running.skip(),
            Some(Unsent::Erased) => return,
            None => {}
        }
        let made = match self.attempt(&target, &job).await {
            Ok(made) => made,
            // The receiver is not charged for a shortage of this machine.
            Err(fault) => return self.put_off(fault),
        };
        // The room stays taken until the journal has accepted the outcome, so a slow store slows down sending.
        let ended = self.record(lane, &target, &job, made).await;
        running.finish(ended);
    }

    /// False when this node or the installation does not send now: the delivery stays in the store.
    pub(super) fn may_send(&self, job: &Job) -> bool {
        // Without a lease other nodes may have taken the delivery over. The clock may have been put back since the lane
        // read it.
        self.lease.holds() && !self.is_paused() && !job.starts_after(self.clock.now())
    }

    /// Ends a delivery that is not sent any more.
    pub(super) async fn unsent(&self, lane: LaneNumber, target: &Target, job: &Job) -> Option<Unsent> {
        let subject = || Subject { outgoing: job.outgoing.clone(), subscription: target.subscription.id };
        if let Some(mut ending) = self.expired(target, job) {
            let recipients = self.operational.raise_expired(&mut ending, target, job);
            let tally = Tally::End(self.pair(target, &job.outgoing), Status::Abandoned);
            self.journal.end(lane, Box::new(ending), recipients, tally, subject()).await;
            self.activity.ended();
            return Some(Unsent::Expired);
        }
        if job.outgoing.event.payload_erased_at.is_some() {
            let outcome = cancelled(target, job, PAYLOAD_ERASED, self.clock.now());
            self.journal.outcome(lane, Box::new(outcome), Vec::new(), Tally::Nothing, subject()).await;
            return Some(Unsent::Erased);
        }
        self.metrics.engine.queue_seconds.observe(self.clock.now().since(job.due_at).as_secs_f64());
        None
    }

    /// Records an outcome. Returns what the lane learns of the request.
    pub(super) async fn record(&self, lane: LaneNumber, target: &Target, job: &Job, made: Made) -> Ended {
        let Made { mut outcome, sample, tally } = made;
        let answered = outcome.attempt.response_code.is_some_and(|status| status < 500);
        let ended = Ended { took: outcome.attempt.duration, answered, sample, events: 1 };
        let recipients = self.operational.raise(&mut outcome, target, &job.outgoing);
        self.activity.attempted(target, &job.outgoing.event.event_type, &outcome);
        let subject = Subject { outgoing: job.outgoing.clone(), subscription: target.subscription.id };
        self.journal.outcome(lane, Box::new(outcome), recipients, tally, subject).await;
        ended
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
    pub(super) fn dropped(&self, target: &Target, job: &Job) -> Made {
        let outcome = cancelled(target, job, DROPPED, self.clock.now());
        Made { outcome, sample: Sample::NotTried, tally: Tally::Nothing }
    }

    /// The metrics of an event's deliveries to a subscription.
    fn pair(&self, target: &Target, outgoing: &Outgoing) -> Pair {
        self.metrics.pair(&target.held, &target.subscription.tenant, &outgoing.event.event_type)
    }

    /// Makes one attempt.
    pub(crate) async fn attempt(&self, target: &Target, job: &Job) -> Result<Made, LocalFault> {
        let times = self.times();
        let known = job.outgoing.event.trace.as_deref();
        let traced = self.traces.attempt(known);
        // Without a span of its own the attempt passes the publisher's context on.
        let context = traced.as_ref().map(Attempting::context).or(known);
        let sent = attempt::send(self.means(), target, &[&job.outgoing], times, context).await?;
        let Some(reply) = sent else { return Ok(self.dropped(target, job)) };
        self.observe(&reply);
        let sample = sample(&reply.result);
        let made = reply.into_one(&job.outgoing, job.attempts + 1, self.defaults.ids);
        Ok(self.made((target, job), made, sample, traced, self.ids.fraction()))
    }

    pub(super) fn times(&self) -> Times {
        Times { now: self.clock.now(), stamp: self.clock.wall() }
    }

    /// Measures a request.
    pub(super) fn observe(&self, reply: &Reply) {
        // Zero: no request was made.
        if !reply.attempt.duration.is_zero() {
            self.metrics.engine.request_seconds.observe(reply.attempt.duration.as_secs_f64());
        }
    }

    /// The outcome of an attempt. `fraction` places the jitter of a retry.
    pub(super) fn made(
        &self,
        (target, job): (&Target, &Job),
        (mut attempt, result): (Attempt, AttemptResult),
        sample: Sample,
        traced: Option<Attempting>,
        fraction: f64,
    ) -> Made {
        let next = self.next(target, job, (&mut attempt, &result), fraction);
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
        let order = job.order;
        let outcome = Outcome { tenant, delivery, subscription, event_type, order, attempt, next, raises };
        Made { outcome, sample, tally }
    }
}

/// Why a delivery was ended and not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unsent {
    Expired,
    Erased,
}

/// Error text of a delivery that the subscription's transformation dropped.
const DROPPED: &str = "the subscription's transformation dropped it";

/// The result of an attempt, as the circuit breaker counts it. A 4xx other than 408 and 429 refuses one event and is
/// no fault of the receiver.
pub(super) fn sample(result: &AttemptResult) -> Sample {
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
    let (delivery, order) = (job.id, job.order);
    Outcome { tenant, delivery, subscription, event_type, order, attempt, next, raises: Vec::new() }
}
