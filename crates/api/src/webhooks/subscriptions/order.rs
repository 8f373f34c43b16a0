//! `GET /api/v1/webhooks/subscriptions/{id}/order`.

use super::{find, ordered::OrderedShown};
use crate::{
    App,
    auth::{Member, Read},
    problem::{Problem, kinds::NoSuchSubscription},
    webhooks::deliveries::shown::DeliveryShown,
};
use axum::{
    Json,
    extract::{Path, State},
};
use model::{TenantId, Timestamp, shape::Order};
use serde::Serialize;
use serde_json::value::RawValue;
use storage::FirstInOrder;
use utoipa::ToSchema;

/// Blocking deliveries that are shown.
const SHOWN: u32 = 100;

/// Attempts among which the first one is looked for.
const ATTEMPTS: u32 = 200;

/// The order of a subscription, and what blocks it.
#[derive(Serialize, ToSchema)]
#[schema(as = SubscriptionOrder)]
pub(crate) struct OrderShown {
    /// Null: new deliveries are in no order.
    ordered: Option<OrderedShown>,
    /// Deliveries that others wait for because attempts have failed: the 100 that were published first. To skip one, cancel
    /// it.
    #[schema(max_items = 100)]
    blocking: Vec<BlockingShown>,
}

/// A delivery that blocks those behind it.
#[derive(Serialize, ToSchema)]
#[schema(as = BlockingDelivery)]
pub(crate) struct BlockingShown {
    #[serde(flatten)]
    delivery: DeliveryShown,
    /// The value of the key; null without one, after a change of `ordered`, and when the payload was erased.
    #[schema(value_type = serde_json::Value)]
    key: Option<Box<RawValue>>,
    /// Time of its first attempt.
    #[schema(value_type = String, format = DateTime)]
    blocked_since: Timestamp,
    /// Number of deliveries that wait behind it, at most 10,000.
    waiting: u32,
}

/// Show what blocks an ordered subscription
///
/// An ordered subscription (`ordered`) sends nothing while the delivery whose turn it is waits for a retry; ordered by a
/// key, nothing of the same key. These are such deliveries, with the number of those that wait behind each.
#[utoipa::path(get, path = "/api/v1/webhooks/subscriptions/{id}/order", tag = "Subscriptions",
    params(("id" = String, Path)), responses((status = 200, body = OrderShown), NoSuchSubscription))]
pub(crate) async fn order(
    State(app): State<App>,
    member: Member<Read>,
    Path(id): Path<String>,
) -> Result<Json<OrderShown>, Problem> {
    let tenant = member.tenant();
    let subscription = find(&app, tenant, &id).await?;
    let order = subscription.policies.shape.ordered.as_ref();
    let mut blocking = Vec::new();
    for first in app.store.blocking(tenant, subscription.id, SHOWN).await? {
        blocking.push(shown(&app, tenant, order, first).await?);
    }
    Ok(Json(OrderShown { ordered: order.map(OrderedShown::new), blocking }))
}

async fn shown(
    app: &App,
    tenant: &TenantId,
    order: Option<&Order>,
    FirstInOrder { delivery, key, behind }: FirstInOrder,
) -> Result<BlockingShown, Problem> {
    let attempts = app.store.attempts(tenant, delivery.id, ATTEMPTS).await?;
    let value = match order {
        Some(order @ Order::ByKey(path)) => {
            let event = app.store.event(tenant, delivery.id.event()).await?;
            // Not the value at another path than that of its publication.
            let event = event.filter(|event| order.key(&event.data, &event.metadata) == Some(key));
            event.and_then(|event| path.value(&event.data, &event.metadata))
        }
        Some(Order::All) | None => None,
    };
    Ok(BlockingShown {
        key: value.and_then(|value| RawValue::from_string(value).ok()),
        blocked_since: attempts.first().map_or(delivery.updated_at, |one| one.started_at),
        waiting: behind,
        delivery: DeliveryShown::new(&delivery, app.settings.ids),
    })
}
