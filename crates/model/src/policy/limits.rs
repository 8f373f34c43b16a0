//! Limits of a tenant.

use super::rate::RateLimit;
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// The limits of a tenant in the form in which stores keep them, as one JSON object. Only limits that differ from the
/// installation's default are in it, so a new limit needs no migration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TenantLimits {
    /// Maximum rate of published events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publish: Option<RateLimit>,
    /// Maximum number of subscriptions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscriptions: Option<u32>,
    /// Maximum number of API keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys: Option<u32>,
    /// Maximum size of an event's data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload_bytes: Option<u32>,
    /// Days for which payloads are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload_days: Option<u16>,
    /// Days for which events and deliveries are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows_days: Option<u16>,
}

/// Allowed values of [`TenantLimits::subscriptions`] and [`TenantLimits::keys`].
pub const COUNT: RangeInclusive<u64> = 0..=60_000;

/// Allowed values of [`TenantLimits::payload_bytes`]: an empty object fits, and no limit exceeds the installation's.
pub const PAYLOAD: RangeInclusive<u64> = 2..=1_048_576;

/// Allowed values of [`TenantLimits::payload_days`] and [`TenantLimits::rows_days`].
pub const DAYS: RangeInclusive<u64> = 1..=36_500;

/// The name of a limit that a tenant can reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TenantLimit {
    Publish,
    Subscriptions,
    Keys,
    PayloadBytes,
}

impl TenantLimit {
    /// The name as the API spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::Subscriptions => "subscriptions",
            Self::Keys => "keys",
            Self::PayloadBytes => "payload_bytes",
        }
    }
}

impl TenantLimits {
    /// The value of a limit, in the unit of its setting; events per period for the publish limit.
    pub fn maximum(&self, limit: TenantLimit) -> Option<u64> {
        match limit {
            TenantLimit::Publish => self.publish.map(|publish| u64::from(publish.limit())),
            TenantLimit::Subscriptions => self.subscriptions.map(u64::from),
            TenantLimit::Keys => self.keys.map(u64::from),
            TenantLimit::PayloadBytes => self.payload_bytes.map(u64::from),
        }
    }

    /// These limits, and for each absent one the limit of `defaults`.
    pub const fn or(&self, defaults: &Self) -> Self {
        const fn or<T: Copy>(own: Option<T>, default: Option<T>) -> Option<T> {
            if own.is_some() { own } else { default }
        }
        Self {
            publish: or(self.publish, defaults.publish),
            subscriptions: or(self.subscriptions, defaults.subscriptions),
            keys: or(self.keys, defaults.keys),
            payload_bytes: or(self.payload_bytes, defaults.payload_bytes),
            payload_days: or(self.payload_days, defaults.payload_days),
            rows_days: or(self.rows_days, defaults.rows_days),
        }
    }

    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        super::stored::parse_object(text)
    }

    /// The form that stores keep.
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| unreachable!("limits are text and numbers"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Period;

    #[test]
    fn an_absent_limit_is_the_installations() {
        let defaults = TenantLimits { subscriptions: Some(3), keys: Some(4), ..TenantLimits::default() };
        let own = TenantLimits { keys: Some(0), rows_days: Some(7), ..TenantLimits::default() };
        let expected =
            TenantLimits { subscriptions: Some(3), keys: Some(0), rows_days: Some(7), ..TenantLimits::default() };
        assert_eq!(own.or(&defaults), expected);
    }

    #[test]
    fn stored_limits_are_read_back() {
        let publish = RateLimit::try_new(5, Period::Second, None).ok();
        let limits = TenantLimits { publish, subscriptions: Some(3), ..TenantLimits::default() };
        assert_eq!(TenantLimits::parse(&limits.text()).unwrap(), limits);
        assert_eq!(TenantLimits::default().text(), "{}");
        assert!(TenantLimits::parse(r#"{"pubish":1}"#).is_err());
    }
}
