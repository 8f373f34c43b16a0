//! Figures of a store for its metrics.

use crate::StorageError;
use async_trait::async_trait;
use model::{Queue, Timestamp};

/// The waiting deliveries of all tenants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Queues that are not empty, with the number of their deliveries, in no order.
    pub queues: Vec<(Queue, u64)>,
    /// Due time of the earliest due delivery of an active subscription whose circuit breaker is closed.
    pub oldest_due: Option<Timestamp>,
}

impl Waiting {
    pub fn in_queue(&self, queue: Queue) -> u64 {
        self.queues.iter().filter(|(one, _)| *one == queue).map(|(_, number)| number).sum()
    }
}

/// The size of a store, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreSize {
    pub database: u64,
    /// The write-ahead log; `None` where the store's server keeps it.
    pub log: Option<u64>,
    /// Free space on the disk; `None` where it is another machine's.
    pub free: Option<u64>,
}

/// The state of a store, for the operator.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoreFacts {
    /// Version of the library or of the server.
    pub version: String,
    /// Time of the oldest event of all tenants.
    pub oldest_event: Option<Timestamp>,
    /// Days with tables of their own, oldest first; empty where there are none.
    pub partitions: Vec<Partition>,
}

/// A day with tables of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partition {
    /// The day in UTC, `2026-11-30`.
    pub day: String,
    /// Bytes of its tables with their indexes.
    pub bytes: u64,
}

/// The use of a pool of connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolUse {
    pub pool: &'static str,
    /// Connected and not in use.
    pub idle: usize,
    pub in_use: usize,
    pub max: usize,
}

/// The numbers of replays that have not ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenReplays {
    pub running: u64,
    pub paused: u64,
}

#[async_trait]
pub trait Figures: Send + Sync {
    /// Counts all waiting deliveries, in one pass along an index or through the table of waiting deliveries; about 0.1 s
    /// for a million. Callers must not ask often.
    async fn waiting(&self, now: Timestamp) -> Result<Waiting, StorageError>;

    async fn size(&self) -> Result<StoreSize, StorageError>;

    async fn facts(&self) -> Result<StoreFacts, StorageError>;

    async fn open_replays(&self) -> Result<OpenReplays, StorageError>;

    /// The store's pools; reads memory only.
    fn pools(&self) -> Vec<PoolUse>;
}
