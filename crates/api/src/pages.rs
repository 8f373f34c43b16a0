//! Lists: plain JSON arrays, with a `Link` to the next page and, on request, the total in headers. The bytes of a
//! response are charged to the memory budget until they are sent.

use crate::{memory::HeldBytes, problem::Problem, query::Query, room::Room};
use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, header};
use serde::Serialize;
use std::fmt::Display;
use storage::{Counted, Listed, Place, StorageError};

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
    rows: u32,
    is_capped: bool,
}

impl Total {
    /// The total of a list that has no rows.
    pub(crate) fn none(query: &Query) -> Result<Option<Self>, Problem> {
        Ok((query.flag("count")? == Some(true)).then_some(Self { rows: 0, is_capped: false }))
    }

    /// Counts with `count`, up to `most`, when the query has `count=true`.
    pub(crate) async fn of<Id>(
        query: &Query,
        most: u32,
        count: impl Future<Output = Result<Counted<Id>, StorageError>>,
    ) -> Result<Option<Self>, Problem> {
        if query.flag("count")? != Some(true) {
            return Ok(None);
        }
        let Counted { rows, next } = count.await?;
        Ok(Some(Self { rows, is_capped: next.is_some() || rows >= most }))
    }
}

/// The cursor of a list of one tenant.
pub(crate) fn in_tenant<Id: Display>(place: &Place<Id>) -> String {
    place.id.to_string()
}

/// The cursor of a list over all tenants.
pub(crate) fn in_all<Id: Display>(place: &Place<Id>) -> String {
    match &place.tenant {
        Some(tenant) => format!("{}~{tenant}", place.id),
        None => place.id.to_string(),
    }
}

/// A JSON array of the rows, each converted by `show`; `cursor` formats the cursor of the next page.
pub(crate) fn array<Row, Shown: Serialize, Id>(
    query: &Query,
    room: &Room,
    listed: Listed<Row, Id>,
    cursor: impl Fn(&Place<Id>) -> String,
    show: impl Fn(&Row) -> Shown,
) -> Result<Response, Problem> {
    let link = listed.next.as_ref().map(|next| query.next_link(&cursor(&next.cursor), next.offset));
    let shown: Vec<Shown> = listed.rows.iter().map(show).collect();
    drop(listed);
    let mut response = json(room, &shown)?;
    if let Some(value) = link.and_then(|link| HeaderValue::try_from(link).ok()) {
        response.headers_mut().insert(header::LINK, value);
    }
    Ok(response)
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
    let held = room.hold(bytes.len())?;
    let body = Body::from(Bytes::from(HeldBytes { bytes, held }));
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response())
}
