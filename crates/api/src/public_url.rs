//! The address of the installation from outside.

use std::fmt;
use url::Url;

/// A URL of the dashboard and the API as browsers open it, perhaps below a path of a reverse proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    origin: String,
    /// Empty, or such as `/hooks`.
    path: String,
}

/// The text is no such URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a URL with scheme and host, perhaps a path, and nothing else")]
pub struct BadPublicUrl;

impl PublicUrl {
    pub fn parse(text: &str) -> Result<Self, BadPublicUrl> {
        let url = Url::parse(text).map_err(|_| BadPublicUrl)?;
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._~/".contains(c);
        let path = url.path().trim_end_matches('/');
        let has_more = url.query().is_some() || url.fragment().is_some();
        let is_web = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
        if !is_web || has_more || path.contains("//") || !path.chars().all(is_plain) {
            return Err(BadPublicUrl);
        }
        Ok(Self { origin: url.origin().ascii_serialization(), path: path.to_owned() })
    }

    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// The host without a port.
    pub fn host(&self) -> &str {
        let authority = self.origin.split_once("://").map_or("", |(_, rest)| rest);
        match authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|c| c.is_ascii_digit()) => host,
            _ => authority,
        }
    }

    pub fn is_https(&self) -> bool {
        self.origin.starts_with("https:")
    }

    /// Empty, or such as `/hooks`.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_url_has_an_origin_and_perhaps_a_path() {
        for (text, origin, path) in [
            ("https://hooks.example", "https://hooks.example", ""),
            ("https://hooks.example/", "https://hooks.example", ""),
            ("http://127.0.0.1:8080/a/b/", "http://127.0.0.1:8080", "/a/b"),
        ] {
            let url = PublicUrl::parse(text).unwrap();
            assert_eq!((url.origin(), url.path()), (origin, path));
        }
        for (text, host) in [
            ("https://Hooks.example/a", "hooks.example"),
            ("http://127.0.0.1:8080", "127.0.0.1"),
            ("http://[::1]:8080", "[::1]"),
            ("http://[::1]", "[::1]"),
        ] {
            assert_eq!(PublicUrl::parse(text).unwrap().host(), host);
        }
        for bad in [
            "",
            "hooks.example",
            "ftp://a",
            "https://a/?b",
            "https://a/#b",
            "https://u@a",
            "https://a//b",
            "https://a/%22",
        ] {
            assert_eq!(PublicUrl::parse(bad), Err(BadPublicUrl), "{bad}");
        }
    }
}
