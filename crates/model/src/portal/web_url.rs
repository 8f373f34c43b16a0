//! URLs that a browser opens or loads, and origins that may embed the portal.

use serde::{Deserialize, Serialize};
use std::fmt;
use url::{Host, Url};

/// A URL of a page or an image: `https`, or `http` where the installation allows it. So it can hold neither a script
/// nor data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WebUrl(String);

/// Reason why a URL or an origin is refused; a sentence without the field's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadWebUrl {
    #[error("must be a URL that begins with https://")]
    NotHttps,
    #[error("must have at most {} characters", WebUrl::MAX)]
    TooLong,
    #[error("must not contain a user name or password")]
    UserInfo,
    #[error("must name a host of letters, digits, hyphens, dots and underscores")]
    Host,
    #[error("must be an origin (https://, host and port, without a path), for example https://app.example.com")]
    NotAnOrigin,
}

impl WebUrl {
    /// Maximum length in characters.
    pub const MAX: usize = 2_048;

    pub fn parse(text: &str, allow_http: bool) -> Result<Self, BadWebUrl> {
        if text.chars().count() > Self::MAX {
            return Err(BadWebUrl::TooLong);
        }
        if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(BadWebUrl::NotHttps);
        }
        let url = Url::parse(text).map_err(|_| BadWebUrl::NotHttps)?;
        if !is_web(&url, allow_http) {
            return Err(BadWebUrl::NotHttps);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BadWebUrl::UserInfo);
        }
        if !has_plain_host(&url) {
            return Err(BadWebUrl::Host);
        }
        // As the URL standard serialises it: hosts in lower case and ASCII, other characters percent-encoded.
        Ok(Self(url.into()))
    }

    /// A URL from a store.
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The origin, as a source in a Content-Security-Policy; `None` for a stored URL that would be refused today.
    pub fn origin(&self) -> Option<String> {
        Url::parse(&self.0).ok().filter(has_plain_host).map(|url| url.origin().ascii_serialization())
    }
}

impl fmt::Display for WebUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// True for an address, or a name of letters, digits, hyphens, dots and underscores. The URL standard allows more, such as
/// `*.com` and `a;frame-ancestors`, which mean something else in a Content-Security-Policy.
fn has_plain_host(url: &Url) -> bool {
    let is_plain = |name: &str| name.bytes().all(|c| c.is_ascii_alphanumeric() || b"-._".contains(&c));
    url.domain().is_none_or(is_plain)
}

fn is_web(url: &Url, allow_http: bool) -> bool {
    (url.scheme() == "https" || allow_http && url.scheme() == "http") && url.has_host()
}

/// Parses an origin that may embed the portal, such as `https://app.example.com`, or `https://*.example.com` for all
/// hosts below one. The result is a source in a Content-Security-Policy, which no other text can be.
pub fn parse_ancestor(text: &str, allow_http: bool) -> Result<String, BadWebUrl> {
    let (scheme, rest) = text.split_once("://").ok_or(BadWebUrl::NotAnOrigin)?;
    let host = rest.strip_prefix("*.").unwrap_or(rest);
    let plain = format!("{scheme}://{host}");
    let url = Url::parse(&plain).map_err(|_| BadWebUrl::NotAnOrigin)?;
    // A wildcard needs a domain of two labels or more below it: `*.com` would be everybody.
    let is_wide = host.len() < rest.len();
    let is_domain = matches!(url.host(), Some(Host::Domain(domain)) if domain.contains('.'));
    let is_plain_host = host.bytes().all(|c| c.is_ascii_alphanumeric() || b"-.:[]".contains(&c));
    let is_origin = is_web(&url, allow_http) && url.origin().ascii_serialization() == plain;
    if is_plain_host && is_origin && (is_domain || !is_wide) {
        Ok(text.to_owned())
    } else {
        Err(BadWebUrl::NotAnOrigin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_are_urls_of_pages_and_images() {
        for (good, kept) in [
            ("https://acme.example/logo.svg", "https://acme.example/logo.svg"),
            ("HTTPS://Acme.example", "https://acme.example/"),
            ("https://acme.example/back?to=1#part", "https://acme.example/back?to=1#part"),
        ] {
            assert_eq!(WebUrl::parse(good, false).unwrap().as_str(), kept);
        }
        let long = format!("https://acme.example/{}", "x".repeat(2_048));
        for bad in [
            "",
            "acme.example",
            "//acme.example",
            "http://acme.example",
            "javascript:alert(1)",
            "https://",
            "data:image/svg+xml,<svg/>",
            "java\nscript:alert(1)",
            "https://acme.example/ x",
            "ftp://acme.example",
            "https://user@acme.example/",
            "https://:pw@acme.example/",
            "https://*.example/logo.svg",
            "https://a;frame-ancestors/",
            "https://a,b.example/",
            "https://'self'/",
            &long,
        ] {
            assert!(WebUrl::parse(bad, false).is_err(), "{bad}");
        }
        assert_eq!(WebUrl::stored("https://a;frame-ancestors/".into()).origin(), None);
        assert_eq!(WebUrl::stored("https://[::1]:8443/x".into()).origin().as_deref(), Some("https://[::1]:8443"));
        assert!(WebUrl::parse("http://127.0.0.1:3000/logo.png", true).is_ok());
        assert!(WebUrl::parse("javascript:alert(1)", true).is_err());
    }

    #[test]
    fn an_ancestor_is_an_origin_and_nothing_else() {
        for good in
            ["https://app.example.com", "https://app.example.com:8443", "https://*.example.com", "https://[::1]"]
        {
            assert_eq!(parse_ancestor(good, false).as_deref(), Ok(good));
        }
        for bad in [
            "",
            "*",
            "https:",
            "https://*",
            "https://*.com",
            "https://*.*.example.com",
            "https://app.example.com/",
            "https://app.example.com/path",
            "https://app.example.com; script-src *",
            "https://a.example https://b.example",
            "'self'",
            "'none'",
            "data:",
            "http://app.example.com",
            "https://App.example.com",
            "https://*.[::1]",
            "https://user@app.example.com",
            "https://app.example.com:443",
        ] {
            assert!(parse_ancestor(bad, false).is_err(), "{bad}");
        }
        assert!(parse_ancestor("http://localhost:3000", true).is_ok());
    }
}
