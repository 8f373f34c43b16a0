//! `GET /api/v1/webhooks/events`.

use crate::{
    App,
    auth::{Member, Read},
    problem::Problem,
};
use axum::{Json, extract::State};
use model::catalog::CatalogEntry;
use serde::Serialize;
use utoipa::ToSchema;

/// All event types.
#[derive(Serialize, ToSchema)]
pub(crate) struct EventTypes {
    total: usize,
    events: Vec<EventTypeLine>,
}

/// A summary of an event type.
#[derive(Serialize, ToSchema)]
pub(crate) struct EventTypeLine {
    event_type: String,
    description: String,
    has_schema: bool,
    has_example: bool,
    category: String,
}

impl From<&CatalogEntry> for EventTypeLine {
    fn from(entry: &CatalogEntry) -> Self {
        Self {
            event_type: entry.event_type.to_string(),
            description: entry.description.clone(),
            has_schema: entry.schema.is_some(),
            has_example: entry.example.is_some(),
            category: entry.category.clone(),
        }
    }
}

/// List the event types that the tenant can subscribe to, by name
///
/// Operational events (`postrider.…`) are listed in the system tenant `_postrider`, and in all tenants if the
/// installation allows it.
#[utoipa::path(get, path = "/api/v1/webhooks/events", tag = "Catalog",
    responses((status = 200, body = EventTypes)))]
pub(crate) async fn list(State(app): State<App>, member: Member<Read>) -> Result<Json<EventTypes>, Problem> {
    let (tenant, catalog) = (member.tenant(), app.catalog());
    let offered = |entry: &CatalogEntry| !entry.retired && app.offers(tenant, entry.event_type.is_operational());
    let events: Vec<_> = catalog.iter().filter(|e| offered(e)).map(|e| EventTypeLine::from(&**e)).collect();
    Ok(Json(EventTypes { total: events.len(), events }))
}
