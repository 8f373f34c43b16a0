//! The parts of the API's responses that the screen shows.

use model::Timestamp;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;

/// `GET /api/v1/admin/overview`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Overview {
    #[serde(deserialize_with = "time")]
    pub(super) at: Timestamp,
    pub(super) paused: bool,
    pub(super) totals: Totals,
    pub(super) load: Load,
    pub(super) backlog: Backlog,
    pub(super) troubles: BTreeMap<String, u64>,
    pub(super) troubled: Vec<Troubled>,
    pub(super) errors: Vec<RecentError>,
    pub(super) nodes: Vec<Node>,
}

/// Counts of the node since its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Totals {
    #[serde(deserialize_with = "time")]
    pub(super) since: Timestamp,
    pub(super) published: u64,
    pub(super) delivered: u64,
    pub(super) failed: u64,
    pub(super) retried: u64,
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct Load {
    pub(super) in_flight: u64,
    pub(super) busy_lanes: u64,
    pub(super) parked_lanes: u64,
    pub(super) queued_bytes: u64,
    pub(super) journal_depth: u64,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Backlog {
    pub(super) waiting: u64,
    pub(super) capped: bool,
    #[serde(default, deserialize_with = "maybe_time")]
    pub(super) oldest_at: Option<Timestamp>,
    pub(super) queues: Vec<Queue>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Queue {
    pub(super) queue: String,
    pub(super) waiting: u64,
    pub(super) capped: bool,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Troubled {
    pub(super) tenant_id: String,
    pub(super) subscription_id: String,
    pub(super) url: String,
    pub(super) trouble: String,
    #[serde(default, deserialize_with = "maybe_time")]
    pub(super) since: Option<Timestamp>,
    pub(super) reason: Option<String>,
    #[serde(default, deserialize_with = "maybe_time")]
    pub(super) next_attempt_at: Option<Timestamp>,
    pub(super) waiting: u64,
    pub(super) capped: bool,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct RecentError {
    #[serde(deserialize_with = "time")]
    pub(super) at: Timestamp,
    pub(super) tenant_id: String,
    pub(super) subscription_id: String,
    pub(super) event_type: String,
    pub(super) attempt_number: u64,
    pub(super) response_code: Option<u16>,
    pub(super) error_message: Option<String>,
    #[serde(default, deserialize_with = "maybe_time")]
    pub(super) next_retry_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Node {
    pub(super) name: String,
    pub(super) role: String,
    pub(super) version: String,
    pub(super) state: String,
    pub(super) waiting: u64,
    pub(super) is_this: bool,
    #[serde(deserialize_with = "time")]
    pub(super) heartbeat_at: Timestamp,
}

/// A subscription with its last deliveries, and the attempts of one of them.
#[derive(Clone, Debug)]
pub(super) struct Detail {
    pub(super) subscription: Subscription,
    pub(super) deliveries: Vec<Delivery>,
    /// The attempts of the delivery with this id.
    pub(super) attempts: Option<(String, Vec<Attempt>)>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Subscription {
    pub(super) url: String,
    pub(super) description: Option<String>,
    pub(super) events: Vec<String>,
    pub(super) is_active: bool,
    pub(super) success_count: u64,
    pub(super) failure_count: u64,
    pub(super) disabled_reason: Option<String>,
    #[serde(default, deserialize_with = "maybe_time")]
    pub(super) failing_since: Option<Timestamp>,
    #[serde(default, deserialize_with = "maybe_time")]
    pub(super) last_success_at: Option<Timestamp>,
    pub(super) breaker: Breaker,
    pub(super) backlog: Option<SubscriptionBacklog>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Breaker {
    pub(super) state: String,
    pub(super) reason: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct SubscriptionBacklog {
    pub(super) waiting: u64,
    pub(super) capped: bool,
    #[serde(default, deserialize_with = "maybe_time")]
    pub(super) oldest_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Delivery {
    pub(super) id: String,
    pub(super) event_type: String,
    pub(super) status: String,
    pub(super) response_code: Option<u16>,
    pub(super) error_message: Option<String>,
    pub(super) attempt_number: u64,
    #[serde(deserialize_with = "time")]
    pub(super) created_at: Timestamp,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Attempt {
    pub(super) attempt_number: u64,
    #[serde(deserialize_with = "time")]
    pub(super) started_at: Timestamp,
    pub(super) duration_ms: u64,
    pub(super) response_code: Option<u16>,
    pub(super) error_message: Option<String>,
    pub(super) response_body: Option<String>,
}

fn time<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
    Timestamp::parse(&String::deserialize(from)?).map_err(serde::de::Error::custom)
}

fn maybe_time<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    text.map(|text| Timestamp::parse(&text).map_err(serde::de::Error::custom)).transpose()
}
