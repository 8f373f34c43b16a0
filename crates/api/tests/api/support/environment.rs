//! The randomness and the folders of installations.

use model::Entropy;

/// The operating system's randomness.
#[derive(Clone, Copy, Debug)]
pub(super) struct OsEntropy;

impl Entropy for OsEntropy {
    #[allow(clippy::disallowed_methods, reason = "keys and ids of tests that run side by side must differ")]
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("randomness");
    }
}

/// A folder of the test's own, in memory if the machine has such a place. The store's own tests check that a commit
/// reaches the disk; here that would only cost time.
pub(super) fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder")
}
