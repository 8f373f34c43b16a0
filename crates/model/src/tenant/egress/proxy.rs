//! A proxy that a tenant's requests go through: HTTP CONNECT (RFC 9110, section 9.3.6) or SOCKS5 (RFC 1928).

use crate::invalid::Invalid;
use serde::{Deserialize, Serialize};
use std::{fmt, net::IpAddr};
use url::{Host, Url};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proxy {
    pub url: ProxyUrl,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credentials: Option<ProxyCredentials>,
    /// The addresses that receivers see, for the list that customers read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<IpAddr>,
}

impl Proxy {
    /// Addresses of a proxy, at most.
    pub const ADDRESSES_MAX: usize = 50;
}

/// Sent to the proxy: `Proxy-Authorization: Basic` (RFC 7617), or the authentication of SOCKS5 (RFC 1929).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProxyCredentials {
    pub username: String,
    pub password: String,
}

impl fmt::Debug for ProxyCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProxyCredentials(…)")
    }
}

impl ProxyCredentials {
    /// The longest user name or password, in bytes: SOCKS5 has one byte for the length (RFC 1929, section 2).
    pub const MAX: usize = 255;

    pub fn check(&self) -> Result<(), Invalid> {
        for (field, value) in [("username", &self.username), ("password", &self.password)] {
            if value.is_empty() || value.len() > Self::MAX || value.chars().any(char::is_control) {
                let text = format!("must have 1 to {} bytes and no control characters", Self::MAX);
                return Err(Invalid::new(field, text));
            }
        }
        if self.username.contains(':') {
            return Err(Invalid::new("username", "must not contain a colon"));
        }
        Ok(())
    }
}

/// The protocol that a proxy speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyScheme {
    /// HTTP/1.1 with the method CONNECT.
    Connect,
    Socks5,
}

impl ProxyScheme {
    const fn name(self) -> &'static str {
        match self {
            Self::Connect => "http",
            Self::Socks5 => "socks5",
        }
    }

    const fn default_port(self) -> u16 {
        match self {
            Self::Connect => 80,
            Self::Socks5 => 1080,
        }
    }
}

/// The address of a proxy: `http://host:port` or `socks5://host:port`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProxyUrl {
    scheme: ProxyScheme,
    host: Host<String>,
    port: u16,
}

/// Why a URL is not that of a proxy. Displayed as the rest of a sentence about the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadProxyUrl {
    #[error("must have at most {max} characters", max = ProxyUrl::MAX)]
    TooLong,
    #[error("must begin with http:// or socks5://")]
    Scheme,
    #[error("must begin with http:// or socks5://; a proxy that is spoken to over TLS (https) is not supported")]
    Https,
    #[error("must begin with http:// or socks5://; with socks5 host names are resolved before the proxy, never by it")]
    Socks,
    #[error("must not contain credentials; use the fields username and password")]
    Credentials,
    #[error("must be a scheme, a host and a port, for example http://proxy.internal:3128")]
    Malformed,
}

impl ProxyUrl {
    /// The longest URL, in characters.
    pub const MAX: usize = 300;

    pub fn parse(text: &str) -> Result<Self, BadProxyUrl> {
        if text.chars().count() > Self::MAX {
            return Err(BadProxyUrl::TooLong);
        }
        let (scheme, rest) = text.split_once("://").ok_or(BadProxyUrl::Scheme)?;
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "http" => ProxyScheme::Connect,
            "socks5" => ProxyScheme::Socks5,
            "https" => return Err(BadProxyUrl::Https),
            "socks" | "socks4" | "socks4a" | "socks5h" => return Err(BadProxyUrl::Socks),
            _ => return Err(BadProxyUrl::Scheme),
        };
        // Parsed with a scheme whose hosts are those of the web, since others have opaque ones.
        let url = Url::parse(&format!("http://{rest}")).map_err(|_| BadProxyUrl::Malformed)?;
        if !url.username().is_empty() || url.password().is_some() || rest.contains('@') {
            return Err(BadProxyUrl::Credentials);
        }
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        if url.path() != "/" || authority.contains(['/', '\\', '?', '#']) || authority.contains(char::is_whitespace) {
            return Err(BadProxyUrl::Malformed);
        }
        let host = url.host().ok_or(BadProxyUrl::Malformed)?.to_owned();
        let port = match url.port() {
            Some(port) => port,
            None if authority.ends_with(":80") => 80,
            None => scheme.default_port(),
        };
        if port == 0 {
            return Err(BadProxyUrl::Malformed);
        }
        Ok(Self { scheme, host, port })
    }

    pub const fn scheme(&self) -> ProxyScheme {
        self.scheme
    }

    pub const fn host(&self) -> &Host<String> {
        &self.host
    }

    pub const fn port(&self) -> u16 {
        self.port
    }
}

impl fmt::Display for ProxyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}:{}", self.scheme.name(), self.host, self.port)
    }
}

impl TryFrom<String> for ProxyUrl {
    type Error = BadProxyUrl;

    fn try_from(text: String) -> Result<Self, BadProxyUrl> {
        Self::parse(&text)
    }
}

impl From<ProxyUrl> for String {
    fn from(url: ProxyUrl) -> Self {
        url.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_url_is_a_scheme_a_host_and_a_port() {
        for (text, shown) in [
            ("http://proxy.internal:3128", "http://proxy.internal:3128"),
            ("HTTP://Proxy.Internal:3128/", "http://proxy.internal:3128"),
            ("http://proxy", "http://proxy:80"),
            ("http://10.0.0.1:80", "http://10.0.0.1:80"),
            ("socks5://127.0.0.1", "socks5://127.0.0.1:1080"),
            ("socks5://127.0.0.1:80", "socks5://127.0.0.1:80"),
            ("socks5://[::1]:1081", "socks5://[::1]:1081"),
            ("socks5://my_proxy:1080", "socks5://my_proxy:1080"),
        ] {
            let url = ProxyUrl::parse(text).unwrap();
            assert_eq!(url.to_string(), shown, "{text}");
            assert_eq!(ProxyUrl::parse(shown), Ok(url), "{text}");
        }
        assert!(matches!(ProxyUrl::parse("socks5://10.1.2.3:1").unwrap().host(), Host::Ipv4(_)));
        for (text, fault) in [
            ("proxy:3128", BadProxyUrl::Scheme),
            ("ftp://proxy", BadProxyUrl::Scheme),
            ("", BadProxyUrl::Scheme),
            ("https://proxy:3128", BadProxyUrl::Https),
            ("socks5h://proxy", BadProxyUrl::Socks),
            ("socks4://proxy", BadProxyUrl::Socks),
            ("http://me:hush@proxy:3128", BadProxyUrl::Credentials),
            ("http://@proxy:3128", BadProxyUrl::Credentials),
            ("http://", BadProxyUrl::Malformed),
            ("http://:3128", BadProxyUrl::Malformed),
            ("http://proxy:0", BadProxyUrl::Malformed),
            ("http://proxy:70000", BadProxyUrl::Malformed),
            ("http://proxy:3128/path", BadProxyUrl::Malformed),
            ("http://proxy:3128?x", BadProxyUrl::Malformed),
            ("http://proxy:3128/#", BadProxyUrl::Malformed),
            ("http:///proxy", BadProxyUrl::Malformed),
            ("http://pro xy", BadProxyUrl::Malformed),
            ("http://proxy\n", BadProxyUrl::Malformed),
        ] {
            assert_eq!(ProxyUrl::parse(text), Err(fault), "{text:?}");
        }
        assert_eq!(ProxyUrl::parse(&format!("http://{}", "x".repeat(300))), Err(BadProxyUrl::TooLong));
    }

    #[test]
    fn credentials_fit_both_protocols() {
        let credentials =
            |username: &str, password: &str| ProxyCredentials { username: username.into(), password: password.into() };
        assert_eq!(credentials("me", "h:u s h").check(), Ok(()));
        let long = "x".repeat(256);
        for (bad, field) in [
            (credentials("", "hush"), "username"),
            (credentials("a:b", "hush"), "username"),
            (credentials("a\n", "hush"), "username"),
            (credentials(&long, "hush"), "username"),
            (credentials("me", ""), "password"),
            (credentials("me", "a\r\nb"), "password"),
            (credentials("me", &long), "password"),
        ] {
            assert_eq!(bad.check().unwrap_err().field, field);
        }
    }
}
