//! Stores that take long to create are kept between runs, each with a note about its contents.

use crate::context::Context;
use anyhow::Context as _;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::path::{Path, PathBuf};
use storage_sqlite::SqliteStore;

/// The folder of a kept store: `store.db`, and its note.
pub(crate) struct Kept {
    pub(crate) folder: PathBuf,
    /// The newest migration number.
    schema: u32,
}

#[derive(Serialize, Deserialize)]
struct Note<T> {
    schema: u32,
    holds: T,
}

impl Kept {
    /// A store per size, so that a run with a small scale does not remove the large store.
    pub(crate) fn named(context: &Context, name: &str, size: u64) -> anyhow::Result<Self> {
        let fresh = context.folder()?;
        let schema = SqliteStore::migrate(&fresh.path().join("store.db"))?.to;
        Ok(Self { folder: context.data.join(format!("{name}-{size}")), schema })
    }

    pub(crate) fn store(&self) -> PathBuf {
        self.folder.join("store.db")
    }

    /// The note's contents, if the store was completed with this schema: a migrated store would differ from what a
    /// server of this version writes.
    pub(crate) fn holds<T: DeserializeOwned>(&self) -> Option<T> {
        let note: Note<T> = serde_json::from_slice(&std::fs::read(self.folder.join("note.json")).ok()?).ok()?;
        (note.schema == self.schema).then_some(note.holds)
    }

    /// Written last: a store without a note is incomplete.
    pub(crate) fn write_note<T: Serialize>(&self, holds: T) -> anyhow::Result<()> {
        let file = self.folder.join("note.json");
        let note = Note { schema: self.schema, holds };
        std::fs::write(&file, serde_json::to_string_pretty(&note)?)
            .with_context(|| format!("failed to write {}", file.display()))
    }

    /// Removes the store, to start again.
    pub(crate) fn clear(&self) -> anyhow::Result<()> {
        if self.folder.exists() {
            std::fs::remove_dir_all(&self.folder)
                .with_context(|| format!("failed to remove {}", self.folder.display()))?;
        }
        std::fs::create_dir_all(&self.folder).with_context(|| format!("failed to create {}", self.folder.display()))
    }

    /// Copies the store for a server that changes it.
    pub(crate) fn copy_to(&self, folder: &Path) -> anyhow::Result<()> {
        std::fs::copy(self.store(), folder.join("store.db")).context("failed to copy the kept store")?;
        Ok(())
    }
}
