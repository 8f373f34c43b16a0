//! The database file: locked for one process, readable by its owner only, and checked to be still in place.
//!
//! The lock is `flock` on the database file. It belongs to the inode, so it also holds for symbolic and hard links.
//! SQLite's own locks use `fcntl`; on Linux the two kinds are independent. But closing *any* descriptor of a file drops
//! all `fcntl` locks that the process has on it. So the lock is opened before SQLite opens the file and closed after
//! SQLite closed it, and a process never opens a file that it has open already.

use crate::{error::open_failed, holder, identity::Identity};
use parking_lot::Mutex;
use std::{
    collections::BTreeSet,
    fs::{File, OpenOptions, Permissions, TryLockError},
    io,
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::OnceLock,
};
use storage::StorageError;

/// Files that this process has open as stores.
static OPEN: Mutex<BTreeSet<Identity>> = Mutex::new(BTreeSet::new());

/// Permissions of the store, its log and its index: its owner only.
const PRIVATE: u32 = 0o600;

/// The lock of a database file; must be dropped after everything else that has the file open.
#[derive(Debug)]
pub(crate) struct Lock {
    identity: Identity,
    _locked: File,
}

/// Path and identity of the open database file.
#[derive(Debug)]
pub(crate) struct Place {
    path: PathBuf,
    identity: Identity,
    /// The path as SQLite resolved it, next to which SQLite's own files lie, and the identity of the write-ahead log.
    log: OnceLock<(PathBuf, Identity)>,
}

impl Lock {
    /// Locks the file; creates an empty one if there is none.
    pub(crate) fn take(path: &Path) -> Result<(Self, Place), StorageError> {
        let failed = |fault: io::Error| open_failed(path, fault);
        loop {
            let mut open = OPEN.lock();
            if let Ok(identity) = Identity::at(path)
                && open.contains(&identity)
            {
                return Err(in_use(path, Some("this process".into())));
            }
            let file = OpenOptions::new()
                .create(true)
                .truncate(false)
                .read(true)
                .write(true)
                .mode(PRIVATE)
                .open(path)
                .map_err(failed)?;
            let metadata = file.metadata().map_err(failed)?;
            let identity = Identity::of(&metadata);
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(in_use(path, holder::of_lock(identity))),
                Err(TryLockError::Error(fault)) => return Err(failed(fault)),
            }
            // The file was replaced between opening and locking: lock the new one.
            if Identity::at(path).map_err(failed)? != identity {
                continue;
            }
            if metadata.nlink() > 1 {
                tracing::warn!(
                    path = %path.display(),
                    links = metadata.nlink(),
                    "the store file has hard links; SQLite's log lies beside one of them, so always use the same path"
                );
            }
            open.insert(identity);
            let place = Place { path: path.to_owned(), identity, log: OnceLock::new() };
            return Ok((Self { identity, _locked: file }, place));
        }
    }
}

impl Place {
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The file in which SQLite has the writers' locks.
    pub(crate) fn index(&self) -> PathBuf {
        beside(self.resolved(), "-shm")
    }

    /// The write-ahead log.
    pub(crate) fn log(&self) -> PathBuf {
        beside(self.resolved(), "-wal")
    }

    /// The path as SQLite resolved it.
    fn resolved(&self) -> &Path {
        self.log.get().map_or(&self.path, |(resolved, _)| resolved)
    }

    /// Called once SQLite has opened the file: removes other users' permissions and records the log's identity.
    /// `resolved` is the path as SQLite resolved it, next to which the log lies.
    pub(crate) fn opened(&self, resolved: &Path) -> Result<(), StorageError> {
        let log = beside(resolved, "-wal");
        for path in [resolved, &log, &beside(resolved, "-shm")] {
            keep_private(path);
        }
        let identity = Identity::at(&log).map_err(|fault| open_failed(&log, fault))?;
        // Set once, because the file is opened once.
        let _ = self.log.set((resolved.to_owned(), identity));
        Ok(())
    }

    /// Checks that writes will be found at the next start. Two system calls, cheap enough for every commit.
    pub(crate) fn is_there(&self) -> Result<(), Gone> {
        let there = |path: &Path, identity| Identity::at(path).is_ok_and(|found| found == identity);
        if !there(&self.path, self.identity) {
            return Err(Gone(self.path.clone()));
        }
        let Some((resolved, identity)) = self.log.get() else { return Ok(()) };
        let log = beside(resolved, "-wal");
        if there(&log, *identity) { Ok(()) } else { Err(Gone(log)) }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        OPEN.lock().remove(&self.identity);
    }
}

/// The store file is no longer at its path.
#[derive(Debug, thiserror::Error)]
#[error("{} was removed, renamed or replaced while it was open: new writes would be lost", .0.display())]
pub(crate) struct Gone(PathBuf);

/// `postrider.db` → `postrider.db<ending>`.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn in_use(path: &Path, holder: Option<String>) -> StorageError {
    StorageError::InUse {
        store: path.display().to_string(),
        holder: holder.unwrap_or_else(|| "another process".into()),
    }
}

/// SQLite creates log and index with the permissions of the file; those of older versions may still be readable by
/// others.
fn keep_private(path: &Path) {
    let Ok(metadata) = std::fs::metadata(path) else { return };
    if metadata.permissions().mode() & 0o7777 != PRIVATE
        && let Err(fault) = std::fs::set_permissions(path, Permissions::from_mode(PRIVATE))
    {
        tracing::warn!(
            path = %path.display(),
            error = %fault,
            "failed to restrict the store's permissions; other users may be able to read it"
        );
    }
}
