//! `GET /api/v1/events`.

use super::shown::EventShown;
use crate::{
    App,
    auth::{Member, Read},
    list,
    problem::Problem,
    query::Query,
};
use axum::{extract::State, response::Response};
use model::{EventId, EventType};
use storage::EventFilter;

/// What was published, newest first
///
/// Needs the scope `webhooks:read`.
#[utoipa::path(get, path = "/api/v1/events", tag = "Events",
    params(
        ("type" = Option<String>, Query, description = "Only of this type"),
        ("event_type" = Option<String>, Query, description = "Another name of `type`"),
        ("after" = Option<String>, Query, description = "Accepted at or after this time"),
        ("before" = Option<String>, Query, description = "Accepted before this time"),
        ("limit" = Option<u32>, Query, description = "1 to 200; 50"),
        ("offset" = Option<u32>, Query),
        ("cursor" = Option<String>, Query, description = "Begin after this id; see the Link header"),
    ),
    responses((status = 200, body = [EventShown])))]
pub(crate) async fn list(State(app): State<App>, member: Member<Read>, query: Query) -> Result<Response, Problem> {
    let tenant = member.tenant();
    let page = query.page(200, 50, EventId::parse)?;
    let event_type = query.text("type").or_else(|| query.text("event_type"));
    let filter = EventFilter {
        event_type: event_type
            .map(|text| EventType::parse(text).map_err(|fault| Problem::invalid("type", fault.to_string())))
            .transpose()?,
        after: query.time("after")?,
        before: query.time("before")?,
    };
    let events = app.store.events(tenant, &filter, page).await?;
    let ids: Vec<EventId> = events.iter().map(|event| event.id).collect();
    let deliveries = app.store.deliveries_of(tenant, &ids).await?;
    let none = std::iter::repeat_with(Vec::new);
    let rows: Vec<_> = events.into_iter().zip(deliveries.into_iter().chain(none)).collect();
    Ok(list::array(
        &query,
        &page,
        rows,
        |(event, _)| event.id.to_string(),
        |(event, deliveries)| EventShown::new(event, deliveries, app.settings.ids),
    ))
}
