//! `GET /api/v1/stream`: server-sent events.

mod places;
mod sending;
mod shown;

pub(crate) use places::Places;

use crate::{
    App,
    admin::OneTenant,
    auth::{Read, Viewer},
    memory::Owner,
    problem::{
        Problem,
        kinds::{Draining, Forbidden, TooManyStreams},
    },
};
use axum::{
    extract::State,
    response::{
        IntoResponse, Response,
        sse::{KeepAlive, Sse},
    },
};
use delivery::Position;
use futures_util::stream;
use http::{HeaderName, HeaderValue, header, request::Parts};
use sending::Sending;
use std::{convert::Infallible, time::Duration};

/// Interval of comments on a stream without events.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Keeps proxies such as nginx from collecting events before they pass them on.
const NO_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Follow deliveries, events and subscriptions as they change
///
/// Server-sent events, whose data is JSON. They name what has changed and its state, once for each object within 250 ms,
/// and at most 100 of them a second.
///
/// - `delivery`: `{id, tenant_id, subscription_id, event_id, event_type, status, at}`
/// - `event`: `{id, tenant_id, type, at}`, a new one
/// - `subscription`: `{id, tenant_id, at}`, created, changed or deleted
/// - `skipped`: `{deliveries, events}`, numbers of changes beyond 100 in a second
/// - `gap`: `{}`: changes were missed, so read again what you show
///
/// A stream continues after `Last-Event-ID` as far as the server still has what followed; otherwise it begins with
/// `gap`. It ends when the server is about to stop, when the key is revoked, and when its reader is too slow: open it
/// again. A tenant sees its own changes. The operator sees those of all tenants, or of the one that `tenant_id` or
/// `X-Tenant-Id` names. A tenant may have 64 streams on a node. Needs the scope `webhooks:read`.
#[utoipa::path(get, path = "/api/v1/stream", tag = "Stream",
    params(
        OneTenant,
        ("X-Tenant-Id" = Option<String>, Header, description = "With the operator's key: only this tenant"),
        ("Last-Event-ID" = Option<String>, Header, description = "The last `id` that the client has received"),
    ),
    responses((status = 200, description = "The events", content_type = "text/event-stream", body = String),
        TooManyStreams, Draining))]
pub(crate) async fn stream(
    State(app): State<App>,
    viewer: Viewer<Read>,
    tenant: OneTenant,
    parts: Parts,
) -> Result<Response, Problem> {
    let scope = match (viewer.tenant(), tenant.tenant) {
        (Some(own), Some(named)) if *own != named => {
            return Err(Forbidden::problem("tenant_id names another tenant than this caller's"));
        }
        (own, named) => own.cloned().or(named),
    };
    if app.engine.is_draining() {
        return Err(Draining::problem("The node is about to stop; open the stream on another one"));
    }
    let owner = parts.extensions.get::<Owner>().cloned().unwrap_or_default();
    let place = app
        .streams
        .take(owner)
        .ok_or_else(|| TooManyStreams::problem("Too many streams are open; close some, or share one between pages"))?;
    let last = parts.headers.get("last-event-id").and_then(|id| id.to_str().ok()).filter(|id| !id.is_empty());
    // An unknown position is one that is not kept.
    let from = last.map(|id| Position::parse(id).unwrap_or(Position::UNKNOWN));
    let events = Sending::start(app, scope, from, parts, place);
    let events = stream::unfold(events, async |mut events| {
        let next = events.recv().await?;
        Some((Ok::<_, Infallible>(next), events))
    });
    let mut response = Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(NO_BUFFERING, HeaderValue::from_static("no"));
    Ok(response)
}
