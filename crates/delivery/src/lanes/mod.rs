//! Lanes: one queue per subscription, in memory. A lane is filled from committed deliveries, and from the store when there
//! are more of them than memory should hold.
//!
//! While the store has no due delivery of a lane, a committed delivery goes straight into the lane's queue. When the queue
//! or the memory of all queues is full, the delivery *spills*: it only stays in the store, where it is anyway. The lane then
//! *refills* from the store in the order of due times until it has caught up. Due retries, deliveries found at the start,
//! deliveries that a paused subscription has collected, and replays reach a lane in the same way: the lane is told that the
//! store has a delivery that is due at a given time (`expect`).

mod figures;
mod job;
mod lane;
mod limits;
mod pace;
mod scheduler;
mod state;
mod throttle;
mod trouble;
mod unsent;
mod work;

use crate::{
    index::Index,
    journal::{After, Settled},
    numbers::LaneNumber,
    outgoing::{Offer, Ready},
    target::Target,
};
pub(crate) use figures::LaneFigures;
pub use figures::Load;
use lane::EVER;
pub(crate) use lane::{Job, Room};
pub(crate) use limits::Claims;
use metrics::Metrics;
use model::{Clock, DeliveryId, EventId, Queue, SubscriptionId, TenantId, Timestamp, policy::breaker::Sample};
use parking_lot::Mutex;
pub(crate) use scheduler::Start;
use state::{Offered, State};
use std::{collections::HashSet, sync::Arc, time::Duration};
use storage::{Due, Store};
pub use throttle::PolicyDefaults;
use tokio::sync::{Notify, oneshot};
pub(crate) use trouble::LaneFacts;
pub use trouble::{LaneCounts, Trouble};
pub(crate) use work::{Refill, Work};

/// Time for which an event whose payload was erased is refused: longer than a refill takes.
const KEPT_DROPPED: Duration = Duration::from_secs(60);

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
    /// Notified when claims on limits should be exchanged with other nodes.
    exchange: Notify,
    metrics: Arc<Metrics>,
}

/// The end of a request.
#[derive(Clone, Debug)]
pub(crate) struct Ended {
    pub(crate) took: Duration,
    /// The receiver answered with a status below 500.
    pub(crate) answered: bool,
    pub(crate) sample: Sample,
    /// Number of events in the request.
    pub(crate) events: usize,
}

impl Lanes {
    pub(crate) fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        max_concurrency: usize,
        defaults: PolicyDefaults,
        metrics: Arc<Metrics>,
    ) -> Self {
        let mut state = State::new(max_concurrency, defaults);
        state.scheduler.is_shared = store.shared().is_some();
        Self {
            state: Mutex::new(state),
            store,
            clock,
            sooner: Notify::new(),
            settled: Notify::new(),
            exchange: Notify::new(),
            metrics,
        }
    }

    /// Queues deliveries that were just committed.
    pub(crate) fn offer(&self, offers: Vec<Offer>, index: &Index) -> Work {
        self.change(|state, work, now| {
            for Offer { target, delivery: id, ready } in offers {
                // The subscription was deleted a moment ago; its deletion cancels the committed delivery.
                let Some(lane) = state.lane_of(&target, index) else { continue };
                match ready {
                    Ready::Now(outgoing) => {
                        let (queue, due_at) = (Queue::of(outgoing.event.priority), now);
                        let job = Job { id, queue, due_at, outgoing, attempts: 0, earlier_attempts: 0, order: None };
                        if state.offer(lane, job, now) == Offered::Spilled {
                            self.metrics.engine.spills.inc();
                        }
                    }
                    Ready::InStore(queue, at) => {
                        if let Some(one) = state.scheduler.lane(lane) {
                            one.leave_in_store(queue, at.unwrap_or(EVER));
                        }
                        self.sooner.notify_one();
                    }
                }
                state.look(lane, now, work);
            }
        })
    }

    /// Tells the lane that the store has a delivery of this queue that is due at `at`.
    pub(crate) fn expect(&self, target: &Target, queue: Queue, at: Timestamp, index: &Index) -> Work {
        let at = if queue.waits_for_time() { at } else { EVER };
        self.change(|state, work, now| {
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
        self.change(|state, work, now| {
            let Some(lane) = state.scheduler.find(target.subscription.id) else { return };
            let defaults = state.scheduler.defaults;
            if let Some(one) = state.scheduler.lane(lane) {
                if one.target.subscription.revision > target.subscription.revision {
                    return;
                }
                let before = one.retarget(target);
                let (before, after) = (&before.subscription, &target.subscription);
                if before.policies != after.policies {
                    one.throttle.apply(&after.policies, &defaults);
                }
                if before.health.breaker != after.health.breaker {
                    one.adopt(after.health.breaker.as_ref());
                    state.hold_back(lane, now);
                }
            }
            state.scheduler.schedule(lane);
            if !target.subscription.state.is_active() {
                state.scheduler.clear_queue(lane);
            }
            state.look(lane, now, work);
        })
    }

    /// Drops the deliveries of a lane in memory, and reads them from the store again: some were cancelled there.
    pub(crate) fn reread(&self, id: SubscriptionId) -> Work {
        self.change(|state, work, now| {
            let Some(lane) = state.scheduler.find(id) else { return };
            state.scheduler.clear_queue(lane);
            if let Some(one) = state.scheduler.lane(lane) {
                one.outdate_refills();
                one.look_for_order();
            }
            state.look(lane, now, work);
        })
    }

    /// The subscriptions that have a lane.
    pub(crate) fn subscriptions(&self) -> Vec<SubscriptionId> {
        self.state.lock().scheduler.subscriptions()
    }

    /// Closes the circuit breaker of a subscription.
    pub(crate) fn reset_breaker(&self, id: SubscriptionId) -> Work {
        self.change(|state, work, now| {
            let Some(lane) = state.scheduler.find(id) else { return };
            if let Some(one) = state.scheduler.lane(lane) {
                one.adopt(None);
            }
            state.look(lane, now, work);
            state.scheduler.schedule(lane);
        })
    }

    pub(crate) fn remove(&self, id: SubscriptionId) {
        self.state.lock().scheduler.remove(id);
    }

    /// Removes the queued deliveries of these events, because their payload was erased, and refuses them for the next
    /// minute: a commit or a refill that read them earlier may still bring them.
    pub(crate) fn drop_events(&self, events: &[(TenantId, EventId)]) {
        let now = self.clock.now();
        let mut state = self.state.lock();
        state.dropped.retain(|_, at| now.since(*at) < KEPT_DROPPED);
        let fresh: HashSet<_> = events.iter().filter(|one| !state.dropped.contains_key(*one)).cloned().collect();
        if fresh.is_empty() {
            return;
        }
        state.scheduler.drop_events(&fresh);
        state.dropped.extend(fresh.into_iter().map(|one| (one, now)));
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

    /// A request has ended: the lane learns how fast and how well its receiver is, and the room goes to the next
    /// delivery. `fraction` in `0.0..1.0` places the jitter of a pause.
    pub(crate) fn finished(&self, lane: LaneNumber, room: Room, ended: Ended, fraction: f64) -> Work {
        self.change(|state, work, now| {
            if let Some(one) = state.scheduler.lane(lane) {
                one.learn(ended.took, ended.answered);
                if ended.answered {
                    one.took_batch(ended.events);
                }
            }
            state.learn(lane, ended.sample, fraction, now, work);
            state.scheduler.finished(lane, room);
            state.look(lane, now, work);
        })
    }

    /// Handles durable outcomes: wakes their waiters, and expects the retries.
    pub(crate) fn settle(&self, settled: impl IntoIterator<Item = Settled>) -> Work {
        let work = self.change(|state, work, now| {
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
        let mut next = None;
        let work = self.change(|state, work, now| {
            while let Some(&(at, lane)) = state.timers.first() {
                if at > now {
                    next = Some(at);
                    break;
                }
                state.timers.pop_first();
                state.timed(lane, now, work);
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
        self.metrics.engine.refills.inc();
        let now = self.clock.now();
        let (tenant, id) = (&target.subscription.tenant, target.subscription.id);
        let by = if queue.waits_for_time() { now } else { Timestamp::from_micros(i64::MAX) };
        let found = match self.store.due(tenant, id, queue, by, limit, &held).await {
            Ok(found) if queue.waits_for_time() => found,
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
        let work = self.change(|state, work, now| state.refilled(lane, queue, found, now, work));
        self.sooner.notify_one();
        work
    }

    fn change(&self, change: impl FnOnce(&mut State, &mut Work, Timestamp)) -> Work {
        let mut work = Work::default();
        let now = self.clock.now();
        let mut state = self.state.lock();
        state.scheduler.now = now;
        change(&mut state, &mut work, now);
        while let Some(start) = state.scheduler.next() {
            state.sending.extend(start.jobs().map(|job| job.id));
            work.starts.push(start);
        }
        if std::mem::take(&mut state.scheduler.wants_exchange) {
            self.exchange.notify_one();
        }
        if state.set_gates(now) || !work.transitions.is_empty() {
            self.sooner.notify_one();
        }
        work
    }

    /// The subscription of a lane as it is now.
    pub(crate) fn target(&self, lane: LaneNumber) -> Option<Arc<Target>> {
        self.state.lock().scheduler.lane(lane).map(|lane| lane.target.clone())
    }

    /// Limits the requests that one tenant may have in flight, those to slow receivers aside; further those of gentle
    /// tenants.
    pub(crate) fn set_tenant_cap(&self, cap: usize, gentle: &[TenantId]) -> Work {
        self.change(|state, _, _| state.scheduler.set_tenant_cap(cap, gentle))
    }

    /// While paused, no request is started; requests under way are finished.
    pub(crate) fn set_paused(&self, paused: bool) -> Work {
        self.change(|state, _, _| state.scheduler.set_paused(paused))
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
