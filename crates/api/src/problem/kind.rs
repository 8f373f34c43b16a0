//! The fixed part of an error, which its response and its documentation share.

use http::StatusCode;

/// A kind of error: status and code are fixed, the detail differs from answer to answer.
#[derive(Debug)]
pub(crate) struct Kind {
    /// Name in the OpenAPI document.
    pub(crate) name: &'static str,
    /// The status in the core API; [`crate::family::Family::status`] maps it.
    pub(crate) status: StatusCode,
    /// Stable error code for programs.
    pub(crate) code: &'static str,
    /// The circumstances of the error, for the OpenAPI document.
    pub(crate) when: &'static str,
    /// Example of `detail`.
    pub(crate) detail: &'static str,
    /// A header that every such answer has.
    pub(crate) header: Option<(&'static str, &'static str)>,
}

/// A type that stands for a [`Kind`] in `utoipa::path`.
pub(crate) trait IsKind {
    const KIND: &'static Kind;
}
