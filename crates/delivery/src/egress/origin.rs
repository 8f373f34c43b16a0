//! An origin: scheme, host and port of a receiver, parsed once for each subscription.

use super::{
    own_tls::{BadClientTls, OwnTls},
    tls::Tls,
};
use model::{credentials::ClientTls, shape::HttpVersion};
use rustls::{RootCertStore, pki_types::ServerName};
use std::sync::Arc;
use url::{Host, Url};

/// The destination of requests. Subscriptions with the same scheme, host and port share connections.
#[derive(Debug)]
pub(crate) struct Origin {
    /// Scheme and authority: the key of the connection pool.
    pub(super) key: Arc<str>,
    pub(super) host: Host<String>,
    pub(super) port: u16,
    /// Host, and the port unless it is the scheme's default: the `Host` header, and the receiver's name in messages.
    pub(super) authority: String,
    /// For `https`, the name that the certificate must be for.
    pub(super) tls: Option<ServerName<'static>>,
    /// The version of HTTP that the subscription chose.
    pub(super) version: HttpVersion,
    /// Credentials and authorities of this receiver's subscription alone.
    own: Option<OwnTls>,
}

/// Why a URL has no origin that requests can be sent to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OriginError {
    #[error("the URL has no host")]
    NoHost,
    #[error("the URL has no port")]
    NoPort,
    #[error("the URL's host name cannot be in a certificate")]
    HostName,
    #[error("the URL's scheme {0:?} is not http or https")]
    Scheme(String),
}

impl Origin {
    pub(crate) fn new(url: &Url) -> Result<Self, OriginError> {
        let host = url.host().ok_or(OriginError::NoHost)?.to_owned();
        let port = url.port_or_known_default().ok_or(OriginError::NoPort)?;
        let authority = url.port().map_or_else(|| host.to_string(), |port| format!("{host}:{port}"));
        let tls = match (url.scheme(), &host) {
            ("http", _) => None,
            ("https", Host::Ipv4(address)) => Some(ServerName::from(std::net::IpAddr::V4(*address))),
            ("https", Host::Ipv6(address)) => Some(ServerName::from(std::net::IpAddr::V6(*address))),
            ("https", Host::Domain(name)) => {
                // Certificates and SNI allow no trailing dot (RFC 6066, section 3).
                let name = name.strip_suffix('.').unwrap_or(name).to_owned();
                Some(ServerName::try_from(name).map_err(|_| OriginError::HostName)?)
            }
            (other, _) => return Err(OriginError::Scheme(other.to_owned())),
        };
        let key = format!("{}://{authority}", url.scheme()).into();
        Ok(Self { key, host, port, authority, tls, version: HttpVersion::Auto, own: None })
    }

    /// The same with a client certificate or authorities of its own. It shares no connection with other subscriptions.
    #[must_use]
    pub(crate) fn with_client_tls(self, settings: &ClientTls) -> Self {
        let own = OwnTls::new(settings);
        Self { key: format!("{}#{}", self.key, own.fingerprint()).into(), own: Some(own), ..self }
    }

    /// The same with this version of HTTP. It shares no connection with subscriptions of another version.
    #[must_use]
    pub(crate) fn with_version(self, version: HttpVersion) -> Self {
        match version {
            HttpVersion::Auto => self,
            chosen => Self { key: format!("{}#{}", self.key, chosen.name()).into(), version, ..self },
        }
    }

    /// True when connections begin with HTTP/2, without a negotiation (prior knowledge; RFC 9113, section 3.3).
    pub(super) fn is_known_http2(&self) -> bool {
        self.tls.is_none() && self.version == HttpVersion::Http2
    }

    /// The TLS of this origin alone, if it has any.
    pub(super) fn own_tls(&self, roots: &RootCertStore) -> Result<Option<&Tls>, BadClientTls> {
        self.own.as_ref().map(|own| own.tls(roots)).transpose()
    }

    /// The receiver's name in messages.
    pub(crate) fn name(&self) -> &str {
        &self.authority
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(url: &str) -> Origin {
        Origin::new(&Url::parse(url).unwrap()).unwrap()
    }

    #[test]
    fn an_origin_has_the_pool_key_port_and_certificate_name_of_its_url() {
        for (url, key, port, name) in [
            ("https://example.com/hook?x=1", "https://example.com", 443, Some("example.com")),
            ("https://EXAMPLE.com:443/", "https://example.com", 443, Some("example.com")),
            ("https://example.com:8443/", "https://example.com:8443", 8443, Some("example.com")),
            ("https://example.com./", "https://example.com.", 443, Some("example.com")),
            ("http://my_app:9000/", "http://my_app:9000", 9000, None),
            ("https://my_app:9000/", "https://my_app:9000", 9000, Some("my_app")),
            ("http://[::1]:8080/", "http://[::1]:8080", 8080, None),
            ("https://127.0.0.1/", "https://127.0.0.1", 443, Some("127.0.0.1")),
        ] {
            let origin = origin(url);
            assert_eq!((&*origin.key, origin.port), (key, port), "{url}");
            assert_eq!(origin.tls.map(|tls| tls.to_str().into_owned()).as_deref(), name, "{url}");
        }
    }
}
