//! Refuses requests that repeat a header which must be unique. Some servers use the first of two values and others the
//! last, so a proxy in front and this server could see different tenants, callers or hosts.

use crate::problem::kinds::BadRequest;
use axum::{
    extract::Request,
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

/// Middleware: 400 for a request that repeats one of these headers.
pub(crate) async fn refuse_repeated(request: Request, next: Next) -> Response {
    let headers = request.headers();
    if let Some(name) = SINGULAR.iter().find(|name| headers.get_all(**name).iter().nth(1).is_some()) {
        return BadRequest::problem(format!("The header {name} must not be repeated")).into_response();
    }
    next.run(request).await
}
