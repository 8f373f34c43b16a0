//! The engine: index, journal, lanes and egress put together, started, recovered and stopped.

mod sending;

use crate::{
    egress::Egress,
    index::Index,
    journal::{Journal, JournalTask, Offer, journal},
    lanes::{Lanes, Load, Work},
    maintenance::retention,
    nodes::{self, Doubts, Lease},
    shortages::Shortages,
    steady::SteadyClock,
    target::{Defaults, Target},
    test_sends::TestRoom,
    wake::Sleeper,
};
use model::{Clock, DeliveryId, IdSource, Queue, SubscriptionId, SubscriptionState, TenantId, Timestamp};
use std::{
    collections::HashMap,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};
use storage::{NewNode, StorageError, Store, Waiting, Write};
use tokio::sync::watch;

/// What an engine is made of.
pub struct Parts {
    pub store: Arc<dyn Store>,
    pub clock: Arc<dyn Clock>,
    /// Waits on that clock.
    pub sleeper: Arc<dyn Sleeper>,
    pub ids: Arc<IdSource>,
    pub egress: Egress,
    pub defaults: Defaults,
    /// Requests under way over all lanes.
    pub max_concurrency: usize,
    /// How long events are kept, with what hangs on them; for ever, when there is none.
    pub retention: Option<Duration>,
    /// Who this is, when several nodes work on the store.
    pub node: NewNode,
    /// `clock`, where it is one that follows another: it has to be fed.
    pub steady_clock: Option<Arc<SteadyClock>>,
}

/// A running engine.
pub struct Engine {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<IdSource>,
    pub(crate) index: Index,
    pub(crate) journal: Journal,
    pub(crate) lanes: Lanes,
    pub(crate) egress: Egress,
    pub(crate) defaults: Defaults,
    pub(crate) tests: TestRoom,
    pub(crate) stopping: watch::Sender<bool>,
    pub(crate) node: NewNode,
    pub(crate) lease: Lease,
    pub(crate) doubts: Doubts,
    pub(crate) shortages: Shortages,
    /// Nothing is sent.
    pub(crate) paused: AtomicBool,
    /// Another node has this one's name.
    pub(crate) displaced: watch::Sender<bool>,
}

/// Why an engine does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The node that has the name is live.
    #[error("another node with the name {0:?} works on this store")]
    NameHeld(String),
    #[error(transparent)]
    Store(#[from] StorageError),
}

/// How the engine is doing.
#[derive(Clone, Copy, Debug)]
pub struct Health {
    pub lanes: Load,
    /// Entries that wait to be written.
    pub journal_depth: usize,
    /// How often a delivery was put off since the start for want of something of this machine's.
    pub put_off: u64,
}

/// Whether everything under way was finished in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    Clean,
    /// So many requests were cut off; their deliveries stay due.
    CutOff(usize),
}

/// What is left in the journal is written within this at the end, however short the deadline is.
const FLUSH: Duration = Duration::from_secs(10);

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}

impl Engine {
    /// Reads the subscriptions, starts the tasks, and takes up whatever is due.
    pub async fn start(parts: Parts) -> Result<Arc<Self>, StartError> {
        let (journal, task) = journal();
        let engine = Arc::new(Self {
            lanes: Lanes::new(parts.store.clone(), parts.clock.clone(), parts.max_concurrency),
            store: parts.store,
            clock: parts.clock,
            ids: parts.ids,
            index: Index::default(),
            journal,
            egress: parts.egress,
            defaults: parts.defaults,
            tests: TestRoom::default(),
            stopping: watch::Sender::new(false),
            lease: Lease::new(parts.node.role.delivers()),
            node: parts.node,
            doubts: Doubts::default(),
            shortages: Shortages::default(),
            paused: AtomicBool::new(false),
            displaced: watch::Sender::new(false),
        });
        let version = match engine.store.shared() {
            Some(shared) => {
                nodes::register(&engine.node, shared).await?;
                let (asked, began) = (engine.clock.now(), Lease::now());
                let (_, shown) = shared.beat().await?;
                engine.lease.renew(began);
                if let Some(clock) = &parts.steady_clock {
                    // Before it makes its first id.
                    clock.begin(Some((shown, asked)), None);
                }
                // Before anything is read: what changes while it is read is told again.
                Some(shared.version().await?)
            }
            None => None,
        };
        if let Some(clock) = &parts.steady_clock {
            engine.begin_with(clock).await?;
        }
        // Before anything is taken up.
        engine.follow_pause().await?;
        engine.finish_deletions().await?;
        let targets = engine.load().await?;
        engine.run_journal(task);
        if engine.node.role.delivers() {
            engine.run_timers(parts.sleeper.clone());
            engine.recover(targets).await?;
            engine.run_retention(parts.sleeper, parts.retention);
        }
        if let Some(clock) = &parts.steady_clock {
            engine.run_clock(clock.clone());
        }
        if let Some(version) = version {
            nodes::run(&engine, version, parts.steady_clock);
        }
        Ok(engine)
    }

    /// What a crash cut short.
    async fn finish_deletions(&self) -> Result<(), StorageError> {
        for tenant in self.store.half_deleted_tenants().await? {
            tracing::info!(%tenant, "finishing a deletion");
            self.store.delete_tenant(&tenant).await?;
        }
        Ok(())
    }

    async fn load(&self) -> Result<Vec<Arc<Target>>, StorageError> {
        let mut targets = Vec::new();
        self.store
            .each_subscription(&mut |subscription| {
                let target = Target::new(subscription);
                if target.subscription.state != SubscriptionState::Deleted {
                    self.index.put(target.clone());
                }
                targets.push(target);
            })
            .await?;
        Ok(targets)
    }

    /// Takes up what waits in the store, whatever there is of it: a look-up for each queue that is not empty.
    async fn recover(self: &Arc<Self>, targets: Vec<Arc<Target>>) -> Result<(), StorageError> {
        let (mut waiting, now) = (Vec::new(), self.clock.now());
        self.store.each_waiting(&mut |queue| waiting.push(queue)).await?;
        if waiting.is_empty() {
            return Ok(());
        }
        let known: HashMap<_, _> = targets.into_iter().map(|target| (target.subscription.id, target)).collect();
        for Waiting { tenant, subscription, queue, at } in &waiting {
            let Some(target) = known.get(subscription) else { continue };
            if target.subscription.state == SubscriptionState::Deleted {
                self.store.cancel_waiting(tenant, *subscription, now).await?;
            } else {
                self.expect(target, *queue, *at);
            }
        }
        tracing::info!(queues = waiting.len(), "deliveries wait in the store and are taken up");
        Ok(())
    }

    fn run_journal(self: &Arc<Self>, task: JournalTask) {
        tokio::spawn(task.run(self.clone()));
    }

    fn run_timers(self: &Arc<Self>, sleeper: Arc<dyn Sleeper>) {
        let engine = self.clone();
        let mut stopping = self.stopping.subscribe();
        tokio::spawn(async move {
            loop {
                let (work, next) = engine.lanes.tick();
                engine.work(work);
                tokio::select! {
                    () = sleeper.sleep_until(next) => {}
                    () = engine.lanes.sooner() => {}
                    _ = stopping.changed() => return,
                }
            }
        });
    }

    fn run_retention(self: &Arc<Self>, sleeper: Arc<dyn Sleeper>, keep: Option<Duration>) {
        let engine = self.clone();
        let mut stopping = self.stopping.subscribe();
        tokio::spawn(async move {
            tokio::select! {
                () = retention::run(engine, sleeper, keep) => {}
                _ = stopping.changed() => {}
            }
        });
    }

    /// The store has something in this queue that is due at `at` and is this node's to send.
    pub(crate) fn expect(self: &Arc<Self>, target: &Target, queue: Queue, at: Timestamp) {
        if self.node.role.delivers() {
            self.work(self.lanes.expect(target, queue, at, &self.index));
        }
    }

    /// Puts what has just been written into its lanes.
    pub(crate) fn offer(self: &Arc<Self>, mut offers: Vec<Offer>) {
        // A subscription may have been deleted while its delivery was written: then nobody would ever send it.
        offers.retain(|(target, id, _)| {
            let subscription = &target.subscription;
            let there = self.index.get(&subscription.tenant, subscription.id).is_some();
            if !there {
                self.journal.cancel(Write::Cancel { tenant: subscription.tenant.clone(), delivery: *id });
            }
            there
        });
        if !offers.is_empty() && self.node.role.delivers() {
            self.work(self.lanes.offer(offers, &self.index));
        }
    }

    /// Starts the requests and refills that a change of the lanes calls for.
    pub(crate) fn work(self: &Arc<Self>, work: Work) {
        for start in work.starts {
            tokio::spawn(self.clone().deliver(start));
        }
        for refill in work.refills {
            let engine = self.clone();
            tokio::spawn(async move {
                let work = engine.lanes.refill(refill).await;
                engine.work(work);
            });
        }
    }

    /// A receiver said 410; what the journal has just written is true in memory too.
    pub(crate) fn subscription_gone(self: &Arc<Self>, tenant: &TenantId, id: SubscriptionId) {
        let Some(known) = self.index.get(tenant, id) else { return };
        if !known.subscription.state.collects() {
            return;
        }
        tracing::warn!(%tenant, subscription = %id, "subscription disabled: its receiver answered 410 Gone");
        let mut subscription = known.subscription.clone();
        subscription.state = SubscriptionState::Disabled;
        subscription.revision += 1;
        let target = Target::new(subscription);
        if self.index.replace(target.clone()) {
            self.work(self.lanes.replace(&target));
        }
    }

    /// Whether a delivery is being sent right now.
    pub fn is_sending(&self, id: DeliveryId) -> bool {
        self.lanes.is_sending(id)
    }

    /// Returns when another node has taken this one's name: then it has to stop.
    pub async fn displaced(&self) {
        // The sender is here, so it is not closed.
        let _ = self.displaced.subscribe().wait_for(|displaced| *displaced).await;
    }

    pub const fn node(&self) -> &NewNode {
        &self.node
    }

    pub fn health(&self) -> Health {
        Health { lanes: self.lanes.load(), journal_depth: self.journal.depth(), put_off: self.shortages.total() }
    }

    /// Starts nothing new, waits for what is under way up to `deadline`, and makes every outcome durable. What is cut
    /// off stays due.
    pub async fn stop(&self, deadline: Duration) -> Stopped {
        self.stopping.send_replace(true);
        let drained = tokio::time::timeout(deadline, self.lanes.drain()).await;
        if tokio::time::timeout(deadline.max(FLUSH), self.journal.flush()).await.is_err() {
            tracing::warn!("the store did not take what is left; it stays due");
        }
        if let Some(shared) = self.store.shared()
            && let Err(fault) = shared.leave().await
        {
            tracing::warn!(error = %fault, "could not say goodbye; the others will miss this node");
        }
        match drained {
            Ok(()) => Stopped::Clean,
            Err(_) => Stopped::CutOff(self.lanes.unsettled()),
        }
    }
}
