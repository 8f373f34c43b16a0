//! Request bodies: read whole, parsed once, and every fault named by its field.

use crate::problem::Problem;
use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http::StatusCode;
use serde::de::DeserializeOwned;

/// No request is larger.
pub(crate) const REQUEST_MAX: usize = 16 * 1024 * 1024;

/// The raw bytes of a body.
pub(crate) struct Raw(pub(crate) Bytes);

impl<S: Send + Sync> FromRequest<S> for Raw {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        Bytes::from_request(request, state).await.map(Self).map_err(|fault| match fault.status() {
            StatusCode::PAYLOAD_TOO_LARGE => too_large(format!("The body must have at most {REQUEST_MAX} bytes")),
            _ => Problem::bad_request("The body could not be read"),
        })
    }
}

pub(crate) fn too_large(detail: String) -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail)
}

/// A body that is a JSON object of this form.
pub(crate) struct Json<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let Raw(bytes) = Raw::from_request(request, state).await?;
        parse(&bytes).map(Self)
    }
}

/// Like [`Json`], for calls that need no body.
pub(crate) struct JsonOrNothing<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Default> FromRequest<S> for JsonOrNothing<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let Raw(bytes) = Raw::from_request(request, state).await?;
        if bytes.iter().all(u8::is_ascii_whitespace) { Ok(Self(T::default())) } else { parse(&bytes).map(Self) }
    }
}

pub(crate) fn parse<'a, T: serde::Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Problem> {
    // The plain parser first: naming the field costs time that only a fault is worth.
    serde_json::from_slice(bytes).map_err(|_| explain::<T>(bytes))
}

fn explain<'a, T: serde::Deserialize<'a>>(bytes: &'a [u8]) -> Problem {
    let malformed = |detail| Problem::new(StatusCode::BAD_REQUEST, "malformed_json", detail);
    if let Err(fault) = std::str::from_utf8(bytes) {
        return malformed(format!("The body is not valid JSON: {fault}"));
    }
    if let Err(fault) = serde_json::from_slice::<serde::de::IgnoredAny>(bytes) {
        let detail = if bytes.is_empty() {
            "The body is empty; it must be a JSON object".to_owned()
        } else {
            format!("The body is not valid JSON: {fault}")
        };
        return malformed(detail);
    }
    let mut parser = serde_json::Deserializer::from_slice(bytes);
    match serde_path_to_error::deserialize::<_, T>(&mut parser) {
        Ok(_) => Problem::bad_request("The body is not valid JSON"),
        Err(fault) => {
            let path = fault.path().to_string();
            let text = fault.inner().to_string();
            // The place in the text helps nobody who wrote an object.
            let text = text.split(" at line ").next().unwrap_or(&text);
            let missing = text.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`'));
            match missing {
                Some(name) if path == "." => Problem::invalid(name, "is missing"),
                Some(name) => Problem::invalid(format!("{path}.{name}"), "is missing"),
                None if path == "." => Problem::invalid("body", text),
                None => Problem::invalid(path, text),
            }
        }
    }
}

/// Tells an absent field from a null one: absent is `None`, null is `Some(None)`.
pub(crate) fn present<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: serde::Deserialize<'de>,
    D: serde::Deserializer<'de>,
{
    serde::Deserialize::deserialize(deserializer).map(Some)
}
