//! Validation of subscription URLs.
//!
//! Only the text is checked here; the addresses of a host name are checked when a request connects (SSRF).

use crate::text::{BadText, check_line};
use std::fmt;
use url::{Host, Url};

/// Maximum length of a URL, in characters.
pub const MAX: usize = 2048;

/// Maximum length of a host name, in bytes, without a dot at its end (RFC 1035, section 2.3.4).
const HOST_MAX: usize = 253;
/// Maximum length of a label of a host name, in bytes (same section).
const LABEL_MAX: usize = 63;

const EXAMPLE: &str = "for example https://example.com/webhooks";

/// Reason why a URL is refused; a sentence without the field's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadUrl {
    #[error(transparent)]
    Text(#[from] BadText),
    #[error("must be an absolute URL, {EXAMPLE} ({0})")]
    NotAbsolute(url::ParseError),
    #[error("must begin with https://, {EXAMPLE}")]
    NotSecure,
    #[error("must begin with https:// or http://, {EXAMPLE}")]
    OtherScheme,
    #[error("must have two slashes between its scheme and its host, {EXAMPLE}")]
    Slashes,
    #[error("must not have a backslash before its query, which programs read in different ways; write %5C")]
    Backslash,
    #[error("must name a host, {EXAMPLE}")]
    NoHost,
    #[error("{0}, {EXAMPLE}")]
    Host(#[from] BadHost),
    #[error("must not contain a user name or password; put them into `headers` as Authorization")]
    Credentials,
    #[error("must not use port 0")]
    PortZero,
}

/// Reason why a host name is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadHost {
    #[error("must name a host")]
    Missing,
    #[error("must name a host of at most {HOST_MAX} characters")]
    TooLong,
    #[error("must name a host without empty parts between its dots")]
    EmptyLabel,
    #[error("must name a host whose parts between dots have at most {LABEL_MAX} characters")]
    LongLabel,
    #[error("must name a host whose parts between dots do not begin or end with a hyphen")]
    Hyphen,
    #[error("must name a host without the character {0:?}")]
    Character(char),
}

/// A subscription's URL in its owner's spelling: an absolute http or https URL that names a host.
#[derive(Clone, PartialEq, Eq)]
pub struct SubscriptionUrl(Box<str>);

impl SubscriptionUrl {
    /// Validates a URL that an owner gives.
    pub fn parse(text: &str, allow_http: bool) -> Result<Self, BadUrl> {
        check(text, allow_http).map(|_| Self(text.into()))
    }

    /// Reads a URL that was valid when it was stored. Installations may have refused http since, and versions may have
    /// become stricter, so only the form is checked.
    pub fn stored(text: &str) -> Result<Self, BadUrl> {
        let url = Url::parse(text).map_err(BadUrl::NotAbsolute)?;
        match url.scheme() {
            "https" | "http" => Ok(Self(text.into())),
            _ => Err(BadUrl::OtherScheme),
        }
    }

    /// The URL of a draft that has none yet. The name is reserved (RFC 2606): no receiver can have it.
    pub fn unset() -> Self {
        Self("https://unset.invalid/".into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The URL as browsers and address policies understand it (0x7f.1 is 127.0.0.1).
    pub fn to_url(&self) -> Url {
        Url::parse(&self.0).unwrap_or_else(|_| unreachable!("every constructor has parsed the text"))
    }
}

impl fmt::Display for SubscriptionUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for SubscriptionUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// Validates a subscription's URL.
fn check(text: &str, allow_http: bool) -> Result<Url, BadUrl> {
    check_line(text, MAX)?;
    let url = Url::parse(text).map_err(BadUrl::NotAbsolute)?;
    match url.scheme() {
        "https" => {}
        "http" if allow_http => {}
        "http" => return Err(BadUrl::NotSecure),
        _ => return Err(BadUrl::OtherScheme),
    }
    check_spelling(text)?;
    match url.host() {
        None => return Err(BadUrl::NoHost),
        Some(Host::Domain(name)) => check_name(name)?,
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => {}
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(BadUrl::Credentials);
    }
    if url.port() == Some(0) {
        return Err(BadUrl::PortZero);
    }
    Ok(url)
}

/// Refuses spellings that browsers repair (WHATWG URL, section 4.4) and that other programs read as another host.
fn check_spelling(text: &str) -> Result<(), BadUrl> {
    let (_, rest) = text.split_once(':').ok_or(BadUrl::Slashes)?;
    if text.split(['?', '#']).next().unwrap_or_default().contains('\\') {
        return Err(BadUrl::Backslash);
    }
    match rest.strip_prefix("//") {
        Some(rest) if !rest.starts_with('/') => Ok(()),
        _ => Err(BadUrl::Slashes),
    }
}

/// Validates a host name in its DNS form (international names as punycode): letters, digits, hyphens, and underscores,
/// which names of containers have; a dot at the end is allowed.
pub(crate) fn check_name(name: &str) -> Result<(), BadHost> {
    let name = name.strip_suffix('.').unwrap_or(name);
    if name.is_empty() {
        return Err(BadHost::Missing);
    }
    if name.len() > HOST_MAX {
        return Err(BadHost::TooLong);
    }
    for label in name.split('.') {
        if label.is_empty() {
            return Err(BadHost::EmptyLabel);
        }
        if label.len() > LABEL_MAX {
            return Err(BadHost::LongLabel);
        }
        if label.starts_with('-') || label.ends_with('-') {
            return Err(BadHost::Hyphen);
        }
        if let Some(odd) = label.chars().find(|c| !c.is_ascii_alphanumeric() && !"-_".contains(*c)) {
            return Err(BadHost::Character(odd));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn valid_urls_are_accepted() {
        for url in [
            "https://example.com/hook?x=1#y",
            "https://münchen.example/",
            "https://[2001:db8::1]:8443/a",
            "https://my_app:9000/",
            "https://_dmarc.example.com/",
            "https://example.com./",
            "https://intranet/",
            "https://xn--bcher-kva.example/",
            "https://EXAMPLE.com/",
        ] {
            assert!(check(url, false).is_ok(), "{url}: {:?}", check(url, false));
        }
        assert!(check("http://127.0.0.1:9000/", true).is_ok());
        let longest = format!("https://{}.{}/", ["a".repeat(63).as_str(); 3].join("."), "b".repeat(61));
        assert!(check(&longest, false).is_ok());
    }

    #[test]
    fn stored_urls_are_checked_for_their_form_only() {
        for url in ["http://127.0.0.1:9000/", "https://user@a..b/", "https://münchen.example/x?y"] {
            let stored = SubscriptionUrl::stored(url).unwrap();
            assert_eq!((stored.as_str(), stored.to_url()), (url, Url::parse(url).unwrap()));
        }
        for url in ["", "/hook", "ftp://example.com/", "https://", "mailto:a@example.com"] {
            assert!(SubscriptionUrl::stored(url).is_err(), "{url}");
        }
        assert_eq!(SubscriptionUrl::unset(), SubscriptionUrl::parse("https://unset.invalid/", false).unwrap());
    }

    #[test]
    fn errors_of_invalid_urls_name_the_reason() {
        let long_label = format!("https://{}.example/", "a".repeat(64));
        let long_name = format!("https://{}.{}/", ["a".repeat(63).as_str(); 3].join("."), "b".repeat(62));
        let rows = [
            ("", "absolute URL"),
            ("example.com/hook", "absolute URL"),
            ("/hook", "absolute URL"),
            ("ftp://example.com", "https:// or http://"),
            ("http://example.com", "https://"),
            ("https://", "absolute URL"),
            ("https://u:p@example.com/", "user name"),
            ("https://example.com:0/", "port 0"),
            ("javascript:alert(1)", "https://"),
            ("https://example.com/a\0b", "U+0000"),
            ("https://exam\nple.com/", "U+000A"),
            ("https://.a.b/", "empty parts"),
            ("https://a..b/", "empty parts"),
            ("https://a.b../", "empty parts"),
            ("https://./", "must name a host"),
            ("https://*/", "'*'"),
            ("https://*.example.com/", "'*'"),
            ("https://a b.example/", "absolute URL"),
            ("https://a%20b.example/", "absolute URL"),
            ("https://a,b.example/", "','"),
            ("https://(a).example/", "'('"),
            ("https://-a.example/", "hyphen"),
            ("https://a-.example/", "hyphen"),
            (&long_label, "63"),
            (&long_name, "253"),
            ("https://256.1.1.1/", "absolute URL"),
            ("https:example.com/", "two slashes"),
            ("https:/example.com/", "two slashes"),
            ("https:///example.com/", "two slashes"),
            ("https:\\\\example.com/", "backslash"),
            ("https://example.com\\@other.example/", "backslash"),
        ];
        for (url, part) in rows {
            let fault = check(url, false).unwrap_err().to_string();
            assert!(fault.contains(part), "{url}: {fault}");
        }
        assert!(check(&format!("https://e.example/{}", "a".repeat(2048)), false).is_err());
    }

    proptest! {
        #[test]
        fn every_accepted_name_fits_into_dns(host in "[a-z0-9_.*-]{1,80}") {
            if let Ok(url) = check(&format!("https://{host}/"), false)
                && let Some(Host::Domain(name)) = url.host()
            {
                let name = name.strip_suffix('.').unwrap_or(name);
                prop_assert!(name.len() <= 253 && name.split('.').all(|label| (1..=63).contains(&label.len())));
            }
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,60}", allow_http: bool) {
            let _ = check(&text, allow_http);
        }
    }
}
