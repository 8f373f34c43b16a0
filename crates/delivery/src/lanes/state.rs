//! The state behind the lock: the scheduler with its lanes, the timers, and the deliveries under way.

use super::{
    lane::{EVER, Job, SpilledSince},
    scheduler::Scheduler,
    work::{Refill, Work},
};
use crate::{index::Index, journal::After, numbers::LaneNumber, outgoing::Outgoing, target::Target};
use model::{DeliveryId, Queue, Timestamp};
use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};
use storage::Due;
use tokio::sync::oneshot;

/// Approximate maximum of bytes queued in memory over all lanes. Beyond it deliveries spill: they stay in the store.
const MEMORY: usize = 64 * 1024 * 1024;

#[derive(Debug)]
pub(super) struct State {
    pub(super) scheduler: Scheduler,
    /// Times at which a lane's deliveries in the store become due.
    pub(super) timers: BTreeSet<(Timestamp, LaneNumber)>,
    /// Deliveries whose request was started and whose outcome is not durable yet.
    pub(super) sending: HashSet<DeliveryId>,
    /// Waiters for a delivery's next durable outcome.
    pub(super) watchers: HashMap<DeliveryId, Vec<oneshot::Sender<()>>>,
}

impl State {
    pub(super) fn new(max_concurrency: usize) -> Self {
        Self {
            scheduler: Scheduler::new(max_concurrency),
            timers: BTreeSet::new(),
            sending: HashSet::new(),
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

    pub(super) fn offer(&mut self, number: LaneNumber, job: Job, now: Timestamp) {
        let full = self.is_full(number, job.queue);
        let Some(lane) = self.scheduler.lane(number) else { return };
        if lane.held.contains(&job.id) {
            return;
        }
        if full || !lane.is_open() || lane.has_backlog(job.queue, now) {
            lane.leave_in_store(job.queue, EVER);
        } else {
            self.scheduler.push(number, job);
        }
    }

    fn is_full(&mut self, number: LaneNumber, queue: Queue) -> bool {
        let (bytes, busy) = (self.scheduler.queued_bytes, self.scheduler.busy_lanes().max(1));
        let Some(lane) = self.scheduler.lane(number) else { return true };
        // When memory is short, only lanes with very short queues may take more.
        let short = bytes >= MEMORY && lane.queued_in(queue) >= (MEMORY / 4096 / busy).clamp(1, 64);
        lane.queued_in(queue) >= lane.pace.queue() || short
    }

    /// Asks for refills of the lane's queues that run low, and sets the lane's timer.
    pub(super) fn look(&mut self, number: LaneNumber, now: Timestamp, work: &mut Work) {
        let short = self.scheduler.queued_bytes >= MEMORY;
        let Some(lane) = self.scheduler.lane(number) else { return };
        let Some(first) = lane.stored_due() else { return };
        if first <= now {
            let (queues, room) = lane.wants_refill(now);
            for queue in queues {
                lane.part(queue).refilling = Some(SpilledSince::No);
                let (target, held) = (lane.target.clone(), lane.held.iter().copied().collect());
                let limit = if short { room.min(8) } else { room };
                work.refills.push(Refill { lane: number, target, queue, limit, held });
            }
        }
        if let Some(at) = lane.due_after(now)
            && lane.is_open()
            && lane.timer.is_none_or(|set| at < set)
        {
            if let Some(set) = lane.timer.replace(at) {
                self.timers.remove(&(set, number));
            }
            self.timers.insert((at, number));
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
        if let Some(lane) = self.scheduler.lane(number) {
            lane.held.remove(&delivery);
            match after {
                After::Ended => {}
                After::RetryAt(at) => lane.leave_in_store(Queue::Retry, at),
                // This node may have taken the delivery over meanwhile, and the refill has skipped what was held.
                After::NotRecorded => Queue::ALL.iter().for_each(|queue| lane.leave_in_store(*queue, EVER)),
            }
        }
        if after != After::Ended {
            self.look(number, now, work);
        }
        self.scheduler.settled(number);
    }

    pub(super) fn refilled(&mut self, number: LaneNumber, queue: Queue, found: Due, now: Timestamp, work: &mut Work) {
        let Some(lane) = self.scheduler.lane(number) else { return };
        let part = lane.part(queue);
        let spilled = part.refilling.take() == Some(SpilledSince::Yes);
        part.stored_due = found.next;
        if spilled {
            lane.leave_in_store(queue, now);
        }
        for due in found.deliveries {
            let Some(lane) = self.scheduler.lane(number) else { return };
            if lane.held.contains(&due.id) {
                continue;
            }
            if lane.is_open() {
                let outgoing = Arc::new(Outgoing::new(due.event));
                let (attempts, earlier_attempts) = (due.attempts, due.earlier_attempts);
                self.scheduler.push(number, Job { id: due.id, queue, outgoing, attempts, earlier_attempts });
            } else {
                lane.leave_in_store(queue, now);
            }
        }
        self.look(number, now, work);
        self.scheduler.settled(number);
    }
}

#[cfg(test)]
mod tests;
