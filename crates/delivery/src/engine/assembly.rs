//! The parts of an engine, and how they are connected. Each part gets the handles that it uses and no others.

use super::parts::{Parts, StartError};
use crate::{
    control::Control,
    dispatcher::{Commits, Dispatcher},
    doubts::Doubts,
    index::Index,
    journal::{Journal, JournalTask, journal},
    lanes::Lanes,
    lease::Lease,
    maintenance::{clock::ClockKeeper, retention::Retention},
    nodes::{self, Changes, HeartbeatTask, Outbox},
    publisher::Publisher,
    recovery::Recovery,
    shortages::Shortages,
    steady::SteadyClock,
    tasks::Tasks,
    test_sends::{TestRoom, TestSends},
    wake::Sleeper,
};
use model::{Clock, IdSource};
use std::{
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};
use storage::{JoinOutcome, NewNode, Store};
use tokio::sync::watch;

pub(super) struct Assembly {
    pub(super) store: Arc<dyn Store>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) steady_clock: Option<Arc<SteadyClock>>,
    pub(super) node: NewNode,
    pub(super) journal: Journal,
    pub(super) dispatcher: Arc<Dispatcher>,
    pub(super) control: Arc<Control>,
    pub(super) recovery: Arc<Recovery>,
    sleeper: Arc<dyn Sleeper>,
    retention: Option<Duration>,
    ids: Arc<IdSource>,
    index: Arc<Index>,
    lease: Arc<Lease>,
    doubts: Arc<Doubts>,
}

impl Assembly {
    pub(super) fn new(parts: Parts) -> (Self, JournalTask) {
        let Parts { store, clock, sleeper, ids, egress, defaults, max_concurrency, retention, node, steady_clock } =
            parts;
        let (index, lease) = (Arc::new(Index::default()), Arc::new(Lease::new(node.role.delivers())));
        let (journal, journal_task) = journal();
        let dispatcher = Arc::new(Dispatcher {
            lanes: Lanes::new(store.clone(), clock.clone(), max_concurrency),
            index: index.clone(),
            journal: journal.clone(),
            egress,
            defaults,
            lease: lease.clone(),
            clock: clock.clone(),
            ids: ids.clone(),
            shortages: Shortages::default(),
            delivers: node.role.delivers(),
            paused: AtomicBool::new(false),
        });
        let control = Arc::new(Control {
            store: store.clone(),
            clock: clock.clone(),
            index: index.clone(),
            dispatcher: dispatcher.clone(),
        });
        let recovery = Arc::new(Recovery {
            store: store.clone(),
            clock: clock.clone(),
            index: index.clone(),
            dispatcher: dispatcher.clone(),
        });
        let doubts = Arc::default();
        let assembly = Self {
            store,
            clock,
            steady_clock,
            node,
            journal,
            dispatcher,
            control,
            recovery,
            sleeper,
            retention,
            ids,
            index,
            lease,
            doubts,
        };
        (assembly, journal_task)
    }

    /// Registers this node on a shared store. Returns the version of what is read afterwards: changes during the reading
    /// are reported again.
    pub(super) async fn register(&self) -> Result<Option<i64>, StartError> {
        let Some(shared) = self.store.shared() else { return Ok(None) };
        if let JoinOutcome::NameHeld(_) = nodes::register(&self.node, shared).await? {
            return Err(StartError::NameHeld(self.node.name.clone()));
        }
        let (asked, began) = (self.clock.now(), Lease::now());
        let (_, shown) = shared.heartbeat().await?;
        self.lease.renew(began);
        if let Some(clock) = &self.steady_clock {
            // Before the first id is made.
            clock.begin(Some((shown, asked)), None);
        }
        Ok(Some(shared.version().await?))
    }

    pub(super) fn commits(&self) -> Arc<Commits> {
        Arc::new(Commits { dispatcher: self.dispatcher.clone(), doubts: self.doubts.clone() })
    }

    pub(super) fn clock_keeper(&self) -> Option<ClockKeeper> {
        let clock = self.steady_clock.clone()?;
        Some(ClockKeeper { store: self.store.clone(), clock, recovery: self.recovery.clone() })
    }

    pub(super) fn run_timers(&self, tasks: &Tasks) {
        self.dispatcher.run_timers(tasks, self.sleeper.clone());
    }

    pub(super) fn retention(&self) -> Retention {
        Retention {
            store: self.store.clone(),
            clock: self.clock.clone(),
            sleeper: self.sleeper.clone(),
            keep: self.retention,
            dispatcher: self.dispatcher.clone(),
        }
    }

    pub(super) fn heartbeat(&self, displaced: watch::Sender<bool>) -> HeartbeatTask {
        HeartbeatTask {
            store: self.store.clone(),
            clock: self.clock.clone(),
            steady_clock: self.steady_clock.clone(),
            node: self.node.clone(),
            lease: self.lease.clone(),
            dispatcher: self.dispatcher.clone(),
            displaced,
        }
    }

    pub(super) fn changes(&self) -> Changes {
        Changes {
            store: self.store.clone(),
            lease: self.lease.clone(),
            doubts: self.doubts.clone(),
            control: self.control.clone(),
            recovery: self.recovery.clone(),
            delivers: self.dispatcher.delivers,
        }
    }

    pub(super) fn outbox(&self) -> Outbox {
        Outbox {
            store: self.store.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            index: self.index.clone(),
            lease: self.lease.clone(),
            doubts: self.doubts.clone(),
            dispatcher: self.dispatcher.clone(),
        }
    }

    pub(super) fn tests(&self) -> TestSends {
        TestSends {
            room: TestRoom::default(),
            store: self.store.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            index: self.index.clone(),
            journal: self.journal.clone(),
            dispatcher: self.dispatcher.clone(),
            control: self.control.clone(),
        }
    }

    pub(super) fn publisher(&self) -> Publisher {
        Publisher {
            store: self.store.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            index: self.index.clone(),
            journal: self.journal.clone(),
        }
    }
}
