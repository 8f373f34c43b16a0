//! The parts that an engine is started with, and the reasons why it does not start.

use crate::{egress::Egress, steady::SteadyClock, target::Defaults, wake::Sleeper};
use model::{Clock, IdSource};
use std::{sync::Arc, time::Duration};
use storage::{NewNode, StorageError, Store};

/// The parts of an engine.
pub struct Parts {
    pub store: Arc<dyn Store>,
    pub clock: Arc<dyn Clock>,
    /// Waits on that clock.
    pub sleeper: Arc<dyn Sleeper>,
    pub ids: Arc<IdSource>,
    pub egress: Egress,
    pub defaults: Defaults,
    /// Concurrent requests over all lanes, at most.
    pub max_concurrency: usize,
    /// Retention of events with their deliveries and attempts. `None`: for ever.
    pub retention: Option<Duration>,
    /// This node, for a store that several nodes share.
    pub node: NewNode,
    /// The same clock as `clock`, when it follows another one: the engine feeds it.
    pub steady_clock: Option<Arc<SteadyClock>>,
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
