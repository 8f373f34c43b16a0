//! Unknown query parameters, which are refused or become warnings, and the warnings of successful calls.

use crate::{family::Family, problem::Problem};
use axum::{
    body::{Body, to_bytes},
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{Extensions, HeaderName, HeaderValue, Method, header};
use parking_lot::Mutex;
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};
use utoipa::openapi::{OpenApi, RefOr, path::ParameterIn};

/// Warnings about a call that succeeded. [`answer`] writes them into the response.
#[derive(Clone, Debug, Default)]
pub(crate) struct Warnings(Arc<Mutex<Vec<String>>>);

impl Warnings {
    pub(crate) fn of(extensions: &Extensions) -> Self {
        extensions.get::<Self>().cloned().unwrap_or_default()
    }

    pub(crate) fn add(&self, warning: String) {
        self.0.lock().push(warning);
    }
}

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for Warnings {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut http::request::Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(&parts.extensions))
    }
}

/// The query parameters that each operation documents.
#[derive(Clone, Debug)]
pub(crate) struct Parameters(Arc<HashMap<(Method, String), BTreeSet<String>>>);

impl Parameters {
    pub(crate) fn of(document: &OpenApi) -> Self {
        let mut known = HashMap::new();
        for (path, item) in &document.paths.paths {
            let operations = [
                (Method::GET, &item.get),
                (Method::PUT, &item.put),
                (Method::POST, &item.post),
                (Method::DELETE, &item.delete),
                (Method::PATCH, &item.patch),
            ];
            for (method, operation) in operations {
                let Some(operation) = operation else { continue };
                let all = operation.parameters.iter().flatten();
                let names = all.filter_map(|one| match one {
                    RefOr::T(one) if one.parameter_in == ParameterIn::Query => Some(one.name.clone()),
                    _ => None,
                });
                known.insert((method, path.clone()), names.collect());
            }
        }
        Self(Arc::new(known))
    }

    /// Query parameters that the operation does not document, each with a hint that lists the known ones.
    fn unknown(&self, request: &Request) -> Vec<(String, String)> {
        let (Some(query), Some(path)) = (request.uri().query(), request.extensions().get::<MatchedPath>()) else {
            return Vec::new();
        };
        let Some(known) = self.0.get(&(request.method().clone(), path.as_str().to_owned())) else { return Vec::new() };
        let given: BTreeSet<_> = form_urlencoded::parse(query.as_bytes()).map(|(name, _)| name.into_owned()).collect();
        let known_names = || known.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        let hint =
            || if known.is_empty() { "this call has none".into() } else { format!("known are {}", known_names()) };
        given.into_iter().filter(|name| !known.contains(name)).map(|name| (name, hint())).collect()
    }
}

/// Header with the warnings, as a JSON array, when the body cannot hold them (lists, 204).
pub(crate) const WARNINGS: HeaderName = HeaderName::from_static("x-warnings");
/// Maximum number of unknown parameters that are named.
const UNKNOWN_MAX: usize = 20;

/// Middleware: refuses or warns of unknown query parameters, and writes warnings into the response.
pub(crate) async fn answer(State(parameters): State<Parameters>, mut request: Request, next: Next) -> Response {
    let warnings = Warnings::default();
    let unknown = parameters.unknown(&request);
    if !unknown.is_empty() {
        if Family::of(request.uri().path()) == Family::Core {
            let mut faults = model::FieldErrors::default();
            for (name, hint) in unknown.into_iter().take(UNKNOWN_MAX) {
                faults.add(name, format!("is not a query parameter of this call; {hint}"));
            }
            return Problem::from(faults).into_response();
        }
        for (name, hint) in unknown.into_iter().take(UNKNOWN_MAX) {
            warnings.add(format!("{name}: unknown query parameter, ignored; {hint}"));
        }
    }
    request.extensions_mut().insert(warnings.clone());
    let response = next.run(request).await;
    let warnings = std::mem::take(&mut *warnings.0.lock());
    if warnings.is_empty() || !response.status().is_success() { response } else { warn(response, &warnings).await }
}

async fn warn(response: Response, warnings: &[String]) -> Response {
    let (mut parts, body) = response.into_parts();
    let is_json = parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes() == b"application/json");
    // Our responses are in memory already, so no limit is needed.
    let Ok(mut bytes) = to_bytes(body, usize::MAX).await else { return Response::from_parts(parts, Body::empty()) };
    match bytes.strip_suffix(b"}").filter(|_| is_json && bytes.starts_with(b"{")) {
        Some(start) => {
            let comma = if start.len() > 1 { "," } else { "" };
            let list = serde_json::to_string(warnings).unwrap_or_default();
            bytes = [start, comma.as_bytes(), b"\"warnings\":", list.as_bytes(), b"}"].concat().into();
            parts.headers.remove(header::CONTENT_LENGTH);
        }
        None => drop(parts.headers.insert(WARNINGS, in_header(warnings))),
    }
    Response::from_parts(parts, Body::from(bytes))
}

/// Header values are ASCII, so other characters become JSON escapes.
fn in_header(warnings: &[String]) -> HeaderValue {
    let text = serde_json::to_string(warnings).unwrap_or_default();
    let mut ascii = String::with_capacity(text.len());
    for unit in text.encode_utf16() {
        match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii() && !byte.is_ascii_control() => ascii.push(char::from(byte)),
            _ => ascii.push_str(&format!("\\u{unit:04x}")),
        }
    }
    HeaderValue::try_from(ascii).unwrap_or(HeaderValue::from_static("[]"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_in_a_header_are_ascii() {
        let value = in_header(&["größe: \u{1f600}\n".to_owned()]);
        let text = value.to_str().unwrap();
        assert_eq!(text, r#"["gr\u00f6\u00dfe: \ud83d\ude00\n"]"#);
        assert_eq!(serde_json::from_str::<Vec<String>>(text).unwrap(), ["größe: \u{1f600}\n"]);
    }
}
