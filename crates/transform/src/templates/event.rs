//! An event before, and a request after its rendering.

pub(super) const JSON: &str = "application/json";

/// An event to be rendered.
#[derive(Clone, Copy, Debug)]
pub struct EventFacts<'a> {
    pub id: &'a str,
    pub kind: &'a str,
    /// RFC 3339.
    pub timestamp: &'a str,
    pub tenant: &'a str,
    /// Public URL or name of the product that publishes the event.
    pub source: &'a str,
    /// JSON.
    pub data: &'a str,
    /// A JSON object.
    pub metadata: &'a str,
}

/// The body of a request with its type, and headers beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    pub body: Vec<u8>,
    pub content_type: &'static str,
    /// Names in lower case, values in visible ASCII.
    pub headers: Vec<(String, String)>,
}
