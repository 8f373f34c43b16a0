//! Method, path and query of a subscription's requests.

use super::template::{EventFacts, NotATemplate, TextTemplate, Unfilled};
use serde::{Deserialize, Serialize};
use url::Url;

/// Maximum number of query parameters.
const QUERY_MAX: usize = 20;
/// The longest name of a query parameter, in bytes.
const NAME_MAX: usize = 100;

/// The method of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    #[default]
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
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    const fn is_default(&self) -> bool {
        matches!(self, Self::Post)
    }
}

/// The form of a subscription's requests beside headers and body.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, try_from = "Stored")]
pub struct RequestShape {
    #[serde(skip_serializing_if = "Method::is_default")]
    method: Method,
    /// Replaces the path of the URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<TextTemplate>,
    /// Added to the query of the URL.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    query: Vec<(String, TextTemplate)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    #[serde(default)]
    method: Method,
    #[serde(default)]
    path: Option<String>,
    #[serde(default)]
    query: Vec<(String, String)>,
}

/// The reason for which the form of a request is refused; its field is that of [`NotARequest::field`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotARequest {
    #[error("{0}")]
    Path(NotATemplate),
    #[error("must begin with / and contain neither ? nor #")]
    PathForm,
    #[error("{1}")]
    Query(Box<str>, NotATemplate),
    #[error("must be 1 to {NAME_MAX} visible ASCII characters")]
    QueryName(Box<str>),
    #[error("must have at most {QUERY_MAX} parameters")]
    QueryLength,
}

impl NotARequest {
    /// The name of the field, below the object of the request.
    pub fn field(&self) -> String {
        match self {
            Self::Path(_) | Self::PathForm => "path".into(),
            Self::Query(name, _) | Self::QueryName(name) => format!("query.{name}"),
            Self::QueryLength => "query".into(),
        }
    }
}

impl TryFrom<Stored> for RequestShape {
    type Error = NotARequest;

    fn try_from(stored: Stored) -> Result<Self, NotARequest> {
        let query = stored.query.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        Self::try_new(stored.method, stored.path.as_deref(), query)
    }
}

impl RequestShape {
    pub fn try_new<'q>(
        method: Method,
        path: Option<&str>,
        query: impl IntoIterator<Item = (&'q str, &'q str)>,
    ) -> Result<Self, NotARequest> {
        if path.is_some_and(|path| !path.starts_with('/') || path.contains(['?', '#', '\\'])) {
            return Err(NotARequest::PathForm);
        }
        let path = path.map(TextTemplate::parse).transpose().map_err(NotARequest::Path)?;
        let mut parsed = Vec::new();
        for (name, value) in query {
            if name.is_empty() || name.len() > NAME_MAX || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(NotARequest::QueryName(name.into()));
            }
            let value = TextTemplate::parse(value).map_err(|fault| NotARequest::Query(name.into(), fault))?;
            parsed.push((name.to_owned(), value));
        }
        if parsed.len() > QUERY_MAX {
            return Err(NotARequest::QueryLength);
        }
        Ok(Self { method, path, query: parsed })
    }

    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    pub const fn method(&self) -> Method {
        self.method
    }

    pub fn path(&self) -> Option<&str> {
        self.path.as_ref().map(TextTemplate::source)
    }

    pub fn query(&self) -> impl Iterator<Item = (&str, &str)> {
        self.query.iter().map(|(name, value)| (name.as_str(), value.source()))
    }

    /// True when every request has a URL of its own.
    pub const fn changes_url(&self) -> bool {
        self.path.is_some() || !self.query.is_empty()
    }

    /// The URL of the request for an event. Its host is that of `base`.
    pub fn url(&self, base: &Url, of: &EventFacts<'_>) -> Result<Url, Unfilled> {
        let mut url = base.clone();
        if let Some(path) = &self.path {
            url.set_path(&path.fill_path(of)?);
        }
        for (name, value) in &self.query {
            let value = value.fill(of, str::to_owned)?;
            url.query_pairs_mut().append_pair(name, &value);
        }
        Ok(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EventType, TenantId, Timestamp};
    use serde_json::{Value, json};

    fn url(shape: &RequestShape, data: Value) -> Result<String, Unfilled> {
        let (event_type, tenant) = (EventType::trusted("a.b"), TenantId::trusted("acme"));
        let facts = EventFacts {
            id: "evt_1",
            event_type: &event_type,
            timestamp: Timestamp::from_millis(0),
            tenant: &tenant,
            data: &data,
            metadata: &json!({}),
        };
        Ok(shape.url(&Url::parse("https://example.com:8443/old?k=v").unwrap(), &facts)?.into())
    }

    #[test]
    fn path_and_query_come_from_the_event() {
        let shape = RequestShape::try_new(Method::Put, Some("/orders/{data.id}"), [("t", "{type}"), ("x y", "1")]);
        assert_eq!(shape, Err(NotARequest::QueryName("x y".into())));
        let shape = RequestShape::try_new(Method::Put, Some("/orders/{data.id}"), [("t", "{type} & é"), ("k", "2")]);
        let shape = shape.unwrap();
        let expected = "https://example.com:8443/orders/7%2F%40evil.test?k=v&t=a.b+%26+%C3%A9&k=2";
        assert_eq!(url(&shape, json!({"id": "7/@evil.test"})).as_deref(), Ok(expected));
        assert_eq!(url(&shape, json!({})), Err(Unfilled::Missing("data.id".into())));
        assert_eq!(url(&RequestShape::default(), json!({})).as_deref(), Ok("https://example.com:8443/old?k=v"));
    }

    #[test]
    fn malformed_requests_are_refused_by_field() {
        for path in ["", "x", "//evil.test?", "/a#b", "/a\\b"] {
            let fault = RequestShape::try_new(Method::Post, Some(path), []).unwrap_err();
            assert_eq!(fault.field(), "path", "{path}");
        }
        let many: Vec<String> = (0..21).map(|n| n.to_string()).collect();
        let fault = RequestShape::try_new(Method::Post, None, many.iter().map(|name| (name.as_str(), ""))).unwrap_err();
        assert_eq!((fault.field().as_str(), fault), ("query", NotARequest::QueryLength));
        let fault = RequestShape::try_new(Method::Post, None, [("q", "{nothing}")]).unwrap_err();
        assert_eq!(fault.field(), "query.q");
    }

    #[test]
    fn a_path_never_changes_the_host() {
        for path in ["//evil.test/x", "/{data.id}", "/@evil.test", "/..//evil.test"] {
            let Ok(shape) = RequestShape::try_new(Method::Post, Some(path), []) else { continue };
            if let Ok(url) = url(&shape, json!({"id": "/evil.test"})) {
                assert!(url.starts_with("https://example.com:8443/"), "{url}");
            }
        }
    }
}
