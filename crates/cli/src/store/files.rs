//! Files next to a SQLite store, which only their owner may read: keys, and hints for the commands.

use anyhow::Context;
use std::{
    fs::OpenOptions,
    io::{ErrorKind, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

/// Files next to a development server's store, for the commands; readable by their owner only.
pub(crate) struct DevFiles {
    pub(crate) tenant_key: PathBuf,
    pub(crate) operator_key: PathBuf,
    pub(crate) url: PathBuf,
}

impl DevFiles {
    pub(crate) fn beside(store: &Path) -> Self {
        let file = |ending| beside(store, ending);
        Self { tenant_key: file("dev-key"), operator_key: file("dev-operator-key"), url: file("dev-url") }
    }
}

/// `postrider.db` → `postrider.db.<ending>`.
pub(crate) fn beside(store: &Path, ending: &str) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

/// [`write_private`] for a file that may exist, with any permissions.
pub(crate) fn replace_private(path: &Path, text: &str) -> anyhow::Result<()> {
    match std::fs::remove_file(path) {
        Err(fault) if fault.kind() != ErrorKind::NotFound => {
            Err(fault).with_context(|| format!("failed to replace {}", path.display()))
        }
        _ => write_private(path, text),
    }
}

/// Creates a file that only its owner may read. An existing file is not overwritten: it may be the key of a server that
/// was started at the same time.
pub(crate) fn write_private(path: &Path, text: &str) -> anyhow::Result<()> {
    let write = || {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    write().with_context(|| format!("{} cannot be written", path.display()))
}

pub(crate) fn read(path: &Path) -> anyhow::Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text.trim().to_owned())),
        Err(fault) if fault.kind() == ErrorKind::NotFound => Ok(None),
        Err(fault) => Err(fault).with_context(|| format!("{} cannot be read", path.display())),
    }
}
