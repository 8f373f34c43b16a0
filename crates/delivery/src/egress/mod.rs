//! Egress: HTTP requests to receivers. Pooled HTTP/1.1 and HTTP/2 over rustls, no redirects, one timeout for the whole
//! request, a limit on the kept part of a response, and the address policy (SSRF) applied to the dialled addresses.
//!
//! Once the status is known the attempt has a response, and later anomalies become a note. A request that the receiver
//! certainly did not process is sent again within the attempt. A shortage of this machine does not count as an attempt.

mod content;
mod dial;
mod examine;
mod fault;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod hosts;
mod http1;
mod http2;
mod origin;
mod own_tls;
mod parts;
mod policy;
mod pool;
mod ports;
mod proxy;
mod proxy_fault;
mod request;
mod resolve;
mod response;
mod retry_after;
mod routes;
mod rules;
mod socket;
mod tls;
mod watch;
mod way;

use bytes::Bytes;
pub(crate) use content::kept;
pub use examine::{Examination, ExamineError, Examined};
use fault::Fault;
pub use fault::{LocalFault, ResolveError};
use http::{HeaderMap, Uri};
use metrics::Metrics;
use model::{
    AllowLists, TenantId, Timings,
    attempt::{AttemptError, AttemptErrorKind},
    shape::Method,
};
pub(crate) use origin::{Origin, OriginError};
pub use own_tls::{BadClientTls, check_client_tls};
use parts::Parts;
pub use policy::{AddressPolicy, Blocked};
use pool::{Limits, Pool};
pub use ports::{BadPorts, PortPolicy};
use request::Request;
pub use resolve::AddressSource;
use resolve::Resolver;
pub(crate) use response::Answer;
use response::Receipt;
pub(crate) use routes::{Own, Routes};
pub use rules::Refused;
use rules::Rules;
use rustls::RootCertStore;
use socket::Counter;
use std::{
    net::IpAddr,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};
use tls::Tls;
use watch::Stage;
use way::Way;

/// The egress could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum EgressError {
    #[error("TLS could not be set up")]
    Tls(#[from] rustls::Error),
}

/// Settings of the installation.
#[derive(Clone, Debug)]
pub struct EgressSettings {
    pub policy: AddressPolicy,
    pub ports: PortPolicy,
    /// Of the tenant whose receivers are examined; empty in a server, whose tenants have theirs.
    pub allow: AllowLists,
    /// Longest time that an idle connection is kept; zero turns keep-alive off.
    pub keep_alive: Duration,
    /// Connections to receivers, at most, idle ones included.
    pub connections: usize,
}

impl EgressSettings {
    /// Default of `keep_alive`. Shorter than the idle timeouts of load balancers, which are 60 seconds at AWS and 55 at
    /// Heroku, since a request over a connection that is being closed must be sent again.
    pub const KEEP_ALIVE: Duration = Duration::from_secs(45);

    pub fn new(policy: AddressPolicy) -> Self {
        let (ports, allow) = (PortPolicy::default(), AllowLists::default());
        Self { policy, ports, allow, keep_alive: Self::KEEP_ALIVE, connections: 4_096 }
    }

    /// Derives the connection limit from the limit of open files: half of the descriptors that the store and the logs
    /// do not need. The other half is for the API's clients.
    #[must_use]
    pub fn with_descriptors(self, limit: u64) -> Self {
        let room = limit.saturating_sub(OWN_DESCRIPTORS) / 2;
        let connections = usize::try_from(room).unwrap_or(usize::MAX).clamp(8, CONNECTIONS_MAX);
        Self { connections, ..self }
    }
}

/// Open files reserved for the store, the logs and the runtime.
const OWN_DESCRIPTORS: u64 = 128;
/// Upper bound of the connection limit, whatever the limit of open files.
const CONNECTIONS_MAX: usize = 65_536;
/// Idle connections kept, at most: one over TLS takes about 20 KiB.
const IDLE_MAX: usize = 2_048;
/// Makes requests. Clones share the pool.
#[derive(Clone)]
pub struct Egress {
    parts: Arc<Parts>,
}

/// The result of a request, and its duration.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) result: Result<Answer, AttemptError>,
    pub(crate) took: Duration,
    pub(crate) remote_ip: Option<IpAddr>,
    pub(crate) timings: Timings,
}

impl Sent {
    /// No request was made.
    pub(crate) fn not_made(error: AttemptError) -> Self {
        Self { result: Err(error), took: Duration::ZERO, remote_ip: None, timings: Timings::default() }
    }
}

impl Egress {
    pub fn new(settings: EgressSettings) -> Result<Self, EgressError> {
        Self::with_roots(settings, tls::machine_roots())
    }

    /// Like [`Self::new`], with these certificate authorities instead of the machine's.
    pub fn with_roots(settings: EgressSettings, roots: RootCertStore) -> Result<Self, EgressError> {
        Self::with_resolver(settings, roots, Resolver::system())
    }

    fn with_resolver(settings: EgressSettings, roots: RootCertStore, resolver: Resolver) -> Result<Self, EgressError> {
        let EgressSettings { policy, ports, allow, keep_alive, connections } = settings;
        let limits = Limits { idle: (connections / 2).min(IDLE_MAX), keep_alive };
        let (tls, pool, counter) = (Tls::new(roots.clone())?, Pool::new(limits), Counter::new(connections));
        let rules = Rules { addresses: policy, ports, allow: AllowLists::default() }.of_tenant(&allow);
        let (routes, metrics) = (Routes::new(rules), OnceLock::new());
        Ok(Self { parts: Arc::new(Parts { routes, resolver, roots, tls, pool, counter, metrics }) })
    }

    /// From now on, requests that the address policy refuses are counted.
    pub(crate) fn report_to(&self, metrics: Arc<Metrics>) {
        self.parts.metrics.get_or_init(|| metrics);
    }

    /// The egress of tenants that have one of their own.
    pub(crate) fn routes(&self) -> &Routes {
        &self.parts.routes
    }

    /// Checks the port and the host of a URL, without resolving it, by the rules of tenants without any of their own.
    pub fn check_url(&self, url: &url::Url) -> Result<(), Refused> {
        self.parts.routes.rules().check_url(url)
    }

    /// The same by the rules of a tenant.
    pub(crate) fn check_url_of(&self, tenant: &TenantId, url: &url::Url) -> Result<(), Refused> {
        match self.parts.routes.of(tenant) {
            None => self.check_url(url),
            Some(route) => route.rules.check_url(url),
        }
    }

    /// Sends a request of a tenant and reads the response, of whose body `most` bytes are kept if that is more than the log
    /// keeps. `timeout` covers everything from the DNS look-up to the body's last byte.
    pub(crate) async fn send(
        &self,
        (tenant, origin): (&TenantId, &Origin),
        (method, uri): (Method, &Uri),
        headers: HeaderMap,
        body: Bytes,
        (timeout, most): (Duration, usize),
    ) -> Result<Sent, LocalFault> {
        let way = Way::new(origin, self.parts.routes.of(tenant));
        let request = Request { method, way, uri, headers, body };
        self.make(&request, Receipt::keeping(most), timeout).await
    }

    /// Sends a POST that is no delivery of a tenant, and returns up to `most` bytes of the body.
    pub(crate) async fn fetch(
        &self,
        (tenant, url): (&TenantId, &url::Url),
        headers: HeaderMap,
        body: Bytes,
        (timeout, most): (Duration, usize),
    ) -> Result<Sent, LocalFault> {
        let unsendable = |text: String| Sent::not_made(AttemptError::new(AttemptErrorKind::Unsendable, text));
        let (origin, uri) = match (Origin::new(url), url.as_str().parse::<Uri>()) {
            (Ok(origin), Ok(uri)) => (origin, uri),
            (Err(fault), _) => return Ok(unsendable(fault.to_string())),
            (_, Err(fault)) => return Ok(unsendable(format!("the URL is malformed: {fault}"))),
        };
        let way = Way::new(&origin, self.parts.routes.of(tenant));
        let request = Request { method: Method::Post, way, uri: &uri, headers, body };
        self.make(&request, Receipt::keeping(most), timeout).await
    }

    async fn make(&self, request: &Request<'_>, mut receipt: Receipt, timeout: Duration) -> Result<Sent, LocalFault> {
        #[allow(clippy::disallowed_methods, reason = "a duration is measured, not a point in time")]
        let start = Instant::now();
        let origin = request.way.origin;
        let ended = tokio::time::timeout(timeout, self.parts.exchange(request, &mut receipt)).await;
        let seconds = timeout.as_secs_f64();
        if ended.is_err() && receipt.status().is_some() {
            receipt.note(format!("the response did not end within {seconds} s"));
        }
        let (stage, remote_ip, awaits_proxy) = (receipt.stage(), receipt.remote_ip(), receipt.awaits_proxy());
        let timings = receipt.ended();
        let result = match (receipt.into_answer(), ended) {
            (Some(answer), _) => Ok(answer),
            (None, Ok(Err(fault))) => {
                if let (Fault::Refused(refused), Some(metrics)) = (&fault, self.parts.metrics.get()) {
                    metrics.engine.egress_refused(refused.reason());
                }
                warn_of_route(&request.way, &fault);
                Err(fault.explain(origin.name())?)
            }
            (None, Err(_)) if awaits_proxy => Err(AttemptError::new(
                AttemptErrorKind::Proxy,
                format!("Proxy error: no connection to the proxy within {seconds} s"),
            )),
            (None, Ok(Ok(())) | Err(_)) => Err(AttemptError::new(
                AttemptErrorKind::Timeout,
                format!("Timeout: {} {} within {seconds} s", stage.missed(), origin.name()),
            )),
        };
        Ok(Sent { result, took: start.elapsed(), remote_ip, timings })
    }
}

/// Tells the operator which tenant's egress does not work; the tenant's log names neither the proxy nor its address.
fn warn_of_route(way: &Way<'_>, fault: &Fault) {
    let Some(route) = &way.route else { return };
    match (fault, way.proxy()) {
        (Fault::Proxy(fault), Some(proxy)) => {
            tracing::warn!(tenant = %route.tenant, proxy = %proxy.url, error = %fault, "a tenant's proxy failed")
        }
        (Fault::Source(fault), _) => {
            tracing::warn!(tenant = %route.tenant, error = %fault, "a tenant's source address cannot be used");
        }
        _ => {}
    }
}

impl Stage {
    /// The error message of a timeout in this stage.
    const fn missed(self) -> &'static str {
        match self {
            Self::Resolving => "no answer from the name servers for",
            Self::Connecting => "could not connect to",
            Self::Handshake => "no TLS handshake with",
            Self::Waiting => "no complete response from",
        }
    }
}

#[cfg(test)]
mod tests;
