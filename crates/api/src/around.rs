//! The outermost layer of the API: counts requests, writes problems, and sets headers. One layer for all of it, since each
//! costs every request an allocation and a move of its future.

use crate::{App, dashboard, problem::write_problems, request_metrics::Counted};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::Method;

/// Middleware: the status is counted as it is written.
pub(crate) async fn around(State(app): State<App>, request: Request, next: Next) -> Response {
    let (counted, is_get) = (Counted::begin(&app, &request), request.method() == Method::GET);
    let mut response = write_problems(State(app.clone()), request, next).await;
    if is_get {
        dashboard::guard(&mut response);
    }
    counted.end(&app, &response);
    response
}
