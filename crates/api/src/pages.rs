//! Responses whose bytes are charged to the memory budget until they are sent, and the totals of lists.

use crate::{memory::HeldBytes, problem::Problem, room::Room};
use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, header};
use serde::Serialize;

/// Maximum of a count that an index answers.
pub(crate) const COUNT_MAX: u32 = 100_000;
/// Maximum of a count that walks rows: over all tenants, and for substring filters.
pub(crate) const COUNT_WALKED_MAX: u32 = 10_000;
/// Header with the total number of rows in a list.
pub(crate) const TOTAL: HeaderName = HeaderName::from_static("x-total-count");
/// Header that is `true` when counting ended early, so that there may be more rows than [`TOTAL`] says.
pub(crate) const TOTAL_CAPPED: HeaderName = HeaderName::from_static("x-total-count-capped");

/// The total number of rows in a list, for a query with `count=true`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Total {
    pub(crate) rows: u32,
    /// True when there may be more rows.
    pub(crate) is_capped: bool,
}

/// Adds the total to a list's headers.
pub(crate) fn with_total(mut response: Response, total: Option<Total>) -> Response {
    if let Some(Total { rows, is_capped }) = total {
        response.headers_mut().insert(TOTAL, rows.into());
        if is_capped {
            response.headers_mut().insert(TOTAL_CAPPED, HeaderValue::from_static("true"));
        }
    }
    response
}

/// A JSON response whose bytes are charged to the memory budget until they are sent.
pub(crate) fn json(room: &Room, shown: &impl Serialize) -> Result<Response, Problem> {
    let bytes = serde_json::to_vec(shown).map_err(|fault| Problem::internal().because(&fault))?;
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], charged(room, bytes)?).into_response())
}

/// A response of bytes that somebody else has written. No browser may guess their type or show them as a page.
pub(crate) fn raw(room: &Room, bytes: Vec<u8>, content_type: HeaderValue) -> Result<Response, Problem> {
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
    ];
    Ok((headers, charged(room, bytes)?).into_response())
}

/// A body that is charged to the memory budget.
fn charged(room: &Room, bytes: Vec<u8>) -> Result<Body, Problem> {
    let held = room.hold(bytes.len())?;
    Ok(Body::from(Bytes::from(HeldBytes { bytes, held })))
}
