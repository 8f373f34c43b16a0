//! The PostgreSQL store: one database, any number of nodes, PostgreSQL 14 or newer.
//!
//! A commit takes two round trips, whatever its contents. Waiting deliveries are in a table of their own, with the node
//! that owns them; ended ones are in partitions by day and never change.

mod backlog;
mod cancels;
mod catalog;
mod cells;
mod codes;
mod columns;
mod commit;
mod connect;
mod deliveries;
mod documents;
mod erasure;
mod error;
mod events;
mod feed;
mod figures;
mod in_order;
mod inspector;
mod journal;
mod key_records;
mod keys;
mod limit_claims;
mod master_keys;
mod migrate;
mod nodes;
mod order;
mod outbox;
mod partitions;
#[cfg(test)]
mod plans;
mod portal_sessions;
mod publications;
mod replays;
mod retention;
mod rows;
mod sessions;
mod statistics;
mod subscriptions;
mod tenants;
mod tls;
mod transfer;
mod values;

use async_trait::async_trait;
use codes::{NO_NODE, owner};
pub use connect::BadAddress;
use connect::{Address, As, Fault, LIST_BY_INDEX, Params, READ, WRITE};
use deadpool_postgres::Pool;
pub use inspector::{Facts, LiveNode, PgInspector, Transport, transport};
pub use migrate::Migrated;
use parking_lot::Mutex;
use publications::Gathered;
use statistics::folding::Folding;
use std::sync::{
    Arc,
    atomic::{AtomicI32, AtomicUsize, Ordering::Relaxed},
};
use storage::{NodeId, Shared, StorageError, Store, Vault};
use tokio::sync::{Semaphore, watch};
use tokio_postgres::Row;

/// Connections for commits: while one is flushed to disk, others write the next batches.
const WRITERS: usize = 3;
/// Maximum number of rows per counter: concurrent commits write into different rows.
const SHARDS: usize = 64;
/// Connections for everything else.
const OTHERS: usize = 8;
/// Connections of a node in all: those of the pools, one for heartbeats, and one for notifications.
pub const CONNECTIONS: usize = WRITERS + OTHERS + 2;

/// A store in a PostgreSQL database. Clones share it.
#[derive(Clone)]
pub struct PgStore(Arc<Inner>);

struct Inner {
    address: Address,
    pool: Pool,
    /// For lists; the same as `pool` when there is no replica.
    reads: Pool,
    has_replica: bool,
    writers: Pool,
    /// Reserved for heartbeats, so that they never wait for a connection.
    pulse: Pool,
    /// A permit per writer connection, so that a batch is only collected when it can be written.
    writing: Semaphore,
    /// Publications that are not counted yet.
    gathered: Mutex<Gathered>,
    flushing: tokio::sync::Mutex<()>,
    /// Folds of the statistics by hour.
    folding: Folding,
    /// Selects the rows of statistics that the next commit adds to.
    turn: AtomicUsize,
    vault: Vault,
    /// This node's number, or [`NO_NODE`] before it has registered.
    node: AtomicI32,
    /// Owner of appended deliveries: this node, or [`NO_NODE`].
    appends_to: AtomicI32,
    /// Number of received notifications.
    heard: watch::Sender<u64>,
    listener: tokio::sync::Mutex<Option<tokio_postgres::Client>>,
    /// The server would acknowledge a commit before it is on disk, so each commit must request the flush.
    must_sync: bool,
}

impl std::fmt::Debug for PgStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PgStore").finish_non_exhaustive()
    }
}

/// Validates a URL of a database.
pub fn check_url(url: &str) -> Result<(), BadAddress> {
    Address::parse(url).map(drop)
}

impl PgStore {
    /// Connects, migrates the database, and verifies that row-level security holds. `read_url` is a replica's, for
    /// lists.
    pub async fn open(url: &str, read_url: Option<&str>, vault: Vault) -> Result<Self, StorageError> {
        let parse =
            |url: &str| Address::parse(url).map_err(|fault| open_failed("the URL is malformed", fault.to_string()));
        let (address, replica) = (parse(url)?, read_url.map(parse).transpose()?);
        migrate::run(&address).await?;
        let pool = address.pool(OTHERS)?;
        let client = pool.get().await.map_err(error::pool)?;
        migrate::check_roles(&client).await?;
        let sync = client.query_typed_one("SHOW synchronous_commit", &[]).await.map_err(error::postgres)?;
        let must_sync = sync.get::<_, &str>(0) == "off";
        drop(client);
        let vault = key_records::check(&pool, vault).await?;
        let store = Self(Arc::new(Inner {
            reads: replica.as_ref().map_or(Ok(pool.clone()), |replica| replica.pool(OTHERS))?,
            has_replica: replica.is_some(),
            writers: address.pool(WRITERS)?,
            pulse: address.pool(1)?,
            pool,
            address,
            writing: Semaphore::new(WRITERS),
            gathered: Mutex::default(),
            flushing: tokio::sync::Mutex::default(),
            folding: Folding::default(),
            turn: AtomicUsize::new(0),
            vault,
            node: AtomicI32::new(NO_NODE),
            appends_to: AtomicI32::new(NO_NODE),
            heard: watch::Sender::new(0),
            listener: tokio::sync::Mutex::default(),
            must_sync,
        }));
        store.create_partitions().await?;
        Ok(store)
    }

    /// Migrates the database without serving it.
    pub async fn migrate(url: &str) -> Result<Migrated, StorageError> {
        let address = Address::parse(url).map_err(|fault| open_failed("the URL is malformed", fault.to_string()))?;
        let migrated = migrate::run(&address).await?;
        let pool = address.pool(1)?;
        migrate::check_roles(&*pool.get().await.map_err(error::pool)?).await?;
        Ok(migrated)
    }

    /// The rows that a commit adds to; concurrent commits use different ones.
    fn shard(&self) -> i16 {
        ((owner(self.node()).unsigned_abs() as usize * WRITERS + self.0.turn.fetch_add(1, Relaxed)) % SHARDS) as i16
    }

    /// This node, once it has registered.
    fn node(&self) -> Option<NodeId> {
        NodeId::from_number(self.0.node.load(Relaxed))
    }

    /// The owner of the deliveries that this node appends.
    fn appends_to(&self) -> Option<NodeId> {
        NodeId::from_number(self.0.appends_to.load(Relaxed))
    }

    /// Executes a read in a role. If the server has closed the pooled connection, the read is retried once on another.
    async fn read(&self, who: As<'_>, sql: &str, values: Params<'_>) -> Result<Vec<Row>, StorageError> {
        self.read_in(READ, who, sql, values).await
    }

    /// The same with the given begin of the transaction.
    async fn read_in(&self, begin: &str, who: As<'_>, sql: &str, values: Params<'_>) -> Result<Vec<Row>, StorageError> {
        match connect::run(&self.0.pool, who, begin, sql, values).await {
            Err(fault) if fault.is_closed() => Ok(connect::run(&self.0.pool, who, begin, sql, values).await?),
            answer => Ok(answer?),
        }
    }

    /// Reads a list, from the replica if there is one and it responds.
    async fn list(&self, who: As<'_>, sql: &str, values: Params<'_>) -> Result<Vec<Row>, StorageError> {
        // Over all tenants a plan with a sequential scan would read the whole table.
        let begin = if matches!(who, As::Tenant(_)) { READ } else { LIST_BY_INDEX };
        if self.0.has_replica {
            match connect::run(&self.0.reads, who, begin, sql, values).await {
                Ok(rows) => return Ok(rows),
                Err(fault) => {
                    let fault = StorageError::from(fault);
                    tracing::warn!(cause = ?std::error::Error::source(&fault).map(ToString::to_string),
                        "replica (POSTRIDER_READ_STORE) unavailable; reading the list from the primary");
                }
            }
        }
        self.read_in(begin, who, sql, values).await
    }

    async fn write(&self, who: As<'_>, sql: &str, values: Params<'_>) -> Result<Vec<Row>, Fault> {
        self.write_in(WRITE, who, sql, values).await
    }

    async fn write_in(&self, begin: &str, who: As<'_>, sql: &str, values: Params<'_>) -> Result<Vec<Row>, Fault> {
        let mut tries = 0;
        loop {
            match connect::run(&self.0.pool, who, begin, sql, values).await {
                Err(fault) if fault.is_collision() && tries < 5 => tries += 1,
                answer => return answer.map_err(Fault::of_commit),
            }
        }
    }
}

/// Writes a row, after a sort that spills to disk: on a full disk a row often fits into an existing block, but half a
/// megabyte of temporary file does not. The statement leaves no data behind.
const PROBE: &str = "INSERT INTO postrider.meta (name, value)
    SELECT 'probe', '\\x00' FROM (
        SELECT count(*) AS found FROM (
            SELECT repeat(md5(i::text), 8) AS text FROM generate_series(1, 2000) AS i ORDER BY 1 OFFSET 0) sorted) room
    WHERE found > 0 ON CONFLICT (name) DO UPDATE SET value = excluded.value";
const PROBE_BEGIN: &str = "BEGIN; SET LOCAL work_mem = '64kB'; SET LOCAL temp_tablespaces = ''";

fn open_failed(what: &str, fault: String) -> StorageError {
    StorageError::Open(what.into(), fault.into())
}

#[async_trait]
impl Store for PgStore {
    async fn check_writable(&self) -> Result<(), StorageError> {
        self.write_in(PROBE_BEGIN, As::Worker, PROBE, &[]).await?;
        Ok(())
    }

    async fn is_paused(&self) -> Result<bool, StorageError> {
        let rows = self.read(As::Worker, "SELECT 1 FROM postrider.meta WHERE name = 'paused'", &[]).await?;
        Ok(!rows.is_empty())
    }

    async fn set_paused(&self, paused: bool) -> Result<(), StorageError> {
        let sql = match paused {
            true => "INSERT INTO postrider.meta (name, value) VALUES ('paused', '\\x01') ON CONFLICT (name) DO NOTHING",
            false => "DELETE FROM postrider.meta WHERE name = 'paused'",
        };
        self.write(As::Worker, sql, &[]).await?;
        self.write(As::Worker, "SELECT pg_notify('postrider', 'paused')", &[]).await?;
        Ok(())
    }

    fn shared(&self) -> Option<&dyn Shared> {
        Some(self)
    }

    async fn close(&self) -> Result<(), StorageError> {
        if let Err(fault) = self.flush_publications().await {
            tracing::warn!(error = %fault, "failed to count the publications of the last second");
        }
        self.0.writing.close();
        self.0.writers.close();
        self.0.pulse.close();
        self.0.pool.close();
        self.0.reads.close();
        drop(self.0.listener.lock().await.take());
        Ok(())
    }
}
