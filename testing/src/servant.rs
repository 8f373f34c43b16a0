//! The user that runs the servers when the tests run as root, because PostgreSQL and PgBouncer refuse to run as root.

use std::{
    fs::{self, File},
    os::unix::{
        fs::{MetadataExt, chown},
        process::CommandExt,
    },
    path::Path,
    process::Command,
};

/// Another user and its group.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Servant {
    uid: u32,
    gid: u32,
}

impl Servant {
    /// A user for the servers if the owner of `folder`, which this process has created, is root; else `None`.
    pub(crate) fn needed_by_owner_of(folder: &Path) -> Option<Self> {
        let owner = fs::metadata(folder).expect("the folder was just made").uid();
        (owner == 0).then(|| {
            let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
            Self::of(&users, "postgres").or_else(|| Self::of(&users, "nobody")).expect("a user who is not root")
        })
    }

    fn of(users: &str, name: &str) -> Option<Self> {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut ids = line.split(':').skip(2).map(str::parse);
        Some(Self { uid: ids.next()?.ok()?, gid: ids.next()?.ok()? })
    }

    /// Makes this user the owner of a path.
    pub(crate) fn give(self, path: &Path) {
        chown(path, Some(self.uid), Some(self.gid)).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
    }

    /// Makes this user the owner of an open file.
    pub(crate) fn give_file(self, file: &File) {
        std::os::unix::fs::fchown(file, Some(self.uid), Some(self.gid)).expect("root may give a file away");
    }

    /// Runs a command as this user.
    pub(crate) fn runs(self, command: &mut Command) {
        command.uid(self.uid).gid(self.gid);
    }
}
