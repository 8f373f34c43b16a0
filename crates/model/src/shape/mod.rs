//! The shape of what a subscription receives: which events of its types, and in what form beyond its profile.

mod batching;
mod http_version;
mod order;
mod request;
mod template;

pub use batching::{BadBatching, BatchFormat, Batching};
pub use http_version::HttpVersion;
pub use order::{BadKeyPath, KeyPath, Order, OrderKey};
pub use request::{Method, NotARequest, RequestShape};
pub use template::{EventFacts, NotATemplate, TextTemplate, Unfilled};

use crate::channel::Channels;
use serde::{Deserialize, Serialize};

/// The longest filter, in characters.
pub const FILTER_MAX: usize = 4_000;

/// The longest script of a transformation, in bytes.
pub const SCRIPT_MAX: usize = 64 * 1024;

/// A subscription's choice of events, and the form of its requests. All defaults: every event of its types, in the form of
/// its profile. Stores keep it with the policies.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shape {
    /// A CEL expression over the event; the event goes to the subscription when it is true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Box<str>>,
    /// The event goes to the subscription when it has one of these channels; without channels, always.
    #[serde(default, skip_serializing_if = "Channels::is_empty")]
    pub channels: Channels,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transformation: Option<Transformation>,
    #[serde(default, skip_serializing_if = "RequestShape::is_default")]
    pub request: RequestShape,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compression: Option<Compression>,
    #[serde(default, skip_serializing_if = "HttpVersion::is_auto")]
    pub http_version: HttpVersion,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batching: Option<Batching>,
    #[serde(default, skip_serializing_if = "PayloadForm::is_default")]
    pub payload: PayloadForm,
    /// Deliveries are sent one after the other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ordered: Option<Order>,
}

/// The part of an event that requests carry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayloadForm {
    /// All of it.
    #[default]
    Full,
    /// Its id, type and time, with a URL at which the receiver fetches the data.
    Reference,
}

impl PayloadForm {
    pub const ALL: [Self; 2] = [Self::Full, Self::Reference];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Reference => "reference",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl Shape {
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// True when requests have another form than that of the profile, beside compression and the version of HTTP.
    pub fn forms_requests(&self) -> bool {
        self.transformation.is_some() || !self.request.is_default()
    }

    /// The part that cannot be combined with order, with batching or with references to the data: the reason names it.
    pub fn conflict(&self) -> Option<Conflict> {
        if self.ordered.is_some() && self.batching.is_some() {
            return Some(Conflict {
                field: "ordered",
                with: "batching",
                why: "an ordered delivery is a request of its own",
            });
        }
        let why = "these are made for one event with its data";
        let field = match (self.batching, self.payload) {
            (Some(_), _) => "batching",
            (None, PayloadForm::Reference) => "payload",
            (None, PayloadForm::Full) => return None,
        };
        if self.transformation.is_some() {
            return Some(Conflict { field, with: "transformation", why });
        }
        let changes_url = self.batching.is_some() && self.request.changes_url();
        changes_url.then_some(Conflict { field, with: "request.path and request.query", why })
    }

    /// True when the type of an event does not decide alone whether it goes to the subscription.
    pub const fn chooses_by_content(&self) -> bool {
        self.filter.is_some() || !self.channels.is_empty()
    }
}

/// Two parts of a shape that exclude each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot be combined with {with}: {why}")]
pub struct Conflict {
    pub field: &'static str,
    with: &'static str,
    why: &'static str,
}

/// A change of the request between its profile and its signature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transformation {
    /// JavaScript with a default export: a function of the request.
    Script(Box<str>),
    /// The name of a template that ships with Postrider.
    Template(Box<str>),
}

/// The compression of request bodies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compression {
    Gzip,
    Zstd,
}

impl Compression {
    pub const ALL: [Self; 2] = [Self::Gzip, Self::Zstd];

    /// The name, which is also the value of `Content-Encoding`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_and_references_exclude_what_is_made_for_one_event() {
        let transformation = Some(Transformation::Template("slack".into()));
        let batching = Batching::try_new(2, 0, BatchFormat::Json).ok();
        let path = RequestShape::try_new(Method::Put, Some("/{data.id}"), []).unwrap();
        let method = RequestShape::try_new(Method::Put, None, []).unwrap();
        let (full, reference) = (PayloadForm::Full, PayloadForm::Reference);
        for (transformation, request, batching, payload, expected) in [
            (&transformation, &path, None, full, None),
            (&None, &path, None, reference, None),
            (&None, &method, batching, reference, None),
            (&transformation, &method, batching, full, Some(("batching", "transformation"))),
            (&transformation, &method, None, reference, Some(("payload", "transformation"))),
            (&None, &path, batching, full, Some(("batching", "request.path and request.query"))),
        ] {
            let (transformation, request) = (transformation.clone(), request.clone());
            let shape = Shape { transformation, request, batching, payload, ..Shape::default() };
            assert_eq!(shape.conflict().map(|one| (one.field, one.with)), expected);
        }
        let ordered = Shape { ordered: Some(Order::All), ..Shape::default() };
        assert_eq!(ordered.conflict(), None);
        let conflict = Shape { batching, ..ordered }.conflict().unwrap();
        assert_eq!((conflict.field, conflict.with), ("ordered", "batching"));
    }

    #[test]
    fn stored_shapes_are_read_back() {
        let shape = Shape {
            filter: Some("data.amount > 1".into()),
            channels: Channels::parse(["a", "b"]).unwrap(),
            transformation: Some(Transformation::Template("slack".into())),
            request: RequestShape::try_new(Method::Put, Some("/x/{data.id}"), [("t", "{type}")]).unwrap(),
            compression: Some(Compression::Zstd),
            batching: Batching::try_new(10, 100, BatchFormat::Ndjson).ok(),
            payload: PayloadForm::Reference,
            http_version: HttpVersion::Http2,
            ordered: Some(Order::ByKey(KeyPath::parse("data.customer_id").unwrap())),
        };
        let text = serde_json::to_string(&shape).unwrap();
        assert_eq!(serde_json::from_str::<Shape>(&text).unwrap(), shape);
        assert_eq!(serde_json::to_string(&Shape::default()).unwrap(), "{}");
        for bad in [
            r#"{"filters":""}"#,
            r#"{"compression":"br"}"#,
            r#"{"http_version":"http3"}"#,
            r#"{"request":{"path":"x"}}"#,
        ] {
            assert!(serde_json::from_str::<Shape>(bad).is_err(), "{bad}");
        }
    }
}
