//! The two kinds of store, and how each is opened.

use crate::{config::Config, serve::keys};
use anyhow::{Context, anyhow};
use secrecy::{ExposeSecret, SecretString};
use std::{path::PathBuf, sync::Arc};
use storage::{StorageError, Store, Vault};
use storage_postgres::PgStore;
use storage_sqlite::SqliteStore;

/// Location of the store.
#[derive(Clone, Debug)]
pub(crate) enum StoreUrl {
    Sqlite(PathBuf),
    /// Secret, because the URL may contain a password.
    Postgres(SecretString),
}

impl StoreUrl {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("sqlite:").filter(|path| !path.is_empty()) {
            return Ok(Self::Sqlite(path.trim_start_matches("//").into()));
        }
        match parse_postgres(text)? {
            Some(url) => Ok(Self::Postgres(url)),
            None => Err("must begin with sqlite: and name a file, for example sqlite:postrider.db, or be a URL of \
                         PostgreSQL, for example postgres://postrider@localhost/postrider"
                .into()),
        }
    }

    /// The location without secrets, for display.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Sqlite(path) => path.display().to_string(),
            Self::Postgres(_) => "the database".into(),
        }
    }
}

/// Parses a PostgreSQL URL; `None` for other texts.
pub(crate) fn parse_postgres(text: &str) -> Result<Option<SecretString>, String> {
    if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
        return Ok(None);
    }
    storage_postgres::check_url(text).map_err(|fault| {
        format!("is not a PostgreSQL URL: {fault}; for example postgres://postrider@localhost/postrider")
    })?;
    Ok(Some(text.into()))
}

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
                keys::master_key(config, &config.store)?;
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
        StorageError::TooNew { .. } => anyhow!("{fault}: use the newer version of postrider that wrote it"),
        fault => Err::<(), _>(fault).context("POSTRIDER_STORE").unwrap_err(),
    }
}
