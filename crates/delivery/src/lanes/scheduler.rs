//! Who goes next. Pure: no clock, no I/O, no tasks.
//!
//! Rings of tenants and, in each, of lanes; a turn is one delivery. A request under way cannot be taken back, and one to
//! a receiver that hangs stays for its whole timeout; so room is given by what is known of the receiver:
//!
//! * Slow receivers have a quarter of all requests between them.
//! * A lane with nothing under way may always start one; in the last quarter only when its tenant has nothing under way.
//! * What is not known yet to be quick may have more than one only in an eighth.
//! * Quick receivers share half, and beyond it an eighth in equal parts.
//!
//! So whatever number of receivers hangs, and whether they were quick before or not, another lane can start, and when
//! it gets an answer it is quick. A lane that may not start now is parked until another request ends; one that has
//! reached its own cap comes back when a request of its own ends.

use super::lane::{Job, Lane, Pace};
use model::{SubscriptionId, TenantId};
use std::collections::{HashMap, VecDeque};

#[derive(Debug, Default)]
struct Tenant {
    ring: VecDeque<usize>,
    in_ring: bool,
    in_flight: usize,
}

#[derive(Debug)]
pub(crate) struct Scheduler {
    max: usize,
    in_flight: usize,
    /// Of those, to slow receivers.
    slow: usize,
    /// Of those, beyond the first of a lane that is not known to be quick.
    unproven: usize,
    lanes: Vec<Option<Lane>>,
    free: Vec<usize>,
    by_subscription: HashMap<SubscriptionId, usize>,
    tenants: Vec<Tenant>,
    by_tenant: HashMap<TenantId, usize>,
    ring: VecDeque<usize>,
    parked: VecDeque<usize>,
    /// Bytes of queued jobs, about.
    pub(crate) queued_bytes: usize,
    busy_lanes: usize,
    stopped: bool,
}

/// A delivery that may be sent now.
#[derive(Debug)]
pub(crate) struct Start {
    pub(crate) lane: usize,
    pub(crate) job: Job,
    pub(crate) room: Room,
}

/// Whose room a request takes; given back when it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Room {
    Slow,
    Unproven,
    Common,
}

enum May {
    Start(Room),
    /// Its own cap is reached.
    Wait,
    /// The others need the room.
    Park,
}

impl Scheduler {
    pub(crate) fn new(max: usize) -> Self {
        Self {
            max: max.max(2),
            in_flight: 0,
            slow: 0,
            unproven: 0,
            lanes: Vec::new(),
            free: Vec::new(),
            by_subscription: HashMap::new(),
            tenants: Vec::new(),
            by_tenant: HashMap::new(),
            ring: VecDeque::new(),
            parked: VecDeque::new(),
            queued_bytes: 0,
            busy_lanes: 0,
            stopped: false,
        }
    }

    pub(crate) const fn in_flight(&self) -> usize {
        self.in_flight
    }

    pub(crate) const fn busy_lanes(&self) -> usize {
        self.busy_lanes
    }

    /// Starts nothing any more.
    pub(crate) const fn stop(&mut self) {
        self.stopped = true;
    }

    pub(crate) fn find(&self, id: SubscriptionId) -> Option<usize> {
        self.by_subscription.get(&id).copied()
    }

    pub(crate) fn lane(&mut self, index: usize) -> Option<&mut Lane> {
        self.lanes.get_mut(index)?.as_mut()
    }

    /// The lane of this subscription, made when there is none.
    pub(crate) fn lane_for(&mut self, target: &std::sync::Arc<crate::target::Target>) -> usize {
        let id = target.subscription.id;
        if let Some(index) = self.find(id) {
            return index;
        }
        let tenant = match self.by_tenant.get(&target.subscription.tenant) {
            Some(index) => *index,
            None => {
                self.tenants.push(Tenant::default());
                let index = self.tenants.len() - 1;
                self.by_tenant.insert(target.subscription.tenant.clone(), index);
                index
            }
        };
        let lane = Some(Lane::new(target.clone(), tenant));
        let index = match self.free.pop() {
            Some(index) => {
                self.lanes[index] = lane;
                index
            }
            None => {
                self.lanes.push(lane);
                self.lanes.len() - 1
            }
        };
        self.by_subscription.insert(id, index);
        index
    }

    /// Forgets a lane's subscription; the lane itself goes when nothing of it is under way.
    pub(crate) fn remove(&mut self, id: SubscriptionId) {
        let Some(index) = self.by_subscription.remove(&id) else { return };
        self.clear_queue(index);
        if let Some(lane) = self.lane(index) {
            lane.removed = true;
        }
        self.drop_if_done(index);
    }

    fn drop_if_done(&mut self, index: usize) {
        if let Some(lane) = self.lane(index)
            && lane.removed
            && lane.in_flight == 0
            && !lane.scheduled
            && lane.refilling.is_none()
            && lane.held.is_empty()
        {
            self.lanes[index] = None;
            self.free.push(index);
        }
    }

    /// Called when an outcome of the lane is durable, or a refill has ended.
    pub(crate) fn settled(&mut self, index: usize) {
        self.drop_if_done(index);
    }

    /// Leaves all that is queued to the store.
    pub(crate) fn clear_queue(&mut self, index: usize) {
        let was_busy = self.is_busy(index);
        let mut bytes = 0;
        if let Some(lane) = self.lane(index) {
            for job in std::mem::take(&mut lane.queue) {
                bytes += job.outgoing.weight();
                lane.held.remove(&job.id);
                lane.leave_in_store(job.id.made_at());
            }
        }
        self.queued_bytes -= bytes;
        self.count_busy(index, was_busy);
    }

    fn is_busy(&self, index: usize) -> bool {
        self.lanes.get(index).and_then(Option::as_ref).is_some_and(Lane::is_busy)
    }

    fn count_busy(&mut self, index: usize, was_busy: bool) {
        match (was_busy, self.is_busy(index)) {
            (false, true) => self.busy_lanes += 1,
            (true, false) => self.busy_lanes -= 1,
            _ => {}
        }
    }

    /// Queues a job; the caller has seen that there is room.
    pub(crate) fn push(&mut self, index: usize, job: Job) {
        let was_busy = self.is_busy(index);
        self.queued_bytes += job.outgoing.weight();
        if let Some(lane) = self.lane(index) {
            lane.held.insert(job.id);
            lane.queue.push_back(job);
        }
        self.count_busy(index, was_busy);
        self.schedule(index);
    }

    /// Puts a lane with work into its tenant's ring.
    pub(crate) fn schedule(&mut self, index: usize) {
        let Some(lane) = self.lanes.get_mut(index).and_then(Option::as_mut) else { return };
        if lane.scheduled || lane.queue.is_empty() {
            return;
        }
        lane.scheduled = true;
        let number = lane.tenant;
        let tenant = &mut self.tenants[number];
        tenant.ring.push_back(index);
        if !tenant.in_ring {
            tenant.in_ring = true;
            self.ring.push_back(number);
        }
    }

    fn may_start(&self, lane: &Lane) -> May {
        if lane.in_flight >= lane.pace.cap() {
            return May::Wait;
        }
        let (half, quarter, eighth) = (self.max.div_ceil(2), self.max.div_ceil(4), self.max.div_ceil(8));
        let may = |may: bool, room| if may { May::Start(room) } else { May::Park };
        match lane.pace {
            Pace::Slow => may(self.slow < quarter, Room::Slow),
            _ if lane.in_flight == 0 => {
                let last_quarter = self.in_flight >= self.max - quarter;
                may(!last_quarter || self.tenants[lane.tenant].in_flight == 0, Room::Common)
            }
            Pace::Unproven => may(self.unproven < eighth, Room::Unproven),
            Pace::Quick => {
                let share = eighth / self.busy_lanes.max(1);
                may(self.in_flight < half || lane.in_flight < share, Room::Common)
            }
        }
    }

    /// The next delivery to be sent, if any may be.
    pub(crate) fn next(&mut self) -> Option<Start> {
        while !self.stopped && self.in_flight < self.max {
            let number = self.ring.pop_front()?;
            let tenant = &mut self.tenants[number];
            let found = tenant.ring.pop_front();
            if tenant.ring.is_empty() {
                tenant.in_ring = false;
            } else {
                self.ring.push_back(number);
            }
            let Some(index) = found else { continue };
            if let Some(start) = self.try_start(index) {
                return Some(start);
            }
        }
        None
    }

    fn try_start(&mut self, index: usize) -> Option<Start> {
        let lane = self.lanes.get(index)?.as_ref()?;
        let may = if lane.queue.is_empty() { May::Wait } else { self.may_start(lane) };
        let lane = self.lanes[index].as_mut()?;
        match may {
            May::Wait => {
                lane.scheduled = false;
                self.drop_if_done(index);
                None
            }
            May::Park => {
                self.parked.push_back(index);
                None
            }
            May::Start(room) => {
                lane.scheduled = false;
                let job = lane.queue.pop_front()?;
                lane.in_flight += 1;
                let number = lane.tenant;
                self.tenants[number].in_flight += 1;
                self.in_flight += 1;
                match room {
                    Room::Slow => self.slow += 1,
                    Room::Unproven => self.unproven += 1,
                    Room::Common => {}
                }
                self.queued_bytes -= job.outgoing.weight();
                self.schedule(index);
                Some(Start { lane: index, job, room })
            }
        }
    }

    /// A request of this lane has ended.
    pub(crate) fn finished(&mut self, index: usize, room: Room) {
        let was_busy = self.is_busy(index);
        if let Some(lane) = self.lane(index) {
            lane.in_flight -= 1;
            let number = lane.tenant;
            self.tenants[number].in_flight -= 1;
        }
        self.in_flight -= 1;
        match room {
            Room::Slow => self.slow -= 1,
            Room::Unproven => self.unproven -= 1,
            Room::Common => {}
        }
        self.count_busy(index, was_busy);
        self.schedule(index);
        // Two, so that all parked lanes are looked at sooner than new ones are parked.
        for _ in 0..2 {
            let Some(parked) = self.parked.pop_front() else { break };
            if let Some(lane) = self.lane(parked) {
                lane.scheduled = false;
            }
            self.schedule(parked);
            self.drop_if_done(parked);
        }
    }
}

#[cfg(test)]
mod tests;
