//! Validation of a worker's answer. The worker runs foreign code, so the host trusts nothing that comes from it.

use crate::{
    fault::{FaultKind, ScriptFault},
    limits::{DEPTH_MAX, HEADERS_BYTES, HEADERS_MAX, PATH_MAX},
    wire::{BodyForm, Changes},
};
use bytes::Bytes;
use std::collections::BTreeSet;

/// Methods with which a webhook can be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Post,
    Put,
    Patch,
}

impl Method {
    pub const ALL: [Self; 3] = [Self::Post, Self::Put, Self::Patch];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }
}

/// A request as a script wants it, valid as HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shaped {
    pub body: Bytes,
    /// From the script's `content-type` header, or by the kind of the body.
    pub content_type: String,
    /// All headers of the subscription that remain, in lower case and without `content-type`. They replace its headers.
    pub headers: Vec<(String, String)>,
    /// Path and query, when the script changed them.
    pub path: Option<String>,
    /// The method, when the script changed it.
    pub method: Option<Method>,
}

/// The decision of a script about a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    Send(Shaped),
    Drop,
}

/// The request before the script.
pub(crate) struct Before<'a> {
    pub(crate) body: &'a [u8],
    pub(crate) path: &'a str,
    pub(crate) method: &'a str,
    pub(crate) headers: &'a [(String, String)],
}

const JSON: &str = "application/json";
const TEXT: &str = "text/plain; charset=utf-8";
const CONTENT_TYPE: &str = "content-type";

/// Applies the changes. `may_set` decides whether a script may set a header; headers that the subscription had with the
/// same value are not asked for.
pub(crate) fn shape(
    before: &Before<'_>,
    changes: Changes,
    body: Vec<u8>,
    body_max: usize,
    may_set: &dyn Fn(&str) -> bool,
) -> Result<Shaped, ScriptFault> {
    let headers = changes.headers.unwrap_or_else(|| before.headers.to_vec());
    let (content_type, headers) = check_headers(headers, before.headers, may_set)?;
    let form = changes.body.unwrap_or(BodyForm::Json);
    let body = match changes.body {
        None => Bytes::copy_from_slice(before.body),
        Some(_) => Bytes::from(body),
    };
    check_body(&body, form, body_max)?;
    let content_type = content_type.unwrap_or_else(|| match form {
        BodyForm::Json => JSON.to_owned(),
        BodyForm::Text => TEXT.to_owned(),
    });
    let path = changes.path.filter(|path| path != before.path);
    if let Some(path) = &path {
        check_path(path)?;
    }
    let method = match changes.method.filter(|method| method != before.method) {
        None => None,
        Some(name) => Some(
            Method::parse(&name)
                .ok_or_else(|| ScriptFault::output(format!("method must be POST, PUT or PATCH, not `{name}`")))?,
        ),
    };
    Ok(Shaped { body, content_type, headers, path, method })
}

fn check_body(body: &[u8], form: BodyForm, max: usize) -> Result<(), ScriptFault> {
    if body.len() > max {
        return Err(ScriptFault::output(format!("the body is larger than {max} bytes")));
    }
    let Ok(text) = std::str::from_utf8(body) else { return Err(ScriptFault::output("the body is not UTF-8")) };
    match form {
        BodyForm::Text => Ok(()),
        BodyForm::Json => check_json(text).map_err(|why| ScriptFault::output(format!("the body {why}"))),
    }
}

/// Well-formed JSON of bounded depth.
fn check_json(text: &str) -> Result<(), &'static str> {
    serde_json::from_str::<serde::de::IgnoredAny>(text).map_err(|_| "is not JSON")?;
    let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEPTH_MAX {
            return Err("is nested too deeply: at most 100 levels are allowed");
        }
    }
    Ok(())
}

/// The fault of a body that cannot be passed to a script.
pub(crate) fn check_input(body: &[u8], max: usize) -> Result<(), ScriptFault> {
    check_body(body, BodyForm::Json, max)
        .map_err(|fault| ScriptFault::new(FaultKind::Input, format!("the event cannot be transformed: {fault}")))
}

type Headers = Vec<(String, String)>;

/// The content type and the other headers.
fn check_headers(
    headers: Headers,
    before: &[(String, String)],
    may_set: &dyn Fn(&str) -> bool,
) -> Result<(Option<String>, Headers), ScriptFault> {
    if headers.len() > HEADERS_MAX {
        return Err(ScriptFault::output(format!("more than {HEADERS_MAX} headers")));
    }
    if headers.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>() > HEADERS_BYTES {
        return Err(ScriptFault::output(format!("the headers are larger than {HEADERS_BYTES} bytes")));
    }
    let (mut content_type, mut kept, mut names) = (None, Vec::new(), BTreeSet::new());
    for (name, value) in headers {
        let name = name.to_ascii_lowercase();
        if name.is_empty() || !name.bytes().all(is_token) {
            return Err(ScriptFault::output(format!("`{name}` is not a header name")));
        }
        let visible = |byte: u8| matches!(byte, b' '..=b'~' | b'\t');
        if !value.bytes().all(visible) || value.trim() != value {
            return Err(ScriptFault::output(format!(
                "the value of header `{name}` must be visible ASCII characters without spaces around them"
            )));
        }
        if !names.insert(name.clone()) {
            return Err(ScriptFault::output(format!("header `{name}` is set twice")));
        }
        if name == CONTENT_TYPE {
            content_type = Some(value).filter(|value| !value.is_empty());
            continue;
        }
        let unchanged = before.iter().any(|(n, v)| *n == name && *v == value);
        if !unchanged && !may_set(&name) {
            return Err(ScriptFault::output(format!("a script cannot set header `{name}`")));
        }
        kept.push((name, value));
    }
    Ok((content_type, kept))
}

/// A `tchar` of RFC 9110, section 5.6.2.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Visible characters that a path or a query cannot have: the fragment's, one that some clients take for `/`, and those
/// that only occur percent-encoded (URL standard, path and query percent-encode sets).
const UNSAFE: &[u8] = b"#\\\"<>`";

/// An absolute path with an optional query that cannot name another host: no `//` in front, which would be an authority.
fn check_path(path: &str) -> Result<(), ScriptFault> {
    let fault = |why: &str| Err(ScriptFault::output(format!("path {why}")));
    if path.len() > PATH_MAX {
        return fault("is longer than 2,000 characters");
    }
    if !path.starts_with('/') || path.starts_with("//") {
        return fault("must begin with a single `/`: a script cannot change the host");
    }
    if !path.bytes().all(|byte| matches!(byte, b'!'..=b'~') && !UNSAFE.contains(&byte)) {
        return fault("must consist of visible ASCII characters without # \\ \" < > and `; percent-encode other ones");
    }
    Ok(())
}

#[cfg(test)]
#[path = "shape_tests.rs"]
mod tests;
