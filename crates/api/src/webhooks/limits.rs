//! `GET /api/v1/webhooks/limits`.

use crate::{
    App,
    auth::{Member, Read},
    problem::Problem,
    webhooks::subscriptions::policies::PeriodName,
};
use axum::{Json, extract::State};
use delivery::RateStatus;
use model::{TenantLimits, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// The limits that hold for a tenant, and their present use.
#[derive(Serialize, ToSchema)]
pub(crate) struct LimitsInForce {
    /// Null: no limit.
    publish: Option<PublishLimit>,
    subscriptions: CountLimit,
    keys: CountLimit,
    /// Maximum size of an event's data.
    payload_bytes: u32,
    retention: RetentionInForce,
}

/// The publish limit and its present use.
#[derive(Serialize, ToSchema)]
pub(crate) struct PublishLimit {
    /// Events per period.
    limit: u32,
    #[schema(value_type = PeriodName)]
    period: &'static str,
    /// Events that may be published at once after a time of rest.
    burst: u32,
    /// Events that may be published at once now.
    remaining: u32,
    /// Time at which one more may be published.
    #[schema(value_type = String, format = DateTime)]
    next_at: Timestamp,
}

/// A limit of objects and their number.
#[derive(Serialize, ToSchema)]
pub(crate) struct CountLimit {
    /// Null: no limit.
    limit: Option<u32>,
    used: u32,
}

/// Days of retention; null: for ever, as far as the tenant is concerned.
#[derive(Serialize, ToSchema)]
pub(crate) struct RetentionInForce {
    /// Days after which payloads are erased; null: as long as their events are kept.
    payload_days: Option<u32>,
    /// Days after which events and deliveries are removed.
    rows_days: Option<u32>,
}

/// Get the limits of the tenant and their use
///
/// The limits that hold for the tenant, its own or the installation's. The use of the publish limit is that of the node
/// that answers. Needs the scope `webhooks:read`.
#[utoipa::path(get, path = "/api/v1/webhooks/limits", tag = "Subscriptions",
    responses((status = 200, body = LimitsInForce)))]
pub(crate) async fn limits(State(app): State<App>, member: Member<Read>) -> Result<Json<LimitsInForce>, Problem> {
    let tenant = member.tenant();
    let limited = app.engine.limits.of(tenant);
    let effective = limited.as_ref().map_or_else(TenantLimits::default, |limited| limited.effective.clone());
    let publish = limited.and_then(|limited| app.engine.limits.status(&limited));
    let now = app.clock.now();
    let publish = publish.map(|RateStatus { limit, remaining, next }| PublishLimit {
        limit: limit.limit(),
        period: limit.period().name(),
        burst: limit.burst(),
        remaining,
        next_at: now.after(next),
    });
    let subscriptions_max = u32::try_from(app.settings.subscriptions_max).unwrap_or(u32::MAX);
    let count = |limit, used: usize| CountLimit { limit, used: u32::try_from(used).unwrap_or(u32::MAX) };
    let subscriptions = Some(effective.subscriptions.map_or(subscriptions_max, |limit| limit.min(subscriptions_max)));
    let installation = app.settings.retention.map(|keep| (keep.as_secs() / (24 * 60 * 60)) as u32);
    let rows_days = effective.rows_days.map(u32::from).into_iter().chain(installation).min();
    Ok(Json(LimitsInForce {
        publish,
        subscriptions: count(subscriptions, app.engine.control.count_subscriptions(tenant)),
        keys: count(effective.keys, app.store.keys(tenant).await?.len()),
        payload_bytes: effective.payload_bytes.unwrap_or(crate::body::DATA_MAX as u32),
        retention: RetentionInForce { payload_days: effective.payload_days.map(u32::from), rows_days },
    }))
}
