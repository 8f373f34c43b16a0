//! Limits and retention of a tenant in the core API: their fields, their checks, and how they are shown.

use crate::{
    body::Patch,
    webhooks::subscriptions::policies::{RateLimitFields, RateLimitShown},
};
use model::{
    FieldErrors, TenantLimits,
    policy::{
        RateLimit,
        limits::{COUNT, DAYS, PAYLOAD},
    },
};
use serde::{Deserialize, Serialize};
use std::{ops::RangeInclusive, time::Duration};
use utoipa::ToSchema;

/// Limits of a tenant. A field that is absent keeps its value; null restores the installation's default.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TenantLimitsChange)]
pub(crate) struct LimitFields {
    /// Published events per period. Default of `burst`, which bounds a batch: the limit.
    #[serde(default)]
    #[schema(value_type = Option<RateLimitFields>)]
    publish: Patch<RateLimitFields>,
    /// Number of subscriptions.
    #[serde(default)]
    #[schema(value_type = Option<u32>, maximum = 60_000)]
    subscriptions: Patch<i64>,
    /// Number of keys.
    #[serde(default)]
    #[schema(value_type = Option<u32>, maximum = 60_000)]
    keys: Patch<i64>,
    /// Size of an event's data.
    #[serde(default)]
    #[schema(value_type = Option<u32>, minimum = 2, maximum = 1_048_576)]
    payload_bytes: Patch<i64>,
}

/// Retention of a tenant. A field that is absent keeps its value; null restores the installation's default.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TenantRetentionChange)]
pub(crate) struct RetentionFields {
    /// Days after which payloads are erased, at most `rows_days`.
    #[serde(default)]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 36_500)]
    payload_days: Patch<i64>,
    /// Days after which events and deliveries are removed, at most the installation's.
    #[serde(default)]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 36_500)]
    rows_days: Patch<i64>,
}

/// Limits of a tenant; null where the installation's default holds.
#[derive(Serialize, ToSchema)]
#[schema(as = TenantLimits)]
pub(crate) struct LimitsShown {
    publish: Option<RateLimitShown>,
    subscriptions: Option<u32>,
    keys: Option<u32>,
    payload_bytes: Option<u32>,
}

/// Retention of a tenant in days; null where the installation's default holds.
#[derive(Serialize, ToSchema)]
#[schema(as = TenantRetention)]
pub(crate) struct RetentionShown {
    pub(crate) payload_days: Option<u16>,
    pub(crate) rows_days: Option<u16>,
}

impl From<&TenantLimits> for LimitsShown {
    fn from(limits: &TenantLimits) -> Self {
        let TenantLimits { publish, subscriptions, keys, payload_bytes, .. } = *limits;
        Self { publish: publish.map(RateLimitShown::from), subscriptions, keys, payload_bytes }
    }
}

impl From<&TenantLimits> for RetentionShown {
    fn from(limits: &TenantLimits) -> Self {
        Self { payload_days: limits.payload_days, rows_days: limits.rows_days }
    }
}

/// Applies a number within its bounds.
fn apply<N: TryFrom<i64>>(
    given: Patch<i64>,
    name: &str,
    bounds: RangeInclusive<u64>,
    to: &mut Option<N>,
    faults: &mut FieldErrors,
) {
    match given {
        Patch::Absent => {}
        Patch::Null => *to = None,
        Patch::Value(number) => match (u64::try_from(number), N::try_from(number)) {
            (Ok(within), Ok(number)) if bounds.contains(&within) => *to = Some(number),
            _ => faults.add(name, format!("must be a whole number from {} to {}", bounds.start(), bounds.end())),
        },
    }
}

/// Applies changed limits; faults name their fields.
pub(super) fn apply_limits(given: &Patch<LimitFields>, limits: &mut TenantLimits, faults: &mut FieldErrors) {
    let fields = match given {
        Patch::Absent => return,
        Patch::Null => {
            let TenantLimits { payload_days, rows_days, .. } = *limits;
            *limits = TenantLimits { payload_days, rows_days, ..TenantLimits::default() };
            return;
        }
        Patch::Value(fields) => fields,
    };
    match &fields.publish {
        Patch::Absent => {}
        Patch::Null => limits.publish = None,
        Patch::Value(given) => {
            let checked: Option<RateLimit> = given.with_full_burst().check("limits.publish", faults);
            limits.publish = checked.or(limits.publish);
        }
    }
    apply(fields.subscriptions, "limits.subscriptions", COUNT, &mut limits.subscriptions, faults);
    apply(fields.keys, "limits.keys", COUNT, &mut limits.keys, faults);
    apply(fields.payload_bytes, "limits.payload_bytes", PAYLOAD, &mut limits.payload_bytes, faults);
}

/// Applies a changed retention. `installation` has the defaults of tenants, and `keep` the installation's retention.
pub(super) fn apply_retention(
    given: &Patch<RetentionFields>,
    limits: &mut TenantLimits,
    installation: &TenantLimits,
    keep: Option<Duration>,
    faults: &mut FieldErrors,
) {
    let cleared = RetentionFields { payload_days: Patch::Null, rows_days: Patch::Null };
    let fields = match given {
        Patch::Absent => return,
        Patch::Null => &cleared,
        Patch::Value(fields) => fields,
    };
    apply(fields.payload_days, "retention.payload_days", DAYS, &mut limits.payload_days, faults);
    apply(fields.rows_days, "retention.rows_days", DAYS, &mut limits.rows_days, faults);
    let most = keep.map(|keep| keep.as_secs() / (24 * 60 * 60));
    let too_long = |days: Option<u16>| days.is_some_and(|days| most.is_some_and(|most| u64::from(days) > most));
    if too_long(limits.rows_days) {
        let most = most.unwrap_or_default();
        let text = format!("must be at most {most}, the installation's POSTRIDER_RETENTION_DAYS");
        faults.add("retention.rows_days", text);
    }
    let effective = limits.or(installation);
    let rows = effective.rows_days.map(u64::from).into_iter().chain(most).min();
    if let (Some(payload), Some(rows)) = (limits.payload_days, rows)
        && u64::from(payload) > rows
    {
        faults.add("retention.payload_days", format!("must be at most {rows}, the days for which rows are kept"));
    }
}
