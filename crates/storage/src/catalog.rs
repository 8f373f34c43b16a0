//! Event types that an installation adds to the shipped catalog.

use crate::StorageError;
use async_trait::async_trait;
use model::catalog::CatalogEntry;

#[async_trait]
pub trait CustomTypes: Send + Sync {
    async fn custom_types(&self) -> Result<Vec<CatalogEntry>, StorageError>;

    /// Adds it or replaces the one of the same name.
    async fn put_custom_type(&self, entry: &CatalogEntry) -> Result<(), StorageError>;
}
