//! Request bodies: read whole within bounds of bytes and time, and parsed once; every fault names its field.

mod draining;
mod interop;
mod lenient;
mod objects;
mod reading;

pub(crate) use draining::drain_the_rest;
pub(crate) use interop::{Unreadable, check as check_interop};
pub(crate) use lenient::{boolean, number, seconds, text, texts, whole};
pub(crate) use model::Patch;
pub(crate) use reading::Raw;

use crate::{
    App,
    problem::{
        Problem,
        kinds::{BadRequest, MalformedJson},
    },
    warnings::Warnings,
};
use axum::extract::{FromRequest, Request};
use objects::Unknown;
use serde::de::{Deserialize, DeserializeOwned};
use serde_json::value::RawValue;

/// Maximum size of a body that publishes events, in bytes.
pub(crate) const PUBLISH_MAX: usize = 16 * 1024 * 1024;
/// Maximum size of any other body, unless its endpoint allows more, in bytes.
pub(crate) const SETTINGS_MAX: usize = 1024 * 1024;
/// Maximum size of the data of an event, in bytes.
pub(crate) const DATA_MAX: usize = 1024 * 1024;
/// Maximum size of the metadata of an event, a subscription or a tenant, in bytes.
pub(crate) const METADATA_MAX: usize = 64 * 1024;

/// A body that is a JSON object with the fields of `T`.
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<App> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let warnings = Warnings::of(request.extensions());
        let raw = Raw::<SETTINGS_MAX>::from_request(request, app).await?;
        parse(&raw, &warnings).map(Self)
    }
}

/// Like [`JsonBody`], but an empty body or `null` gives the default.
pub(crate) struct JsonOrNothing<T>(pub(crate) T);

impl<T: DeserializeOwned + Default> FromRequest<App> for JsonOrNothing<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let warnings = Warnings::of(request.extensions());
        let raw = Raw::<SETTINGS_MAX>::from_request(request, app).await?;
        if raw.is_blank() { Ok(Self(T::default())) } else { parse(&raw, &warnings).map(Self) }
    }
}

/// Parses a JSON object. Unknown fields are named in the warnings, or refused where `T` denies them.
pub(crate) fn parse<'a, T: Deserialize<'a>>(bytes: &'a [u8], warnings: &Warnings) -> Result<T, Problem> {
    // The plain parser runs first: tracking the path of a field costs time and serves only errors.
    let mut unknown = Unknown::default();
    let mut parser = serde_json::Deserializer::from_slice(bytes);
    let parsed = objects::deserialize(&mut parser, &mut unknown).and_then(|value| parser.end().map(|()| value));
    let value = parsed.map_err(|_| explain::<T>(bytes))?;
    for name in unknown.0 {
        warnings.add(format!("{name}: unknown field, ignored"));
    }
    Ok(value)
}

fn explain<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Problem {
    if let Err(fault) = std::str::from_utf8(bytes) {
        return MalformedJson::problem(format!("The body is not valid JSON: {fault}"));
    }
    if let Err(fault) = objects::check_syntax(bytes) {
        let detail = if bytes.is_empty() {
            "The body is empty; it must be a JSON object".to_owned()
        } else {
            format!("The body is not valid JSON: {fault}")
        };
        return MalformedJson::problem(detail);
    }
    let mut parser = serde_json::Deserializer::from_slice(bytes);
    let mut track = serde_path_to_error::Track::new();
    let tracking = serde_path_to_error::Deserializer::new(&mut parser, &mut track);
    match objects::deserialize::<T, _>(tracking, &mut Unknown::default()) {
        Ok(_) => BadRequest::problem("The body is not valid JSON"),
        Err(fault) => named(&track.path().to_string(), &fault.to_string()),
    }
}

/// Translates serde's message `text` about a fault at `path` into a problem.
fn named(path: &str, text: &str) -> Problem {
    // Line and column are cut: the path of the field locates the fault.
    let text = text.split(" at line ").next().unwrap_or(text);
    let below = |name: &str| if path == "." { name.to_owned() } else { format!("{path}.{name}") };
    let quoted = |prefix: &str| text.strip_prefix(prefix)?.split_once('`');
    if let Some((name, _)) = quoted("missing field `") {
        return Problem::invalid(below(name), "is missing");
    }
    if let Some((name, known)) = quoted("unknown field `") {
        let known = known.trim_start_matches(", expected one of ").trim_start_matches(", expected ");
        // The path of an unknown field ends with its name already.
        let field = if path == name || path.ends_with(&format!(".{name}")) { path.to_owned() } else { below(name) };
        return Problem::invalid(field, format!("is unknown; known are {}", known.replace('`', "")));
    }
    if let Some((name, _)) = quoted("duplicate field `") {
        return Problem::invalid(below(name), "appears twice");
    }
    if path == "." { Problem::invalid("body", text) } else { Problem::invalid(path, text) }
}

/// True when raw JSON is an object. The parser keeps no white space around raw values.
pub(crate) fn is_object(raw: &RawValue) -> bool {
    raw.get().starts_with('{')
}
