//! The state behind the lock: the lanes, their timers, and the deliveries under way.

use super::{
    lane::{EVER, Job, SpilledSince},
    scheduler::Scheduler,
    work::{Refill, Work},
};
use crate::{index::Index, outgoing::Outgoing, target::Target};
use model::{DeliveryId, Queue, Timestamp};
use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};
use storage::Due;
use tokio::sync::oneshot;

/// What lanes hold in memory, at most, about; then everything spills.
const MEMORY: usize = 64 * 1024 * 1024;

#[derive(Debug)]
pub(super) struct State {
    pub(super) scheduler: Scheduler,
    /// When to look into the store, and for which lane.
    pub(super) timers: BTreeSet<(Timestamp, usize)>,
    /// Deliveries that were started and whose outcome is not durable yet.
    pub(super) sending: HashSet<DeliveryId>,
    /// Who waits for the outcome of a delivery to be durable.
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

    /// The lane of a subscription. One that is not there yet is made of the subscription as it is now: `target` may be
    /// older, and a change since then could not be told to a lane that was not there. `None` when it was deleted.
    pub(super) fn lane_of(&mut self, target: &Target, index: &Index) -> Option<usize> {
        let subscription = &target.subscription;
        if let Some(lane) = self.scheduler.find(subscription.id) {
            return Some(lane);
        }
        Some(self.scheduler.lane_for(&index.get(&subscription.tenant, subscription.id)?))
    }

    pub(super) fn offer(&mut self, index: usize, job: Job, now: Timestamp) {
        let full = self.is_full(index, job.queue);
        let Some(lane) = self.scheduler.lane(index) else { return };
        if lane.held.contains(&job.id) {
            return;
        }
        if full || !lane.is_open() || lane.has_backlog(job.queue, now) {
            lane.leave_in_store(job.queue, EVER);
        } else {
            self.scheduler.push(index, job);
        }
    }

    fn is_full(&mut self, index: usize, queue: Queue) -> bool {
        let (bytes, busy) = (self.scheduler.queued_bytes, self.scheduler.busy_lanes().max(1));
        let Some(lane) = self.scheduler.lane(index) else { return true };
        // When memory is short, only lanes with next to nothing may take more.
        let short = bytes >= MEMORY && lane.queued_in(queue) >= (MEMORY / 4096 / busy).clamp(1, 64);
        lane.queued_in(queue) >= lane.pace.queue() || short
    }

    /// Refills the queues of a lane that need it, and sets its timer.
    pub(super) fn look(&mut self, index: usize, now: Timestamp, work: &mut Work) {
        let short = self.scheduler.queued_bytes >= MEMORY;
        let Some(lane) = self.scheduler.lane(index) else { return };
        let Some(first) = lane.stored_due() else { return };
        if first <= now {
            let (queues, room) = lane.wants_refill(now);
            for queue in queues {
                lane.part(queue).refilling = Some(SpilledSince::No);
                let (target, held) = (lane.target.clone(), lane.held.iter().copied().collect());
                let limit = if short { room.min(8) } else { room };
                work.refills.push(Refill { lane: index, target, queue, limit, held });
            }
        }
        if let Some(at) = lane.due_after(now)
            && lane.is_open()
            && lane.timer.is_none_or(|set| at < set)
        {
            if let Some(set) = lane.timer.replace(at) {
                self.timers.remove(&(set, index));
            }
            self.timers.insert((at, index));
        }
    }

    pub(super) fn refilled(&mut self, index: usize, queue: Queue, found: Due, now: Timestamp, work: &mut Work) {
        let Some(lane) = self.scheduler.lane(index) else { return };
        let part = lane.part(queue);
        let spilled = part.refilling.take() == Some(SpilledSince::Yes);
        part.stored_due = found.next;
        if spilled {
            lane.leave_in_store(queue, now);
        }
        for due in found.deliveries {
            let Some(lane) = self.scheduler.lane(index) else { return };
            if lane.held.contains(&due.id) {
                continue;
            }
            if lane.is_open() {
                let outgoing = Arc::new(Outgoing::new(due.event));
                let (attempts, earlier_attempts) = (due.attempts, due.earlier_attempts);
                self.scheduler.push(index, Job { id: due.id, queue, outgoing, attempts, earlier_attempts });
            } else {
                lane.leave_in_store(queue, now);
            }
        }
        self.look(index, now, work);
        self.scheduler.settled(index);
    }
}
