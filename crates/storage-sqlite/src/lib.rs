//! The SQLite store: one file, one writer thread, a pool of readers, checkpoints outside the commit path.
//!
//! WAL with `synchronous=FULL`: a commit returns after its fsync.

mod backlog;
mod catalog;
mod checkpoint;
mod deliveries;
mod documents;
mod error;
mod events;
mod file;
mod holder;
mod journal;
mod keys;
mod marks;
mod migrate;
mod probe;
mod publications;
mod readers;
mod retention;
mod rows;
mod subscriptions;
mod tenants;
mod transfer;
mod writer;

use async_trait::async_trait;
use error::sqlite;
use file::{Lock, Place};
use marks::Marks;
use parking_lot::Mutex;
use readers::Readers;
use rusqlite::{Connection, OpenFlags};
use std::{path::Path, sync::Arc, time::Duration};
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
    vault: Vault,
}

/// Migrations that were applied to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Migrated {
    pub from: u32,
    pub to: u32,
}

impl SqliteStore {
    /// Opens the file; creates and migrates it as needed. Only one process can have it open.
    pub fn open(path: &Path, vault: Vault) -> Result<Self, StorageError> {
        let (lock, place) = Lock::take(path)?;
        let mut connection = connect(path)?;
        migrate::run(&mut connection)?;
        migrate::check_key(&mut connection, &vault)?;
        // From here on callers wait for each answer.
        connection.busy_timeout(BUSY).map_err(sqlite)?;
        let readers = Readers::open(path)?;
        place.opened(Path::new(connection.path().unwrap_or_default()))?;
        let place = Arc::new(place);
        let writer = Writer::start(connection, lock, place.clone())?;
        Ok(Self { writer: Arc::new(writer), readers: Arc::new(readers), place, marks: Arc::default(), vault })
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

fn open_failed(path: &Path, source: impl std::error::Error + Send + Sync + 'static) -> StorageError {
    StorageError::Open(path.display().to_string(), Box::new(source))
}

/// How long the start waits for another program's lock.
const START: Duration = Duration::from_secs(5);
/// How long all later operations wait for it. Publishers must get an error within a second: a running commit fails
/// after this time, the next one begins half a second later and fails after this time.
const BUSY: Duration = Duration::from_millis(200);

fn connect(path: &Path) -> Result<Connection, StorageError> {
    let open = || -> rusqlite::Result<Connection> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(START)?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "wal_autocheckpoint", 0)?;
        let size = std::fs::metadata(path).map_or(0, |file| file.len());
        connection.pragma_update(None, "cache_size", if size < LARGE { -8_192 } else { -32_768 })?;
        connection.pragma_update(None, "temp_store", "memory")?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(connection)
    };
    open().map_err(|fault| open_failed(path, fault))
}

/// From this file size on, the writer has a large page cache. When SQLite sorts dirty pages of a smaller file, it
/// briefly uses the page number at this offset and then scans its whole cache at the next commit, which took a fifth of
/// the writer's time with a large cache.
const LARGE: u64 = 1 << 30;

fn connect_reader(path: &Path) -> Result<Connection, StorageError> {
    let open = || -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY)?;
        connection.pragma_update(None, "query_only", true)?;
        connection.pragma_update(None, "cache_size", -4_096)?;
        connection.pragma_update(None, "temp_store", "memory")?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(connection)
    };
    open().map_err(|fault| open_failed(path, fault))
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
