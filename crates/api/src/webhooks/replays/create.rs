//! `POST /api/v1/webhooks/replays`.

use super::{
    refused,
    request::{ReplayRequest, Wanted},
    shown::{PreviewShown, ReplaySampleShown, ReplayShown},
};
use crate::{
    App,
    auth::{Member, WriteReplays},
    body::JsonBody,
    finish,
    problem::{
        Problem,
        kinds::{NoSuchSubscription, SubscriptionInactive, TooManyReplays},
    },
    webhooks::subscriptions,
};
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use delivery::NewReplay;
use http::{HeaderValue, StatusCode, header};
use model::TenantId;
use storage::ReplaySample;

/// Deliveries that a dry run shows.
const SAMPLE: usize = 10;

/// Replay deliveries to a subscription
///
/// Sends failed deliveries again, or events that the subscription has not received: it did not exist, was disabled, or
/// did not name their types. The replay is a job that survives restarts; fresh deliveries go first. Each delivery is
/// queued once. A delivery that succeeded is sent again only if `statuses` names `success`.
#[utoipa::path(post, path = "/api/v1/webhooks/replays", tag = "Replays", request_body = ReplayRequest,
    responses((status = 202, body = ReplayShown, description = "The replay has begun"),
              (status = 200, body = PreviewShown, description = "The result of a dry run"),
              NoSuchSubscription, SubscriptionInactive, TooManyReplays))]
pub(crate) async fn create(
    State(app): State<App>,
    member: Member<WriteReplays>,
    JsonBody(request): JsonBody<ReplayRequest>,
) -> Result<Response, Problem> {
    let (tenant, text) = (member.tenant().clone(), request.subscription_id.trim());
    let subscription = subscriptions::find(&app, &tenant, text).await?;
    let Wanted { selection, rate, is_dry_run } = request.check(&subscription, app.engine.control.until_now())?;
    let of = subscription.id;
    if is_dry_run {
        let counted = app.engine.control.count_replay(&tenant, of, &selection, SAMPLE).await;
        let counted = counted.map_err(|fault| refused(fault, text))?;
        let sample = sample(&app, &tenant, &counted.sample).await?;
        return Ok(Json(PreviewShown::new(of.to_string(), &selection, &counted, sample)).into_response());
    }
    let (engine, new) = (app.engine.clone(), NewReplay { tenant, subscription: of, selection, rate });
    let made = finish(async move { engine.control.create_replay(new).await }).await?;
    let replay = made.map_err(|fault| refused(fault, text))?;
    let mut response = (StatusCode::ACCEPTED, Json(ReplayShown::from(&replay))).into_response();
    if let Ok(place) = HeaderValue::try_from(format!("/api/v1/webhooks/replays/{}", replay.id)) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

async fn sample(app: &App, tenant: &TenantId, found: &[ReplaySample]) -> Result<Vec<ReplaySampleShown>, Problem> {
    let (mut shown, ids) = (Vec::with_capacity(found.len()), app.settings.ids);
    for one in found {
        match one {
            ReplaySample::Delivery(id) => {
                let delivery = app.store.delivery(tenant, *id).await?;
                shown.extend(delivery.map(|delivery| ReplaySampleShown::of_delivery(&delivery, ids)));
            }
            ReplaySample::Missed(id) => {
                let event = app.store.event(tenant, *id).await?;
                shown.extend(event.map(|event| ReplaySampleShown::of_event(&event, ids)));
            }
        }
    }
    Ok(shown)
}
