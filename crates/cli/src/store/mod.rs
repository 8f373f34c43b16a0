//! The configured store: its location, its keys, and how it is opened and migrated.

pub(crate) mod files;
mod key_sources;
pub(crate) mod keys;
mod location;

use crate::config::Config;
use anyhow::{Context, anyhow};
pub(crate) use location::{StoreUrl, parse_postgres};
use secrecy::ExposeSecret;
use std::sync::Arc;
use storage::{StorageError, Store, Vault};
use storage_postgres::PgStore;
use storage_sqlite::SqliteStore;

/// Opens the store and migrates it.
pub(crate) async fn open(config: &Config, url: &StoreUrl, vault: Vault) -> anyhow::Result<Arc<dyn Store>> {
    match url {
        StoreUrl::Sqlite(path) => {
            Ok(Arc::new(SqliteStore::open(path, vault).map_err(|fault| keys::explain(fault, path))?))
        }
        StoreUrl::Postgres(url) => {
            let reads = config.read_store.as_ref().map(ExposeSecret::expose_secret);
            let store = PgStore::open(url.expose_secret(), reads, vault).await.map_err(explain)?;
            Ok(Arc::new(store))
        }
    }
}

/// Migrates the store; returns the migration numbers before and after.
pub(crate) async fn migrate(config: &Config) -> anyhow::Result<(u32, u32)> {
    match &config.store {
        StoreUrl::Sqlite(path) => {
            if !path.exists() {
                // Generates the key as a first start does, because `serve` refuses an existing store without its key.
                keys::master_keys(config, &config.store)?;
            }
            let done = SqliteStore::migrate(path).map_err(|fault| keys::explain(fault, path))?;
            Ok((done.from, done.to))
        }
        StoreUrl::Postgres(url) => {
            let done = PgStore::migrate(url.expose_secret()).await.map_err(explain)?;
            Ok((done.from, done.to))
        }
    }
}

/// Adds a remedy to an error of opening the database.
fn explain(fault: StorageError) -> anyhow::Error {
    match fault {
        StorageError::WrongMasterKey => {
            anyhow!("POSTRIDER_MASTER_KEY is not the key that this database was written with: give that one")
        }
        fault => match keys::explain_keys(&fault) {
            Some(explained) => explained,
            None => Err::<(), _>(fault).context("POSTRIDER_STORE").unwrap_err(),
        },
    }
}
