//! The parts of an engine, and how they are connected. Each part gets the handles that it uses and no others.

use super::parts::{Parts, StartError};
use crate::{
    activity::Activity,
    background::Background,
    breakers::Breakers,
    contention::Contention,
    control::Control,
    dispatcher::{Commits, Dispatcher},
    doubts::Doubts,
    feed::Feed,
    index::Index,
    journal::{Journal, JournalTask, journal},
    lanes::Lanes,
    lease::Lease,
    limits::Limits,
    maintenance::{
        breakers::BreakerTask,
        clock::ClockKeeper,
        failing::FailingTask,
        retention::{Punctuality, Retention},
        rounds::Rounds,
    },
    matching::Filters,
    nodes::{self, Changes, FeedExchange, HeartbeatTask, LimitExchange, Outbox},
    operational::{self, Operational},
    previews::Previews,
    publisher::Publisher,
    recovery::Recovery,
    replays::ReplayTask,
    shaping::Shaping,
    shortages::Shortages,
    steady::SteadyClock,
    tasks::Tasks,
    test_sends::{TestRoom, TestSends},
    traces::Traces,
    wake::Sleeper,
};
use model::{Clock, IdSource, statistics::StatisticsRetention};
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
    pub(super) limits: Arc<Limits>,
    pub(super) operational: Arc<Operational>,
    sleeper: Arc<dyn Sleeper>,
    retention: Option<Duration>,
    statistics: StatisticsRetention,
    ids: Arc<IdSource>,
    pub(super) index: Arc<Index>,
    pub(super) lease: Arc<Lease>,
    doubts: Arc<Doubts>,
    pub(super) contention: Arc<Contention>,
    pub(super) background: Arc<Background>,
    max_concurrency: usize,
    traces: Traces,
    pub(super) punctuality: Arc<Punctuality>,
    pub(super) rounds: Arc<Rounds>,
}

impl Assembly {
    pub(super) fn new(parts: Parts) -> (Self, JournalTask) {
        let feed = Arc::new(Feed::of_process(&parts.ids));
        let index = Arc::new(Index::new(feed.clone()));
        let lease = Arc::new(Lease::new(parts.node.role.delivers()));
        let (contention, background) = (Arc::<Contention>::default(), Arc::<Background>::default());
        let (journal, journal_task) =
            journal(contention.clone(), background.clone(), parts.metrics.clone(), feed.clone());
        let operational = operational(&parts, &index, &journal);
        let Parts { store, clock, sleeper, ids, egress, scripts, script_workers, defaults, .. } = parts;
        let Parts { max_concurrency, retention, statistics, limits, node, .. } = parts;
        let Parts { steady_clock, log_sample, traces, metrics, .. } = parts;
        egress.report_to(metrics.clone());
        let dispatcher = Arc::new(Dispatcher {
            lanes: Lanes::new(store.clone(), clock.clone(), max_concurrency, defaults.policies, metrics.clone()),
            index: index.clone(),
            journal: journal.clone(),
            operational: operational.clone(),
            egress,
            shaping: Shaping::new(scripts, script_workers),
            filters: Filters::new(),
            feed,
            defaults,
            lease: lease.clone(),
            clock: clock.clone(),
            ids: ids.clone(),
            shortages: Shortages::default(),
            log_sample,
            traces: traces.clone(),
            delivers: node.role.delivers(),
            breakers: Breakers::default(),
            activity: Arc::<Activity>::default(),
            paused: AtomicBool::new(false),
            metrics,
        });
        let limits = Arc::new(Limits::new(limits, clock.clone()));
        limits.report_to(operational.clone());
        let control = Arc::new(Control {
            limits: limits.clone(),
            store: store.clone(),
            clock: clock.clone(),
            index: index.clone(),
            dispatcher: dispatcher.clone(),
            operational: operational.clone(),
            replays: Arc::default(),
        });
        let assembly = Self {
            recovery: Arc::new(Recovery::of(&control)),
            punctuality: Arc::new(Punctuality::new(clock.now())),
            store,
            clock,
            steady_clock,
            node,
            journal,
            dispatcher,
            control,
            limits,
            operational,
            sleeper,
            retention,
            statistics,
            ids,
            index,
            lease,
            doubts: Arc::default(),
            contention,
            background,
            max_concurrency,
            traces,
            rounds: Arc::default(),
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
        self.dispatcher.watch_pressure(tasks, self.contention.clone(), self.background.clone(), self.max_concurrency);
    }

    pub(super) fn retention(&self) -> Retention {
        Retention {
            store: self.store.clone(),
            clock: self.clock.clone(),
            sleeper: self.sleeper.clone(),
            keep: self.retention,
            statistics: self.statistics,
            limits: self.limits.clone(),
            dispatcher: self.dispatcher.clone(),
            punctuality: self.punctuality.clone(),
            rounds: self.rounds.clone(),
        }
    }

    pub(super) fn replays(&self) -> ReplayTask {
        ReplayTask {
            store: self.store.clone(),
            clock: self.clock.clone(),
            index: self.index.clone(),
            dispatcher: self.dispatcher.clone(),
            lease: self.lease.clone(),
            background: self.background.clone(),
            wake: self.control.replays.clone(),
        }
    }

    pub(super) fn heartbeat(&self, displaced: watch::Sender<bool>) -> HeartbeatTask {
        HeartbeatTask {
            store: self.store.clone(),
            clock: self.clock.clone(),
            steady_clock: self.steady_clock.clone(),
            node: self.node.clone(),
            lease: self.lease.clone(),
            limits: self.limits.clone(),
            dispatcher: self.dispatcher.clone(),
            displaced,
        }
    }

    pub(super) fn feed_exchange(&self) -> FeedExchange {
        FeedExchange { store: self.store.clone(), feed: self.dispatcher.feed.clone() }
    }

    pub(super) fn limit_exchange(&self) -> LimitExchange {
        LimitExchange { store: self.store.clone(), lease: self.lease.clone(), dispatcher: self.dispatcher.clone() }
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

    pub(super) fn breakers(&self) -> BreakerTask {
        BreakerTask { control: self.control.clone() }
    }

    pub(super) fn failing(&self) -> FailingTask {
        FailingTask {
            store: self.store.clone(),
            clock: self.clock.clone(),
            sleeper: self.sleeper.clone(),
            control: self.control.clone(),
            dispatcher: self.dispatcher.clone(),
            lease: self.lease.clone(),
            default: self.dispatcher.defaults.policies.auto_disable,
            rounds: self.rounds.clone(),
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
            limits: self.limits.clone(),
            traces: self.traces.clone(),
        }
    }

    pub(super) fn previews(&self, room: Arc<TestRoom>) -> Previews {
        Previews {
            room,
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            index: self.index.clone(),
            filters: self.dispatcher.filters.clone(),
            dispatcher: self.dispatcher.clone(),
        }
    }

    pub(super) fn tests(&self) -> TestSends {
        TestSends {
            room: Arc::default(),
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
            filters: self.dispatcher.filters.clone(),
            journal: self.journal.clone(),
            traces: self.traces.clone(),
            style: self.dispatcher.defaults.ids,
            activity: self.dispatcher.activity.clone(),
        }
    }
}

fn operational(parts: &Parts, index: &Arc<Index>, journal: &Journal) -> Arc<Operational> {
    Arc::new(Operational::new(operational::Parts {
        index: index.clone(),
        journal: journal.clone(),
        clock: parts.clock.clone(),
        ids: parts.ids.clone(),
        style: parts.defaults.ids,
        node: parts.node.name.clone(),
        to_tenants: parts.operational_to_tenants,
    }))
}
