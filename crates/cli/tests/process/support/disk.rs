//! A small disk that a test can fill.

use std::{fs, io::Write, os::unix::fs::MetadataExt, path::Path, process::Command};
use tempfile::TempDir;

/// A file system of a few MiB.
pub(crate) struct Disk(TempDir);

impl Disk {
    pub(crate) fn of(mib: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={mib}m"), "tmpfs"])
            .arg(folder.path())
            .status()
            .expect("the command mount");
        assert!(mounted.success(), "a small file system cannot be mounted; this test needs root");
        Self(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Lets a server with another user write there.
    pub(crate) fn give_to_owner_of(&self, folder: &Path) {
        let owner = fs::metadata(folder).unwrap();
        std::os::unix::fs::chown(self.path(), Some(owner.uid()), Some(owner.gid())).unwrap();
    }

    /// Uses up all free space.
    pub(crate) fn fill(&self) {
        let mut file = fs::File::create(self.0.path().join("filler")).unwrap();
        while file.write_all(&[1; 4_096]).is_ok() {}
    }

    pub(crate) fn clear(&self) {
        fs::remove_file(self.0.path().join("filler")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.0.path()).status();
    }
}
