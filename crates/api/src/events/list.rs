//! `GET /api/v1/events`.

use super::shown::EventShown;
use crate::{
    App,
    auth::{Member, Read},
    pages::{self, COUNT_MAX, Total},
    problem::Problem,
    query::Query,
    room::Room,
    schemas::{EventCursor, EventTypeName, Limit200, Offset, TimeText},
};
use axum::{extract::State, response::Response};
use model::{Event, EventId, EventType};
use storage::{EventFilter, ListScope, Listed, Place};

/// Maximum number of deliveries that a list shows per event.
const DELIVERIES: u32 = 20;

/// Reads the filter from a query.
pub(crate) fn filter(query: &Query) -> Result<EventFilter, Problem> {
    let event_type = query.text("type").or_else(|| query.text("event_type"));
    Ok(EventFilter {
        id: None,
        event_type: event_type
            .map(|text| EventType::parse(text).map_err(|fault| Problem::invalid("type", fault.to_string())))
            .transpose()?,
        after: query.time("after")?,
        before: query.time("before")?,
    })
}

/// Shows a page of events, each with its first deliveries.
pub(crate) async fn show(
    app: &App,
    query: &Query,
    room: &Room,
    listed: Listed<Event, EventId>,
    cursor: impl Fn(&Place<EventId>) -> String,
) -> Result<Response, Problem> {
    let _rows = room.hold(listed.rows.iter().map(|event| event.data.len() + event.metadata.len()).sum())?;
    let ids: Vec<_> = listed.rows.iter().map(|event| (event.tenant.clone(), event.id)).collect();
    let deliveries = app.store.deliveries_of(&ids, DELIVERIES).await?;
    let Listed { rows, next } = listed;
    let rows = rows.into_iter().zip(deliveries.into_iter().chain(std::iter::repeat_with(Vec::new))).collect();
    let show = |(event, deliveries): &(Event, Vec<_>)| EventShown::new(event, deliveries, app.settings.ids);
    pages::array(query, room, Listed { rows, next }, cursor, show)
}

/// List published events, newest first
///
/// Each event has its first 20 deliveries; `delivery_count` is their total number. A page also ends after 4 MiB of
/// data, so it may have fewer rows than `limit`: follow the `Link` header. Needs the scope `webhooks:read`.
#[utoipa::path(get, path = "/api/v1/events", tag = "Events",
    params(
        ("type" = inline(Option<EventTypeName>), Query, description = "Only this type"),
        ("event_type" = inline(Option<EventTypeName>), Query, description = "Alias of `type`"),
        ("after" = inline(Option<TimeText>), Query, description = "Accepted at or after this time"),
        ("before" = inline(Option<TimeText>), Query, description = "Accepted before this time"),
        ("limit" = inline(Option<Limit200>), Query),
        ("offset" = inline(Option<Offset>), Query),
        ("cursor" = inline(Option<EventCursor>), Query, description = "Cursor from the `Link` header"),
        ("count" = Option<bool>, Query, description = "Return the row count, up to 100,000, in X-Total-Count"),
    ),
    responses((status = 200, body = [EventShown])))]
pub(crate) async fn list(
    State(app): State<App>,
    member: Member<Read>,
    room: Room,
    query: Query,
) -> Result<Response, Problem> {
    let scope = ListScope::Tenant(member.tenant());
    let page = query.page::<Limit200, _, _>(EventId::parse)?;
    let filter = filter(&query)?;
    let total = Total::of(&query, COUNT_MAX, app.store.count_events(scope, &filter, COUNT_MAX)).await?;
    let listed = app.store.events(scope, &filter, page).await?;
    Ok(pages::with_total(show(&app, &query, &room, listed, pages::in_tenant).await?, total))
}
