//! `GET /api/v1/tenant/webhooks/deliveries`.

use super::shown::{Status, TenantDelivery, show};
use crate::{
    App,
    auth::{Member, Read},
    problem::Problem,
    query::parameters::{ParameterValue, parameters},
    schemas::TenantStatusQuery,
    tenant_webhooks::EventParameter,
};
use axum::{Json, extract::State};
use model::{Delivery, TenantId};
use storage::{DeliveryFilter, ListScope, Page, StorageError};
use utoipa::{
    PartialSchema,
    openapi::{RefOr, schema::Schema},
};

/// Maximum number of deliveries that are shown.
const NEWEST: u32 = 100;
/// Page size and maximum number of pages when waiting deliveries are scanned; they bound the cost of a call.
const LOOKED_AT: u32 = 1_000;
const PAGES: usize = 10;

impl ParameterValue for Status {
    fn schema() -> RefOr<Schema> {
        TenantStatusQuery::schema()
    }

    fn parse(name: &str, text: &str) -> Result<Self, Problem> {
        let text = text.trim();
        // `SENT` is the earlier name of `DELIVERED` in the tenant API.
        let sent = text.eq_ignore_ascii_case("SENT").then_some(Self::Delivered);
        let named = Self::ALL.into_iter().find(|status| text.eq_ignore_ascii_case(status.name()));
        named.or(sent).ok_or_else(|| Problem::invalid(name, "must be PENDING, SENDING, DELIVERED or FAILED"))
    }
}

parameters! {
    StatusParameter {
        /// PENDING, SENDING, DELIVERED (or SENT) or FAILED
        status: Status = "status";
    }
}

/// List the 100 newest deliveries
///
/// Needs the scope `webhooks:read`.
#[utoipa::path(get, path = "/api/v1/tenant/webhooks/deliveries", tag = "Tenant deliveries",
    params(StatusParameter, EventParameter),
    responses((status = 200, body = [TenantDelivery])))]
pub(crate) async fn list(
    State(app): State<App>,
    member: Member<Read>,
    status: StatusParameter,
    event: EventParameter,
) -> Result<Json<Vec<TenantDelivery>>, Problem> {
    let tenant = member.tenant();
    let status = status.status;
    let filter = DeliveryFilter {
        statuses: status.map(Status::stored).unwrap_or_default(),
        event_type: event.event_type().cloned(),
        ..DeliveryFilter::default()
    };
    let found = match status {
        Some(status @ (Status::Pending | Status::Sending)) => waiting(&app, tenant, &filter, status).await?,
        Some(Status::Delivered | Status::Failed) | None => {
            app.store.deliveries(ListScope::Tenant(tenant), &filter, Page::first(NEWEST)).await?.rows
        }
    };
    Ok(Json(show(&app, &found).await?))
}

/// Scans waiting deliveries for those of this status: the store does not know which of them are being sent.
async fn waiting(
    app: &App,
    tenant: &TenantId,
    filter: &DeliveryFilter,
    status: Status,
) -> Result<Vec<Delivery>, StorageError> {
    let mut found = Vec::new();
    let mut page = Page::first(LOOKED_AT);
    for _ in 0..PAGES {
        let some = app.store.deliveries(ListScope::Tenant(tenant), filter, page).await?;
        found.extend(some.rows.into_iter().filter(|delivery| Status::of(app, delivery) == status));
        match some.next {
            Some(next) if found.len() < NEWEST as usize => {
                page = Page { cursor: Some(next.cursor), ..Page::first(LOOKED_AT) }
            }
            _ => break,
        }
    }
    found.truncate(NEWEST as usize);
    Ok(found)
}
