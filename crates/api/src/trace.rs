//! Trace context of a request (W3C Trace Context): the span of the client that sends it.

use axum::extract::FromRequestParts;
use http::{HeaderMap, HeaderName, request::Parts};
use model::{TraceContext, TraceId};
use std::{convert::Infallible, sync::Arc};

pub(crate) const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
pub(crate) const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// The client's span; `None` without a valid `traceparent`, which is no error.
pub(crate) struct Trace(pub(crate) Option<Arc<TraceContext>>);

impl<S: Sync> FromRequestParts<S> for Trace {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(of(&parts.headers).map(Arc::new)))
    }
}

pub(crate) fn of(headers: &HeaderMap) -> Option<TraceContext> {
    let parent = parent(headers)?;
    // A value that is not visible ASCII makes the list invalid, as a member without a name does.
    let states = headers.get_all(TRACESTATE).iter().map(|state| state.to_str().unwrap_or("="));
    TraceContext::parse(parent, states)
}

/// The trace of the client's span.
pub(crate) fn id_of(headers: &HeaderMap) -> Option<TraceId> {
    TraceContext::parse(parent(headers)?, std::iter::empty()).map(|context| context.trace)
}

/// The only `traceparent`; a repeated one is invalid.
fn parent(headers: &HeaderMap) -> Option<&str> {
    let mut parents = headers.get_all(TRACEPARENT).iter();
    let parent = parents.next()?;
    parents.next().is_none().then(|| parent.to_str().ok()).flatten()
}
