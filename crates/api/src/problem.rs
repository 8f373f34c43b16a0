//! Errors as clients get them: problem+json (RFC 9457) that also has `detail` as a plain string, a stable `code`, the
//! faults by field, and a request id. Causes that clients must not see are logged here, once.

use crate::family::Family;
use crate::log::Asked;
use axum::{
    body::Body,
    extract::{ConnectInfo, Request},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, StatusCode, Version, header};
use model::{FieldErrors, Invalid};
use serde::Serialize;
use std::{
    error::Error,
    fmt::Write as _,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};
use utoipa::ToSchema;

/// An error response: status, code, detail, faults by field and extra headers.
#[derive(Clone, Debug)]
pub(crate) struct Problem(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    status: StatusCode,
    code: &'static str,
    detail: String,
    errors: Vec<Invalid>,
    headers: Vec<(HeaderName, HeaderValue)>,
    /// Error chain for the log; never sent to the client.
    cause: Option<String>,
}

/// The body of every error.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody<'a> {
    /// Always `about:blank`; `code` identifies the error.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The reason phrase of the status.
    title: &'a str,
    status: u16,
    /// Stable error code for programs.
    code: &'a str,
    /// Description of the error for people.
    detail: &'a str,
    /// The fields at fault; absent when the error concerns no field.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: Vec<FieldError<'a>>,
    /// Id of the request, also in the server's log; quote it to the operator.
    request_id: &'a str,
}

/// A field at fault.
#[derive(Serialize, ToSchema)]
pub(crate) struct FieldError<'a> {
    field: &'a str,
    message: &'a str,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        let (detail, errors, headers) = (detail.into(), Vec::new(), Vec::new());
        Self(Arc::new(Inner { status, code, detail, errors, headers, cause: None }))
    }

    fn edit(mut self, edit: impl FnOnce(&mut Inner)) -> Self {
        // Nothing else holds the `Arc` while a problem is being built.
        if let Some(inner) = Arc::get_mut(&mut self.0) {
            edit(inner);
        }
        self
    }

    pub(crate) fn with_header(self, name: HeaderName, value: HeaderValue) -> Self {
        self.edit(|inner| inner.headers.push((name, value)))
    }

    pub(crate) fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", detail)
    }

    pub(crate) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", detail)
    }

    pub(crate) fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", detail)
    }

    /// 409: the operator has paused all deliveries.
    pub(crate) fn paused() -> Self {
        Self::new(StatusCode::CONFLICT, "paused", "The operator has paused all deliveries, so nothing can be sent now")
    }

    pub(crate) fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", detail)
            .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }

    pub(crate) fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    /// 422 with a single field at fault.
    pub(crate) fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        FieldErrors::from(Invalid::new(field, message)).into()
    }

    /// The problem for an error that no handler made: a path that is not UTF-8, a missing file of Swagger UI.
    fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::BAD_REQUEST => Self::bad_request("The request is malformed"),
            StatusCode::NOT_FOUND => Self::not_found("Path not found"),
            _ => Self::new(status, "refused", "The request was refused"),
        }
    }

    /// 500: a fault of the server.
    pub(crate) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Internal server error")
    }

    /// Closes the connection after this response.
    pub(crate) fn closing(self) -> Self {
        self.with_header(header::CONNECTION, HeaderValue::from_static("close"))
    }

    /// 503: try again shortly.
    pub(crate) fn busy(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail)
            .with_header(header::RETRY_AFTER, HeaderValue::from_static("1"))
    }

    /// Replaces the code.
    pub(crate) fn with_code(self, code: &'static str) -> Self {
        self.edit(|inner| inner.code = code)
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.0.status
    }

    pub(crate) fn code(&self) -> &'static str {
        self.0.code
    }

    pub(crate) fn detail(&self) -> &str {
        &self.0.detail
    }

    /// The names of the fields at fault.
    pub(crate) fn fields(&self) -> Vec<&str> {
        self.0.errors.iter().map(|fault| fault.field.as_str()).collect()
    }

    pub(crate) fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }

    /// Attaches an error, with its sources, as the cause in the log.
    pub(crate) fn because(self, fault: &(dyn Error + 'static)) -> Self {
        let mut text = fault.to_string();
        let mut next = fault.source();
        while let Some(cause) = next {
            let _ = write!(text, ": {cause}");
            next = cause.source();
        }
        self.edit(|inner| inner.cause = Some(text))
    }
}

impl From<FieldErrors> for Problem {
    fn from(problems: FieldErrors) -> Self {
        let detail = problems.to_string();
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail).edit(|inner| inner.errors = problems.0)
    }
}

impl From<storage::StorageError> for Problem {
    fn from(fault: storage::StorageError) -> Self {
        match fault {
            storage::StorageError::Unavailable(_) => {
                Self::busy("The store is not available now; try again shortly").because(&fault)
            }
            storage::StorageError::Unsure(_) => Self::busy(
                "The store failed during the write; the change may have been made, so check before you repeat the call",
            )
            .because(&fault),
            _ => Self::internal().because(&fault),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.0.status;
        response.extensions_mut().insert(self);
        response
    }
}

pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Generates ids of requests that come without one: a prefix of this process and a counter.
#[derive(Debug)]
pub(crate) struct RequestIds {
    process: u64,
    next: AtomicU64,
}

impl RequestIds {
    pub(crate) const fn new(process: u64) -> Self {
        Self { process, next: AtomicU64::new(1) }
    }

    /// The client's id when it is 1 to 100 printable ASCII characters, otherwise a new one.
    fn of(&self, given: Option<&HeaderValue>) -> HeaderValue {
        let usable = |id: &&HeaderValue| (1..=100).contains(&id.len()) && id.to_str().is_ok();
        given.filter(usable).cloned().unwrap_or_else(|| {
            let text = format!("{:016x}{:016x}", self.process, self.next.fetch_add(1, Relaxed));
            HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("none"))
        })
    }
}

/// Middleware: puts the request id on every response and writes the bodies of problems.
pub(crate) async fn write_problems(app: axum::extract::State<crate::App>, request: Request, next: Next) -> Response {
    let id = app.request_ids.of(request.headers().get(REQUEST_ID));
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0);
    let (family, version) = (Family::of(request.uri().path()), request.version());
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let mut response = next.run(request).await;
    let status = response.status();
    let problem = match response.extensions_mut().remove::<Problem>() {
        Some(problem) => problem,
        None if status.is_client_error() || status.is_server_error() => Problem::of_status(status),
        None => {
            response.headers_mut().insert(REQUEST_ID, id);
            return response;
        }
    };
    let status = family.status(problem.status(), problem.code());
    *response.status_mut() = status;
    let request_id = id.to_str().unwrap_or_default();
    app.request_log.note(&Asked { request_id, method: &method, path: uri.path(), peer }, &problem);
    let Problem(problem) = problem;
    let body = ProblemBody {
        kind: "about:blank",
        title: status.canonical_reason().unwrap_or("Error"),
        status: status.as_u16(),
        code: problem.code,
        detail: &problem.detail,
        errors: problem.errors.iter().map(|e| FieldError { field: &e.field, message: &e.message }).collect(),
        request_id,
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
