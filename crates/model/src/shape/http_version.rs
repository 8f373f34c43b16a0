//! The version of HTTP in which a subscription's requests are sent.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum HttpVersion {
    /// Over TLS the receiver chooses HTTP/2 or HTTP/1.1 (ALPN); without TLS HTTP/1.1.
    #[default]
    #[serde(rename = "auto")]
    Auto,
    #[serde(rename = "http1.1")]
    Http1,
    /// Without TLS, with prior knowledge (RFC 9113, section 3.3).
    #[serde(rename = "http2")]
    Http2,
}

impl HttpVersion {
    pub const ALL: [Self; 3] = [Self::Auto, Self::Http1, Self::Http2];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Http1 => "http1.1",
            Self::Http2 => "http2",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde calls")]
    pub(crate) fn is_auto(&self) -> bool {
        *self == Self::Auto
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_stored_form() {
        for version in HttpVersion::ALL {
            assert_eq!(HttpVersion::parse(version.name()), Some(version));
            assert_eq!(serde_json::to_string(&version).unwrap(), format!("{:?}", version.name()));
        }
        assert_eq!(HttpVersion::parse("http3"), None);
    }
}
