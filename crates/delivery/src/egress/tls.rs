//! TLS client: rustls with ring, extended by P-521.

mod p521;
mod p521_exchange;
pub(super) mod words;

#[cfg(feature = "fuzzing")]
pub(super) use words::algorithm;

use rustls::{
    ClientConfig, ConfigBuilder, RootCertStore, SignatureScheme,
    client::WantsClientCert,
    crypto::{CryptoProvider, WebPkiSupportedAlgorithms, ring},
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, SignatureVerificationAlgorithm},
};
use std::{
    io,
    sync::{Arc, LazyLock},
};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

/// The HTTP versions that a connection offers (ALPN).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Offer {
    Http2OrHttp1,
    Http1,
    Http2,
}

/// Makes TLS connections.
#[derive(Clone)]
pub(super) struct Tls {
    both: TlsConnector,
    http1: TlsConnector,
    http2: TlsConnector,
}

impl Tls {
    pub(super) fn new(roots: RootCertStore) -> Result<Self, rustls::Error> {
        Ok(Self::of(builder(roots)?.with_no_client_auth()))
    }

    /// With a client certificate.
    pub(super) fn with_identity(
        roots: RootCertStore,
        chain: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
    ) -> Result<Self, rustls::Error> {
        builder(roots)?.with_client_auth_cert(chain, key).map(Self::of)
    }

    fn of(mut config: ClientConfig) -> Self {
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        let http1 = TlsConnector::from(Arc::new(config.clone()));
        config.alpn_protocols = vec![b"h2".to_vec()];
        let http2 = TlsConnector::from(Arc::new(config.clone()));
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Self { both: TlsConnector::from(Arc::new(config)), http1, http2 }
    }

    pub(super) async fn connect(
        &self,
        name: ServerName<'static>,
        offer: Offer,
        tcp: TcpStream,
    ) -> io::Result<TlsStream<TcpStream>> {
        let connector = match offer {
            Offer::Http2OrHttp1 => &self.both,
            Offer::Http1 => &self.http1,
            Offer::Http2 => &self.http2,
        };
        connector.connect(name, tcp).await
    }
}

fn builder(roots: RootCertStore) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, rustls::Error> {
    let builder = ClientConfig::builder_with_provider(Arc::new(provider())).with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(roots))
}

/// True when the handshake negotiated HTTP/2 (ALPN).
pub(super) fn chose_http2(stream: &TlsStream<TcpStream>) -> bool {
    stream.get_ref().1.alpn_protocol() == Some(b"h2")
}

/// ring's algorithms, and P-521, which ring does not have: without it a server with such a certificate refuses the
/// handshake, since it finds no signature algorithm in common, and in TLS 1.2 no curve.
static ALGORITHMS: LazyLock<WebPkiSupportedAlgorithms> = LazyLock::new(|| {
    let known = ring::default_provider().signature_verification_algorithms;
    let leak = |algorithms: Vec<Algorithm>| -> &'static [Algorithm] { algorithms.leak() };
    let with = |first: &[Algorithm], more: Algorithm| leak(first.iter().copied().chain([more]).collect());
    // After the others: TLS 1.3 takes the first algorithm of a scheme, TLS 1.2 any.
    let mut mapping: Vec<(SignatureScheme, &'static [Algorithm])> = known
        .mapping
        .iter()
        .map(|(scheme, algorithms)| match scheme {
            SignatureScheme::ECDSA_NISTP256_SHA256 => (*scheme, with(algorithms, p521::SHA256)),
            SignatureScheme::ECDSA_NISTP384_SHA384 => (*scheme, with(algorithms, p521::SHA384)),
            _ => (*scheme, *algorithms),
        })
        .collect();
    mapping.push((SignatureScheme::ECDSA_NISTP521_SHA512, with(&[], p521::SHA512)));
    let all = leak(known.all.iter().copied().chain([p521::SHA256, p521::SHA384, p521::SHA512]).collect());
    WebPkiSupportedAlgorithms { all, mapping: mapping.leak() }
});

type Algorithm = &'static dyn SignatureVerificationAlgorithm;

fn provider() -> CryptoProvider {
    let ring = ring::default_provider();
    let kx_groups = ring.kx_groups.iter().copied().chain([p521_exchange::GROUP]).collect();
    CryptoProvider { signature_verification_algorithms: *ALGORITHMS, kx_groups, ..ring }
}

/// The machine's certificate authorities; where it has none (a bare container), Mozilla's.
pub(super) fn machine_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    let native = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(native.certs);
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    roots
}
