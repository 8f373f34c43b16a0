//! The place of master keys.

use std::path::PathBuf;
use zeroize::Zeroizing;

/// A place from which keys come.
#[derive(Clone)]
pub(crate) struct KeySource {
    /// The variable of the setting, for errors.
    pub(crate) variable: &'static str,
    pub(crate) place: KeyPlace,
}

#[derive(Clone)]
pub(crate) enum KeyPlace {
    Given(Vec<Zeroizing<Vec<u8>>>),
    File(PathBuf),
    /// Program and arguments.
    Command(Vec<String>),
}
