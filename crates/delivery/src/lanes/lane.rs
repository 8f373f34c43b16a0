//! One lane: the queue of one subscription and what is known of its receiver. Pure bookkeeping.

use crate::{outgoing::Outgoing, target::Target};
use model::{DeliveryId, Queue, Timestamp};
use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};

/// The share of all requests that a request counts towards until it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Room {
    Slow,
    Unproven,
    Common,
}

/// A delivery in memory, ready to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) id: DeliveryId,
    pub(crate) queue: Queue,
    pub(crate) outgoing: Arc<Outgoing>,
    /// Attempts made before this one, over the delivery's life.
    pub(crate) attempts: u32,
    /// … of which before the current round.
    pub(crate) earlier_attempts: u32,
}

/// How a receiver has answered lately.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// Nothing is known yet.
    Unproven,
    Quick,
    /// It took longer than [`SLOW`], or did not answer.
    Slow,
}

/// A receiver that takes longer is treated as slow until it answers faster.
const SLOW: Duration = Duration::from_secs(1);

impl Pace {
    /// Requests under way to one receiver, at most.
    pub(crate) const fn cap(self) -> usize {
        match self {
            Self::Unproven => 16,
            Self::Quick => 64,
            Self::Slow => 8,
        }
    }

    /// Deliveries kept in memory for one queue of a receiver, at most. One that does not take them off us needs no long queue.
    pub(crate) const fn queue(self) -> usize {
        match self {
            Self::Unproven => 1_024,
            Self::Quick => 8_192,
            Self::Slow => 64,
        }
    }
}

/// After those with high priority, whose turn it is. A turn that finds its queue empty goes to another, so this only
/// says who waits for whom when all have something: fresh ones have half of it, and nobody nothing.
const TURNS: [Queue; 8] =
    [Queue::Normal, Queue::Retry, Queue::Normal, Queue::Replay, Queue::Normal, Queue::Retry, Queue::Normal, Queue::Low];

/// Since when something is due that waits for its turn alone. Only retries wait for a time; the rest is due since it was
/// made, also when the clock was ahead then and is right now.
pub(crate) const EVER: Timestamp = Timestamp::from_micros(0);

/// What memory and the store have of one queue.
#[derive(Debug, Default)]
pub(crate) struct Part {
    pub(crate) jobs: VecDeque<Job>,
    /// When the earliest delivery is due that only the store has; `None` when memory has all.
    pub(crate) stored_due: Option<Timestamp>,
    /// A refill is reading; whether anything was left to the store since it began.
    pub(crate) refilling: Option<SpilledSince>,
}

impl Part {
    /// The store has something for it from `at` on.
    fn leave_in_store(&mut self, at: Timestamp) {
        self.stored_due = Some(self.stored_due.map_or(at, |known| known.min(at)));
        if self.refilling.is_some() {
            self.refilling = Some(SpilledSince::Yes);
        }
    }

    /// Whether older deliveries wait in the store, behind which a new one must queue.
    fn has_backlog(&self, now: Timestamp) -> bool {
        self.refilling.is_some() || self.stored_due.is_some_and(|at| at <= now)
    }
}

#[derive(Debug)]
pub(crate) struct Lane {
    pub(crate) target: Arc<Target>,
    /// Index of the tenant it belongs to.
    pub(crate) tenant: usize,
    parts: [Part; Queue::ALL.len()],
    turn: usize,
    queued: usize,
    /// Everything of this lane that memory answers for: queued, under way, or with an outcome not durable yet.
    pub(crate) held: HashSet<DeliveryId>,
    pub(crate) in_flight: usize,
    pub(crate) pace: Pace,
    /// The time for which the timer is set.
    pub(crate) timer: Option<Timestamp>,
    /// In its tenant's ring, or parked.
    pub(crate) scheduled: bool,
    /// Parked, until there is this room.
    pub(crate) parked: Option<Room>,
    /// In its tenant's ring of lanes with something of high priority.
    pub(crate) urgent: bool,
    pub(crate) removed: bool,
}

/// Whether something was left to the store while a refill was reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SpilledSince {
    No,
    Yes,
}

impl Lane {
    pub(crate) fn new(target: Arc<Target>, tenant: usize) -> Self {
        Self {
            target,
            tenant,
            parts: Default::default(),
            turn: 0,
            queued: 0,
            held: HashSet::new(),
            in_flight: 0,
            pace: Pace::Unproven,
            timer: None,
            scheduled: false,
            parked: None,
            urgent: false,
            removed: false,
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

    /// Deliveries queued in memory.
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
        self.part(job.queue).jobs.push_back(job);
    }

    /// The queue from which the next one comes.
    fn next_queue(&self) -> Option<Queue> {
        let has = |queue: &Queue| self.queued_in(*queue) > 0;
        let turns = (0..TURNS.len()).map(|ahead| TURNS[(self.turn + ahead) % TURNS.len()]);
        std::iter::once(Queue::High).chain(turns).find(has)
    }

    pub(crate) fn peek(&self) -> Option<&Job> {
        self.parts[usize::from(self.next_queue()?.code())].jobs.front()
    }

    pub(crate) fn pop(&mut self) -> Option<Job> {
        let queue = self.next_queue()?;
        if queue != Queue::High {
            self.turn = (self.turn + 1) % TURNS.len();
        }
        self.queued -= 1;
        self.part(queue).jobs.pop_front()
    }

    /// Empties all queues in memory; what was in them is left to the store.
    pub(crate) fn clear(&mut self) -> Vec<Job> {
        let mut cleared = Vec::with_capacity(self.queued);
        for part in &mut self.parts {
            for job in std::mem::take(&mut part.jobs) {
                part.leave_in_store(EVER);
                self.held.remove(&job.id);
                cleared.push(job);
            }
        }
        self.queued = 0;
        cleared
    }

    /// Expects nothing of the store.
    pub(crate) fn forget(&mut self) {
        self.timer = None;
        for part in &mut self.parts {
            part.stored_due = None;
        }
    }

    /// The store has something of this queue from `at` on.
    pub(crate) fn leave_in_store(&mut self, queue: Queue, at: Timestamp) {
        self.part(queue).leave_in_store(at);
    }

    pub(crate) fn has_backlog(&mut self, queue: Queue, now: Timestamp) -> bool {
        self.part(queue).has_backlog(now)
    }

    /// Which queues to read from the store now, and how much of each at most.
    pub(crate) fn wants_refill(&self, now: Timestamp) -> (Vec<Queue>, usize) {
        let room = match self.pace {
            Pace::Quick => 512,
            Pace::Unproven => 64,
            Pace::Slow => 32,
        };
        let wants = |queue: &Queue| {
            let part = &self.parts[usize::from(queue.code())];
            part.jobs.len() <= room / 4 && part.refilling.is_none() && part.stored_due.is_some_and(|at| at <= now)
        };
        let queues = if self.is_open() { Queue::ALL.into_iter().filter(wants).collect() } else { Vec::new() };
        (queues, room)
    }

    /// When the first delivery is due that only the store has.
    pub(crate) fn stored_due(&self) -> Option<Timestamp> {
        self.parts.iter().filter_map(|part| part.stored_due).min()
    }

    /// When the next delivery becomes due that only the store has.
    pub(crate) fn due_after(&self, now: Timestamp) -> Option<Timestamp> {
        self.parts.iter().filter_map(|part| part.stored_due).filter(|at| *at > now).min()
    }

    /// Learns from an answer.
    pub(crate) fn learn(&mut self, took: Duration, answered: bool) {
        self.pace = match (took > SLOW, answered) {
            (true, _) => Pace::Slow,
            (false, true) => Pace::Quick,
            // Refused at once: it costs nobody time, but it is not proven either.
            (false, false) => Pace::Unproven,
        };
    }
}
