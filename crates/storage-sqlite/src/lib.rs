//! The SQLite store: one file, one writer thread, a pool of readers, checkpoints outside the commit path.
//!
//! WAL with `synchronous=FULL`: a commit returns after its fsync.

mod backlog;
mod cancels;
mod catalog;
mod cells;
mod checkpoint;
mod codes;
mod connect;
mod deliveries;
mod documents;
mod erasure;
mod error;
mod events;
mod existence;
mod figures;
mod file;
mod holder;
mod identity;
mod insert;
mod inspector;
mod journal;
mod key_records;
mod keys;
mod marks;
mod master_keys;
mod migrate;
mod order;
mod portal_sessions;
mod probe;
mod publications;
mod query;
mod readers;
mod replays;
mod retention;
mod rows;
mod sessions;
mod statistics;
mod subscriptions;
mod tenants;
mod transfer;
mod writer;

pub use inspector::{Integrity, Lock as LockState, SqliteInspector};
pub use migrate::Migrated;

use async_trait::async_trait;
use connect::{BUSY, connect};
use error::sqlite;
use file::{Lock, Place};
use marks::Marks;
use parking_lot::Mutex;
use readers::Readers;
use std::{path::Path, sync::Arc};
use storage::{StorageError, Store, Vault};
use writer::Writer;

/// A store in one SQLite file. Clones share it.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    writer: Arc<Writer>,
    readers: Arc<Readers>,
    place: Arc<Place>,
    /// Locked on the writer's thread only.
    marks: Arc<Mutex<Marks>>,
    pending: Arc<statistics::pending::Pending>,
    vault: Vault,
}

impl SqliteStore {
    /// Opens the file; creates and migrates it as needed. Only one process can have it open.
    pub fn open(path: &Path, vault: Vault) -> Result<Self, StorageError> {
        let (lock, place) = Lock::take(path)?;
        let mut connection = connect(path)?;
        migrate::run(&mut connection)?;
        let vault = key_records::check(&mut connection, vault)?;
        // From here on callers wait for each answer.
        connection.busy_timeout(BUSY).map_err(sqlite)?;
        let readers = Readers::open(path)?;
        place.opened(Path::new(connection.path().unwrap_or_default()))?;
        let place = Arc::new(place);
        let writer = Writer::start(connection, lock, place.clone())?;
        let (writer, readers) = (Arc::new(writer), Arc::new(readers));
        Ok(Self { writer, readers, place, marks: Arc::default(), pending: Arc::default(), vault })
    }

    /// Migrates the file without serving it.
    pub fn migrate(path: &Path) -> Result<Migrated, StorageError> {
        // Must be dropped after the connection.
        let (_lock, place) = Lock::take(path)?;
        let mut connection = connect(path)?;
        let migrated = migrate::run(&mut connection)?;
        place.opened(Path::new(connection.path().unwrap_or_default()))?;
        drop(connection);
        Ok(migrated)
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn check_writable(&self) -> Result<(), StorageError> {
        let path = self.place.path().to_owned();
        self.writer
            .call(move |connection| {
                probe::space(&path)?;
                let tx = connection.transaction().map_err(sqlite)?;
                tx.execute("INSERT OR REPLACE INTO meta (name, value) VALUES ('probe', x'00')", []).map_err(sqlite)?;
                tx.commit().map_err(sqlite)
            })
            .await
    }

    async fn is_paused(&self) -> Result<bool, StorageError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM meta WHERE name = 'paused')";
        self.readers.read(move |connection| connection.query_row(sql, [], |row| row.get(0)).map_err(sqlite)).await
    }

    async fn set_paused(&self, paused: bool) -> Result<(), StorageError> {
        let sql = match paused {
            true => "INSERT OR REPLACE INTO meta (name, value) VALUES ('paused', x'01')",
            false => "DELETE FROM meta WHERE name = 'paused'",
        };
        self.writer.transaction(move |tx| tx.execute(sql, []).map(drop).map_err(sqlite)).await
    }

    async fn close(&self) -> Result<(), StorageError> {
        self.readers.close();
        self.writer.close().await
    }
}
