//! Writes the bodies of problems and logs them.

use super::{FieldError, Problem, ProblemBody};
use crate::{
    App, ClientAddress,
    family::Family,
    request_log::{self, LoggedRequest},
    request_metrics::Refused,
    trace,
};
use axum::{
    body::Body,
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderName, HeaderValue, Version, header};
use std::net::SocketAddr;

pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Marks an error response that keeps its own body, which is not for programs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plain;

/// Middleware: puts the request id on every response and writes the bodies of problems.
pub(crate) async fn write_problems(app: State<App>, request: Request, next: Next) -> Response {
    let id = app.request_ids.of(request.headers().get(REQUEST_ID));
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0);
    let client = request.extensions().get::<ClientAddress>().map(|client| client.0);
    let (family, version) = (Family::of(request.uri().path()), request.version());
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let trace = trace::id_of(request.headers());
    let mut response = next.run(request).await;
    let status = response.status();
    let request_id = id.to_str().unwrap_or_default();
    let asked = LoggedRequest { request_id, method: &method, path: uri.path(), peer, client, trace };
    let problem = match response.extensions_mut().remove::<Problem>() {
        Some(problem) => problem,
        None if (status.is_client_error() || status.is_server_error())
            && response.extensions().get::<Plain>().is_none() =>
        {
            Problem::of_status(status)
        }
        None => {
            request_log::answered(&asked, status);
            response.headers_mut().insert(REQUEST_ID, id);
            return response;
        }
    };
    let status = family.status(problem.status(), problem.code());
    *response.status_mut() = status;
    app.request_log.note(&asked, &problem);
    response.extensions_mut().insert(Refused { code: problem.code(), has_cause: problem.cause().is_some() });
    let Problem(problem) = problem;
    let body = ProblemBody {
        kind: "about:blank",
        title: status.canonical_reason().unwrap_or("Error"),
        status: status.as_u16(),
        code: problem.code,
        detail: &problem.detail,
        errors: problem.errors.iter().map(|e| FieldError { field: &e.field, message: &e.message }).collect(),
        request_id,
        checks: &problem.checks,
    };
    *response.body_mut() = Body::from(serde_json::to_vec(&body).unwrap_or_default());
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(REQUEST_ID, id);
    for (name, value) in &problem.headers {
        // HTTP/2 forbids the header `Connection`.
        if *name == header::CONNECTION && version >= Version::HTTP_2 {
            continue;
        }
        headers.insert(name, value.clone());
    }
    response
}
