//! Tenants' API keys.

use crate::{Deleted, StorageError};
use async_trait::async_trait;
use model::{KeyId, TenantId, TenantKey};

#[async_trait]
pub trait Keys: Send + Sync {
    /// `false` when there is no such tenant.
    async fn insert_key(&self, key: &TenantKey) -> Result<bool, StorageError>;

    /// Newest first.
    async fn keys(&self, tenant: &TenantId) -> Result<Vec<TenantKey>, StorageError>;

    async fn delete_key(&self, tenant: &TenantId, id: KeyId) -> Result<Deleted, StorageError>;

    /// Every tenant's keys, for the installation's own look-up by hash.
    async fn all_keys(&self) -> Result<Vec<TenantKey>, StorageError>;
}
