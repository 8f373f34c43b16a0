//! From SQLite's errors to the store's.

use storage::StorageError;

/// A full disk, a broken file, a lock: for the caller all of it means "not now".
pub(crate) fn sqlite(fault: rusqlite::Error) -> StorageError {
    StorageError::unavailable(fault)
}

/// The writer or a reader has stopped.
#[derive(Debug, thiserror::Error)]
#[error("the store is closed")]
pub(crate) struct Closed;

pub(crate) fn closed<E>(_: E) -> StorageError {
    StorageError::unavailable(Closed)
}
