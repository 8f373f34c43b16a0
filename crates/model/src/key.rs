//! API keys of tenants and their scopes.

use crate::{id::KeyId, networks::Networks, tenant::TenantId, time::Timestamp};

/// A permission of a key in its tenant (`docs/contracts.md`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    EventsPublish,
    WebhooksManage,
    WebhooksRead,
    SecretView,
    SecretRotate,
}

impl Scope {
    pub const ALL: [Self; 5] =
        [Self::EventsPublish, Self::WebhooksManage, Self::WebhooksRead, Self::SecretView, Self::SecretRotate];

    pub const fn name(self) -> &'static str {
        match self {
            Self::EventsPublish => "events:publish",
            Self::WebhooksManage => "webhooks:manage",
            Self::WebhooksRead => "webhooks:read",
            Self::SecretView => "webhooks.secret.view",
            Self::SecretRotate => "webhooks.secret.rotate",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of scopes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scopes(u8);

impl Scopes {
    pub fn all() -> Self {
        Scope::ALL.into_iter().collect()
    }

    pub const fn has(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.has(*scope))
    }

    pub fn names(self) -> Vec<&'static str> {
        self.iter().map(Scope::name).collect()
    }

    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | scope.bit()))
    }
}

/// A key as it is stored; the key itself (`pk_…`) is shown once and stored as a SHA-256 hash.
#[derive(Clone, Debug, PartialEq)]
pub struct TenantKey {
    pub id: KeyId,
    pub tenant: TenantId,
    pub name: String,
    /// The first characters of the key, to identify it in a list.
    pub hint: String,
    pub hash: [u8; 32],
    pub scopes: Scopes,
    pub created_at: Timestamp,
    /// The time of the last request with the key, stored at most once a minute.
    pub last_used_at: Option<Timestamp>,
    /// The key is refused from this time on.
    pub expires_at: Option<Timestamp>,
    /// The networks from which it may be used.
    pub networks: Networks,
}

impl TenantKey {
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| now >= end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_have_names_and_form_sets() {
        for scope in Scope::ALL {
            assert_eq!(Scope::parse(scope.name()), Some(scope));
            let one: Scopes = [scope].into_iter().collect();
            assert_eq!(one.iter().collect::<Vec<_>>(), [scope]);
        }
        assert_eq!(Scope::parse("webhooks"), None);
    }
}
