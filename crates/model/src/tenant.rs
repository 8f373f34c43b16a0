//! A tenant: the customer organisation that owns all other objects. No operation crosses tenants.

use crate::{invalid::Invalid, json::JsonObject, time::Timestamp};
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
}

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

#[derive(Clone, Debug, PartialEq)]
pub struct Tenant {
    pub id: TenantId,
    pub name: Option<String>,
    pub metadata: JsonObject,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
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
