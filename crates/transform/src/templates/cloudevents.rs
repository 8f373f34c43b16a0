//! CloudEvents 1.0.

use super::{
    event::{EventFacts, JSON, Rendered},
    text::with_member,
};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::json;

/// Characters that a header value must encode, besides those that are not ASCII:
/// <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md#3132-http-header-values>.
const HEADER: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'%');

/// Characters that a URI reference cannot have (RFC 3986). `source` is one:
/// <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md#source-1>.
const URI: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'\\').add(b'^').add(b'`').add(b'{').add(b'|').add(b'}');

/// Longest value of a header in bytes, after encoding. Longer ones make servers refuse the request.
pub(super) const VALUE: usize = 1_000;

/// Content mode *structured*, event format JSON:
/// <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md>. `data` has the publisher's bytes.
pub(super) fn structured(event: &EventFacts<'_>) -> Rendered {
    let attributes = json!({
        "specversion": "1.0",
        "id": attribute(event.id),
        "source": source(event),
        "type": attribute(event.kind),
        "time": event.timestamp,
        "datacontenttype": JSON,
        "tenant": attribute(event.tenant),
    });
    let body = with_member(&attributes, "data", event.data);
    Rendered { body: body.into_bytes(), content_type: "application/cloudevents+json", headers: Vec::new() }
}

/// Content mode *binary*: attributes in headers, the data is the body.
pub(super) fn binary(event: &EventFacts<'_>) -> Rendered {
    let header = |name: &str, value: &str| (format!("ce-{name}"), encoded(value));
    Rendered {
        body: event.data.as_bytes().to_vec(),
        content_type: JSON,
        headers: vec![
            header("specversion", "1.0"),
            header("id", &attribute(event.id)),
            header("source", &source(event)),
            header("type", &attribute(event.kind)),
            header("time", event.timestamp),
            header("tenant", &attribute(event.tenant)),
        ],
    }
}

/// A text without control characters, which attributes must not have, and not empty:
/// <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md#type-system>.
fn attribute(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.is_empty() { "-".to_owned() } else { text }
}

/// A relative reference must not look like a scheme, so a name with a colon is a path.
fn source(event: &EventFacts<'_>) -> String {
    let encoded = utf8_percent_encode(event.source, URI).to_string();
    match encoded.as_str() {
        "" => "/".to_owned(),
        url if url.starts_with("https://") || url.starts_with("http://") => encoded,
        name if name.contains(':') => format!("./{encoded}"),
        _ => encoded,
    }
}

/// Whole characters up to the longest value.
fn encoded(value: &str) -> String {
    let mut out = String::new();
    for c in value.chars() {
        let part = utf8_percent_encode(c.encode_utf8(&mut [0; 4]), HEADER).to_string();
        if out.len() + part.len() > VALUE {
            break;
        }
        out.push_str(&part);
    }
    out
}
