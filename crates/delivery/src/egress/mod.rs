//! Egress: the HTTP requests. Pooled HTTP/1.1 and HTTP/2 over rustls, no redirects, one timeout over everything, a cap
//! on what is kept of a response, and the address policy applied to what is dialled.

mod connector;
mod fault;
mod policy;
mod response;

use bytes::Bytes;
use connector::Connector;
use http::{HeaderMap, Method, Request, Uri};
use http_body_util::Full;
use hyper_rustls::HttpsConnector;
use hyper_util::{
    client::legacy::Client,
    rt::{TokioExecutor, TokioTimer},
};
use model::attempt::{AttemptError, AttemptErrorKind};
pub use policy::{AddressPolicy, Blocked};
use response::Answer;
use rustls::{ClientConfig, RootCertStore};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// The egress could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum EgressError {
    #[error("TLS could not be set up")]
    Tls(#[from] rustls::Error),
}

/// Makes requests. Clones share the pool.
#[derive(Clone)]
pub struct Egress {
    client: Client<HttpsConnector<Connector>, Full<Bytes>>,
    policy: Arc<AddressPolicy>,
}

/// What came of a request, and how long it took.
#[derive(Debug)]
pub struct Sent {
    pub result: Result<Answer, AttemptError>,
    pub took: Duration,
}

impl Egress {
    pub fn new(policy: AddressPolicy) -> Result<Self, EgressError> {
        Self::with_roots(policy, machine_roots())
    }

    /// With certificate authorities of one's own.
    pub fn with_roots(policy: AddressPolicy, roots: RootCertStore) -> Result<Self, EgressError> {
        let policy = Arc::new(policy);
        let https = hyper_rustls::HttpsConnectorBuilder::new()
            .with_tls_config(tls(roots)?)
            .https_or_http()
            .enable_http1()
            .enable_http2()
            .wrap_connector(Connector::new(policy.clone()));
        let client = Client::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(60))
            .pool_max_idle_per_host(128)
            .http1_title_case_headers(true)
            .http1_max_headers(200)
            .http2_adaptive_window(true)
            .build(https);
        Ok(Self { client, policy })
    }

    /// Whether a URL with an address instead of a host name could be dialled at all.
    pub fn check_literal(&self, uri: &Uri) -> Result<(), Blocked> {
        connector::literal(uri).map_or(Ok(()), |address| self.policy.check(address))
    }

    /// POSTs and reads the answer; `timeout` covers everything from the connection to the body's last byte. `host` is
    /// what faults call the receiver.
    pub async fn post(&self, uri: &Uri, host: &str, headers: HeaderMap, body: Bytes, timeout: Duration) -> Sent {
        #[allow(clippy::disallowed_methods, reason = "a duration is measured, not a point in time")]
        let start = Instant::now();
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri.clone();
        *request.headers_mut() = headers;
        let exchange = async {
            match self.client.request(request).await {
                Ok(response) => response::read(response, host).await,
                Err(fault) => Err(fault::explain(&fault, host)),
            }
        };
        let result = tokio::time::timeout(timeout, exchange).await.unwrap_or_else(|_| {
            let seconds = timeout.as_secs_f64();
            Err(AttemptError::new(
                AttemptErrorKind::Timeout,
                format!("Timeout: no complete response from {host} within {seconds} s"),
            ))
        });
        Sent { result, took: start.elapsed() }
    }
}

/// The machine's certificate authorities; where it has none (a bare container), Mozilla's.
fn machine_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    let native = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(native.certs);
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    roots
}

fn tls(roots: RootCertStore) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}
