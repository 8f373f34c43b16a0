//! The shape of what a subscription receives: which events of its types, and in what form beyond its profile.

mod http_version;
mod request;
mod template;

pub use http_version::HttpVersion;
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
}

impl Shape {
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// True when requests have another form than that of the profile, beside compression and the version of HTTP.
    pub fn forms_requests(&self) -> bool {
        self.transformation.is_some() || !self.request.is_default()
    }

    /// True when the type of an event does not decide alone whether it goes to the subscription.
    pub const fn chooses_by_content(&self) -> bool {
        self.filter.is_some() || !self.channels.is_empty()
    }
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
    fn stored_shapes_are_read_back() {
        let shape = Shape {
            filter: Some("data.amount > 1".into()),
            channels: Channels::parse(["a", "b"]).unwrap(),
            transformation: Some(Transformation::Template("slack".into())),
            request: RequestShape::try_new(Method::Put, Some("/x/{data.id}"), [("t", "{type}")]).unwrap(),
            compression: Some(Compression::Zstd),
            http_version: HttpVersion::Http2,
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
