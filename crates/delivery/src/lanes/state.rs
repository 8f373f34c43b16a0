//! The state behind the lock: the scheduler with its lanes, the timers, and the deliveries under way.

use super::{
    lane::{EVER, Job, SpilledSince},
    scheduler::Scheduler,
    throttle::PolicyDefaults,
    work::{Refill, Work},
};
use crate::{index::Index, journal::After, numbers::LaneNumber, outgoing::Outgoing, target::Target};
use model::{
    DeliveryId, Event, EventId, Queue, TenantId, Timestamp,
    policy::breaker::{Sample, Transition},
};
use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};
use storage::{Due, DueDelivery};
use tokio::sync::oneshot;

/// Approximate maximum of bytes queued in memory over all lanes. Beyond it deliveries spill: they stay in the store.
const MEMORY: usize = 64 * 1024 * 1024;

/// The place of a committed delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Offered {
    Queued,
    /// In the store, since its queue or memory is full, or others wait before it.
    Spilled,
    /// In the store, since its subscription is paused or its circuit breaker is open.
    Left,
    /// Queued already, or dropped with its event's payload.
    Known,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) scheduler: Scheduler,
    /// Times at which a lane's deliveries in the store become due.
    pub(super) timers: BTreeSet<(Timestamp, LaneNumber)>,
    /// Deliveries whose request was started and whose outcome is not durable yet.
    pub(super) sending: HashSet<DeliveryId>,
    /// Events whose payload was erased a short time ago, with that time: their deliveries are not queued.
    pub(super) dropped: HashMap<(TenantId, EventId), Timestamp>,
    /// Waiters for a delivery's next durable outcome.
    pub(super) watchers: HashMap<DeliveryId, Vec<oneshot::Sender<()>>>,
}

impl State {
    pub(super) fn new(max_concurrency: usize, defaults: PolicyDefaults) -> Self {
        Self {
            scheduler: Scheduler::new(max_concurrency, defaults),
            timers: BTreeSet::new(),
            sending: HashSet::new(),
            dropped: HashMap::new(),
            watchers: HashMap::new(),
        }
    }

    /// The lane of a subscription. A new lane is created from the subscription in the index, not from `target`: `target`
    /// may be older, and no change since then has reached a lane that did not exist. `None` if the subscription was deleted.
    pub(super) fn lane_of(&mut self, target: &Target, index: &Index) -> Option<LaneNumber> {
        let subscription = &target.subscription;
        if let Some(lane) = self.scheduler.find(subscription.id) {
            return Some(lane);
        }
        Some(self.scheduler.lane_for(&index.get(&subscription.tenant, subscription.id)?))
    }

    fn is_dropped(&self, event: &Event) -> bool {
        !self.dropped.is_empty() && self.dropped.contains_key(&(event.tenant.clone(), event.id))
    }

    pub(super) fn offer(&mut self, number: LaneNumber, job: Job, now: Timestamp) -> Offered {
        if self.is_dropped(&job.outgoing.event) {
            return Offered::Known;
        }
        let full = self.is_full(number, job.queue);
        let Some(lane) = self.scheduler.lane(number) else { return Offered::Known };
        if lane.held.contains(&job.id) {
            return Offered::Known;
        }
        let takes = lane.takes(now);
        if full || !takes || lane.has_backlog(job.queue, now) {
            lane.leave_in_store(job.queue, EVER);
            return if takes { Offered::Spilled } else { Offered::Left };
        }
        self.scheduler.push(number, job);
        Offered::Queued
    }

    fn is_full(&mut self, number: LaneNumber, queue: Queue) -> bool {
        let (bytes, busy) = (self.scheduler.queued_bytes, self.scheduler.busy_lanes().max(1));
        let Some(lane) = self.scheduler.lane(number) else { return true };
        // When memory is short, only lanes with very short queues may take more.
        let short = bytes >= MEMORY && lane.queued_in(queue) >= (MEMORY / 4096 / busy).clamp(1, 64);
        lane.queued_in(queue) >= lane.queue_max() || short
    }

    /// Asks for refills of the lane's queues that run low, and sets the lane's timer.
    pub(super) fn look(&mut self, number: LaneNumber, now: Timestamp, work: &mut Work) {
        let short = self.scheduler.queued_bytes >= MEMORY;
        let Some(lane) = self.scheduler.lane(number) else { return };
        if lane.stored_due().is_some_and(|first| first <= now) {
            let (queues, room) = lane.wants_refill(now);
            for queue in queues {
                lane.part(queue).refilling = Some(SpilledSince::No);
                let (target, held) = (lane.target.clone(), lane.held.iter().copied().collect());
                let limit = if short { room.min(8) } else { room };
                work.refills.push(Refill { lane: number, target, queue, limit, held });
            }
        }
        self.set_timer(number, now);
    }

    /// Sets the lane's timer to the next time at which it has something to do, unless an earlier one is set.
    fn set_timer(&mut self, number: LaneNumber, now: Timestamp) {
        let Some(lane) = self.scheduler.lane(number) else { return };
        if let Some(at) = lane.next_time(now)
            && lane.timer.is_none_or(|set| at < set)
        {
            if let Some(set) = lane.timer.replace(at) {
                self.timers.remove(&(set, number));
            }
            self.timers.insert((at, number));
        }
    }

    /// Sets the timers of lanes that their policies let start later. Returns whether there were any.
    pub(super) fn set_gates(&mut self, now: Timestamp) -> bool {
        let gated = std::mem::take(&mut self.scheduler.gated);
        gated.iter().for_each(|number| self.set_timer(*number, now));
        !gated.is_empty()
    }

    /// The lane's timer has expired.
    pub(super) fn timed(&mut self, number: LaneNumber, now: Timestamp, work: &mut Work) {
        if let Some(lane) = self.scheduler.lane(number) {
            lane.timer = None;
            lane.throttle.gate = lane.throttle.gate.filter(|at| *at > now);
        }
        self.look(number, now, work);
        self.scheduler.schedule(number);
    }

    /// Counts the result of a request for the lane's circuit breaker.
    pub(super) fn learn(&mut self, number: LaneNumber, sample: Sample, fraction: f64, now: Timestamp, work: &mut Work) {
        let Some(lane) = self.scheduler.lane(number) else { return };
        lane.note(&sample, now);
        let Some(transition) = lane.throttle.learn(sample, now, fraction) else { return };
        let target = lane.target.clone();
        if transition == Transition::Closed {
            lane.release();
        }
        self.hold_back(number, now);
        work.transitions.push((target, transition));
    }

    /// Leaves the queued deliveries of a lane whose breaker is open in the store, where they cost nothing.
    pub(super) fn hold_back(&mut self, number: LaneNumber, now: Timestamp) {
        if self.scheduler.lane(number).is_some_and(|lane| lane.throttle.shut_until(now).is_some()) {
            self.scheduler.clear_queue(number);
            self.set_timer(number, now);
        }
    }

    /// A delivery's attempt is over: the lane no longer holds it, and expects it of the store where it may be due again.
    pub(super) fn settle(
        &mut self,
        number: LaneNumber,
        delivery: DeliveryId,
        after: After,
        now: Timestamp,
        work: &mut Work,
    ) {
        self.sending.remove(&delivery);
        let mut looks = false;
        if let Some(lane) = self.scheduler.lane(number) {
            lane.held.remove(&delivery);
            match after {
                After::Ended => {}
                After::RetryAt(at) => lane.leave_in_store(Queue::Retry, at),
                // This node may have taken the delivery over meanwhile, and the refill has skipped what was held.
                After::NotRecorded => Queue::ALL.iter().for_each(|queue| lane.leave_in_store(*queue, EVER)),
            }
            looks = lane.look_for_order() || after != After::Ended;
        }
        if looks {
            self.look(number, now, work);
        }
        self.scheduler.settled(number);
    }

    pub(super) fn refilled(&mut self, number: LaneNumber, queue: Queue, found: Due, now: Timestamp, work: &mut Work) {
        let Some(lane) = self.scheduler.lane(number) else { return };
        let part = lane.part(queue);
        let since = part.refilling.take();
        let found = if since == Some(SpilledSince::Outdated) {
            Due { deliveries: Vec::new(), next: Some(EVER) }
        } else {
            found
        };
        lane.found(queue, found.next);
        if since == Some(SpilledSince::Yes) {
            lane.leave_in_store(queue, now);
        }
        for due in found.deliveries {
            if self.is_dropped(&due.event) {
                continue;
            }
            let Some(lane) = self.scheduler.lane(number) else { return };
            if lane.held.contains(&due.id) {
                continue;
            }
            if lane.takes(now) {
                let outgoing = Arc::new(Outgoing::new(due.event));
                let DueDelivery { id, attempts, earlier_attempts, due_at, order, .. } = due;
                self.scheduler
                    .push_refilled(number, Job { id, queue, outgoing, attempts, earlier_attempts, due_at, order });
            } else {
                lane.leave_in_store(queue, now);
            }
        }
        if let Some(lane) = self.scheduler.lane(number) {
            lane.part(queue).catch_up();
        }
        self.look(number, now, work);
        self.scheduler.settled(number);
    }
}

#[cfg(test)]
mod delayed_tests;
#[cfg(test)]
mod tests;
