//! A process with a clock that the test sets, even while it runs (libfaketime).

use super::server::Launch;
use std::{fs, path::PathBuf};

/// Offset of a process's clock.
pub(crate) struct FakeTime {
    file: PathBuf,
}

impl FakeTime {
    /// Created in `folder`, with an offset of zero.
    pub(crate) fn new(folder: &std::path::Path) -> Self {
        let fake = Self { file: folder.join("faketime") };
        fake.set("+0");
        fake
    }

    /// Sets the offset, for example `+100d`.
    pub(crate) fn set(&self, offset: &str) {
        // Replaced atomically, because the process may read the file at any time.
        let new = self.file.with_extension("new");
        fs::write(&new, format!("{offset}\n")).unwrap();
        fs::rename(&new, &self.file).unwrap();
    }

    pub(crate) fn on(&self, launch: Launch) -> Launch {
        preloaded(launch).env("FAKETIME_TIMESTAMP_FILE", self.file.to_str().unwrap()).env("FAKETIME_NO_CACHE", "1")
    }
}

/// Preloads the library, which does not change the duration of waits.
pub(crate) fn preloaded(launch: Launch) -> Launch {
    let found = fs::read_dir("/usr/lib").unwrap().flatten();
    let found = found.map(|entry| entry.path().join("faketime/libfaketimeMT.so.1")).find(|path| path.exists());
    let library = found.expect("libfaketimeMT.so.1 is missing: install the Debian package faketime");
    launch.env("LD_PRELOAD", library.to_str().unwrap()).env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
}
