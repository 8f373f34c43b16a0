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
    pages::{self, COUNT_WALKED_MAX, Total},
    problem::{Problem, kinds::NotOperator},
    query::Query,
    room::Room,
    schemas::{AnyEventId, EventCursorOfAll, EventTypeName, Limit200, Offset, TenantName, TimeText},
};
use axum::{extract::State, response::Response};
use model::EventId;
use storage::Listed;

/// List published events of all tenants, newest first
///
/// For the operator; `X-Tenant-Id` is not needed. A page ends after 4 MiB of data, as in `GET /api/v1/events`, or after
/// about 10,000 scanned events: follow the `Link` header.
#[utoipa::path(get, path = "/api/v1/admin/events", tag = "Operator",
    params(
        ("tenant_id" = inline(Option<TenantName>), Query, description = "Only this tenant"),
        ("type" = inline(Option<EventTypeName>), Query, description = "Only this type"),
        ("event_type" = inline(Option<EventTypeName>), Query, description = "Alias of `type`"),
        ("event_id" = inline(Option<AnyEventId>), Query,
         description = "Only this event: its generated id or, with `tenant_id`, the publisher's own id"),
        ("after" = inline(Option<TimeText>), Query, description = "Accepted at or after this time"),
        ("before" = inline(Option<TimeText>), Query, description = "Accepted before this time"),
        ("limit" = inline(Option<Limit200>), Query),
        ("offset" = inline(Option<Offset>), Query),
        ("cursor" = inline(Option<EventCursorOfAll>), Query, description = "Cursor from the `Link` header"),
        ("count" = Option<bool>, Query, description = "Return the row count, up to 10,000, in X-Total-Count"),
    ),
    responses((status = 200, body = [EventShown]), NotOperator))]
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
                    let none =
                        pages::array(&query, &room, Listed::<EventId, EventId>::default(), pages::in_all, |_| ())?;
                    return Ok(pages::with_total(none, Total::none(&query)?));
                }
            },
            None => Some(own_id(text)?),
        };
    }
    let total = Total::of(&query, COUNT_WALKED_MAX, app.store.count_events(scope, &filter, COUNT_WALKED_MAX)).await?;
    let listed = app.store.events(scope, &filter, page).await?;
    Ok(pages::with_total(show(&app, &query, &room, listed, pages::in_all).await?, total))
}

/// Parses a generated event id. A publisher's own id is unique only within its tenant.
pub(crate) fn own_id(text: &str) -> Result<EventId, Problem> {
    EventId::parse(text).map_err(|_| {
        Problem::invalid("event_id", "is not a generated event id; a publisher's own id needs tenant_id too")
    })
}
