//! Event types that an installation adds to the shipped catalog.

use crate::StorageError;
use async_trait::async_trait;
use model::catalog::CatalogEntry;

/// Result of a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegisterOutcome {
    Registered,
    AlreadyRegistered,
}

#[async_trait]
pub trait CustomTypes: Send + Sync {
    async fn custom_types(&self) -> Result<Vec<CatalogEntry>, StorageError>;

    /// Adds an event type, unless a type of the same name exists that is not retired. When two nodes register one name
    /// at the same time, exactly one succeeds.
    async fn register_custom_type(&self, entry: &CatalogEntry) -> Result<RegisterOutcome, StorageError>;

    /// Upserts an event type by its name.
    async fn put_custom_type(&self, entry: &CatalogEntry) -> Result<(), StorageError>;
}
