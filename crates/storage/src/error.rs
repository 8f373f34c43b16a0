//! What can go wrong with a store, whatever is behind it.

use std::error::Error;

type Source = Box<dyn Error + Send + Sync>;

#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The store did not take or give anything now; trying again may help.
    #[error("the store is unavailable")]
    Unavailable(#[source] Source),
    /// The store failed while it was writing. Nobody knows whether it was written.
    #[error("the store failed in the middle of a write")]
    Unsure(#[source] Source),
    /// What was read is not what can have been written.
    #[error("the store holds something unreadable: {0}")]
    Corrupt(String),
    /// The master key is not the one that this store was written with.
    #[error("the master key does not fit this store")]
    WrongMasterKey,
    /// The store was written by a newer version.
    #[error("the store has migration {found}, this version knows {known}")]
    TooNew { found: u32, known: u32 },
    /// One process at a time works on such a store, and another one does.
    #[error("{store} is open in another process ({holder})")]
    InUse { store: String, holder: String },
    #[error("the store could not be opened or migrated: {0}")]
    Open(String, #[source] Source),
}

impl StorageError {
    pub fn unavailable(source: impl Into<Source>) -> Self {
        Self::Unavailable(source.into())
    }

    /// The same fault where the write may have been carried out all the same.
    #[must_use]
    pub fn unsure(self) -> Self {
        match self {
            Self::Unavailable(source) => Self::Unsure(source),
            fault => fault,
        }
    }

    pub fn corrupt(what: impl Into<String>) -> Self {
        Self::Corrupt(what.into())
    }
}
