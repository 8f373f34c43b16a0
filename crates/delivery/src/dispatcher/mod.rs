//! The dispatcher: queues committed deliveries in their lanes, sends them, and records the outcomes.

mod batches;
mod commits;
mod log;
mod pressure;
mod retries;
mod sending;

use crate::{
    activity::Activity,
    breakers::Breakers,
    egress::{Egress, LocalFault},
    feed::Feed,
    index::Index,
    journal::{Journal, Settled},
    lanes::{Claims, LaneFigures, Lanes, Load, Work},
    lease::Lease,
    log_sample::LogSample,
    matching::Filters,
    numbers::LaneNumber,
    operational::Operational,
    outgoing::Offer,
    shaping::Shaping,
    shortages::Shortages,
    target::{Defaults, Target},
    tasks::Tasks,
    traces::Traces,
    urls::{self, UrlRefused},
    wake::Sleeper,
};
pub(crate) use commits::Commits;
use metrics::Metrics;
use model::{
    Clock, DeliveryId, EventId, IdSource, Queue, SubscriptionId, SubscriptionUrl, TenantId, Timestamp,
    policy::share::{Grant, Next, Nodes},
};
pub(crate) use sending::Made;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};
use storage::Write;
use tokio::sync::oneshot;

/// Sends deliveries. Only the dispatcher changes the lanes.
pub(crate) struct Dispatcher {
    pub(crate) lanes: Lanes,
    pub(crate) index: Arc<Index>,
    pub(crate) journal: Journal,
    pub(crate) operational: Arc<Operational>,
    pub(crate) egress: Egress,
    pub(crate) shaping: Shaping,
    pub(crate) filters: Filters,
    /// For what is committed without the journal.
    pub(crate) feed: Arc<Feed>,
    pub(crate) defaults: Defaults,
    pub(crate) lease: Arc<Lease>,
    pub(crate) clock: Arc<dyn Clock>,
    /// For the jitter of retries.
    pub(crate) ids: Arc<IdSource>,
    pub(crate) shortages: Shortages,
    pub(crate) log_sample: Arc<LogSample>,
    pub(crate) traces: Traces,
    /// This node's role is to deliver. Otherwise other nodes send what it commits.
    pub(crate) delivers: bool,
    pub(crate) breakers: Breakers,
    pub(crate) activity: Arc<Activity>,
    /// The installation is paused.
    pub(crate) paused: AtomicBool,
    pub(crate) metrics: Arc<Metrics>,
}

impl Dispatcher {
    /// Starts the task that refills lanes when their deliveries in the store become due.
    pub(crate) fn run_timers(self: &Arc<Self>, tasks: &Tasks, sleeper: Arc<dyn Sleeper>) {
        let dispatcher = self.clone();
        tasks.spawn(async move {
            loop {
                let (work, next) = dispatcher.lanes.tick();
                dispatcher.start(work);
                tokio::select! {
                    () = sleeper.sleep_until(next) => {}
                    () = dispatcher.lanes.sooner() => {}
                }
            }
        });
    }

    /// Queues committed deliveries. Deliveries of a subscription that was deleted meanwhile are cancelled.
    pub(crate) fn offer(self: &Arc<Self>, mut offers: Vec<Offer>) {
        offers.retain(|offer| {
            let subscription = &offer.target.subscription;
            let exists = self.index.get(&subscription.tenant, subscription.id).is_some();
            if !exists {
                let tenant = subscription.tenant.clone();
                self.journal.cancel(Write::Cancel { tenant, delivery: offer.delivery });
            }
            exists
        });
        if !offers.is_empty() && self.delivers {
            self.start(self.lanes.offer(offers, &self.index));
        }
    }

    /// Tells the lane that the store has a delivery of this queue that is due at `at` and owned by this node.
    pub(crate) fn expect(self: &Arc<Self>, target: &Target, queue: Queue, at: Timestamp) {
        if self.delivers {
            self.start(self.lanes.expect(target, queue, at, &self.index));
        }
    }

    /// Tells the lane that the store has deliveries that are sent again by hand, ordered ones among them.
    pub(crate) fn expect_again(self: &Arc<Self>, target: &Target, at: Timestamp) {
        for queue in [Queue::Replay, Queue::Ordered] {
            self.expect(target, queue, at);
        }
    }

    /// Applies a changed subscription to its lane.
    pub(crate) fn replace(self: &Arc<Self>, target: &Arc<Target>) {
        self.start(self.lanes.replace(target));
    }

    /// Drops the deliveries of a subscription in memory, and reads them again: some were cancelled in the store.
    pub(crate) fn reread(self: &Arc<Self>, id: SubscriptionId) {
        self.start(self.lanes.reread(id));
    }

    /// The same for all subscriptions.
    pub(crate) fn reread_all(self: &Arc<Self>) {
        self.lanes.subscriptions().into_iter().for_each(|id| self.reread(id));
    }

    /// Closes the circuit breaker of a lane.
    pub(crate) fn reset_breaker(self: &Arc<Self>, id: SubscriptionId) {
        // A transition that is not stored yet must not open it again.
        self.breakers.forget(id);
        self.start(self.lanes.reset_breaker(id));
    }

    /// Removes the lane of a deleted subscription.
    pub(crate) fn remove(&self, id: SubscriptionId) {
        self.lanes.remove(id);
    }

    /// Removes the deliveries of these events from memory, because their payload was erased.
    pub(crate) fn drop_events(&self, events: &[(TenantId, EventId)]) {
        self.lanes.drop_events(events);
    }

    /// Forgets all queued deliveries: other nodes own them now.
    pub(crate) fn forget(&self) {
        self.lanes.forget();
    }

    /// Applies the grants of claims on limits that nodes share.
    pub(crate) fn grant(self: &Arc<Self>, claims: &Claims, nodes: Nodes, grants: &[Grant]) -> Next {
        let (work, next) = self.lanes.grant(claims, nodes, grants);
        self.start(work);
        next
    }

    /// Ends the use of this node's claims until they are granted again.
    pub(crate) fn revoke_claims(&self) {
        self.lanes.revoke_claims();
    }

    /// Reserves a delivery that is about to be committed and is sent without being queued (a test send). `None` if the
    /// subscription was deleted.
    pub(crate) fn claim(&self, target: &Target, delivery: DeliveryId) -> Option<LaneNumber> {
        self.lanes.claim(target, delivery, &self.index)
    }

    /// Ends a reservation whose delivery was not committed.
    pub(crate) fn release(self: &Arc<Self>, settled: Settled) {
        self.start(self.lanes.settle([settled]));
    }

    /// Completes when this node has recorded the next outcome of the delivery.
    pub(crate) fn watch(&self, delivery: DeliveryId) -> oneshot::Receiver<()> {
        self.lanes.watch(delivery)
    }

    pub(crate) fn is_sending(&self, delivery: DeliveryId) -> bool {
        self.lanes.is_sending(delivery)
    }

    pub(crate) fn load(&self) -> Load {
        self.lanes.load()
    }

    pub(crate) fn lane_figures(&self) -> LaneFigures {
        self.lanes.figures()
    }

    pub(crate) fn is_paused(&self) -> bool {
        self.paused.load(Relaxed)
    }

    /// Starts no request while it is paused. Requests that are under way are finished.
    pub(crate) fn set_paused(self: &Arc<Self>, paused: bool) {
        if self.paused.swap(paused, Relaxed) == paused {
            return;
        }
        if paused {
            tracing::warn!("deliveries are paused: nothing is sent until they are resumed");
        } else {
            tracing::info!("deliveries are resumed");
        }
        self.start(self.lanes.set_paused(paused));
    }

    /// Checks a URL by the rules for destinations of a tenant, without resolving names.
    pub(crate) fn check_url(&self, tenant: &TenantId, url: &SubscriptionUrl) -> Result<(), UrlRefused> {
        let checked = urls::check(&self.egress, tenant, url);
        if let Err(UrlRefused::Refused(refused)) = &checked {
            self.metrics.engine.egress_refused(refused.reason());
        }
        checked
    }

    /// Counts and logs a request that a shortage of this machine has put off.
    pub(crate) fn put_off(&self, fault: LocalFault) {
        self.metrics.engine.put_off(fault.name());
        self.shortages.report(fault);
    }

    /// Starts no further request, and waits up to `deadline` until all outcomes are durable. Returns whether requests were
    /// cut off.
    pub(crate) async fn drain(&self, deadline: Duration) -> bool {
        tokio::time::timeout(deadline, self.lanes.drain()).await.is_err()
    }

    /// Deliveries that were started and whose outcome is not durable.
    pub(crate) fn unsettled(&self) -> usize {
        self.lanes.unsettled()
    }

    /// Starts the requests and refills that a change of the lanes asks for.
    fn start(self: &Arc<Self>, work: Work) {
        for (target, transition) in work.transitions {
            self.breakers.changed(&target.subscription, transition);
        }
        for start in work.starts {
            tokio::spawn(self.clone().deliver(start));
        }
        for refill in work.refills {
            let dispatcher = self.clone();
            tokio::spawn(async move {
                let work = dispatcher.lanes.refill(refill).await;
                dispatcher.start(work);
            });
        }
    }
}
