//! `GET /api/v1/webhooks/deliveries`.

use super::{
    filter::{Selection, count_max, selection},
    shown::DeliveryShown,
};
use crate::{
    App,
    auth::{Member, Read},
    pages::{self, Total},
    problem::Problem,
    query::Query,
    room::Room,
    schemas::{
        AnyEventId, CodesText, DeliveryText, EventTypeName, Limit200, Offset, PartText, StatusName, SubscriptionText,
        TimeText,
    },
};
use axum::{extract::State, response::Response};
use model::DeliveryId;
use storage::{ListScope, Listed};

/// List deliveries, newest first
///
/// Filters by event, response code, URL and error scan the log from its newest end: a page may have fewer rows than
/// `limit`, or none, although the `Link` header names a next page.
#[utoipa::path(get, path = "/api/v1/webhooks/deliveries", tag = "Deliveries",
    params(
        ("status" = inline(Option<StatusName>), Query),
        ("event_type" = inline(Option<EventTypeName>), Query),
        ("subscription_id" = inline(Option<SubscriptionText>), Query),
        ("event_id" = inline(Option<AnyEventId>), Query,
         description = "Only this event: your own id or the generated one"),
        ("response_code" = inline(Option<CodesText>), Query,
         description = "The last attempt's response code: `503`, a class `5xx`, or a range `500-504`"),
        ("url" = inline(Option<PartText>), Query, description = "The subscription's URL contains this text"),
        ("error" = inline(Option<PartText>), Query, description = "The last attempt's error contains this text"),
        ("after" = inline(Option<TimeText>), Query, description = "Created at or after this time"),
        ("before" = inline(Option<TimeText>), Query, description = "Created before this time"),
        ("limit" = inline(Option<Limit200>), Query),
        ("offset" = inline(Option<Offset>), Query),
        ("cursor" = inline(Option<DeliveryText>), Query, description = "Cursor from the `Link` header"),
        ("count" = Option<bool>, Query, description = "Return the row count, up to 100,000, in X-Total-Count"),
    ),
    responses((status = 200, body = [DeliveryShown])))]
pub(crate) async fn list(
    State(app): State<App>,
    member: Member<Read>,
    room: Room,
    query: Query,
) -> Result<Response, Problem> {
    let scope = ListScope::Tenant(member.tenant());
    let page = query.page::<Limit200, _, _>(DeliveryId::parse)?;
    let (listed, total) = match selection(&app, &query, scope.tenant()).await? {
        Selection::Matching(filter) => {
            let most = count_max(scope, &filter);
            let total = Total::of(&query, most, app.store.count_deliveries(scope, &filter, most)).await?;
            (app.store.deliveries(scope, &filter, page).await?, total)
        }
        Selection::Nothing => (Listed::default(), Total::none(&query)?),
    };
    let show = |one: &_| DeliveryShown::new(one, app.settings.ids);
    Ok(pages::with_total(pages::array(&query, &room, listed, pages::in_tenant, show)?, total))
}
