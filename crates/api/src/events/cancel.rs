//! `POST /api/v1/events/{id}/cancel`.

use super::get::find;
use crate::{
    App,
    auth::{Member, Publish},
    finish,
    problem::{Problem, kinds::NoSuchEvent},
};
use axum::{
    Json,
    extract::{Path, State},
};
use serde::Serialize;
use utoipa::ToSchema;

/// The result of a cancellation.
#[derive(Serialize, ToSchema)]
pub(crate) struct CancelledEvent {
    /// Deliveries that waited, and are cancelled now.
    cancelled: usize,
    /// Deliveries that had ended before: sent, or failed for good. Deliveries that were cancelled before do not count.
    already_sent: usize,
}

/// Cancel the deliveries of an event that still wait
///
/// Delayed, pending and retrying deliveries end as `failed`, with the error `cancelled by request`. A request that is in
/// flight is not taken back: its delivery shows the outcome, and is not retried. The call can be repeated. The id is your
/// own, or the generated one in either spelling. Needs the scope `events:publish`.
#[utoipa::path(post, path = "/api/v1/events/{id}/cancel", tag = "Events", params(("id" = String, Path)),
    responses((status = 200, body = CancelledEvent), NoSuchEvent))]
pub(crate) async fn cancel(
    State(app): State<App>,
    member: Member<Publish>,
    Path(id): Path<String>,
) -> Result<Json<CancelledEvent>, Problem> {
    let tenant = member.tenant().clone();
    let event = find(&app, &tenant, &id).await?;
    let event = event.ok_or_else(|| NoSuchEvent::problem(format!("Event not found: {id}")))?;
    let engine = app.engine.clone();
    let done = finish(async move { engine.control.cancel_event(&tenant, event.id).await }).await??;
    Ok(Json(CancelledEvent { cancelled: done.cancelled, already_sent: done.already_sent }))
}
