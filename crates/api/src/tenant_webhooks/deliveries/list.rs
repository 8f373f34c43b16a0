//! `GET /api/v1/tenant/webhooks/deliveries`.

use super::shown::{Status, TenantDelivery, show};
use crate::{App, auth::Member, problem::Problem, query::Query, tenant_webhooks::event_name};
use axum::{Json, extract::State};
use model::Scope;
use storage::{DeliveryFilter, Page};

/// So many are shown.
const NEWEST: u32 = 100;

/// The 100 newest deliveries
///
/// Needs the scope `webhooks:read`.
#[utoipa::path(get, path = "/api/v1/tenant/webhooks/deliveries", tag = "Tenant deliveries",
    params(
        ("event" = Option<String>, Query, description = "Only of this event"),
        ("status" = Option<String>, Query, description = "PENDING, SENDING, DELIVERED or FAILED"),
    ),
    responses((status = 200, body = [TenantDelivery])))]
pub(crate) async fn list(
    State(app): State<App>,
    member: Member,
    query: Query,
) -> Result<Json<Vec<TenantDelivery>>, Problem> {
    let tenant = member.may(Scope::WebhooksRead)?;
    let name = |text| event_name(text).map_err(|fault| Problem::invalid("event", fault).as_bad_request());
    let status = query.text("status").map(parse).transpose()?;
    let filter = DeliveryFilter {
        statuses: status.map(Status::stored).unwrap_or_default(),
        event_type: query.text("event").map(name).transpose()?,
        ..DeliveryFilter::default()
    };
    let mut found = app.store.deliveries(tenant, &filter, Page::first(NEWEST)).await?;
    if let Some(status) = status {
        // Whether it is being sent is known in memory alone.
        found.retain(|delivery| Status::of(&app, delivery) == status);
    }
    Ok(Json(show(&app, &found).await?))
}

fn parse(text: &str) -> Result<Status, Problem> {
    Status::ALL
        .into_iter()
        .find(|status| text.trim().eq_ignore_ascii_case(status.name()))
        .ok_or_else(|| Problem::invalid("status", "must be PENDING, SENDING, DELIVERED or FAILED").as_bad_request())
}
