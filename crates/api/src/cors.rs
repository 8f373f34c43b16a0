//! Cross-origin requests (CORS): pages of configured origins may call the API, with a key in a header or a cookie.

use crate::{
    auth::TENANT_HEADER,
    pages::{TOTAL, TOTAL_CAPPED},
    problem::REQUEST_ID,
    trace::{TRACEPARENT, TRACESTATE},
    warnings::WARNINGS,
};
use http::{HeaderName, HeaderValue, Method, header};
use std::time::Duration;
use tower_http::cors::{AllowOrigin, CorsLayer};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const API_KEY: HeaderName = HeaderName::from_static("x-api-key");
/// Time for which browsers cache the response to a preflight request.
const MAX_AGE: Duration = Duration::from_secs(600);

/// `None` when no origin is configured: then no response has a CORS header.
pub(crate) fn layer(origins: &[String]) -> Option<CorsLayer> {
    if origins.is_empty() {
        return None;
    }
    let origins = origins.iter().filter_map(|origin| HeaderValue::try_from(origin).ok());
    let layer = CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            API_KEY,
            HeaderName::from_static(TENANT_HEADER),
            IDEMPOTENCY_KEY,
            REQUEST_ID,
            TRACEPARENT,
            TRACESTATE,
        ])
        .expose_headers([header::LINK, header::RETRY_AFTER, REQUEST_ID, TOTAL, TOTAL_CAPPED, WARNINGS])
        .max_age(MAX_AGE);
    Some(layer)
}
