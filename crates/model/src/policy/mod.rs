//! Policies of a subscription: how much, how fast and how long its receiver is tried. Each policy is a validated type;
//! an absent one means the default of the installation.

pub mod breaker;
pub mod failing;
pub mod health;
pub mod limits;
pub mod rate;
pub mod share;
mod stored;
pub(crate) use stored::parse_object;

pub use breaker::{BreakerSettings, OpenBreaker};
pub use limits::{TenantLimit, TenantLimits};
pub use rate::{Gcra, Meter, Period, RateLimit};
pub use share::Stake;

use crate::{retry::RetryRules, shape::Shape};
use serde::{Deserialize, Serialize};
use std::{ops::RangeInclusive, time::Duration};

/// Allowed values of `max_in_flight`. A receiver never gets more concurrent requests, with or without this policy.
pub const IN_FLIGHT: RangeInclusive<u64> = 1..=64;

/// Allowed values of [`AutoDisable::After`], in hours.
pub const AUTO_DISABLE_HOURS: RangeInclusive<u64> = 1..=8_760;

/// The policies of a subscription in the form in which stores keep them, as one JSON object. Only policies that differ
/// from the installation's default are in it, so a new policy needs no migration.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policies {
    /// Maximum rate of requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<RateLimit>,
    /// Maximum number of concurrent requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_in_flight: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breaker: Option<BreakerSettings>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_disable: Option<AutoDisable>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<RetryRules>,
    #[serde(default, skip_serializing_if = "OnPause::is_default")]
    pub on_pause: OnPause,
    #[serde(default, skip_serializing_if = "Shape::is_default")]
    pub shape: Shape,
}

impl Policies {
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        stored::parse_object(text)
    }

    /// The form that stores keep.
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| unreachable!("policies are text and numbers"))
    }
}

/// The treatment of events that are published while the subscription is paused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnPause {
    /// Their deliveries wait until the subscription is activated.
    #[default]
    Collect,
    /// They get no delivery to the subscription.
    Drop,
}

impl OnPause {
    pub const ALL: [Self; 2] = [Self::Collect, Self::Drop];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Collect => "collect",
            Self::Drop => "drop",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    const fn is_default(&self) -> bool {
        matches!(self, Self::Collect)
    }
}

/// How long a receiver may fail before its subscription is disabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AutoDisable {
    Never,
    /// After this time, in hours, of nothing but failures.
    After(u16),
}

impl AutoDisable {
    /// `None` for never.
    pub fn after(self) -> Option<Duration> {
        match self {
            Self::Never => None,
            Self::After(hours) => Some(Duration::from_secs(u64::from(hours) * 60 * 60)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_policies_are_stored_as_an_empty_object() {
        assert_eq!(Policies::default().text(), "{}");
        assert_eq!(Policies::parse("{}").unwrap(), Policies::default());
    }

    #[test]
    fn stored_policies_are_read_back() {
        let policies = Policies {
            rate_limit: Some(RateLimit::try_new(100, Period::Minute, Some(5)).unwrap()),
            max_in_flight: Some(3),
            breaker: Some(BreakerSettings { connection_failures: 3, ..BreakerSettings::default() }),
            auto_disable: Some(AutoDisable::After(48)),
            retry: Some(serde_json::from_str(r#"{"schedule":[5,60],"by_event_type":{"a.*":{"jitter":0.5}}}"#).unwrap()),
            on_pause: OnPause::Drop,
            shape: Shape { filter: Some("true".into()), ..Shape::default() },
        };
        assert_eq!(Policies::parse(&policies.text()).unwrap(), policies);
        assert_eq!(Policies::parse(r#"{"auto_disable":"never"}"#).unwrap().auto_disable, Some(AutoDisable::Never));
    }

    #[test]
    fn values_that_no_version_wrote_are_refused() {
        for bad in [
            "",
            "[]",
            r#"{"rate":1}"#,
            r#"{"on_pause":"lose"}"#,
            r#"{"rate_limit":{"limit":0,"period":"second","burst":1}}"#,
            r#"{"rate_limit":{"limit":1,"period":"day","burst":1}}"#,
        ] {
            assert!(Policies::parse(bad).is_err(), "{bad}");
        }
    }
}
