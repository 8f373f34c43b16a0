//! Event types that an installation adds to the shipped catalog.

use crate::StorageError;
use async_trait::async_trait;
use model::catalog::CatalogEntry;

/// What a registration met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegisterOutcome {
    Registered,
    AlreadyRegistered,
}

#[async_trait]
pub trait CustomTypes: Send + Sync {
    async fn custom_types(&self) -> Result<Vec<CatalogEntry>, StorageError>;

    /// Adds it, unless one of the same name is there that is not retired: of two nodes that register one name at the same
    /// time, one adds it.
    async fn register_custom_type(&self, entry: &CatalogEntry) -> Result<RegisterOutcome, StorageError>;

    /// Adds it or replaces the one of the same name.
    async fn put_custom_type(&self, entry: &CatalogEntry) -> Result<(), StorageError>;
}
