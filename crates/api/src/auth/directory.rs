//! The directory: all tenants and keys in memory, so that authentication reads nothing from the store.

use model::{KeyId, TenantId, TenantKey};
use parking_lot::RwLock;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
use storage::{StorageError, Store};

#[derive(Debug, Default)]
pub(crate) struct Directory {
    known: RwLock<Known>,
}

#[derive(Debug, Default)]
struct Known {
    tenants: HashSet<TenantId>,
    keys: HashMap<[u8; 32], Arc<TenantKey>>,
}

impl Directory {
    pub(crate) async fn load(store: &dyn Store) -> Result<Self, StorageError> {
        let mut known = Known::default();
        let mut page = storage::Page::first(1_000);
        loop {
            let tenants = store.tenants(page.clone()).await?;
            page.cursor = tenants.last().map(|tenant| tenant.id.clone());
            known.tenants.extend(tenants.into_iter().map(|tenant| tenant.id));
            if page.cursor.is_none() {
                break;
            }
        }
        known.keys = store.all_keys().await?.into_iter().map(|key| (key.hash, Arc::new(key))).collect();
        Ok(Self { known: RwLock::new(known) })
    }

    /// Replaces all tenants and keys by those of `other`.
    pub(crate) fn replace(&self, other: Self) {
        *self.known.write() = other.known.into_inner();
    }

    /// Replaces the keys of one tenant.
    pub(crate) fn set_keys(&self, tenant: &TenantId, keys: Vec<TenantKey>) {
        let mut known = self.known.write();
        known.keys.retain(|_, key| key.tenant != *tenant);
        known.keys.extend(keys.into_iter().map(|key| (key.hash, Arc::new(key))));
    }

    pub(crate) fn has_tenant(&self, id: &TenantId) -> bool {
        self.known.read().tenants.contains(id)
    }

    pub(crate) fn add_tenant(&self, id: &TenantId) {
        self.known.write().tenants.insert(id.clone());
    }

    pub(crate) fn remove_tenant(&self, id: &TenantId) {
        let mut known = self.known.write();
        known.tenants.remove(id);
        known.keys.retain(|_, key| key.tenant != *id);
    }

    pub(crate) fn add_key(&self, key: TenantKey) {
        self.known.write().keys.insert(key.hash, Arc::new(key));
    }

    pub(crate) fn remove_key(&self, id: KeyId) {
        self.known.write().keys.retain(|_, key| key.id != id);
    }

    pub(super) fn key(&self, hash: &[u8; 32]) -> Option<Arc<TenantKey>> {
        self.known.read().keys.get(hash).cloned()
    }
}
