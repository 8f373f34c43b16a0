//! The scheduler: decides which delivery is sent next. Pure: time is an argument, no I/O, no tasks.
//!
//! Two levels of round robin: tenants take turns, and within a tenant its lanes; lanes with high-priority deliveries go
//! first. A turn is one delivery. A large delivery costs several turns, which its tenant saves up (deficit round robin), so
//! that large payloads get a tenant no larger share. A request under way cannot be preempted, and a request to a receiver
//! that hangs lasts until its timeout. Therefore the concurrency limit is divided by the pace of the receivers:
//!
//! * Slow receivers share a quarter of it.
//! * A lane with no request under way may always start one; in the last quarter, only if its tenant has none under way.
//! * A lane whose receiver is not proven quick may have more than one request only within an eighth.
//! * Quick receivers share half of it. Up to three quarters go to tenants below an equal part of that half, and some of the
//!   last quarter to tenants below an equal part of an eighth.
//!
//! So however many receivers hang, and whatever their pace was before, any other lane can start a request, and its answer
//! makes it quick. A lane that may not start for want of room is parked until a request in that room ends. Parked tenants
//! take turns, however many lanes each has, and a lane whose own request has ended queues behind parked lanes, unless there
//! is room for its first one: the parked lanes may be those of receivers that hang, and then no request ends. A lane at its
//! own cap is scheduled again when one of its own requests ends.
//!
//! A lane that its policies do not let start yet (rate limit, circuit breaker) takes no turn and no room, and is scheduled
//! again by its timer ([`super::Lanes::tick`]).

mod caps;
mod parking;
mod roster;
mod start;

use super::{
    lane::{Job, Lane, Pace, Room},
    throttle::{Allowed, PolicyDefaults},
};
use crate::numbers::{LaneNumber, TenantNumber};
use model::{Queue, SubscriptionId, TenantId, Timestamp};
pub(crate) use start::Start;
use std::collections::{BTreeSet, HashMap, VecDeque};

/// A delivery costs one turn, and one more for each of these bytes.
const TURN_BYTES: usize = 64 * 1024;

#[derive(Debug, Default)]
struct Tenant {
    ring: VecDeque<LaneNumber>,
    /// Its lanes with high-priority deliveries.
    urgent: VecDeque<LaneNumber>,
    in_ring: bool,
    /// Parked lanes, by the room that they wait for.
    parked: [VecDeque<LaneNumber>; 3],
    is_parked: [bool; 3],
    in_flight: usize,
    /// Requests in flight to slow receivers.
    slow: usize,
    busy_lanes: usize,
    /// Turns saved for a large delivery.
    deficit: usize,
    /// The tenant has background work, which goes slowly for the sake of others: it has few requests in flight to
    /// receivers that answer at once, so that these do not keep all processors busy.
    is_gentle: bool,
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
    /// Requests in flight to slow receivers.
    slow: usize,
    /// Requests in flight beyond the first of a lane that is not proven quick.
    unproven: usize,
    lanes: Vec<Option<Lane>>,
    free: Vec<LaneNumber>,
    by_subscription: HashMap<SubscriptionId, LaneNumber>,
    tenants: Vec<Tenant>,
    by_tenant: HashMap<TenantId, TenantNumber>,
    ring: VecDeque<TenantNumber>,
    /// Tenants with parked lanes, by the room that the lanes wait for.
    parked: [VecDeque<TenantNumber>; 3],
    /// By room: how many parked lanes may be tried, since room has come free.
    looks: [u8; 3],
    /// Approximate bytes of all queued deliveries.
    pub(crate) queued_bytes: usize,
    busy_lanes: usize,
    busy_tenants: usize,
    stopped: bool,
    paused: bool,
    /// Maximum number of requests in flight of one tenant, those to slow receivers and the first of a lane aside: the
    /// others may hang.
    tenant_cap: usize,
    /// Tenants with [`Tenant::is_gentle`].
    gentle: Vec<TenantNumber>,
    /// The present time; set before each change.
    pub(crate) now: Timestamp,
    pub(super) defaults: PolicyDefaults,
    /// Lanes that their policies let start at a later time, each with that time in its throttle.
    pub(super) gated: Vec<LaneNumber>,
    /// Whether other nodes may deliver for the same subscriptions.
    pub(super) is_shared: bool,
    /// Lanes that have a claim on limits which they share with other nodes.
    pub(super) limited: BTreeSet<LaneNumber>,
    /// A claim should be exchanged now.
    pub(super) wants_exchange: bool,
}

enum May {
    Start(Room),
    /// The lane has reached its own cap.
    Wait,
    /// The lane may not start before this time.
    NotBefore(Timestamp),
    /// The room is used up.
    Park(Room),
}

impl Scheduler {
    pub(crate) fn new(max: usize, defaults: PolicyDefaults) -> Self {
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
            tenant_cap: usize::MAX,
            gentle: Vec::new(),
            now: Timestamp::from_micros(0),
            defaults,
            gated: Vec::new(),
            is_shared: false,
            limited: BTreeSet::new(),
            wants_exchange: false,
        }
    }

    pub(crate) const fn in_flight(&self) -> usize {
        self.in_flight
    }

    pub(crate) const fn busy_lanes(&self) -> usize {
        self.busy_lanes
    }

    /// Starts no further delivery.
    pub(crate) const fn stop(&mut self) {
        self.stopped = true;
    }

    /// Starts no delivery while paused.
    pub(crate) const fn set_paused(&mut self, paused: bool) {
        self.paused = paused;
    }

    /// Queues a delivery. The caller has checked the limits of memory.
    pub(crate) fn push(&mut self, number: LaneNumber, job: Job) {
        self.enqueue(number, job, Lane::push);
    }

    /// Queues a delivery that a refill has read.
    pub(super) fn push_refilled(&mut self, number: LaneNumber, job: Job) {
        self.enqueue(number, job, Lane::push_refilled);
    }

    fn enqueue(&mut self, number: LaneNumber, job: Job, push: impl FnOnce(&mut Lane, Job)) {
        let was_busy = self.is_busy(number);
        self.queued_bytes += job.outgoing.weight();
        if let Some(lane) = self.lane(number) {
            push(lane, job);
        }
        self.count_busy(number, was_busy);
        self.schedule(number);
    }

    /// Puts a lane with deliveries into its tenant's rings.
    pub(crate) fn schedule(&mut self, number: LaneNumber) {
        let Some(lane) = self.lanes.get_mut(number.0).and_then(Option::as_mut) else { return };
        let tenant_number = lane.tenant;
        let tenant = &mut self.tenants[tenant_number.0];
        if !lane.urgent && lane.queued_in(Queue::High) > 0 {
            lane.urgent = true;
            tenant.urgent.push_back(number);
        }
        if !lane.scheduled && lane.queued() > 0 {
            lane.scheduled = true;
            tenant.ring.push_back(number);
        }
        if lane.queued() > 0 && lane.throttle.wake() {
            self.limited.insert(number);
            self.wants_exchange = true;
        }
        self.join_ring(tenant_number);
    }

    fn join_ring(&mut self, tenant_number: TenantNumber) {
        let tenant = &mut self.tenants[tenant_number.0];
        if !tenant.in_ring && tenant.has_turns() {
            tenant.in_ring = true;
            self.ring.push_back(tenant_number);
        }
    }

    fn may_start(&self, lane: &Lane) -> May {
        if lane.in_flight >= lane.pace.cap() {
            return May::Wait;
        }
        match lane.throttle.allows(lane.in_flight, self.now) {
            Allowed::Now => {}
            Allowed::Later => return May::Wait,
            Allowed::NotBefore(at) => return May::NotBefore(at),
        }
        if let Some(at) = lane.gathers_until(self.now) {
            return May::NotBefore(at);
        }
        if lane.in_flight > 0 && lane.pace != Pace::Slow && self.is_at_cap(lane) {
            return May::Park(Room::Common);
        }
        let (half, quarter, eighth) = (self.max.div_ceil(2), self.max.div_ceil(4), self.max.div_ceil(8));
        let may = |may: bool, room| if may { May::Start(room) } else { May::Park(room) };
        match lane.pace {
            Pace::Slow => may(self.slow < quarter, Room::Slow),
            _ if lane.in_flight == 0 => {
                let last_quarter = self.in_flight >= self.max - quarter;
                may(!last_quarter || self.tenants[lane.tenant.0].in_flight == 0, Room::Common)
            }
            Pace::Unproven => may(self.unproven < eighth, Room::Unproven),
            Pace::Quick => {
                let own = self.tenants[lane.tenant.0].in_flight * self.busy_tenants.max(1);
                let most = if self.in_flight < self.max - quarter { half } else { eighth };
                may(self.in_flight < half || own < most, Room::Common)
            }
        }
    }

    /// The next delivery to send, if one may start.
    pub(crate) fn next(&mut self) -> Option<Start> {
        while !self.stopped && !self.paused && self.in_flight < self.max {
            let (tenant_number, parked) = match self.ring.pop_front() {
                Some(tenant_number) => (tenant_number, None),
                None => self.unpark()?,
            };
            let start = self.turn(tenant_number);
            if let (Some(room), Some(_)) = (parked, &start) {
                // The freed room is used; the other parked lanes keep their places.
                self.looks[room as usize] = 0;
            }
            let tenant = &mut self.tenants[tenant_number.0];
            tenant.in_ring = false;
            if !tenant.has_turns() {
                tenant.deficit = 0;
            }
            self.join_ring(tenant_number);
            if start.is_some() {
                return start;
            }
        }
        None
    }

    /// One turn of a tenant.
    fn turn(&mut self, tenant_number: TenantNumber) -> Option<Start> {
        let tenant = &mut self.tenants[tenant_number.0];
        if let Some(number) = tenant.urgent.pop_front() {
            let lane = self.lanes.get_mut(number.0)?.as_mut()?;
            lane.urgent = false;
            let lane = self.lanes[number.0].as_ref()?;
            // Otherwise the lane's turn in the ordinary ring decides.
            if lane.queued_in(Queue::High) > 0
                && let May::Start(room) = self.may_start(lane)
            {
                return self.start_or_save(number, room, true);
            }
            self.drop_if_done(number);
            return None;
        }
        let number = tenant.ring.pop_front()?;
        let lane = self.lanes.get(number.0)?.as_ref()?;
        match if lane.queued() == 0 { May::Wait } else { self.may_start(lane) } {
            May::Wait => {
                self.lane(number)?.scheduled = false;
                self.drop_if_done(number);
                None
            }
            May::NotBefore(at) => {
                let lane = self.lane(number)?;
                lane.scheduled = false;
                lane.throttle.gate = Some(at);
                self.gated.push(number);
                None
            }
            May::Park(room) => {
                self.park(number, room);
                None
            }
            May::Start(room) => self.start_or_save(number, room, false),
        }
    }

    /// Starts the lane's next delivery if its tenant has saved the turns that it costs; otherwise saves one more.
    fn start_or_save(&mut self, number: LaneNumber, room: Room, urgent: bool) -> Option<Start> {
        let lane = self.lanes.get_mut(number.0)?.as_mut()?;
        let tenant = &mut self.tenants[lane.tenant.0];
        let cost = 1 + lane.next_weight()? / TURN_BYTES;
        tenant.deficit += 1;
        if tenant.deficit < cost {
            if urgent {
                lane.urgent = true;
                tenant.urgent.push_front(number);
            } else {
                tenant.ring.push_front(number);
            }
            return None;
        }
        tenant.deficit -= cost;
        tenant.in_flight += 1;
        if !urgent {
            lane.scheduled = false;
        }
        let (job, more) = lane.take()?;
        lane.in_flight += 1;
        lane.throttle.started(self.now);
        self.in_flight += 1;
        match room {
            Room::Slow => {
                self.slow += 1;
                tenant.slow += 1;
            }
            Room::Unproven => self.unproven += 1,
            Room::Common => {}
        }
        let start = Start { lane: number, job, more, room };
        self.queued_bytes -= start.weight();
        self.schedule(number);
        Some(start)
    }

    /// A request of this lane has ended.
    pub(crate) fn finished(&mut self, number: LaneNumber, room: Room) {
        let was_busy = self.is_busy(number);
        if let Some(lane) = self.lane(number) {
            lane.in_flight -= 1;
            let (tenant_number, releases) = (lane.tenant, lane.throttle.may_release(lane.in_flight));
            self.wants_exchange |= releases;
            let tenant = &mut self.tenants[tenant_number.0];
            tenant.in_flight -= 1;
            tenant.slow -= usize::from(room == Room::Slow);
        }
        self.in_flight -= 1;
        match room {
            Room::Slow => self.slow -= 1,
            Room::Unproven => self.unproven -= 1,
            Room::Common => {}
        }
        self.count_busy(number, was_busy);
        // The receiver's pace may have changed, so a parked lane is judged anew.
        if let Some(lane) = self.lane(number).filter(|lane| lane.parked.is_some()) {
            lane.parked = None;
            lane.scheduled = false;
        }
        // Below the last quarter any lane may start its first request. One place there is left to the parked lanes: these
        // may wait for it.
        let has_first = self.in_flight + 1 < self.max - self.max.div_ceil(4);
        let contended = !self.parked[Room::Common as usize].is_empty();
        match self.lane(number) {
            Some(lane)
                if contended
                    && !lane.scheduled
                    && lane.queued() > 0
                    && lane.pace != Pace::Slow
                    && !(lane.in_flight == 0 && has_first) =>
            {
                self.park(number, Room::Common);
            }
            _ => self.schedule(number),
        }
        self.drop_if_done(number);
        // Two for one, so that parked lanes are tried faster than new ones are parked.
        self.looks[room as usize] = 2;
        self.looks[Room::Common as usize] = 2;
    }
}

#[cfg(test)]
pub(super) mod tests;
