//! Portal links: access to the dashboard for one customer, without a key of the customer's own.

mod appearance;
mod capability;
mod color;
mod web_url;

pub use appearance::{Appearance, Scheme, check_language};
pub use capability::{Capabilities, Capability};
pub use color::{BadColor, Color, Unreadable};
pub use web_url::{BadWebUrl, WebUrl, parse_ancestor};

use crate::{id::PortalSessionId, tenant::TenantId, time::Timestamp};
use std::{ops::RangeInclusive, time::Duration};

/// Kind of access of a portal link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PortalMode {
    /// Reads everything of its tenant but secrets.
    View,
    /// Also has the capabilities of the link.
    Manage,
}

impl PortalMode {
    pub const ALL: [Self; 2] = [Self::View, Self::Manage];

    pub const fn name(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Manage => "manage",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }

    /// The number that stores keep.
    pub const fn code(self) -> u8 {
        self as u8
    }

    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.code() == code)
    }
}

/// A portal link as it is stored; its token is stored as a SHA-256 hash.
#[derive(Clone, Debug, PartialEq)]
pub struct PortalSession {
    pub id: PortalSessionId,
    pub tenant: TenantId,
    pub hash: [u8; 32],
    pub mode: PortalMode,
    /// Empty for [`PortalMode::View`].
    pub capabilities: Capabilities,
    pub appearance: Appearance,
    /// Where the portal's *back* leads.
    pub return_url: Option<WebUrl>,
    /// Where the portal leads when the link has expired.
    pub refresh_url: Option<WebUrl>,
    /// Origins whose pages may embed the portal, as sources of the CSP's `frame-ancestors`.
    pub allowed_ancestors: Vec<String>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
}

/// State of a portal link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortalState {
    Active,
    Expired,
    Revoked,
}

impl PortalState {
    pub const ALL: [Self; 3] = [Self::Active, Self::Expired, Self::Revoked];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

impl PortalSession {
    /// Allowed lifetimes, in seconds.
    pub const SECONDS: RangeInclusive<i64> = 60..=90 * 24 * 60 * 60;
    /// Lifetime of a link that says nothing else, in seconds.
    pub const SECONDS_DEFAULT: i64 = 24 * 60 * 60;
    /// Uses within this time of the last recorded one are not recorded.
    pub const USED_EVERY: Duration = Duration::from_secs(60);
    /// Maximum number of allowed ancestors.
    pub const ANCESTORS_MAX: usize = 20;

    pub fn state(&self, now: Timestamp) -> PortalState {
        match self.revoked_at {
            Some(_) => PortalState::Revoked,
            None if now >= self.expires_at => PortalState::Expired,
            None => PortalState::Active,
        }
    }

    /// The time of the expiry or of the revocation, whichever is earlier.
    pub fn ends_at(&self) -> Timestamp {
        self.revoked_at.map_or(self.expires_at, |revoked| revoked.min(self.expires_at))
    }

    /// True when a use at this time must be recorded.
    pub fn must_record(&self, now: Timestamp) -> bool {
        self.last_used_at.is_none_or(|last| now >= last.after(Self::USED_EVERY))
    }
}
