//! Who goes next. Pure: no clock, no I/O, no tasks.
//!
//! Tenants take turns, then in each its lanes, those with something of high priority first; a turn is one delivery. A
//! large one takes several turns to earn (deficit round-robin), so that a tenant with large payloads has no more of the
//! machine than others. A request under way cannot be taken back, and one to a receiver that hangs stays for its whole
//! timeout; so room is given by what is known of the receiver:
//!
//! * Slow receivers have a quarter of all requests between them.
//! * A lane with nothing under way may always start one; in the last quarter only when its tenant has nothing under way.
//! * What is not known yet to be quick may have more than one only in an eighth.
//! * Quick receivers share half. Up to three quarters go to tenants that have less than an equal part of that half, and
//!   some of the last quarter to those that have less than an equal part of an eighth.
//!
//! So whatever number of receivers hangs, and whether they were quick before or not, another lane can start, and when
//! it gets an answer it is quick. A lane that may not start now is parked until a request ends that had the room it
//! needs. Then parked tenants take turns, whatever the number of their lanes, and a lane whose request has ended queues
//! behind those that wait already. A lane that has reached its own cap comes back when a request of its own ends.

mod roster;

use super::lane::{Job, Lane, Pace, Room};
use model::{Queue, SubscriptionId, TenantId};
use std::collections::{HashMap, VecDeque};

/// A delivery costs one turn, and another for each of these bytes it takes.
const TURN_BYTES: usize = 64 * 1024;

#[derive(Debug, Default)]
struct Tenant {
    ring: VecDeque<usize>,
    /// Those of its lanes that have something of high priority.
    urgent: VecDeque<usize>,
    in_ring: bool,
    /// By the room they wait for.
    parked: [VecDeque<usize>; 3],
    is_parked: [bool; 3],
    in_flight: usize,
    busy_lanes: usize,
    /// Turns earned and not used.
    deficit: usize,
}

impl Tenant {
    fn has_turns(&self) -> bool {
        !self.ring.is_empty() || !self.urgent.is_empty()
    }
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
    /// Tenants with parked lanes, by the room that these wait for.
    parked: [VecDeque<usize>; 3],
    /// Parked lanes that may be looked at, since room has come free.
    looks: [u8; 3],
    /// Bytes of queued jobs, about.
    pub(crate) queued_bytes: usize,
    busy_lanes: usize,
    busy_tenants: usize,
    stopped: bool,
    paused: bool,
}

/// A delivery that may be sent now.
#[derive(Debug)]
pub(crate) struct Start {
    pub(crate) lane: usize,
    pub(crate) job: Job,
    pub(crate) room: Room,
}

enum May {
    Start(Room),
    /// Its own cap is reached.
    Wait,
    /// The others need this room.
    Park(Room),
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
            parked: Default::default(),
            looks: [0; 3],
            queued_bytes: 0,
            busy_lanes: 0,
            busy_tenants: 0,
            stopped: false,
            paused: false,
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

    /// Starts nothing while it is paused.
    pub(crate) const fn set_paused(&mut self, paused: bool) {
        self.paused = paused;
    }

    /// Queues a job; the caller has seen that there is room.
    pub(crate) fn push(&mut self, index: usize, job: Job) {
        let was_busy = self.is_busy(index);
        self.queued_bytes += job.outgoing.weight();
        if let Some(lane) = self.lane(index) {
            lane.push(job);
        }
        self.count_busy(index, was_busy);
        self.schedule(index);
    }

    /// Puts a lane with work into its tenant's rings.
    pub(crate) fn schedule(&mut self, index: usize) {
        let Some(lane) = self.lanes.get_mut(index).and_then(Option::as_mut) else { return };
        let number = lane.tenant;
        let tenant = &mut self.tenants[number];
        if !lane.urgent && lane.queued_in(Queue::High) > 0 {
            lane.urgent = true;
            tenant.urgent.push_back(index);
        }
        if !lane.scheduled && lane.queued() > 0 {
            lane.scheduled = true;
            tenant.ring.push_back(index);
        }
        self.join_ring(number);
    }

    fn join_ring(&mut self, number: usize) {
        let tenant = &mut self.tenants[number];
        if !tenant.in_ring && tenant.has_turns() {
            tenant.in_ring = true;
            self.ring.push_back(number);
        }
    }

    fn may_start(&self, lane: &Lane) -> May {
        if lane.in_flight >= lane.pace.cap() {
            return May::Wait;
        }
        let (half, quarter, eighth) = (self.max.div_ceil(2), self.max.div_ceil(4), self.max.div_ceil(8));
        let may = |may: bool, room| if may { May::Start(room) } else { May::Park(room) };
        match lane.pace {
            Pace::Slow => may(self.slow < quarter, Room::Slow),
            _ if lane.in_flight == 0 => {
                let last_quarter = self.in_flight >= self.max - quarter;
                may(!last_quarter || self.tenants[lane.tenant].in_flight == 0, Room::Common)
            }
            Pace::Unproven => may(self.unproven < eighth, Room::Unproven),
            Pace::Quick => {
                let own = self.tenants[lane.tenant].in_flight * self.busy_tenants.max(1);
                let most = if self.in_flight < self.max - quarter { half } else { eighth };
                may(self.in_flight < half || own < most, Room::Common)
            }
        }
    }

    /// The next delivery to be sent, if any may be.
    pub(crate) fn next(&mut self) -> Option<Start> {
        while !self.stopped && !self.paused && self.in_flight < self.max {
            let (number, parked) = match self.ring.pop_front() {
                Some(number) => (number, None),
                None => self.unpark()?,
            };
            let start = self.turn(number);
            if let (Some(room), Some(_)) = (parked, &start) {
                // It has what came free; who else is parked keeps his place.
                self.looks[room as usize] = 0;
            }
            let tenant = &mut self.tenants[number];
            tenant.in_ring = false;
            if !tenant.has_turns() {
                tenant.deficit = 0;
            }
            self.join_ring(number);
            if start.is_some() {
                return start;
            }
        }
        None
    }

    /// One turn of a tenant.
    fn turn(&mut self, number: usize) -> Option<Start> {
        let tenant = &mut self.tenants[number];
        if let Some(index) = tenant.urgent.pop_front() {
            let lane = self.lanes.get_mut(index)?.as_mut()?;
            lane.urgent = false;
            let lane = self.lanes[index].as_ref()?;
            // Otherwise its turn in the other ring says what becomes of it.
            if lane.queued_in(Queue::High) > 0
                && let May::Start(room) = self.may_start(lane)
            {
                return self.start_or_save(index, room, true);
            }
            self.drop_if_done(index);
            return None;
        }
        let index = tenant.ring.pop_front()?;
        let lane = self.lanes.get(index)?.as_ref()?;
        match if lane.queued() == 0 { May::Wait } else { self.may_start(lane) } {
            May::Wait => {
                self.lane(index)?.scheduled = false;
                self.drop_if_done(index);
                None
            }
            May::Park(room) => {
                self.park(index, room);
                None
            }
            May::Start(room) => self.start_or_save(index, room, false),
        }
    }

    fn park(&mut self, index: usize, room: Room) {
        let Some(lane) = self.lanes.get_mut(index).and_then(Option::as_mut) else { return };
        lane.scheduled = true;
        lane.parked = Some(room);
        let (tenant, at) = (&mut self.tenants[lane.tenant], room as usize);
        tenant.parked[at].push_back(index);
        if !tenant.is_parked[at] {
            tenant.is_parked[at] = true;
            self.parked[at].push_back(lane.tenant);
        }
    }

    /// Puts the next parked lane that may be looked at into the ring: its tenant, and the room that it waited for.
    fn unpark(&mut self) -> Option<(usize, Option<Room>)> {
        for room in [Room::Common, Room::Unproven, Room::Slow] {
            let at = room as usize;
            while self.looks[at] > 0
                && let Some(number) = self.parked[at].pop_front()
            {
                let tenant = &mut self.tenants[number];
                let found = tenant.parked[at].pop_front();
                if tenant.parked[at].is_empty() {
                    tenant.is_parked[at] = false;
                } else {
                    self.parked[at].push_back(number);
                }
                let Some(index) = found else { continue };
                // It may have come back another way meanwhile.
                let Some(lane) = self.lane(index).filter(|lane| lane.parked == Some(room)) else { continue };
                lane.parked = None;
                lane.scheduled = false;
                self.looks[at] -= 1;
                self.schedule(index);
                if self.tenants[number].in_ring {
                    // Asked only when the ring is empty, so this is the only one in it.
                    self.ring.clear();
                    return Some((number, Some(room)));
                }
                self.drop_if_done(index);
            }
        }
        None
    }

    /// Starts the lane's next delivery, when its tenant has earned the turns that it costs; else saves them up.
    fn start_or_save(&mut self, index: usize, room: Room, urgent: bool) -> Option<Start> {
        let lane = self.lanes.get_mut(index)?.as_mut()?;
        let tenant = &mut self.tenants[lane.tenant];
        let cost = 1 + lane.peek()?.outgoing.weight() / TURN_BYTES;
        tenant.deficit += 1;
        if tenant.deficit < cost {
            if urgent {
                lane.urgent = true;
                tenant.urgent.push_front(index);
            } else {
                tenant.ring.push_front(index);
            }
            return None;
        }
        tenant.deficit -= cost;
        tenant.in_flight += 1;
        if !urgent {
            lane.scheduled = false;
        }
        let job = lane.pop()?;
        lane.in_flight += 1;
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
        // What is known of the receiver may have changed; so one that is parked is looked at anew.
        if let Some(lane) = self.lane(index).filter(|lane| lane.parked.is_some()) {
            lane.parked = None;
            lane.scheduled = false;
        }
        let contended = !self.parked[Room::Common as usize].is_empty();
        match self.lane(index) {
            Some(lane) if contended && !lane.scheduled && lane.queued() > 0 && lane.pace != Pace::Slow => {
                self.park(index, Room::Common);
            }
            _ => self.schedule(index),
        }
        self.drop_if_done(index);
        // Two, so that all parked lanes are looked at sooner than new ones are parked.
        self.looks[room as usize] = 2;
        self.looks[Room::Common as usize] = 2;
    }
}

#[cfg(test)]
mod tests;
