//! One lane: the queues of one subscription, and the pace of its receiver. Pure: no clock, no I/O, no tasks.

use crate::{numbers::TenantNumber, outgoing::Outgoing, target::Target};
use model::{DeliveryId, Queue, Timestamp};
use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};

/// The share of the concurrency limit that a request uses until it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Room {
    Slow,
    Unproven,
    Common,
}

/// A queued delivery.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) id: DeliveryId,
    pub(crate) queue: Queue,
    pub(crate) outgoing: Arc<Outgoing>,
    /// Attempts made so far, over all rounds.
    pub(crate) attempts: u32,
    /// Attempts made before the current round; a replay begins a round.
    pub(crate) earlier_attempts: u32,
}

/// The speed of a receiver, learnt from its last answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// No answer yet, or the last connection failed fast.
    Unproven,
    Quick,
    /// The last request took longer than [`SLOW`].
    Slow,
}

/// A request that takes longer makes its receiver slow, until a request is faster.
const SLOW: Duration = Duration::from_secs(1);

impl Pace {
    /// Maximum of concurrent requests to one receiver.
    pub(crate) const fn cap(self) -> usize {
        match self {
            Self::Unproven => 16,
            Self::Quick => 64,
            Self::Slow => 8,
        }
    }

    /// Maximum length of one queue in memory. A slow receiver needs no long queue.
    pub(crate) const fn queue(self) -> usize {
        match self {
            Self::Unproven => 1_024,
            Self::Quick => 8_192,
            Self::Slow => 64,
        }
    }
}

/// Weighted round robin over the queues, after the high-priority queue. The turn of an empty queue passes to the next
/// one, so the weights matter only when several queues have deliveries: fresh deliveries get half, and no queue starves.
const TURNS: [Queue; 8] =
    [Queue::Normal, Queue::Retry, Queue::Normal, Queue::Replay, Queue::Normal, Queue::Retry, Queue::Normal, Queue::Low];

/// The due time of a delivery that does not wait for a time: of every delivery that is no retry. The time of its creation
/// does not serve: the clock may have been ahead then and be right now.
pub(crate) const EVER: Timestamp = Timestamp::from_micros(0);

/// One queue of a lane: its deliveries in memory, and the due time of the first that only the store has.
#[derive(Debug, Default)]
pub(crate) struct Part {
    pub(crate) jobs: VecDeque<Job>,
    /// Due time of the earliest delivery that only the store has; `None` if memory has all.
    pub(crate) stored_due: Option<Timestamp>,
    /// Set while a refill runs.
    pub(crate) refilling: Option<SpilledSince>,
}

impl Part {
    /// Records that the store has a delivery that is due at `at`.
    fn leave_in_store(&mut self, at: Timestamp) {
        self.stored_due = Some(self.stored_due.map_or(at, |known| known.min(at)));
        if self.refilling.is_some() {
            self.refilling = Some(SpilledSince::Yes);
        }
    }

    /// True if due deliveries are only in the store: new ones must queue behind them.
    fn has_backlog(&self, now: Timestamp) -> bool {
        self.refilling.is_some() || self.stored_due.is_some_and(|at| at <= now)
    }
}

#[derive(Debug)]
pub(crate) struct Lane {
    pub(crate) target: Arc<Target>,
    /// The tenant that owns the subscription.
    pub(crate) tenant: TenantNumber,
    parts: [Part; Queue::ALL.len()],
    turn: usize,
    queued: usize,
    /// Deliveries that a refill must not read again: queued, under way, or with an outcome that is not durable yet.
    pub(crate) held: HashSet<DeliveryId>,
    pub(crate) in_flight: usize,
    pub(crate) pace: Pace,
    /// The time for which the timer is set.
    pub(crate) timer: Option<Timestamp>,
    /// True while the lane is in its tenant's ring or parked.
    pub(crate) scheduled: bool,
    /// The room that the lane is parked for.
    pub(crate) parked: Option<Room>,
    /// True while the lane is in its tenant's ring of lanes with high-priority deliveries.
    pub(crate) urgent: bool,
    pub(crate) removed: bool,
}

/// Whether deliveries were left in the store while a refill was reading: the refill may have missed them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SpilledSince {
    No,
    Yes,
}

impl Lane {
    pub(crate) fn new(target: Arc<Target>, tenant: TenantNumber) -> Self {
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
        self.part(job.queue).jobs.push_back(job);
    }

    /// The queue of the next delivery.
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

    /// Empties all queues in memory and returns their deliveries, which stay in the store.
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

    /// Forgets that the store has deliveries of this lane.
    pub(crate) fn forget(&mut self) {
        self.timer = None;
        for part in &mut self.parts {
            part.stored_due = None;
        }
    }

    /// Records that the store has a delivery of this queue that is due at `at`.
    pub(crate) fn leave_in_store(&mut self, queue: Queue, at: Timestamp) {
        self.part(queue).leave_in_store(at);
    }

    pub(crate) fn has_backlog(&mut self, queue: Queue, now: Timestamp) -> bool {
        self.part(queue).has_backlog(now)
    }

    /// The queues to refill now, and the maximum number of deliveries to read for each.
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

    /// Due time of the earliest delivery that only the store has.
    pub(crate) fn stored_due(&self) -> Option<Timestamp> {
        self.parts.iter().filter_map(|part| part.stored_due).min()
    }

    /// The next time after `now` at which a delivery in the store becomes due.
    pub(crate) fn due_after(&self, now: Timestamp) -> Option<Timestamp> {
        self.parts.iter().filter_map(|part| part.stored_due).filter(|at| *at > now).min()
    }

    /// Learns the receiver's pace from a request.
    pub(crate) fn learn(&mut self, took: Duration, answered: bool) {
        self.pace = match (took > SLOW, answered) {
            (true, _) => Pace::Slow,
            (false, true) => Pace::Quick,
            // A fast failure (connection refused) uses no time, and does not prove that the receiver is quick.
            (false, false) => Pace::Unproven,
        };
    }
}
