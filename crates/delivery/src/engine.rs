//! The engine: puts publisher, dispatcher, control and the tasks beside them together, and starts and stops them.

mod assembly;
mod figures;
mod parts;

use crate::{
    background::Background,
    contention::Contention,
    control::Control,
    dispatcher::Dispatcher,
    feed::Feed,
    index::Index,
    journal::Journal,
    lanes::Load,
    lease::{Lease, LeaseState},
    limits::Limits,
    maintenance::{retention::Punctuality, rotation::Rotation, rounds::Rounds},
    operational::Operational,
    overview::Overview,
    previews::Previews,
    publisher::Publisher,
    references::References,
    tasks::Tasks,
    test_sends::TestSends,
};
use assembly::Assembly;
use model::Clock;
pub use parts::{Parts, StartError};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};
use storage::{NewNode, Store};
use tokio::sync::watch;

/// A running engine.
pub struct Engine {
    pub publisher: Publisher,
    pub control: Arc<Control>,
    pub tests: TestSends,
    pub previews: Previews,
    pub feed: Arc<Feed>,
    pub limits: Arc<Limits>,
    pub operational: Arc<Operational>,
    dispatcher: Arc<Dispatcher>,
    journal: Journal,
    index: Arc<Index>,
    lease: Arc<Lease>,
    clock: Arc<dyn Clock>,
    /// The scheduled tasks of this node.
    pub rounds: Arc<Rounds>,
    /// `None` on a node that removes nothing.
    punctuality: Option<Arc<Punctuality>>,
    /// Whether several tenants publish at the same time.
    pub contention: Arc<Contention>,
    pub background: Arc<Background>,
    pub rotation: Arc<Rotation>,
    store: Arc<dyn Store>,
    node: NewNode,
    /// True when another node has taken this node's name.
    displaced: watch::Sender<bool>,
    /// The node is about to stop.
    draining: AtomicBool,
    tasks: Tasks,
}

/// Figures of the engine's load.
#[derive(Clone, Copy, Debug)]
pub struct Health {
    pub lanes: Load,
    /// Number of entries that wait for the journal.
    pub journal_depth: usize,
    /// Deliveries postponed since the start for want of a resource of this machine (file descriptors, ports).
    pub put_off: u64,
    /// Operational events dropped since the start, because the store was too slow to write them.
    pub operational_dropped: u64,
    pub lease: LeaseState,
}

/// Whether all requests under way ended before the deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    Clean,
    /// Number of requests that were cut off; their deliveries stay due.
    CutOff(usize),
}

/// Minimum time that the last commit gets at a stop, however short the deadline is.
const FLUSH: Duration = Duration::from_secs(10);

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}

impl Engine {
    /// Reads the subscriptions, starts the tasks, and takes up the backlog.
    pub async fn start(parts: Parts) -> Result<Arc<Self>, StartError> {
        let (assembly, journal_task) = Assembly::new(parts);
        let (tasks, displaced) = (Tasks::default(), watch::Sender::new(false));
        let delivers = assembly.node.role.delivers();
        let version = assembly.register().await?;
        let clock_keeper = assembly.clock_keeper();
        if let Some(keeper) = &clock_keeper {
            keeper.begin().await?;
        }
        assembly.control.load_tenants().await?;
        // Before anything is sent.
        assembly.control.follow_pause().await?;
        assembly.recovery.finish_deletions().await?;
        assembly.recovery.finish_erasures(&assembly.control).await?;
        let targets = assembly.recovery.load().await?;
        tokio::spawn(journal_task.run(assembly.store.clone(), assembly.clock.clone(), assembly.commits()));
        if delivers {
            assembly.run_timers(&tasks);
            assembly.recovery.start(targets).await?;
            tasks.spawn(assembly.retention().run());
            tasks.spawn(assembly.breakers().run());
            tasks.spawn(assembly.failing().run());
            tasks.spawn(assembly.replays().run());
        }
        if let Some(keeper) = clock_keeper {
            tasks.spawn(keeper.run());
        }
        tasks.spawn(assembly.operational.clone().run());
        let rotation = Arc::new(Rotation::new(assembly.store.clone()));
        tasks.spawn(rotation.clone().run());
        if let Some(version) = version {
            tasks.spawn(assembly.heartbeat(displaced.clone()).run());
            tasks.spawn(assembly.changes().run(version));
            tasks.spawn(assembly.feed_exchange().run());
            if delivers {
                tasks.spawn(assembly.outbox().run());
                tasks.spawn(assembly.limit_exchange().run());
            }
        }
        let (publisher, tests) = (assembly.publisher(), assembly.tests());
        let previews = assembly.previews(tests.room.clone());
        let (contention, background) = (assembly.contention, assembly.background);
        let Assembly { store, node, journal, dispatcher, control, operational, limits, .. } = assembly;
        let Assembly { index, lease, clock, punctuality, rounds, .. } = assembly;
        Ok(Arc::new(Self {
            publisher,
            control,
            tests,
            previews,
            feed: dispatcher.feed.clone(),
            limits,
            operational,
            dispatcher,
            journal,
            index,
            lease,
            clock,
            rounds,
            punctuality: delivers.then_some(punctuality),
            contention,
            background,
            rotation,
            store,
            node,
            displaced,
            draining: AtomicBool::new(false),
            tasks,
        }))
    }

    /// Completes when another node has taken this node's name. The caller must then stop this one.
    pub async fn displaced(&self) {
        // The sender is here, so the channel is not closed.
        let _ = self.displaced.subscribe().wait_for(|displaced| *displaced).await;
    }

    pub const fn node(&self) -> &NewNode {
        &self.node
    }

    /// The URLs of payloads that requests refer to; `None` when this installation makes none.
    pub fn references(&self) -> Option<&References> {
        self.dispatcher.defaults.references.as_ref()
    }

    /// A snapshot of this node, with the `most` subscriptions that are in the worst trouble.
    pub fn overview(&self, most: usize) -> Overview {
        self.dispatcher.overview(most)
    }

    pub fn health(&self) -> Health {
        Health {
            lanes: self.dispatcher.load(),
            journal_depth: self.journal.depth(),
            put_off: self.dispatcher.shortages.total(),
            operational_dropped: self.operational.dropped(),
            lease: match self.store.shared() {
                Some(_) => self.dispatcher.lease.state(),
                None => LeaseState::NotNeeded,
            },
        }
    }

    /// False when the task that writes to the store has ended, which only a fault of the program causes.
    pub fn journal_runs(&self) -> bool {
        self.journal.runs()
    }

    /// From now on the node is not ready, so that load balancers send their requests to others before it stops. Nothing
    /// else changes.
    pub fn start_draining(&self) {
        self.draining.store(true, Relaxed);
    }

    /// True when the node is about to stop.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Relaxed)
    }

    /// Starts no further request, waits up to `deadline` for those under way, and makes every outcome durable. Deliveries
    /// whose requests were cut off stay due.
    pub async fn stop(&self, deadline: Duration) -> Stopped {
        self.start_draining();
        self.tasks.stop();
        let cut_off = self.dispatcher.drain(deadline).await;
        let flush = async {
            self.operational.flush().await;
            self.journal.flush().await;
        };
        if tokio::time::timeout(deadline.max(FLUSH), flush).await.is_err() {
            tracing::warn!("the store did not take the last outcomes; their deliveries stay due");
        }
        if let Some(shared) = self.store.shared()
            && let Err(fault) = shared.leave().await
        {
            tracing::warn!(error = %fault, "failed to release the node's lease; other nodes take its work over when it expires");
        }
        if cut_off { Stopped::CutOff(self.dispatcher.unsettled()) } else { Stopped::Clean }
    }
}
