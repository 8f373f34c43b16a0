//! Lists: plain JSON arrays, with a `Link` to the next page beside them.

use crate::query::Query;
use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header};
use serde::Serialize;
use storage::Page;

/// An array of what `show` makes of each row; `id` names the row that the next page begins after.
pub(crate) fn array<Row, Shown: Serialize, Id>(
    query: &Query,
    page: &Page<Id>,
    rows: Vec<Row>,
    id: impl Fn(&Row) -> String,
    show: impl Fn(&Row) -> Shown,
) -> Response {
    let link = query.next_link(page, rows.len(), rows.last().map(id));
    let shown: Vec<Shown> = rows.iter().map(show).collect();
    let mut response = Json(shown).into_response();
    if let Some(value) = link.and_then(|link| HeaderValue::try_from(link).ok()) {
        response.headers_mut().insert(header::LINK, value);
    }
    response
}
