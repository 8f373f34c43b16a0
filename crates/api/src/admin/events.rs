//! `GET /api/v1/admin/events`.

use super::{scope, tenant};
use crate::{
    App,
    auth::Admin,
    events::{
        get::find,
        list::{filter, show},
        shown::EventShown,
    },
    list::{self, COUNT_WALKED_MAX, Total},
    memory::Room,
    problem::Problem,
    query::Query,
    schemas::{AnyEventId, EventCursorOfAll, EventTypeName, Limit200, Offset, TenantName, TimeText},
};
use axum::{extract::State, response::Response};
use model::EventId;
use storage::Listed;

/// Published events of all tenants, newest first
///
/// For the operator; `X-Tenant-Id` is not needed. Pages end by bytes as those of `GET /api/v1/events`, and when some 10,000
/// events were looked at: follow the Link header.
#[utoipa::path(get, path = "/api/v1/admin/events", tag = "Operator",
    params(
        ("tenant_id" = inline(Option<TenantName>), Query, description = "Only of this tenant"),
        ("type" = inline(Option<EventTypeName>), Query, description = "Only of this type"),
        ("event_type" = inline(Option<EventTypeName>), Query, description = "Another name of `type`"),
        ("event_id" = inline(Option<AnyEventId>), Query,
         description = "Only this event, by our id, or with `tenant_id` by the publisher's"),
        ("after" = inline(Option<TimeText>), Query, description = "Accepted at or after this time"),
        ("before" = inline(Option<TimeText>), Query, description = "Accepted before this time"),
        ("limit" = inline(Option<Limit200>), Query),
        ("offset" = inline(Option<Offset>), Query),
        ("cursor" = inline(Option<EventCursorOfAll>), Query, description = "Begin after this row; see the Link header"),
        ("count" = Option<bool>, Query, description = "Count all rows, up to 10,000, into the header X-Total-Count"),
    ),
    responses((status = 200, body = [EventShown])))]
pub(crate) async fn events(State(app): State<App>, _: Admin, room: Room, query: Query) -> Result<Response, Problem> {
    let tenant = tenant(&query)?;
    let scope = scope(tenant.as_ref());
    let page = query.page_of_all::<Limit200, _, _>(EventId::parse)?;
    let mut filter = filter(&query)?;
    if let Some(text) = query.event_id()? {
        filter.id = match &tenant {
            Some(tenant) => match find(&app, tenant, text).await? {
                Some(event) => Some(event.id),
                None => {
                    let none = list::array(&query, &room, Listed::<EventId, EventId>::default(), list::in_all, |_| ())?;
                    return Ok(list::with_total(none, Total::none(&query)?));
                }
            },
            None => Some(own_id(text)?),
        };
    }
    let total = Total::of(&query, COUNT_WALKED_MAX, app.store.count_events(scope, &filter, COUNT_WALKED_MAX)).await?;
    let listed = app.store.events(scope, &filter, page).await?;
    Ok(list::with_total(show(&app, &query, &room, listed, list::in_all).await?, total))
}

/// An id of ours. A publisher's own id means something in its tenant alone.
pub(crate) fn own_id(text: &str) -> Result<EventId, Problem> {
    EventId::parse(text).map_err(|_| {
        Problem::invalid("event_id", "is not an id of ours; a publisher's own id needs tenant_id beside it")
    })
}
