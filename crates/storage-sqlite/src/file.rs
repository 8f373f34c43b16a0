//! The file itself: locked for one process, readable by its owner alone, and still where it was opened.
//!
//! The lock is `flock` on the database file, so it belongs to the inode: whatever name, symbolic or hard link leads there,
//! it is the same lock. SQLite's own locks are of another kind (`fcntl`) and on Linux the two know nothing of each other.
//! But closing *any* descriptor of a file drops all `fcntl` locks that the process has on it; so ours is opened before
//! SQLite opens the file and closed after, and within a process nobody opens a file that is open here already.

use crate::{holder, open_failed};
use parking_lot::Mutex;
use std::{
    collections::BTreeSet,
    fs::{File, Metadata, OpenOptions, Permissions, TryLockError},
    io,
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::OnceLock,
};
use storage::StorageError;

/// Device and inode: what a file is, whatever it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Identity {
    pub(crate) device: u64,
    pub(crate) inode: u64,
}

impl Identity {
    pub(crate) fn of(metadata: &Metadata) -> Self {
        Self { device: metadata.dev(), inode: metadata.ino() }
    }

    /// Asks for the inode alone. A call that also asks for the times of a file makes Linux give the next write a time of its
    /// own (multigrain timestamps, 6.13), and the `fsync` after it must then write the inode too: this is asked at every
    /// commit, and cost a further write to the disk each time.
    #[cfg(target_os = "linux")]
    fn at(path: &Path) -> io::Result<Self> {
        use rustix::fs::{AtFlags, CWD, StatxFlags, makedev, statx};
        let found = statx(CWD, path, AtFlags::empty(), StatxFlags::INO)?;
        Ok(Self { device: makedev(found.stx_dev_major, found.stx_dev_minor), inode: found.stx_ino })
    }

    #[cfg(not(target_os = "linux"))]
    fn at(path: &Path) -> io::Result<Self> {
        std::fs::metadata(path).map(|metadata| Self::of(&metadata))
    }
}

/// Files that this process has open as stores.
static OPEN: Mutex<BTreeSet<Identity>> = Mutex::new(BTreeSet::new());

/// Only the owner reads the store, its log and its index.
const PRIVATE: u32 = 0o600;

/// The lock of a database file; dropped last of all that has the file open.
#[derive(Debug)]
pub(crate) struct Lock {
    identity: Identity,
    _locked: File,
}

/// Where a database file was opened, and what it is.
#[derive(Debug)]
pub(crate) struct Place {
    path: PathBuf,
    identity: Identity,
    /// The path as SQLite has it, beside which its own files lie, and what its write-ahead log is.
    log: OnceLock<(PathBuf, Identity)>,
}

impl Lock {
    /// Locks the file, making an empty one where there is none.
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
            // Replaced between opening and locking it: then another one is meant.
            if Identity::at(path).map_err(failed)? != identity {
                continue;
            }
            if metadata.nlink() > 1 {
                tracing::warn!(
                    path = %path.display(),
                    links = metadata.nlink(),
                    "the store file has hard links; SQLite's log lies beside one name only, so always start it by the same one"
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

    /// The file in which SQLite has the locks of writers.
    pub(crate) fn index(&self) -> PathBuf {
        beside(self.log.get().map_or(&self.path, |(resolved, _)| resolved), "-shm")
    }

    /// Called when SQLite has opened it: takes the rights of others away, and notes which file is the log. `resolved` is
    /// the path as SQLite has it, beside which the log lies.
    pub(crate) fn opened(&self, resolved: &Path) -> Result<(), StorageError> {
        let log = beside(resolved, "-wal");
        for path in [resolved, &log, &beside(resolved, "-shm")] {
            keep_private(path);
        }
        let identity = Identity::at(&log).map_err(|fault| open_failed(&log, fault))?;
        // Set once: the file is opened once.
        let _ = self.log.set((resolved.to_owned(), identity));
        Ok(())
    }

    /// Whether what is written is found at the next start. Two system calls, so it is asked at every commit.
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

/// The store is not where it was opened.
#[derive(Debug, thiserror::Error)]
#[error("{} was removed, renamed or replaced while it was open: what is written now would be lost", .0.display())]
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

/// SQLite gives its log and index the rights of the file; those of an older version may still be open to others.
fn keep_private(path: &Path) {
    let Ok(metadata) = std::fs::metadata(path) else { return };
    if metadata.permissions().mode() & 0o7777 != PRIVATE
        && let Err(fault) = std::fs::set_permissions(path, Permissions::from_mode(PRIVATE))
    {
        tracing::warn!(path = %path.display(), error = %fault, "others may read the store, and that cannot be changed");
    }
}
