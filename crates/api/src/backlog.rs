//! `GET /api/v1/backlog`, and the backlog of one subscription.

use crate::{
    App,
    auth::{Read, Viewer},
    pages,
    problem::Problem,
    query::Query,
    room::Room,
    schemas::{Limit500, Offset, SubscriptionName, TenantName},
};
use axum::{extract::State, response::Response};
use model::Timestamp;
use serde::Serialize;
use storage::{Backlog, ListScope, QueueBacklog};
use utoipa::ToSchema;

/// The backlog of a subscription: its deliveries that wait to be sent.
#[derive(Serialize, ToSchema)]
#[schema(as = Backlog)]
pub(crate) struct BacklogShown {
    #[schema(value_type = TenantName)]
    tenant_id: String,
    #[schema(value_type = SubscriptionName)]
    subscription_id: String,
    /// Number of pending and retrying deliveries.
    waiting: u32,
    /// True when counting ended early; `waiting` is a lower bound then.
    capped: bool,
    /// Creation time of the oldest waiting delivery, where a delayed one counts from its `deliver_at`; null when none
    /// waits.
    #[schema(value_type = Option<String>, format = DateTime)]
    oldest_at: Option<Timestamp>,
    /// Earliest due time; in the past when a delivery waits for its turn, or for a paused subscription.
    #[schema(value_type = Option<String>, format = DateTime)]
    next_attempt_at: Option<Timestamp>,
    queues: Vec<QueueShown>,
}

/// Deliveries that wait in one queue of a subscription.
#[derive(Serialize, ToSchema)]
#[schema(as = QueueBacklog)]
pub(crate) struct QueueShown {
    /// `high`, `normal`, `low`, `replay` (retried by hand), `retry`, `delayed` (until `deliver_at`) or `ordered`.
    queue: &'static str,
    waiting: u32,
    #[schema(value_type = String, format = DateTime)]
    oldest_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    next_attempt_at: Timestamp,
}

impl From<&Backlog> for BacklogShown {
    fn from(backlog: &Backlog) -> Self {
        let queue = |one: &QueueBacklog| QueueShown {
            queue: one.queue.name(),
            waiting: one.waiting,
            oldest_at: one.oldest_at,
            next_attempt_at: one.next_attempt_at,
        };
        Self {
            tenant_id: backlog.tenant.to_string(),
            subscription_id: backlog.subscription.to_string(),
            waiting: backlog.waiting(),
            capped: backlog.is_capped(),
            oldest_at: backlog.oldest_at(),
            next_attempt_at: backlog.next_attempt_at(),
            queues: backlog.queues.iter().map(queue).collect(),
        }
    }
}

/// Backlog by subscription, longest waiting first
///
/// Subscriptions without waiting deliveries are not listed. A tenant's key (scope `webhooks:read`), or the operator's
/// key with `X-Tenant-Id`, lists that tenant; the operator's key alone lists all tenants. Each queue is counted up to
/// 10,000, or to less when thousands of queues have a backlog; then `capped` is true. The header `X-Total-Count` has
/// the number of subscriptions.
#[utoipa::path(get, path = "/api/v1/backlog", tag = "Deliveries",
    params(("limit" = inline(Option<Limit500>), Query), ("offset" = inline(Option<Offset>), Query),
           ("X-Tenant-Id" = Option<String>, Header, description = "With the operator's key: only this tenant")),
    responses((status = 200, body = [BacklogShown])))]
pub(crate) async fn backlog(
    State(app): State<App>,
    viewer: Viewer<Read>,
    room: Room,
    query: Query,
) -> Result<Response, Problem> {
    let (limit, offset) = (query.bounded::<Limit500>()?, query.bounded::<Offset>()?);
    let scope = viewer.tenant().map_or(ListScope::AllTenants, ListScope::Tenant);
    let mut found = app.store.backlogs(scope).await?;
    found.sort_unstable_by_key(|one| (one.oldest_at(), one.subscription));
    let rows: Vec<BacklogShown> =
        found.iter().skip(offset as usize).take(limit as usize).map(BacklogShown::from).collect();
    let mut response = pages::json(&room, &rows)?;
    response.headers_mut().insert(pages::TOTAL, found.len().into());
    Ok(response)
}
