//! The headers of publish limits in the OpenAPI document.

use crate::problem::kinds::{IsKind, Kind, RateLimited};
use utoipa::openapi::{
    Header, RefOr,
    path::Operation,
    schema::{ObjectBuilder, Type},
};

/// Documents the headers with the successful responses of an operation that a publish limit can refuse.
pub(super) fn complete(operation: &mut Operation, own: &[&Kind]) {
    if !is_limited(own) {
        return;
    }
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && status.starts_with('2')
        {
            response.headers.extend(headers().map(|(name, header)| (name.to_owned(), RefOr::T(header))));
        }
    }
}

pub(super) fn is_limited(kinds: &[&Kind]) -> bool {
    kinds.iter().any(|kind| kind.name == RateLimited::KIND.name)
}

/// Both headers; tenants without a publish limit get none.
pub(super) fn headers() -> [(&'static str, Header); 2] {
    let text = |text: &str| ObjectBuilder::new().schema_type(Type::String).description(Some(text)).build();
    let policy =
        "The tenant's publish limit, such as `\"publish\";q=100;w=1`: 100 events in a second; absent without one";
    let current = "What it may publish now, such as `\"publish\";r=20;t=1`; absent without a publish limit";
    [("RateLimit-Policy", Header::new(text(policy))), ("RateLimit", Header::new(text(current)))]
}
