//! Stores that take long to make are kept between runs, each with a note of what it holds.

use crate::context::Context;
use anyhow::Context as _;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::path::{Path, PathBuf};
use storage_sqlite::SqliteStore;

/// The folder of a kept store: `store.db`, and the note beside it.
pub(crate) struct Kept {
    pub(crate) folder: PathBuf,
    /// The newest migration.
    schema: u32,
}

#[derive(Serialize, Deserialize)]
struct Note<T> {
    schema: u32,
    holds: T,
}

impl Kept {
    /// One for each size, so that trying out with a small one does not cost the large one.
    pub(crate) fn named(context: &Context, name: &str, size: u64) -> anyhow::Result<Self> {
        let fresh = context.folder()?;
        let schema = SqliteStore::migrate(&fresh.path().join("store.db"))?.to;
        Ok(Self { folder: context.data.join(format!("{name}-{size}")), schema })
    }

    pub(crate) fn store(&self) -> PathBuf {
        self.folder.join("store.db")
    }

    /// What the store holds, when it was finished and made with this schema: one that was migrated would not be what a
    /// server of this version writes.
    pub(crate) fn holds<T: DeserializeOwned>(&self) -> Option<T> {
        let note: Note<T> = serde_json::from_slice(&std::fs::read(self.folder.join("note.json")).ok()?).ok()?;
        (note.schema == self.schema).then_some(note.holds)
    }

    /// Written last: a store without a note was not finished.
    pub(crate) fn write_note<T: Serialize>(&self, holds: T) -> anyhow::Result<()> {
        let file = self.folder.join("note.json");
        let note = Note { schema: self.schema, holds };
        std::fs::write(&file, serde_json::to_string_pretty(&note)?)
            .with_context(|| format!("{} cannot be written", file.display()))
    }

    /// Removes what is there and begins anew.
    pub(crate) fn clear(&self) -> anyhow::Result<()> {
        if self.folder.exists() {
            std::fs::remove_dir_all(&self.folder)
                .with_context(|| format!("{} cannot be removed", self.folder.display()))?;
        }
        std::fs::create_dir_all(&self.folder).with_context(|| format!("{} cannot be made", self.folder.display()))
    }

    /// A copy for a server to change.
    pub(crate) fn copy_to(&self, folder: &Path) -> anyhow::Result<()> {
        std::fs::copy(self.store(), folder.join("store.db")).context("the kept store cannot be copied")?;
        Ok(())
    }
}
