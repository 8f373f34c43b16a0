//! A queued delivery.

use crate::outgoing::Outgoing;
use model::{DeliveryId, Queue, Timestamp, shape::OrderKey};
use std::sync::Arc;

/// A queued delivery.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) id: DeliveryId,
    pub(crate) queue: Queue,
    /// Time since which it could have been sent.
    pub(crate) due_at: Timestamp,
    pub(crate) outgoing: Arc<Outgoing>,
    /// Attempts made so far, over all rounds.
    pub(crate) attempts: u32,
    /// Attempts made before the current round; a replay begins a round.
    pub(crate) earlier_attempts: u32,
    /// The key of an ordered delivery.
    pub(crate) order: Option<OrderKey>,
}

impl Job {
    /// The instant from which the delivery's age counts: its creation, or the time for which it was published. `None` when
    /// it does not expire, because it was sent again by hand.
    pub(crate) fn waits_since(&self) -> Option<Timestamp> {
        let by_hand = self.queue == Queue::Replay || self.earlier_attempts > 0;
        let made = self.id.made_at();
        (!by_hand).then(|| self.outgoing.event.deliver_at.map_or(made, |at| at.max(made)))
    }

    /// True for a delayed delivery whose time has not come.
    pub(crate) fn starts_after(&self, now: Timestamp) -> bool {
        match self.queue {
            Queue::Delayed => self.outgoing.event.deliver_at.is_some_and(|at| at > now),
            // By hand it may be sent before the time of its event.
            Queue::Ordered => self.due_at > now,
            _ => false,
        }
    }

    /// The queue in memory. A delayed delivery that is due waits among the new ones of its event's priority.
    pub(super) fn turn(&self) -> Queue {
        if self.queue == Queue::Delayed { Queue::of(self.outgoing.event.priority) } else { self.queue }
    }
}
