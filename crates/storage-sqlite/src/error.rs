//! Conversion of SQLite's errors into storage errors.

use crate::holder;
use rusqlite::ErrorCode;
use std::path::Path;
use storage::StorageError;

/// A full disk, a damaged file and a lock are all the same to the caller: the store is unavailable.
pub(crate) fn sqlite(fault: rusqlite::Error) -> StorageError {
    StorageError::unavailable(fault)
}

/// The file could not be opened or migrated.
pub(crate) fn open_failed(path: &Path, source: impl std::error::Error + Send + Sync + 'static) -> StorageError {
    StorageError::Open(path.display().to_string(), Box::new(source))
}

/// Converts an error of a commit. SQLite rolls back after a lock or a full disk; after any other error the log may
/// contain the transaction and restore it at the next start.
pub(crate) fn at_commit(fault: rusqlite::Error) -> StorageError {
    match fault.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::DiskFull) => sqlite(fault),
        _ => sqlite(fault).unsure(),
    }
}

/// Another program holds the write lock of the file.
#[derive(Debug, thiserror::Error)]
#[error("the file is locked by another program{}", .holder.as_ref().map(|who| format!(" ({who})")).unwrap_or_default())]
pub(crate) struct Locked {
    pub(crate) holder: Option<String>,
    #[source]
    pub(crate) source: Box<dyn std::error::Error + Send + Sync>,
}

/// Adds the program that holds the lock to an error caused by one.
pub(crate) fn name_holder(fault: StorageError, shm: &Path) -> StorageError {
    let is_busy = |source: &(dyn std::error::Error + Send + Sync + 'static)| {
        let code = source.downcast_ref::<rusqlite::Error>().and_then(rusqlite::Error::sqlite_error_code);
        code == Some(ErrorCode::DatabaseBusy)
    };
    match fault {
        StorageError::Unavailable(source) if is_busy(&*source) => {
            StorageError::unavailable(Locked { holder: holder::of_write(shm), source })
        }
        fault => fault,
    }
}

/// The writer or the readers have stopped.
#[derive(Debug, thiserror::Error)]
#[error("the store is closed")]
pub(crate) struct Closed;

pub(crate) fn closed<E>(_: E) -> StorageError {
    StorageError::unavailable(Closed)
}
