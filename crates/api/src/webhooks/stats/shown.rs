//! Statistics in the platform API.

use crate::schemas::{EventTypeName, SubscriptionName, TenantName};
use model::{DeliveryStatus, Timestamp, statistics::Counts};
use serde::Serialize;
use utoipa::ToSchema;

/// Statistics of deliveries over a time.
#[derive(Serialize, ToSchema)]
pub(crate) struct Stats {
    /// The beginning of the time: `from`, rounded down to a whole hour, or to a whole day.
    #[schema(value_type = String, format = DateTime)]
    pub(super) from: Timestamp,
    /// The end of the time, which is not included: `to`, rounded up.
    #[schema(value_type = String, format = DateTime)]
    pub(super) to: Timestamp,
    pub(super) total: StatsCounts,
    /// With `step`: every period of the time, in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) series: Option<Vec<StatsPeriod>>,
    /// With `by`: the parts of the total, most attempts first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) groups: Option<Vec<StatsGroup>>,
    /// With `by`: the number of all groups; `groups` has at most `limit` of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) groups_total: Option<usize>,
}

/// Statistics of one subscription, one event type or one tenant.
#[derive(Serialize, ToSchema)]
pub(crate) struct StatsGroup {
    /// With `by=subscription`. It may be deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<SubscriptionName>)]
    pub(super) subscription_id: Option<String>,
    /// With `by=event_type`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<EventTypeName>)]
    pub(super) event_type: Option<String>,
    /// With `by=tenant`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<TenantName>)]
    pub(super) tenant_id: Option<String>,
    #[serde(flatten)]
    pub(super) counts: StatsCounts,
    /// With `step`: the periods in which something happened, in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) series: Option<Vec<StatsPeriod>>,
}

/// Statistics of one hour or one day (UTC).
#[derive(Serialize, ToSchema)]
pub(crate) struct StatsPeriod {
    /// The beginning of the period.
    #[schema(value_type = String, format = DateTime)]
    pub(super) at: Timestamp,
    #[serde(flatten)]
    pub(super) counts: StatsCounts,
}

/// Counts of deliveries and attempts.
#[derive(Serialize, ToSchema)]
pub(crate) struct StatsCounts {
    /// Events that were published in this time. Only in totals; null in groups and with a filter.
    events: Option<u64>,
    /// Deliveries that were not made because the subscription's filter or channels left the event out.
    filtered: u64,
    /// Deliveries of events that were published in this time.
    created: u64,
    /// Deliveries that ended in this time, and are still ended.
    by_status: StatsByStatus,
    /// Requests that began in this time.
    attempts: u64,
    /// Attempts without success.
    failed_attempts: u64,
    /// Attempts that were not the first one of their delivery.
    retries: u64,
    /// The fraction of attempts that succeeded, from 0 to 1; null without attempts.
    #[schema(minimum = 0, maximum = 1)]
    success_rate: Option<f64>,
    /// Null without attempts.
    latency_ms: Option<StatsLatency>,
    #[schema(value_type = Option<String>, format = DateTime)]
    first_attempt_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    last_attempt_at: Option<Timestamp>,
}

/// Ended deliveries by status. A delivery that is sent again by hand is waiting, and leaves its count.
#[derive(Serialize, ToSchema)]
pub(crate) struct StatsByStatus {
    success: u64,
    /// The receiver's response was final.
    failed: u64,
    /// No retries were left, or the delivery had expired.
    exhausted: u64,
    /// The receiver answered 410.
    disabled: u64,
    cancelled: u64,
}

/// Percentiles of the durations of attempts, in milliseconds: within 6.25 % of the exact value.
#[derive(Serialize, ToSchema)]
pub(crate) struct StatsLatency {
    p50: f64,
    p95: f64,
    p99: f64,
}

impl StatsCounts {
    /// `are_totals`: of rows that also count events.
    pub(super) fn new(counts: &Counts, are_totals: bool) -> Self {
        let millis = |percent| {
            let micros = counts.latency.percentile(percent)?.as_micros() as f64;
            Some((micros / 10.0).round() / 100.0)
        };
        let latency = || Some(StatsLatency { p50: millis(50)?, p95: millis(95)?, p99: millis(99)? });
        Self {
            events: are_totals.then_some(counts.events),
            filtered: counts.filtered,
            created: counts.created,
            by_status: StatsByStatus {
                success: counts.ended_as(DeliveryStatus::Delivered),
                failed: counts.ended_as(DeliveryStatus::Failed),
                exhausted: counts.ended_as(DeliveryStatus::Exhausted),
                disabled: counts.ended_as(DeliveryStatus::Disabled),
                cancelled: counts.ended_as(DeliveryStatus::Cancelled),
            },
            attempts: counts.attempts,
            failed_attempts: counts.failed_attempts,
            retries: counts.retries,
            success_rate: counts.success_rate(),
            latency_ms: latency(),
            first_attempt_at: counts.first_at,
            last_attempt_at: counts.last_at,
        }
    }
}
