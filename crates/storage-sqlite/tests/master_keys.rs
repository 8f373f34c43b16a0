//! The conformance suite of several master keys.

use async_trait::async_trait;
use std::sync::Arc;
use storage::{StorageError, Store, Vault, conformance::master_keys::Reopened};
use storage_sqlite::SqliteStore;

struct File(tempfile::TempDir);

#[async_trait]
impl Reopened for File {
    async fn open(&self, vault: Vault) -> Result<Arc<dyn Store>, StorageError> {
        Ok(Arc::new(SqliteStore::open(&self.0.path().join("postrider.db"), vault)?))
    }
}

async fn file() -> File {
    File(tempfile::tempdir().unwrap())
}

storage::master_keys_conformance_suite!(file);
