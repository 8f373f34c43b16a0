//! One lane: the queue of one subscription and what is known of its receiver. Pure bookkeeping.

use crate::{attempt::Outgoing, target::Target};
use model::{DeliveryId, Timestamp};
use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};

/// A delivery in memory, ready to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) id: DeliveryId,
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

    /// Deliveries kept in memory for one receiver, at most. One that does not take them off us needs no long queue.
    pub(crate) const fn queue(self) -> usize {
        match self {
            Self::Unproven => 1_024,
            Self::Quick => 8_192,
            Self::Slow => 64,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Lane {
    pub(crate) target: Arc<Target>,
    /// Index of the tenant it belongs to.
    pub(crate) tenant: usize,
    pub(crate) queue: VecDeque<Job>,
    /// Everything of this lane that memory answers for: queued, under way, or with an outcome not durable yet.
    pub(crate) held: HashSet<DeliveryId>,
    pub(crate) in_flight: usize,
    pub(crate) pace: Pace,
    /// When the earliest delivery is due that only the store has; `None` when memory has all.
    pub(crate) stored_due: Option<Timestamp>,
    /// A refill is under way; whether anything was left to the store since it began.
    pub(crate) refilling: Option<SpilledSince>,
    /// The time for which the timer is set.
    pub(crate) timer: Option<Timestamp>,
    /// In its tenant's ring, or parked.
    pub(crate) scheduled: bool,
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
            queue: VecDeque::new(),
            held: HashSet::new(),
            in_flight: 0,
            pace: Pace::Unproven,
            stored_due: None,
            refilling: None,
            timer: None,
            scheduled: false,
            removed: false,
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        !self.removed && self.target.subscription.state.is_active()
    }

    pub(crate) fn is_busy(&self) -> bool {
        self.in_flight > 0 || !self.queue.is_empty()
    }

    /// The store has something for it from `at` on.
    pub(crate) fn leave_in_store(&mut self, at: Timestamp) {
        self.stored_due = Some(self.stored_due.map_or(at, |known| known.min(at)));
        if self.refilling.is_some() {
            self.refilling = Some(SpilledSince::Yes);
        }
    }

    /// Whether older deliveries wait in the store, behind which a new one must queue.
    pub(crate) fn has_backlog(&self, now: Timestamp) -> bool {
        self.refilling.is_some() || self.stored_due.is_some_and(|at| at <= now)
    }

    /// How many to read from the store now; `None` when it needs none.
    pub(crate) fn wants_refill(&self, now: Timestamp) -> Option<usize> {
        let room = match self.pace {
            Pace::Quick => 512,
            Pace::Unproven => 64,
            Pace::Slow => 32,
        };
        let low = self.queue.len() <= room / 4;
        let due = self.stored_due.is_some_and(|at| at <= now);
        (self.is_open() && low && due && self.refilling.is_none()).then_some(room)
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
