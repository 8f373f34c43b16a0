//! Settings of the API's listener, as they are used.

use api::ForwardedHeader;
use std::{path::PathBuf, time::Duration};

/// The files of a certificate, with its chain, and of its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TlsFiles {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

/// The API's listener.
#[derive(Clone, Debug)]
pub(crate) struct Front {
    /// TLS of its own.
    pub(crate) tls: Option<TlsFiles>,
    pub(crate) tls_handshake: Duration,
    /// `max-age` of HSTS; zero: no answer has the header.
    pub(crate) hsts: Duration,
    /// Names in lower case; `*` for any; empty for the default.
    pub(crate) hosts: Vec<String>,
    pub(crate) forwarded_header: ForwardedHeader,
    /// Concurrent requests of an HTTP/2 connection.
    pub(crate) http2_streams: u32,
    /// Bytes of the headers of a request.
    pub(crate) header_bytes: u32,
}

impl Front {
    /// The scheme of the listener's URLs.
    pub(crate) fn scheme(&self) -> &'static str {
        if self.tls.is_some() { "https" } else { "http" }
    }
}
