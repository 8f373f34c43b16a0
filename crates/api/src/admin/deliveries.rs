//! `GET /api/v1/admin/deliveries`.

use super::{scope, tenant};
use crate::{
    App,
    auth::Admin,
    pages::{self, Total},
    problem::{Problem, kinds::NotOperator},
    query::Query,
    room::Room,
    schemas::{
        AnyEventId, CodesText, DeliveryCursorOfAll, EventTypeName, Limit200, Offset, PartText, StatusName,
        SubscriptionText, TenantName, TimeText,
    },
    webhooks::deliveries::{
        filter::{Selection, count_max, selection},
        shown::DeliveryShown,
    },
};
use axum::{extract::State, response::Response};
use model::{Delivery, DeliveryId};
use serde::Serialize;
use storage::Listed;
use utoipa::ToSchema;

/// A delivery with its tenant.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeliveryOfTenant {
    #[schema(value_type = TenantName)]
    tenant_id: String,
    #[serde(flatten)]
    delivery: DeliveryShown,
}

/// List deliveries of all tenants, newest first
///
/// For the operator; `X-Tenant-Id` is not needed. A page scans about 10,000 deliveries at most, so it may have fewer
/// rows than `limit`, or none, although the `Link` header names a next page.
#[utoipa::path(get, path = "/api/v1/admin/deliveries", tag = "Operator",
    params(
        ("tenant_id" = inline(Option<TenantName>), Query, description = "Only this tenant"),
        ("status" = inline(Option<StatusName>), Query),
        ("event_type" = inline(Option<EventTypeName>), Query),
        ("subscription_id" = inline(Option<SubscriptionText>), Query),
        ("event_id" = inline(Option<AnyEventId>), Query,
         description = "Only this event: its generated id or, with `tenant_id`, the publisher's own id"),
        ("response_code" = inline(Option<CodesText>), Query,
         description = "The last attempt's response code: `503`, a class `5xx`, or a range `500-504`"),
        ("url" = inline(Option<PartText>), Query, description = "The subscription's URL contains this text"),
        ("error" = inline(Option<PartText>), Query, description = "The last attempt's error contains this text"),
        ("after" = inline(Option<TimeText>), Query, description = "Created at or after this time"),
        ("before" = inline(Option<TimeText>), Query, description = "Created before this time"),
        ("limit" = inline(Option<Limit200>), Query),
        ("offset" = inline(Option<Offset>), Query),
        ("cursor" = inline(Option<DeliveryCursorOfAll>), Query, description = "Cursor from the `Link` header"),
        ("count" = Option<bool>, Query, description = "Return the row count, up to 10,000, in X-Total-Count"),
    ),
    responses((status = 200, body = [DeliveryOfTenant]), NotOperator))]
pub(crate) async fn deliveries(
    State(app): State<App>,
    _: Admin,
    room: Room,
    query: Query,
) -> Result<Response, Problem> {
    let tenant = tenant(&query)?;
    let scope = scope(tenant.as_ref());
    let page = query.page_of_all::<Limit200, _, _>(DeliveryId::parse)?;
    let (listed, total) = match selection(&app, &query, tenant.as_ref()).await? {
        Selection::Matching(filter) => {
            let most = count_max(scope, &filter);
            let total = Total::of(&query, most, app.store.count_deliveries(scope, &filter, most)).await?;
            (app.store.deliveries(scope, &filter, page).await?, total)
        }
        Selection::Nothing => (Listed::default(), Total::none(&query)?),
    };
    let show = |one: &Delivery| DeliveryOfTenant {
        tenant_id: one.tenant.to_string(),
        delivery: DeliveryShown::new(one, app.settings.ids),
    };
    Ok(pages::with_total(pages::array(&query, &room, listed, pages::in_all, show)?, total))
}
