//! Stores that take long to make are kept between runs, each with a note of what it holds.

use crate::context::Context;
use anyhow::Context as _;
use serde::{Serialize, de::DeserializeOwned};
use std::path::{Path, PathBuf};

/// The folder of a kept store: `store.db`, and the note beside it.
pub(crate) struct Kept {
    pub(crate) folder: PathBuf,
}

impl Kept {
    /// One for each size, so that trying out with a small one does not cost the large one.
    pub(crate) fn named(context: &Context, name: &str, size: u64) -> Self {
        Self { folder: context.data.join(format!("{name}-{size}")) }
    }

    pub(crate) fn store(&self) -> PathBuf {
        self.folder.join("store.db")
    }

    /// What the note says; `None` when there is none, or one of another form.
    pub(crate) fn note<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&std::fs::read(self.folder.join("note.json")).ok()?).ok()
    }

    /// Written last: a store without a note was not finished.
    pub(crate) fn write_note(&self, note: &impl Serialize) -> anyhow::Result<()> {
        let file = self.folder.join("note.json");
        std::fs::write(&file, serde_json::to_string_pretty(note)?)
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
