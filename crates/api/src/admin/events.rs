//! `GET /api/v1/admin/events`.

use super::OneTenant;
use crate::{
    App,
    auth::Admin,
    events::{
        get::find,
        list::{EventParameters, answer},
        shown::EventShown,
    },
    pages::COUNT_WALKED_MAX,
    problem::{Problem, kinds::NotOperator},
    query::{AnyEventIdText, InAll, ListQuery, OrderParameter, parameters::parameters},
    room::Room,
    schemas::Limit200,
};
use axum::{extract::State, response::Response};
use model::EventId;
use storage::Listed;

parameters! {
    OneEvent {
        /// Only this event: its generated id or, with `tenant_id`, the publisher's own id
        id: AnyEventIdText = "event_id";
    }
}

type EventsOfAll = ListQuery<Limit200, InAll<EventId>, (EventParameters, (OneEvent, OrderParameter)), COUNT_WALKED_MAX>;

/// List published events of all tenants
///
/// Newest first, or oldest first with `order=oldest`. For the operator; `X-Tenant-Id` is not needed. A page ends after 4 MiB of data, as in `GET /api/v1/events`, or after
/// about 10,000 scanned events: follow the `Link` header.
#[utoipa::path(get, path = "/api/v1/admin/events", tag = "Operator",
    params(OneTenant, EventsOfAll),
    responses((status = 200, body = [EventShown]), NotOperator))]
pub(crate) async fn events(
    State(app): State<App>,
    _: Admin,
    room: Room,
    tenant: OneTenant,
    list: EventsOfAll,
) -> Result<Response, Problem> {
    let scope = tenant.scope();
    let (parameters, (event, order)) = &list.filter;
    let mut filter = parameters.filter(&app, order)?;
    if let Some(AnyEventIdText(text)) = &event.id {
        filter.id = match scope.tenant() {
            Some(tenant) => match find(&app, tenant, text).await? {
                Some(event) => Some(event.id),
                None => return list.answer(&room, Listed::default(), list.total_of_nothing()?, |_: &EventId| ()),
            },
            None => Some(own_id(text)?),
        };
    }
    let total = list.total(COUNT_WALKED_MAX, app.store.count_events(scope, &filter, COUNT_WALKED_MAX)).await?;
    let listed = app.store.events(scope, &filter, list.page.clone()).await?;
    answer(&app, &list, &room, listed, total).await
}

/// Parses a generated event id. A publisher's own id is unique only within its tenant.
pub(crate) fn own_id(text: &str) -> Result<EventId, Problem> {
    EventId::parse(text).map_err(|_| {
        Problem::invalid("event_id", "is not a generated event id; a publisher's own id needs tenant_id too")
    })
}
