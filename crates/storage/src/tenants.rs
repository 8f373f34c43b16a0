//! Tenants.

use crate::{Page, StorageError};
use async_trait::async_trait;
use model::{Tenant, TenantId, Timestamp};

/// What an upsert did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    Created,
    Updated,
}

/// What a deletion found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deleted {
    Done,
    Missing,
}

#[async_trait]
pub trait Tenants: Send + Sync {
    /// Makes or changes a tenant; `None` keeps what is there.
    async fn put_tenant(
        &self,
        id: &TenantId,
        name: Option<Option<String>>,
        metadata: Option<model::JsonObject>,
        now: Timestamp,
    ) -> Result<(Tenant, Put), StorageError>;

    async fn tenant(&self, id: &TenantId) -> Result<Option<Tenant>, StorageError>;

    /// By id, ascending; `below` here means "after this id".
    async fn tenants(&self, page: Page<TenantId>) -> Result<Vec<Tenant>, StorageError>;

    /// Removes a tenant and everything it owns. From the first moment on nothing of it is seen or written any more; the
    /// call returns when all of it is gone, and a call after a crash goes on where the last one stopped.
    async fn delete_tenant(&self, id: &TenantId) -> Result<Deleted, StorageError>;

    /// Tenants whose deletion was begun and not ended: what a start after a crash has to finish.
    async fn half_deleted_tenants(&self) -> Result<Vec<TenantId>, StorageError>;
}
