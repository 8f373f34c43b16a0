//! From SQLite's errors to the store's.

use crate::holder;
use rusqlite::ErrorCode;
use std::path::Path;
use storage::StorageError;

/// A full disk, a broken file, a lock: for the caller all of it means "not now".
pub(crate) fn sqlite(fault: rusqlite::Error) -> StorageError {
    StorageError::unavailable(fault)
}

/// The same of a commit. A lock or a full disk undoes it; after any other fault the log may hold it, and give it back at the
/// next start.
pub(crate) fn at_commit(fault: rusqlite::Error) -> StorageError {
    match fault.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::DiskFull) => sqlite(fault),
        _ => sqlite(fault).unsure(),
    }
}

/// Another program writes to the file.
#[derive(Debug, thiserror::Error)]
#[error("the file is locked by another program{}", .holder.as_ref().map(|who| format!(" ({who})")).unwrap_or_default())]
pub(crate) struct Locked {
    pub(crate) holder: Option<String>,
    #[source]
    pub(crate) source: Box<dyn std::error::Error + Send + Sync>,
}

/// Names the program that has the lock, where that is what is wrong.
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

/// The writer or a reader has stopped.
#[derive(Debug, thiserror::Error)]
#[error("the store is closed")]
pub(crate) struct Closed;

pub(crate) fn closed<E>(_: E) -> StorageError {
    StorageError::unavailable(Closed)
}
