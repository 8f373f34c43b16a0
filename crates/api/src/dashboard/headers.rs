//! Security headers of everything that a browser may open.

use axum::response::Response;
use http::{
    HeaderName, HeaderValue,
    header::{CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS},
};

const DEFAULTS: [(HeaderName, &str); 2] = [(X_CONTENT_TYPE_OPTIONS, "nosniff"), (REFERRER_POLICY, "no-referrer")];
/// For all but the pages of portal links: no other page may embed them.
const NO_FRAMES: &str = "frame-ancestors 'none'";

/// Sets the headers of an answer to GET: it is never interpreted as another type, and not embedded unless its own policy
/// allows it. (A browser opens nothing else.)
pub(crate) fn guard(response: &mut Response) {
    let headers = response.headers_mut();
    for (name, value) in DEFAULTS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if !headers.contains_key(CONTENT_SECURITY_POLICY) {
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(NO_FRAMES));
        headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    }
}
