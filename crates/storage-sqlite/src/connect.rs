//! Connections to the file and their settings.

use crate::{error::open_failed, statistics::hours::define_merge};
use rusqlite::{Connection, OpenFlags};
use std::{path::Path, time::Duration};
use storage::StorageError;

/// How long the start waits for another program's lock.
const START: Duration = Duration::from_secs(5);
/// How long all later operations wait for it. Publishers must get an error within a second: a running commit fails
/// after this time, the next one begins half a second later and fails after this time.
pub(crate) const BUSY: Duration = Duration::from_millis(200);

pub(crate) fn connect(path: &Path) -> Result<Connection, StorageError> {
    let open = || -> rusqlite::Result<Connection> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(START)?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "wal_autocheckpoint", 0)?;
        let size = std::fs::metadata(path).map_or(0, |file| file.len());
        connection.pragma_update(None, "cache_size", if size < LARGE { -8_192 } else { -32_768 })?;
        connection.pragma_update(None, "temp_store", "memory")?;
        connection.set_prepared_statement_cache_capacity(96);
        define_merge(&connection)?;
        Ok(connection)
    };
    open().map_err(|fault| open_failed(path, fault))
}

/// From this file size on, the writer has a large page cache. When SQLite sorts dirty pages of a smaller file, it
/// briefly uses the page number at this offset and then scans its whole cache at the next commit, which took a fifth of
/// the writer's time with a large cache.
const LARGE: u64 = 1 << 30;

pub(crate) fn connect_reader(path: &Path) -> Result<Connection, StorageError> {
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
