//! Tenants.

use crate::{Page, StorageError};
use async_trait::async_trait;
use model::{Tenant, TenantChange, TenantId, Timestamp};

/// Result of an upsert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PutOutcome {
    Created,
    Updated,
}

/// Result of a deletion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeleteOutcome {
    Done,
    Missing,
}

#[async_trait]
pub trait Tenants: Send + Sync {
    /// Upserts a tenant.
    async fn put_tenant(
        &self,
        id: &TenantId,
        change: TenantChange,
        now: Timestamp,
    ) -> Result<(Tenant, PutOutcome), StorageError>;

    async fn tenant(&self, id: &TenantId) -> Result<Option<Tenant>, StorageError>;

    /// The customers: all tenants but the system tenant, which [`Self::tenant`] returns. Ascending by id; the page starts
    /// after its cursor.
    async fn tenants(&self, page: Page<TenantId>) -> Result<Vec<Tenant>, StorageError>;

    /// Deletes a tenant and everything it owns. As soon as the call begins, the tenant's data can be neither read nor
    /// written. The call returns when all data is removed; after a crash, another call continues where the last one
    /// stopped.
    async fn delete_tenant(&self, id: &TenantId) -> Result<DeleteOutcome, StorageError>;

    /// Tenants whose deletion was interrupted by a crash; the deletion must be completed at the next start.
    async fn half_deleted_tenants(&self) -> Result<Vec<TenantId>, StorageError>;
}
