//! Errors of a store, the same for every backend.

use std::error::Error;

type Source = Box<dyn Error + Send + Sync>;

#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The store is temporarily unavailable. Nothing was written; a retry may succeed.
    #[error("the store is unavailable")]
    Unavailable(#[source] Source),
    /// The store failed during a write. The write may or may not be durable.
    #[error("the store failed during a write, which may have been committed")]
    Unsure(#[source] Source),
    /// A stored value that no version of Postrider can have written.
    #[error("the store contains invalid data: {table} ({row}): {problem}")]
    Corrupt {
        table: &'static str,
        /// The row's key, in the form of an SQL condition.
        row: String,
        /// Column and reason.
        problem: String,
    },
    /// The master key differs from the one that this store was written with.
    #[error("the master key does not fit this store")]
    WrongMasterKey,
    /// The store has secrets of a further key, which is not given. The id is unknown if the key is the store's first.
    #[error("the store has secrets that another master key has sealed{}", id.as_ref().map(|id| format!(" (its id is {id})")).unwrap_or_default())]
    MissingMasterKey { id: Option<String> },
    /// A rotation to another master key than the current one has begun.
    #[error("a rotation to the master key with the id {id} has begun, which must be the current one")]
    RotationBegun { id: String },
    /// The current master key is new, and nodes that run cannot open what it seals.
    #[error("nodes that run do not have the master key with the id {id}: {}", nodes.join(", "))]
    UnknownToNodes { id: String, nodes: Vec<String> },
    /// The store has a migration that this version does not know: a newer version wrote it.
    #[error("the store has migration {found}, but this version only knows migrations up to {known}")]
    TooNew { found: u32, known: u32 },
    /// The store allows one process at a time, and another process has it open.
    #[error("{store} is open in another process ({holder})")]
    InUse { store: String, holder: String },
    #[error("the store could not be opened or migrated: {0}")]
    Open(String, #[source] Source),
}

impl StorageError {
    pub fn unavailable(source: impl Into<Source>) -> Self {
        Self::Unavailable(source.into())
    }

    /// The same error for a write that may have been committed nevertheless.
    #[must_use]
    pub fn unsure(self) -> Self {
        match self {
            Self::Unavailable(source) => Self::Unsure(source),
            fault => fault,
        }
    }

    pub fn corrupt(table: &'static str, row: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Corrupt { table, row: row.into(), problem: problem.into() }
    }
}
