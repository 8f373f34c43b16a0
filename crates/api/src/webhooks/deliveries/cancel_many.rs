//! `POST /api/v1/webhooks/deliveries/cancel`.

use crate::{
    App,
    auth::{CancelDeliveries, Member},
    body::{JsonBody, Patch, text, texts},
    finish,
    problem::{Problem, kinds::NoSuchSubscription},
    schemas::{PatternName, SubscriptionText, TimeText, WaitingStatusName},
    webhooks::{selection, subscriptions},
};
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use model::{DeliveryStatus, FieldErrors, SubscriptionId, Timestamp};
use serde::{Deserialize, Serialize};
use storage::CancelFilter;
use utoipa::ToSchema;

/// Selects waiting deliveries. At least one field must be given.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = CancelRequest)]
pub(crate) struct CancelRequest {
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = Option<SubscriptionText>)]
    subscription_id: Patch<String>,
    /// Only these event types or patterns.
    #[serde(default, deserialize_with = "texts")]
    #[schema(value_type = Option<Vec<PatternName>>, min_items = 1, max_items = 500)]
    event_types: Patch<Vec<String>>,
    /// Only events published at or after this time.
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = Option<TimeText>)]
    after: Patch<String>,
    /// Only events published before this time. Default and maximum: the time of the request.
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = Option<TimeText>)]
    before: Patch<String>,
    /// Only deliveries in one of these states. Default: both.
    #[serde(default, deserialize_with = "texts")]
    #[schema(value_type = Option<Vec<WaitingStatusName>>, min_items = 1, max_items = 2)]
    statuses: Patch<Vec<String>>,
}

/// The result of a cancellation.
#[derive(Serialize, ToSchema)]
pub(crate) struct CancelledShown {
    /// Deliveries that this call has cancelled.
    cancelled: u64,
    /// True when the call ended after 100,000 waiting deliveries: send the same request again to continue.
    more: bool,
}

const WAITING: [(&str, DeliveryStatus); 2] =
    [("pending", DeliveryStatus::Pending), ("retrying", DeliveryStatus::Retrying)];

impl CancelRequest {
    fn is_empty(&self) -> bool {
        let texts = [&self.subscription_id, &self.after, &self.before];
        let lists = [&self.event_types, &self.statuses];
        texts.iter().all(|one| one.as_ref().value().is_none()) && lists.iter().all(|one| one.as_ref().value().is_none())
    }

    fn check(&self, subscription: Option<SubscriptionId>, until: Timestamp) -> Result<CancelFilter, Problem> {
        let mut faults = FieldErrors::default();
        let event_types = selection::event_types(&self.event_types, &mut faults);
        let (after, before) = selection::range(&self.after, &self.before, &mut faults);
        let mut statuses: Vec<DeliveryStatus> = Vec::new();
        match &self.statuses {
            Patch::Absent | Patch::Null => statuses.extend(WAITING.map(|(_, status)| status)),
            Patch::Value(given) if given.is_empty() => {
                faults.add("statuses", "must name at least one status, or be absent");
            }
            Patch::Value(given) if given.len() > WAITING.len() => {
                faults.add("statuses", format!("must name at most {} statuses", WAITING.len()));
            }
            Patch::Value(given) => {
                for name in given {
                    match WAITING.iter().find(|(known, _)| name.eq_ignore_ascii_case(known)) {
                        Some((_, status)) => statuses.push(*status),
                        None => {
                            faults
                                .add("statuses", format!("{name:?} cannot be cancelled; known are pending, retrying"));
                            break;
                        }
                    }
                }
            }
        }
        faults.into_result()?;
        let before = before.map_or(until, |before| before.min(until));
        Ok(CancelFilter { subscription, event_types, statuses, after, before })
    }
}

/// Cancel waiting deliveries
///
/// Pending and retrying deliveries end with the error `cancelled by request`. They can be replayed. A request that is in
/// flight is not aborted: its outcome is shown as soon as it is known.
#[utoipa::path(post, path = "/api/v1/webhooks/deliveries/cancel", tag = "Deliveries", request_body = CancelRequest,
    responses((status = 200, body = CancelledShown, description = "All selected deliveries are cancelled"),
              (status = 202, body = CancelledShown, description = "There are more; send the request again"),
              NoSuchSubscription))]
pub(crate) async fn cancel_many(
    State(app): State<App>,
    member: Member<CancelDeliveries>,
    JsonBody(request): JsonBody<CancelRequest>,
) -> Result<Response, Problem> {
    if request.is_empty() {
        let message = "At least one of subscription_id, event_types, after, before and statuses must be given";
        return Err(Problem::invalid("body", message));
    }
    let tenant = member.tenant().clone();
    let subscription = match request.subscription_id.as_ref().value() {
        Some(id) => Some(subscriptions::find(&app, &tenant, id).await?.id),
        None => None,
    };
    let filter = request.check(subscription, app.engine.control.until_now())?;
    let engine = app.engine.clone();
    // Runs to its end even when the client hangs up, so that no lane sends what was cancelled.
    let done = finish(async move { engine.control.cancel_deliveries(&tenant, &filter).await }).await??;
    let status = if done.more { StatusCode::ACCEPTED } else { StatusCode::OK };
    Ok((status, Json(CancelledShown { cancelled: done.count, more: done.more })).into_response())
}
