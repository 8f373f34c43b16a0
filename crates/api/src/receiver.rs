//! The built-in receiver of `serve --dev`: a URL that accepts every webhook, so that a newcomer needs no server of its own.

use crate::App;
use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Method};
use serde_json::json;

/// The path of the receiver's URL.
const PATH: &str = "/receiver";

/// The URL of the receiver on a server.
pub fn receiver_url(server: &str) -> String {
    format!("{server}{PATH}")
}

/// Accepts a webhook; `None` when the request is none, or the server has no receiver.
pub(crate) fn accept(app: &App, method: &Method, path: &str, headers: &HeaderMap) -> Option<Response> {
    if app.settings.receiver_url.is_none() || method != Method::POST || path != PATH {
        return None;
    }
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let id = [header("webhook-id"), header("x-webhook-id")].into_iter().find(|id| !id.is_empty());
    tracing::info!(id, "the built-in receiver accepted a webhook");
    Some(Json(json!({"received": true})).into_response())
}
