//! One lane: the queues of one subscription, and the pace of its receiver. Pure: no clock, no I/O, no tasks.

mod batches;
mod erased;

pub(crate) use super::{
    job::Job,
    pace::{Pace, Room},
};
use super::{
    pace::SWIFT,
    throttle::{PolicyDefaults, Throttle},
};
use crate::{numbers::TenantNumber, target::Target};
use model::{
    DeliveryId, Queue, Timestamp,
    policy::{OpenBreaker, breaker::Sample},
};
use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};

/// Where the next delivery of a lane comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    Of(Queue),
    /// Deliveries that the circuit breaker had held back.
    HeldBack,
}

/// Weighted round robin over the queues, after the high-priority queue. The turn of an empty queue passes to the next
/// one, so the weights matter only when several queues have deliveries: fresh deliveries get half, and no queue starves.
/// Retries and held-back deliveries share two turns; each takes the turn of the other when that has none. Ordered
/// and other new deliveries likewise.
const TURNS: [Turn; 8] = [
    Turn::Of(Queue::Ordered),
    Turn::HeldBack,
    Turn::Of(Queue::Normal),
    Turn::Of(Queue::Replay),
    Turn::Of(Queue::Normal),
    Turn::Of(Queue::Retry),
    Turn::Of(Queue::Normal),
    Turn::Of(Queue::Low),
];

/// The queues of deliveries that no attempt was made for.
const FRESH: [Queue; 3] = [Queue::High, Queue::Normal, Queue::Low];

/// The due time of a delivery that does not wait for a time ([`Queue::waits_for_time`]). The time of its creation does not
/// serve: the clock may have been ahead then and be right now.
pub(crate) const EVER: Timestamp = Timestamp::from_micros(0);

/// One queue of a lane: its deliveries in memory, and the due time of the first that only the store has.
#[derive(Debug, Default)]
pub(crate) struct Part {
    pub(crate) jobs: VecDeque<Job>,
    /// Due time of the earliest delivery that only the store has; `None` if memory has all.
    pub(crate) stored_due: Option<Timestamp>,
    /// Set while a refill runs.
    pub(crate) refilling: Option<SpilledSince>,
    /// True while the store has deliveries of this queue that the circuit breaker has held back: until a refill has
    /// caught up, these take turns of their own, so that fresh deliveries need not wait for them.
    held_back: bool,
    /// Number of deliveries in memory that the store has in this queue.
    in_memory: usize,
}

impl Part {
    /// Records that the store has a delivery that is due at `at`.
    fn leave_in_store(&mut self, at: Timestamp) {
        self.stored_due = Some(self.stored_due.map_or(at, |known| known.min(at)));
        if self.refilling == Some(SpilledSince::No) {
            self.refilling = Some(SpilledSince::Yes);
        }
    }

    /// Number of deliveries in memory that the store has in this queue.
    #[cfg(test)]
    pub(super) const fn in_memory(&self) -> usize {
        self.in_memory
    }

    /// Called after a refill: fresh deliveries need not overtake a queue that is in memory as a whole.
    pub(super) fn catch_up(&mut self) {
        self.held_back &= self.stored_due.is_some();
    }

    /// True if due deliveries are only in the store: new ones must queue behind them.
    fn has_backlog(&self, now: Timestamp) -> bool {
        !self.held_back && (self.refilling.is_some() || self.stored_due.is_some_and(|at| at <= now))
    }
}

#[derive(Debug)]
pub(crate) struct Lane {
    pub(crate) target: Arc<Target>,
    /// The tenant that owns the subscription.
    pub(crate) tenant: TenantNumber,
    parts: [Part; Queue::ALL.len()],
    /// Deliveries in memory that the circuit breaker had held back.
    held_back: VecDeque<Job>,
    turn: usize,
    queued: usize,
    /// Bytes of the events that are queued in memory.
    bytes: usize,
    /// True while the store may have ordered deliveries of this lane.
    has_order: bool,
    /// The most events that the receiver takes in one request, learnt from its answers; `None`: as many as configured.
    batch_most: Option<u16>,
    /// Deliveries that a refill must not read again: queued, under way, or with an outcome that is not durable yet.
    pub(crate) held: HashSet<DeliveryId>,
    pub(crate) in_flight: usize,
    pub(crate) pace: Pace,
    /// The last request took no longer than [`SWIFT`], so requests of this lane keep the processor busy.
    pub(crate) is_swift: bool,
    /// The time for which the timer is set.
    pub(crate) timer: Option<Timestamp>,
    /// True while the lane is in its tenant's ring or parked.
    pub(crate) scheduled: bool,
    /// The room that the lane is parked for.
    pub(crate) parked: Option<Room>,
    /// True while the lane is in its tenant's ring of lanes with high-priority deliveries.
    pub(crate) urgent: bool,
    pub(crate) removed: bool,
    pub(super) throttle: Throttle,
    /// Since when attempts fail, and the last error; `None` after an answer.
    pub(super) failures: Option<Box<(Timestamp, String)>>,
}

/// Whether deliveries were left in the store while a refill was reading: the refill may have missed them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SpilledSince {
    No,
    Yes,
    /// Deliveries were cancelled in the store, perhaps some that the refill has read: its result is dropped.
    Outdated,
}

impl Lane {
    pub(crate) fn new(target: Arc<Target>, tenant: TenantNumber, defaults: &PolicyDefaults, is_shared: bool) -> Self {
        Self {
            throttle: Throttle::new(&target.subscription, defaults, is_shared),
            target,
            tenant,
            parts: Default::default(),
            held_back: VecDeque::new(),
            turn: 0,
            queued: 0,
            bytes: 0,
            has_order: false,
            batch_most: None,
            held: HashSet::new(),
            in_flight: 0,
            pace: Pace::Unproven,
            is_swift: false,
            timer: None,
            scheduled: false,
            parked: None,
            urgent: false,
            removed: false,
            failures: None,
        }
    }

    pub(crate) fn part(&mut self, queue: Queue) -> &mut Part {
        &mut self.parts[usize::from(queue.code())]
    }

    pub(crate) fn is_open(&self) -> bool {
        !self.removed && self.target.subscription.state.is_active()
    }

    pub(crate) const fn is_busy(&self) -> bool {
        self.in_flight > 0 || self.queued > 0
    }

    /// Number of deliveries queued in memory.
    pub(crate) const fn queued(&self) -> usize {
        self.queued
    }

    pub(crate) fn queued_in(&self, queue: Queue) -> usize {
        self.parts[usize::from(queue.code())].jobs.len()
    }

    pub(crate) fn is_refilling(&self) -> bool {
        self.parts.iter().any(|part| part.refilling.is_some())
    }

    pub(crate) fn push(&mut self, job: Job) {
        self.held.insert(job.id);
        self.queued += 1;
        self.bytes += job.outgoing.bytes();
        self.part(job.queue).in_memory += 1;
        self.part(job.turn()).jobs.push_back(job);
    }

    /// Queues a delivery that a refill has read.
    pub(super) fn push_refilled(&mut self, job: Job) {
        if !self.part(job.queue).held_back {
            return self.push(job);
        }
        self.held.insert(job.id);
        self.queued += 1;
        self.bytes += job.outgoing.bytes();
        self.part(job.queue).in_memory += 1;
        self.held_back.push_back(job);
    }

    fn jobs(&self, turn: Turn) -> &VecDeque<Job> {
        match turn {
            Turn::Of(queue) => &self.parts[usize::from(queue.code())].jobs,
            Turn::HeldBack => &self.held_back,
        }
    }

    /// The turn of the next delivery.
    fn next_turn(&self) -> Option<Turn> {
        let turns = (0..TURNS.len()).map(|ahead| match TURNS[(self.turn + ahead) % TURNS.len()] {
            Turn::HeldBack if self.held_back.is_empty() => Turn::Of(Queue::Retry),
            Turn::Of(Queue::Retry) if self.queued_in(Queue::Retry) == 0 => Turn::HeldBack,
            Turn::Of(Queue::Normal) if self.queued_in(Queue::Normal) == 0 => Turn::Of(Queue::Ordered),
            Turn::Of(Queue::Ordered) if self.queued_in(Queue::Ordered) == 0 => Turn::Of(Queue::Normal),
            turn => turn,
        });
        std::iter::once(Turn::Of(Queue::High)).chain(turns).find(|turn| !self.jobs(*turn).is_empty())
    }

    pub(crate) fn peek(&self) -> Option<&Job> {
        self.jobs(self.next_turn()?).front()
    }

    pub(crate) fn pop(&mut self) -> Option<Job> {
        let turn = self.next_turn()?;
        if turn != Turn::Of(Queue::High) {
            self.turn = (self.turn + 1) % TURNS.len();
        }
        self.queued -= 1;
        let job = match turn {
            Turn::Of(queue) => self.part(queue).jobs.pop_front()?,
            Turn::HeldBack => self.held_back.pop_front()?,
        };
        self.part(job.queue).in_memory -= 1;
        self.bytes -= job.outgoing.bytes();
        Some(job)
    }

    /// Takes over a circuit breaker that the store has.
    pub(super) fn adopt(&mut self, stored: Option<&OpenBreaker>) {
        let was_open = self.throttle.open().is_some();
        self.throttle.adopt(stored);
        if was_open && stored.is_none() {
            self.release();
        }
    }

    /// The circuit breaker has closed: from now on fresh deliveries overtake those that it has held back.
    pub(super) fn release(&mut self) {
        for queue in FRESH {
            let part = self.part(queue);
            part.held_back = part.refilling.is_some() || part.stored_due.is_some();
        }
    }

    /// Empties all queues in memory and returns their deliveries, which stay in the store.
    pub(crate) fn clear(&mut self) -> Vec<Job> {
        let mut cleared = Vec::with_capacity(self.queued);
        for part in &mut self.parts {
            part.in_memory = 0;
            cleared.extend(part.jobs.drain(..));
        }
        cleared.extend(self.held_back.drain(..));
        for job in &cleared {
            self.held.remove(&job.id);
            self.leave_in_store(job.queue, EVER);
        }
        (self.queued, self.bytes) = (0, 0);
        cleared
    }

    /// Drops the results of refills that are running; they are read again.
    pub(crate) fn outdate_refills(&mut self) {
        let running = self.parts.iter_mut().filter(|part| part.refilling.is_some());
        running.for_each(|part| part.refilling = Some(SpilledSince::Outdated));
    }

    /// Forgets that the store has deliveries of this lane.
    pub(crate) fn forget(&mut self) {
        self.timer = None;
        for part in &mut self.parts {
            part.stored_due = None;
        }
    }

    /// Records that the store has a delivery of this queue that is due at `at`.
    pub(crate) fn leave_in_store(&mut self, queue: Queue, at: Timestamp) {
        self.has_order |= queue == Queue::Ordered;
        self.part(queue).leave_in_store(at);
    }

    /// Looks for ordered deliveries in the store, if there may be any: another one may be the first of its key now. Returns
    /// whether it does.
    pub(super) fn look_for_order(&mut self) -> bool {
        if self.has_order {
            self.leave_in_store(Queue::Ordered, EVER);
        }
        self.has_order
    }

    /// A refill of this queue has found what is due.
    pub(super) fn found(&mut self, queue: Queue, next: Option<Timestamp>) {
        self.part(queue).stored_due = next;
        // Those in memory are in the store, too.
        if queue == Queue::Ordered {
            self.has_order = next.is_some();
        }
    }

    pub(crate) fn has_backlog(&mut self, queue: Queue, now: Timestamp) -> bool {
        self.part(queue).has_backlog(now)
    }

    /// The queues to refill now, and the maximum number of deliveries to read for each.
    pub(crate) fn wants_refill(&self, now: Timestamp) -> (Vec<Queue>, usize) {
        let is_open = self.is_open() && self.throttle.shut_until(now).is_none();
        // A probe needs one delivery, from one queue.
        let probes = self.throttle.open().is_some();
        let room = match self.pace {
            _ if probes => 1,
            Pace::Quick => 512,
            Pace::Unproven => 64,
            Pace::Slow => 32,
        };
        let room = if probes { 1 } else { room.max(self.batch_max()) };
        let wants = |queue: &Queue| {
            let part = &self.parts[usize::from(queue.code())];
            let queued = if part.held_back { self.held_back.len() } else { part.in_memory };
            queued <= room / 4 && part.refilling.is_none() && part.stored_due.is_some_and(|at| at <= now)
        };
        let most = match (is_open, probes) {
            (false, _) => 0,
            (true, true) => usize::from(self.queued == 0 && !self.is_refilling()),
            (true, false) => Queue::ALL.len(),
        };
        (Queue::ALL.into_iter().filter(wants).take(most).collect(), room)
    }

    /// True if a committed delivery may go straight into memory.
    pub(super) fn takes(&self, now: Timestamp) -> bool {
        self.is_open() && self.throttle.shut_until(now).is_none()
    }

    /// The next time after `now` at which the lane has something to do.
    pub(super) fn next_time(&self, now: Timestamp) -> Option<Timestamp> {
        if !self.is_open() {
            return None;
        }
        if let Some(at) = self.throttle.shut_until(now) {
            return Some(at);
        }
        let gate = self.throttle.gate.filter(|at| *at > now);
        [gate, self.due_after(now)].into_iter().flatten().min()
    }

    /// Due time of the earliest delivery that only the store has.
    pub(crate) fn stored_due(&self) -> Option<Timestamp> {
        self.parts.iter().filter_map(|part| part.stored_due).min()
    }

    /// The next time after `now` at which a delivery in the store becomes due.
    fn due_after(&self, now: Timestamp) -> Option<Timestamp> {
        self.parts.iter().filter_map(|part| part.stored_due).filter(|at| *at > now).min()
    }

    /// Remembers failures in a row.
    pub(super) fn note(&mut self, sample: &Sample, now: Timestamp) {
        match sample {
            Sample::NotTried => {}
            Sample::Answered => self.failures = None,
            Sample::Failed(error) | Sample::NoConnection(error) => {
                self.failures = Some(Box::new((self.failures.as_ref().map_or(now, |known| known.0), error.clone())));
            }
        }
    }

    /// Learns the receiver's pace from a request.
    pub(crate) fn learn(&mut self, took: Duration, answered: bool) {
        self.is_swift = answered && took <= SWIFT;
        self.pace = Pace::of(took, answered);
    }
}
