//! Checks for free disk space by writing and removing a file of a few blocks. A commit alone does not show a full disk,
//! because SQLite overwrites blocks that its log already has.

use crate::file::beside;
use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};
use storage::StorageError;

/// More than the commit of a single event needs.
static ROOM: [u8; 256 * 1024] = [0; 256 * 1024];

pub(crate) fn space(store: &Path) -> Result<(), StorageError> {
    let path = beside(store, ".probe");
    let write = || -> io::Result<()> {
        let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&path)?;
        file.write_all(&ROOM)?;
        // Some file systems report a full disk only here.
        file.sync_data()
    };
    let written = write();
    let _ = fs::remove_file(&path);
    written.map_err(|fault| StorageError::unavailable(Full(fault)))
}

#[derive(Debug, thiserror::Error)]
#[error("the disk has no space for more events")]
struct Full(#[source] io::Error);
