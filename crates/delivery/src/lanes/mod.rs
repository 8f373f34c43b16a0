//! Lanes: the queue of each subscription in memory, filled from what is committed and, when there is more than memory
//! should hold, from the store.
//!
//! A lane is in one of two modes. While the store holds nothing of it that is due, a committed delivery goes straight
//! into its queue. When the queue is full, or memory as a whole is, the delivery *spills*: it stays in the store, where
//! it is anyway, and the lane *refills* from there in the order in which things are due, until it has caught up. Retries
//! whose time has come, what is found at the start, what a paused subscription has collected and what is retried by
//! hand all come the same way: the lane is told when something of it in the store is due.

mod lane;
mod scheduler;
mod state;
mod work;

use crate::{index::Index, journal::Settled, outgoing::Offer, target::Target};
use lane::EVER;
pub(crate) use lane::{Job, Room};
use model::{Clock, DeliveryId, Queue, SubscriptionId, Timestamp};
use parking_lot::Mutex;
pub(crate) use scheduler::Start;
use state::State;
use std::{sync::Arc, time::Duration};
use storage::{Due, Store};
use tokio::sync::{Notify, oneshot};
pub(crate) use work::{Refill, Work};

/// All lanes of a node.
#[derive(Debug)]
pub(crate) struct Lanes {
    state: Mutex<State>,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    /// A timer was set earlier than all others.
    sooner: Notify,
    /// Outcomes became durable.
    settled: Notify,
}

/// How full the lanes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    pub in_flight: usize,
    pub busy_lanes: usize,
    pub queued_bytes: usize,
}

impl Lanes {
    pub(crate) fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, max_concurrency: usize) -> Self {
        Self {
            state: Mutex::new(State::new(max_concurrency)),
            store,
            clock,
            sooner: Notify::new(),
            settled: Notify::new(),
        }
    }

    pub(crate) fn load(&self) -> Load {
        let state = self.state.lock();
        Load {
            in_flight: state.scheduler.in_flight(),
            busy_lanes: state.scheduler.busy_lanes(),
            queued_bytes: state.scheduler.queued_bytes,
        }
    }

    /// Takes deliveries that were just committed.
    pub(crate) fn offer(&self, offers: Vec<Offer>, index: &Index) -> Work {
        let now = self.clock.now();
        self.change(|state, work| {
            for Offer { target, delivery: id, outgoing } in offers {
                // Deleted a moment ago: whoever deletes it cancels what is committed.
                let Some(lane) = state.lane_of(&target, index) else { continue };
                let queue = Queue::of(outgoing.event.priority);
                state.offer(lane, Job { id, queue, outgoing, attempts: 0, earlier_attempts: 0 }, now);
                state.look(lane, now, work);
            }
        })
    }

    /// The store has something in this queue of the subscription that is due at `at`.
    pub(crate) fn expect(&self, target: &Target, queue: Queue, at: Timestamp, index: &Index) -> Work {
        let now = self.clock.now();
        let at = if queue == Queue::Retry { at } else { EVER };
        self.change(|state, work| {
            let Some(lane) = state.lane_of(target, index) else { return };
            if let Some(one) = state.scheduler.lane(lane) {
                one.leave_in_store(queue, at);
            }
            state.look(lane, now, work);
            self.sooner.notify_one();
        })
    }

    /// The subscription has changed. What was queued for a paused one goes back to the store.
    pub(crate) fn replace(&self, target: &Arc<Target>) -> Work {
        let now = self.clock.now();
        self.change(|state, work| {
            let Some(lane) = state.scheduler.find(target.subscription.id) else { return };
            if let Some(one) = state.scheduler.lane(lane) {
                if one.target.subscription.revision > target.subscription.revision {
                    return;
                }
                one.target = target.clone();
            }
            if !target.subscription.state.is_active() {
                state.scheduler.clear_queue(lane);
            }
            state.look(lane, now, work);
        })
    }

    pub(crate) fn remove(&self, id: SubscriptionId) {
        self.state.lock().scheduler.remove(id);
    }

    /// Takes a delivery that is sent past the queues: memory answers for it from before it is written, so that no refill
    /// hands it out. `None` when the subscription was deleted. Given back by [`Self::settle`].
    pub(crate) fn claim(&self, target: &Target, id: DeliveryId, index: &Index) -> Option<usize> {
        let mut state = self.state.lock();
        let lane = state.lane_of(target, index)?;
        state.sending.insert(id);
        state.scheduler.lane(lane)?.held.insert(id);
        Some(lane)
    }

    /// Ends when the next outcome of this delivery that this node writes is durable.
    pub(crate) fn watch(&self, id: DeliveryId) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        let mut state = self.state.lock();
        // Those that gave up waiting leave nothing behind for long.
        state.watchers.retain(|_, list| {
            list.retain(|sender| !sender.is_closed());
            !list.is_empty()
        });
        state.watchers.entry(id).or_default().push(sender);
        receiver
    }

    /// A request has ended; its room goes to the next.
    pub(crate) fn finished(&self, lane: usize, room: Room, took: Duration, answered: bool) -> Work {
        let now = self.clock.now();
        self.change(|state, work| {
            if let Some(one) = state.scheduler.lane(lane) {
                one.learn(took, answered);
            }
            state.scheduler.finished(lane, room);
            state.look(lane, now, work);
        })
    }

    /// A delivery that was started and is not sent after all; it stays in the store.
    pub(crate) fn abandon(&self, lane: usize, job: &Job, room: Room) -> Work {
        let now = self.clock.now();
        let work = self.change(|state, work| {
            state.sending.remove(&job.id);
            if let Some(one) = state.scheduler.lane(lane) {
                one.held.remove(&job.id);
                one.leave_in_store(job.queue, now.after(Duration::from_secs(1)));
            }
            state.scheduler.finished(lane, room);
            state.look(lane, now, work);
            state.scheduler.settled(lane);
        });
        self.sooner.notify_one();
        self.settled.notify_waiters();
        work
    }

    /// Forgets everything that waits: it is not this node's any more.
    pub(crate) fn forget(&self) {
        let mut state = self.state.lock();
        state.timers.clear();
        state.scheduler.forget();
    }

    /// The outcomes of these are durable; each may be due again.
    pub(crate) fn settle(&self, settled: impl IntoIterator<Item = Settled>) -> Work {
        let now = self.clock.now();
        let work = self.change(|state, work| {
            for Settled { lane, delivery: id, next } in settled {
                state.sending.remove(&id);
                if !state.watchers.is_empty() {
                    // Whoever has gone away does not mind.
                    state.watchers.remove(&id).into_iter().flatten().for_each(|sender| {
                        let _ = sender.send(());
                    });
                }
                if let Some(one) = state.scheduler.lane(lane) {
                    one.held.remove(&id);
                    if let Some(at) = next {
                        one.leave_in_store(Queue::Retry, at);
                    }
                }
                if next.is_some() {
                    state.look(lane, now, work);
                    self.sooner.notify_one();
                }
                state.scheduler.settled(lane);
            }
        });
        self.settled.notify_waiters();
        work
    }

    /// Looks into the store for lanes whose time has come; answers when to look again.
    pub(crate) fn tick(&self) -> (Work, Option<Timestamp>) {
        let now = self.clock.now();
        let mut next = None;
        let work = self.change(|state, work| {
            while let Some(&(at, lane)) = state.timers.first() {
                if at > now {
                    next = Some(at);
                    break;
                }
                state.timers.pop_first();
                if let Some(one) = state.scheduler.lane(lane) {
                    one.timer = None;
                }
                state.look(lane, now, work);
            }
        });
        (work, next)
    }

    /// Returns when a timer was set earlier than all others.
    pub(crate) async fn sooner(&self) {
        self.sooner.notified().await;
    }

    /// Runs a refill.
    pub(crate) async fn refill(&self, refill: Refill) -> Work {
        let Refill { lane, target, queue, limit, held } = refill;
        let now = self.clock.now();
        let (tenant, id) = (&target.subscription.tenant, target.subscription.id);
        let by = if queue == Queue::Retry { now } else { Timestamp::from_micros(i64::MAX) };
        let found = match self.store.due(tenant, id, queue, by, limit, &held).await {
            Ok(found) if queue == Queue::Retry => found,
            Ok(found) => Due { next: found.next.map(|_| EVER), ..found },
            Err(fault) => {
                tracing::warn!(
                    subscription = %id,
                    error = %fault,
                    cause = std::error::Error::source(&fault).map(ToString::to_string),
                    "a refill failed; it will be tried again"
                );
                Due { deliveries: Vec::new(), next: Some(now.after(Duration::from_secs(1))) }
            }
        };
        let work = self.change(|state, work| state.refilled(lane, queue, found, now, work));
        self.sooner.notify_one();
        work
    }

    fn change(&self, change: impl FnOnce(&mut State, &mut Work)) -> Work {
        let mut work = Work::default();
        let mut state = self.state.lock();
        change(&mut state, &mut work);
        while let Some(start) = state.scheduler.next() {
            state.sending.insert(start.job.id);
            work.starts.push(start);
        }
        work
    }

    /// The target that a start is to be sent to.
    pub(crate) fn target(&self, lane: usize) -> Option<Arc<Target>> {
        self.state.lock().scheduler.lane(lane).map(|lane| lane.target.clone())
    }

    /// While it is paused nothing is started; what is under way goes on.
    pub(crate) fn set_paused(&self, paused: bool) -> Work {
        self.change(|state, _| state.scheduler.set_paused(paused))
    }

    /// Starts nothing any more, and returns when the outcome of everything that was started is durable.
    pub(crate) async fn drain(&self) {
        self.state.lock().scheduler.stop();
        loop {
            let settled = self.settled.notified();
            if self.unsettled() == 0 {
                return;
            }
            settled.await;
        }
    }

    /// Deliveries that were started and whose outcome is not durable yet.
    pub(crate) fn unsettled(&self) -> usize {
        self.state.lock().sending.len()
    }

    /// Whether it is being sent now, or was and its outcome is not durable yet.
    pub(crate) fn is_sending(&self, id: DeliveryId) -> bool {
        self.state.lock().sending.contains(&id)
    }
}
