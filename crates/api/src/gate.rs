//! Refuses requests that no handler must see: those for another host (see [`crate::hosts`]), and those that repeat a header
//! which must be unique. Some servers use the first of two values and others the last, so a proxy in front and this server
//! could see different tenants, callers or hosts.

use crate::{App, problem::kinds::BadRequest};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};

const SINGULAR: [&str; 9] = [
    "host",
    "authorization",
    "content-length",
    "content-type",
    "idempotency-key",
    "transfer-encoding",
    "x-api-key",
    "x-csrf-token",
    "x-tenant-id",
];

/// Middleware: 400 for a request that repeats one of these headers, 421 for one with another host.
pub(crate) async fn refuse(State(app): State<App>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    if let Some(name) = SINGULAR.iter().find(|name| headers.get_all(**name).iter().nth(1).is_some()) {
        return BadRequest::problem(format!("The header {name} must not be repeated")).into_response();
    }
    if let Some(problem) = app.settings.hosts.refuse(&request) {
        return problem.into_response();
    }
    next.run(request).await
}
