//! API keys of tenants.

use crate::{DeleteOutcome, StorageError};
use async_trait::async_trait;
use model::{KeyId, TenantId, TenantKey, Timestamp};

/// The last use of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyUse {
    pub tenant: TenantId,
    pub key: KeyId,
    pub at: Timestamp,
}

#[async_trait]
pub trait Keys: Send + Sync {
    /// Returns `false` when the tenant does not exist.
    async fn insert_key(&self, key: &TenantKey) -> Result<bool, StorageError>;

    /// Inserts `new` and lets the tenant's key `old` expire at `end`, unless it expires earlier. Returns `false`, and does
    /// nothing, when there is no such key.
    async fn replace_key(&self, old: KeyId, new: &TenantKey, end: Timestamp) -> Result<bool, StorageError>;

    /// Newest first.
    async fn keys(&self, tenant: &TenantId) -> Result<Vec<TenantKey>, StorageError>;

    async fn delete_key(&self, tenant: &TenantId, id: KeyId) -> Result<DeleteOutcome, StorageError>;

    /// Stores when keys were last used, in one transaction. A time never goes back, and keys that are gone are passed
    /// over. Nodes need not learn it.
    async fn use_keys(&self, uses: &[KeyUse]) -> Result<(), StorageError>;

    /// The keys of all tenants, for the in-memory look-up by hash.
    async fn all_keys(&self) -> Result<Vec<TenantKey>, StorageError>;
}
