//! A process whose clock shows what the test wants, also while it runs (libfaketime).

use super::server::Launch;
use std::{fs, path::PathBuf};

/// How far a process's clock is off.
pub(crate) struct FakeTime {
    file: PathBuf,
}

impl FakeTime {
    /// In `folder`; the clock is right to begin with.
    pub(crate) fn new(folder: &std::path::Path) -> Self {
        let fake = Self { file: folder.join("faketime") };
        fake.set("+0");
        fake
    }

    /// Off by this from now on, for example `+100d`.
    pub(crate) fn set(&self, offset: &str) {
        // In one step: the process may read it at any time.
        let new = self.file.with_extension("new");
        fs::write(&new, format!("{offset}\n")).unwrap();
        fs::rename(&new, &self.file).unwrap();
    }

    pub(crate) fn on(&self, launch: Launch) -> Launch {
        preloaded(launch).env("FAKETIME_TIMESTAMP_FILE", self.file.to_str().unwrap()).env("FAKETIME_NO_CACHE", "1")
    }
}

/// The library in a process, which does not change how long anything takes.
pub(crate) fn preloaded(launch: Launch) -> Launch {
    let found = fs::read_dir("/usr/lib").unwrap().flatten();
    let found = found.map(|entry| entry.path().join("faketime/libfaketimeMT.so.1")).find(|path| path.exists());
    let library = found.expect("libfaketimeMT.so.1 is missing: install the Debian package faketime");
    launch.env("LD_PRELOAD", library.to_str().unwrap()).env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
}
