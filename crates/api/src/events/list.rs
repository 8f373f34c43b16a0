//! `GET /api/v1/events`.

use super::shown::EventShown;
use crate::{
    App,
    auth::{Member, Read},
    pages::{COUNT_MAX, Total},
    problem::Problem,
    query::{
        Ago, Cursor, InTenant, ListQuery, OrderParameter, begin,
        parameters::{Parameters, parameters},
    },
    room::Room,
    schemas::{Limit200, Number},
};
use axum::{extract::State, response::Response};
use model::{Event, EventId, EventType, Timestamp};
use storage::{EventFilter, ListScope, Listed};

/// Maximum number of deliveries that a list shows per event.
const DELIVERIES: u32 = 20;

parameters! {
    /// The filters of a list of events.
    EventParameters {
        /// Only this type
        event_type: EventType = "type" | "event_type";
        /// Accepted at or after this time
        after: Timestamp = "after";
        /// Accepted in the last minutes, hours or days, for example `24h`; instead of `after`
        since: Ago = "since";
        /// Accepted before this time
        before: Timestamp = "before";
    }
}

impl EventParameters {
    pub(crate) fn filter(&self, app: &App, order: &OrderParameter) -> Result<EventFilter, Problem> {
        let after = begin("after", self.after, self.since, app.clock.now())?;
        Ok(EventFilter {
            id: None,
            event_type: self.event_type.clone(),
            after,
            before: self.before,
            order: order.order(),
        })
    }
}

type EventList = ListQuery<Limit200, InTenant<EventId>, (EventParameters, OrderParameter), COUNT_MAX>;

/// Shows a page of events, each with its first deliveries.
pub(crate) async fn answer<L: Number, C: Cursor<Id = EventId>, F: Parameters, const COUNT: u32>(
    app: &App,
    list: &ListQuery<L, C, F, COUNT>,
    room: &Room,
    listed: Listed<Event, EventId>,
    total: Option<Total>,
) -> Result<Response, Problem> {
    let _rows = room.hold(listed.rows.iter().map(|event| event.data.len() + event.metadata.len()).sum())?;
    let ids: Vec<_> = listed.rows.iter().map(|event| (event.tenant.clone(), event.id)).collect();
    let deliveries = app.store.deliveries_of(&ids, DELIVERIES).await?;
    let Listed { rows, next } = listed;
    let rows = rows.into_iter().zip(deliveries.into_iter().chain(std::iter::repeat_with(Vec::new))).collect();
    let show = |(event, deliveries): &(Event, Vec<_>)| EventShown::new(event, deliveries, app.settings.ids);
    list.answer(room, Listed { rows, next }, total, show)
}

/// List published events
///
/// Newest first, or oldest first with `order=oldest`. Each event has its first 20 deliveries; `delivery_count` is their total number. A page also ends after 4 MiB of
/// data, so it may have fewer rows than `limit`: follow the `Link` header. Needs the scope `webhooks:read`.
#[utoipa::path(get, path = "/api/v1/events", tag = "Events",
    params(EventList),
    responses((status = 200, body = [EventShown])))]
pub(crate) async fn list(
    State(app): State<App>,
    member: Member<Read>,
    room: Room,
    list: EventList,
) -> Result<Response, Problem> {
    let (parameters, order) = &list.filter;
    let (scope, filter) = (ListScope::Tenant(member.tenant()), parameters.filter(&app, order)?);
    let total = list.total(COUNT_MAX, app.store.count_events(scope, &filter, COUNT_MAX)).await?;
    let listed = app.store.events(scope, &filter, list.page.clone()).await?;
    answer(&app, &list, &room, listed, total).await
}
