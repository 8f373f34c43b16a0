//! The parts that an engine is started with, and the reasons why it does not start.

use crate::{
    egress::Egress, log_sample::LogSample, steady::SteadyClock, target::Defaults, traces::Traces, wake::Sleeper,
};
use metrics::Metrics;
use model::{Clock, IdSource, TenantLimits, statistics::StatisticsRetention};
use std::{sync::Arc, time::Duration};
use storage::{NewNode, StorageError, Store};
use transform::Scripts;

/// The parts of an engine.
pub struct Parts {
    pub store: Arc<dyn Store>,
    pub clock: Arc<dyn Clock>,
    /// Waits on that clock.
    pub sleeper: Arc<dyn Sleeper>,
    pub ids: Arc<IdSource>,
    pub egress: Egress,
    /// Runs the scripts of transformations.
    pub scripts: Arc<Scripts>,
    /// Processes that run them.
    pub script_workers: usize,
    pub defaults: Defaults,
    /// Concurrent requests over all lanes, at most.
    pub max_concurrency: usize,
    /// Retention of events with their deliveries and attempts. `None`: for ever.
    pub retention: Option<Duration>,
    /// Retention of statistics by the hour and by the day.
    pub statistics: StatisticsRetention,
    /// Limits of tenants that have none of their own.
    pub limits: TenantLimits,
    /// This node, for a store that several nodes share.
    pub node: NewNode,
    /// Whether subscriptions of tenants may receive operational events about their own tenant.
    pub operational_to_tenants: bool,
    /// The share of successful deliveries that are logged.
    pub log_sample: Arc<LogSample>,
    pub traces: Traces,
    /// The same clock as `clock`, when it follows another one: the engine feeds it.
    pub steady_clock: Option<Arc<SteadyClock>>,
    pub metrics: Arc<Metrics>,
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
