//! Lanes: one queue per subscription, in memory. A lane is filled from committed deliveries, and from the store when there
//! are more of them than memory should hold.
//!
//! While the store has no due delivery of a lane, a committed delivery goes straight into the lane's queue. When the queue
//! or the memory of all queues is full, the delivery *spills*: it only stays in the store, where it is anyway. The lane then
//! *refills* from the store in the order of due times until it has caught up. Due retries, deliveries found at the start,
//! deliveries that a paused subscription has collected, and replays reach a lane in the same way: the lane is told that the
//! store has a delivery that is due at a given time (`expect`).

mod lane;
mod scheduler;
mod state;
mod work;

use crate::{
    index::Index,
    journal::{After, Settled},
    numbers::LaneNumber,
    outgoing::Offer,
    target::Target,
};
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

/// All lanes of this node, behind one lock.
#[derive(Debug)]
pub(crate) struct Lanes {
    state: Mutex<State>,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    /// Notified when a timer may have become the earliest.
    sooner: Notify,
    /// Notified when outcomes have become durable.
    settled: Notify,
}

/// The load of the lanes: requests in flight, lanes with work, bytes queued in memory.
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

    /// Queues deliveries that were just committed.
    pub(crate) fn offer(&self, offers: Vec<Offer>, index: &Index) -> Work {
        let now = self.clock.now();
        self.change(|state, work| {
            for Offer { target, delivery: id, outgoing } in offers {
                // The subscription was deleted a moment ago; its deletion cancels the committed delivery.
                let Some(lane) = state.lane_of(&target, index) else { continue };
                let queue = Queue::of(outgoing.event.priority);
                state.offer(lane, Job { id, queue, outgoing, attempts: 0, earlier_attempts: 0 }, now);
                state.look(lane, now, work);
            }
        })
    }

    /// Tells the lane that the store has a delivery of this queue that is due at `at`.
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

    /// Applies a changed subscription. The queue of a paused one is emptied; its deliveries stay in the store.
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

    /// Reserves a delivery that is sent without being queued (a test send), before it is written, so that no refill
    /// queues it. `None` if the subscription was deleted. [`Self::settle`] ends the reservation.
    pub(crate) fn claim(&self, target: &Target, id: DeliveryId, index: &Index) -> Option<LaneNumber> {
        let mut state = self.state.lock();
        let lane = state.lane_of(target, index)?;
        state.sending.insert(id);
        state.scheduler.lane(lane)?.held.insert(id);
        Some(lane)
    }

    /// Completes when the next outcome of this delivery that this node writes is durable.
    pub(crate) fn watch(&self, id: DeliveryId) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        let mut state = self.state.lock();
        // Removes waiters that have given up.
        state.watchers.retain(|_, list| {
            list.retain(|sender| !sender.is_closed());
            !list.is_empty()
        });
        state.watchers.entry(id).or_default().push(sender);
        receiver
    }

    /// A request has ended: the lane learns how fast its receiver is, and the room goes to the next delivery.
    pub(crate) fn finished(&self, lane: LaneNumber, room: Room, took: Duration, answered: bool) -> Work {
        let now = self.clock.now();
        self.change(|state, work| {
            if let Some(one) = state.scheduler.lane(lane) {
                one.learn(took, answered);
            }
            state.scheduler.finished(lane, room);
            state.look(lane, now, work);
        })
    }

    /// Ends a started delivery that was not sent; it stays in the store and is read again after a second.
    pub(crate) fn abandon(&self, lane: LaneNumber, job: &Job, room: Room) -> Work {
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

    /// Forgets all queued and expected deliveries: other nodes own them now.
    pub(crate) fn forget(&self) {
        let mut state = self.state.lock();
        state.timers.clear();
        state.scheduler.forget();
    }

    /// Handles durable outcomes: wakes their waiters, and expects the retries.
    pub(crate) fn settle(&self, settled: impl IntoIterator<Item = Settled>) -> Work {
        let now = self.clock.now();
        let work = self.change(|state, work| {
            for Settled { lane, delivery: id, after } in settled {
                if !state.watchers.is_empty() {
                    // The waiter may be gone.
                    state.watchers.remove(&id).into_iter().flatten().for_each(|sender| {
                        let _ = sender.send(());
                    });
                }
                state.settle(lane, id, after, now, work);
                if after != After::Ended {
                    self.sooner.notify_one();
                }
            }
        });
        self.settled.notify_waiters();
        work
    }

    /// Asks for refills of the lanes whose timer has expired; also returns the time of the earliest timer left.
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

    /// Completes when a timer may have become the earliest.
    pub(crate) async fn sooner(&self) {
        self.sooner.notified().await;
    }

    /// Reads due deliveries of a queue from the store into its lane. If the store fails, it is tried again after a second.
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

    /// The subscription of a lane as it is now.
    pub(crate) fn target(&self, lane: LaneNumber) -> Option<Arc<Target>> {
        self.state.lock().scheduler.lane(lane).map(|lane| lane.target.clone())
    }

    /// While paused, no request is started; requests under way are finished.
    pub(crate) fn set_paused(&self, paused: bool) -> Work {
        self.change(|state, _| state.scheduler.set_paused(paused))
    }

    /// Starts no further request, and completes when all outcomes of started requests are durable.
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

    /// Number of deliveries that were started and whose outcome is not durable yet.
    pub(crate) fn unsettled(&self) -> usize {
        self.state.lock().sending.len()
    }

    /// True while a request of this delivery is under way or its outcome is not durable yet.
    pub(crate) fn is_sending(&self, id: DeliveryId) -> bool {
        self.state.lock().sending.contains(&id)
    }
}
