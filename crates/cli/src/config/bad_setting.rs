//! The error of one setting, from which its name can be told.

use super::settings::variable;
use std::fmt;

/// A setting with an invalid value.
#[derive(Debug)]
pub(super) struct BadSetting {
    pub(super) name: String,
    pub(super) fault: String,
}

impl fmt::Display for BadSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", variable(&self.name), self.fault)
    }
}

impl std::error::Error for BadSetting {}
