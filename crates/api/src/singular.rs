//! Headers that may stand in a request once: of two, one server takes the first and another one the last, so a proxy in
//! front and this server could each see another tenant, another caller or another host.

use crate::problem::Problem;
use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};

const SINGULAR: [&str; 8] = [
    "host",
    "authorization",
    "content-length",
    "content-type",
    "idempotency-key",
    "transfer-encoding",
    "x-api-key",
    "x-tenant-id",
];

/// Answers 400 to a request that repeats one of them.
pub(crate) async fn refuse_repeated(request: Request, next: Next) -> Response {
    let headers = request.headers();
    if let Some(name) = SINGULAR.iter().find(|name| headers.get_all(**name).iter().nth(1).is_some()) {
        return Problem::bad_request(format!("The header {name} must stand there once")).into_response();
    }
    next.run(request).await
}
