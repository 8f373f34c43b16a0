//! The identity of a file, independent of its name.

use std::{fs::Metadata, io, os::unix::fs::MetadataExt, path::Path};

/// Device and inode: the identity of a file, independent of its name.
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
    pub(crate) fn at(path: &Path) -> io::Result<Self> {
        use rustix::fs::{AtFlags, CWD, StatxFlags, makedev, statx};
        let found = statx(CWD, path, AtFlags::empty(), StatxFlags::INO)?;
        Ok(Self { device: makedev(found.stx_dev_major, found.stx_dev_minor), inode: found.stx_ino })
    }

    #[cfg(not(target_os = "linux"))]
    pub(crate) fn at(path: &Path) -> io::Result<Self> {
        std::fs::metadata(path).map(|metadata| Self::of(&metadata))
    }
}
