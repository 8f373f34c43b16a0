//! Conversion of the client library's errors into storage errors.

use deadpool_postgres::PoolError;
use storage::StorageError;
use tokio_postgres::{Error, error::SqlState};

pub(crate) fn postgres(fault: Error) -> StorageError {
    StorageError::unavailable(Described(fault))
}

pub(crate) fn pool(fault: PoolError) -> StorageError {
    match fault {
        PoolError::Backend(fault) => postgres(fault),
        PoolError::Timeout(_) => StorageError::unavailable("no connection became available in time"),
        PoolError::Closed => closed(),
        fault => StorageError::unavailable(fault),
    }
}

pub(crate) fn closed() -> StorageError {
    StorageError::unavailable("the store is closed")
}

/// An error with the server's message: the library's own text for a server's error is just "db error".
#[derive(Debug)]
struct Described(Error);

impl std::fmt::Display for Described {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0.as_db_error() {
            Some(fault) => write!(f, "{} (SQLSTATE {})", fault.message(), fault.code().code()),
            None => {
                write!(f, "{}", self.0)?;
                let mut source = std::error::Error::source(&self.0);
                while let Some(cause) = source {
                    write!(f, ": {cause}")?;
                    source = cause.source();
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for Described {}

pub(crate) fn is(fault: &Error, state: &SqlState) -> bool {
    fault.code() == Some(state)
}

/// True for deadlocks and serialization failures, after which a retry is likely to succeed.
pub(crate) fn is_collision(fault: &Error) -> bool {
    is(fault, &SqlState::T_R_DEADLOCK_DETECTED) || is(fault, &SqlState::T_R_SERIALIZATION_FAILURE)
}
