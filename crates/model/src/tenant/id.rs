//! The id of a tenant.

use crate::invalid::Invalid;
use std::{fmt, sync::Arc};

/// The platform's own id of a tenant: 1 to 100 letters, digits and the characters `-_.:`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TenantId(Arc<str>);

impl TenantId {
    pub const MAX: usize = 100;

    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let good = |c: char| c.is_ascii_alphanumeric() || "-_.:".contains(c);
        if text.is_empty() || text.len() > Self::MAX || !text.chars().all(good) {
            return Err(Invalid::new("tenant_id", "must be 1 to 100 of letters, digits and the characters -_.:"));
        }
        Ok(Self(text.into()))
    }

    /// Skips validation: for values from the store, which only contains valid ones.
    pub fn trusted(text: &str) -> Self {
        Self(text.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The system tenant: the operator subscribes to operational events in it. No customer can have this id.
    pub fn system() -> Self {
        Self::trusted(SYSTEM)
    }

    pub fn is_system(&self) -> bool {
        &*self.0 == SYSTEM
    }
}

const SYSTEM: &str = "_postrider";

impl fmt::Display for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_checked() {
        for good in ["a", "acme", "org:1.eu-west_2", &"x".repeat(100)] {
            assert_eq!(TenantId::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "a b", "ä", "a/b", &"x".repeat(101)] {
            assert!(TenantId::parse(bad).is_err(), "{bad}");
        }
    }
}
