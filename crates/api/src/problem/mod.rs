//! Errors as clients get them: problem+json (RFC 9457) that also has `detail` as a plain string, a stable `code`, the
//! faults by field, and a request id. Causes that clients must not see are logged by [`write`], once.

mod check;
mod common;
mod kind;
pub(crate) mod kinds;
mod write;

pub(crate) use check::Check;
pub(crate) use write::{Plain, REQUEST_ID, write_problems};

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, StatusCode, header};
use kind::Kind;
use model::{FieldErrors, Invalid};
use serde::Serialize;
use std::{error::Error, fmt::Write as _, sync::Arc};
use utoipa::ToSchema;

/// An error response: its kind, detail, faults by field and extra headers.
#[derive(Clone, Debug)]
pub(crate) struct Problem(Arc<Content>);

#[derive(Clone, Debug)]
struct Content {
    status: StatusCode,
    code: &'static str,
    detail: String,
    errors: Vec<Invalid>,
    headers: Vec<(HeaderName, HeaderValue)>,
    /// Error chain for the log; never sent to the client.
    cause: Option<String>,
    checks: Vec<Check>,
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
    /// All checks; only of `/healthz` and `/readyz`.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    checks: &'a [Check],
}

/// A field at fault.
#[derive(Serialize, ToSchema)]
pub(crate) struct FieldError<'a> {
    field: &'a str,
    message: &'a str,
}

impl Problem {
    /// An error of this kind; [`kinds`] has a shorter form, such as `Paused::problem(detail)`.
    pub(crate) fn new(kind: &'static Kind, detail: impl Into<String>) -> Self {
        let header = |(name, value): (&'static str, &'static str)| {
            Some((HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_static(value)))
        };
        let headers = kind.header.and_then(header).into_iter().collect();
        Self::with(kind.status, kind.code, detail.into(), headers)
    }

    fn with(status: StatusCode, code: &'static str, detail: String, headers: Vec<(HeaderName, HeaderValue)>) -> Self {
        Self(Arc::new(Content { status, code, detail, errors: Vec::new(), headers, cause: None, checks: Vec::new() }))
    }

    fn edit(mut self, edit: impl FnOnce(&mut Content)) -> Self {
        // Nothing else holds the `Arc` while a problem is being built.
        if let Some(content) = Arc::get_mut(&mut self.0) {
            edit(content);
        }
        self
    }

    /// Names the fields at fault.
    pub(crate) fn naming(self, fields: FieldErrors) -> Self {
        self.edit(|content| content.errors = fields.0)
    }

    /// Adds the checks of a health endpoint to the body.
    pub(crate) fn checked(self, checks: Vec<Check>) -> Self {
        // A problem that is shared (the last look at the store) is copied.
        let mut content = Arc::try_unwrap(self.0).unwrap_or_else(|shared| (*shared).clone());
        content.checks = checks;
        Self(Arc::new(content))
    }

    /// Closes the connection after this response.
    pub(crate) fn closing(self) -> Self {
        let close = (header::CONNECTION, HeaderValue::from_static("close"));
        self.edit(|content| content.headers.push(close))
    }

    /// Sets a header of the response.
    pub(crate) fn setting(self, name: HeaderName, value: HeaderValue) -> Self {
        self.edit(|content| {
            content.headers.retain(|(known, _)| *known != name);
            content.headers.push((name, value));
        })
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
        self.edit(|content| content.cause = Some(text))
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
