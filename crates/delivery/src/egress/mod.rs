//! Egress: HTTP requests to receivers. Pooled HTTP/1.1 and HTTP/2 over rustls, no redirects, one timeout for the whole
//! request, a limit on the kept part of a response, and the address policy (SSRF) applied to the dialled addresses.
//!
//! Once the status is known the attempt has a response, and later anomalies become a note. A request that the receiver
//! certainly did not process is sent again within the attempt. A shortage of this machine does not count as an attempt.

mod content;
mod dial;
mod examine;
mod fault;
mod hosts;
mod http1;
mod http2;
mod origin;
mod own_tls;
mod policy;
mod pool;
mod request;
mod resolve;
mod response;
mod retry_after;
mod socket;
mod tls;
mod watch;

use bytes::Bytes;
pub(crate) use content::kept;
pub use examine::{Examination, ExamineError, Examined};
use fault::{Fault, Resend};
pub use fault::{LocalFault, ResolveError};
use http::{HeaderMap, Uri};
use metrics::Metrics;
use model::{
    Timings,
    attempt::{AttemptError, AttemptErrorKind},
    shape::Method,
};
pub(crate) use origin::{Origin, OriginError};
pub use own_tls::{BadClientTls, check_client_tls};
pub use policy::{AddressPolicy, Blocked};
use pool::{Connection, Evicted, Limits, Pool, Speaks};
use request::Request;
pub use resolve::AddressSource;
use resolve::Resolver;
pub(crate) use response::Answer;
use response::Receipt;
use rustls::RootCertStore;
use socket::{Counter, Place, Socket};
use std::{
    net::IpAddr,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};
use tls::{Offer, Tls};
use watch::Stage;

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
        Self { policy, keep_alive: Self::KEEP_ALIVE, connections: 4_096 }
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
/// Resends of a request within one attempt, at most.
const RESENDS: u32 = 5;
/// Backoff before a request that was refused twice is sent again; doubles with each further refusal.
const REFUSED_PAUSE: Duration = Duration::from_millis(100);

/// Makes requests. Clones share the pool.
#[derive(Clone)]
pub struct Egress {
    parts: Arc<Parts>,
}

struct Parts {
    policy: AddressPolicy,
    resolver: Resolver,
    roots: RootCertStore,
    tls: Tls,
    pool: Arc<Pool>,
    counter: Arc<Counter>,
    /// Counts refusals of the policy; set once, when the engine is composed.
    metrics: OnceLock<Arc<Metrics>>,
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
        let EgressSettings { policy, keep_alive, connections } = settings;
        let limits = Limits { idle: (connections / 2).min(IDLE_MAX), keep_alive };
        let (tls, pool, counter) = (Tls::new(roots.clone())?, Pool::new(limits), Counter::new(connections));
        Ok(Self { parts: Arc::new(Parts { policy, resolver, roots, tls, pool, counter, metrics: OnceLock::new() }) })
    }

    /// From now on, requests that the address policy refuses are counted.
    pub(crate) fn report_to(&self, metrics: Arc<Metrics>) {
        self.parts.metrics.get_or_init(|| metrics);
    }

    /// Checks the host of a URL against the address policy, without resolving it.
    pub fn check_host(&self, url: &url::Url) -> Result<(), Blocked> {
        url.host().map_or(Ok(()), |host| self.parts.policy.check_host(&host))
    }

    /// Sends a request and reads the response, of whose body `most` bytes are kept if that is more than the log keeps.
    /// `timeout` covers everything from the DNS look-up to the body's last byte.
    pub(crate) async fn send(
        &self,
        origin: &Origin,
        (method, uri): (Method, &Uri),
        headers: HeaderMap,
        body: Bytes,
        (timeout, most): (Duration, usize),
    ) -> Result<Sent, LocalFault> {
        let request = Request { method, origin, uri, headers, body };
        self.make(&request, Receipt::keeping(most), timeout).await
    }

    /// Sends a POST for the server itself, and returns up to `most` bytes of the body.
    pub(crate) async fn fetch(
        &self,
        url: &url::Url,
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
        let request = Request { method: Method::Post, origin: &origin, uri: &uri, headers, body };
        self.make(&request, Receipt::keeping(most), timeout).await
    }

    async fn make(&self, request: &Request<'_>, mut receipt: Receipt, timeout: Duration) -> Result<Sent, LocalFault> {
        #[allow(clippy::disallowed_methods, reason = "a duration is measured, not a point in time")]
        let start = Instant::now();
        let origin = request.origin;
        let ended = tokio::time::timeout(timeout, self.parts.exchange(request, &mut receipt)).await;
        let seconds = timeout.as_secs_f64();
        if ended.is_err() && receipt.status().is_some() {
            receipt.note(format!("the response did not end within {seconds} s"));
        }
        let (stage, remote_ip) = (receipt.stage(), receipt.remote_ip());
        let timings = receipt.ended();
        let result = match (receipt.into_answer(), ended) {
            (Some(answer), _) => Ok(answer),
            (None, Ok(Err(fault))) => {
                if let (Fault::Blocked(blocked), Some(metrics)) = (&fault, self.parts.metrics.get()) {
                    metrics.engine.egress_refused(blocked.reason());
                }
                Err(fault.explain(origin.name())?)
            }
            (None, Ok(Ok(())) | Err(_)) => Err(AttemptError::new(
                AttemptErrorKind::Timeout,
                format!("Timeout: {} {} within {seconds} s", stage.missed(), origin.name()),
            )),
        };
        Ok(Sent { result, took: start.elapsed(), remote_ip, timings })
    }
}

impl Parts {
    /// Sends the request, and sends it again as long as that is safe, up to [`RESENDS`] times.
    async fn exchange(&self, request: &Request<'_>, receipt: &mut Receipt) -> Result<(), Fault> {
        let (mut resent, mut is_fresh) = (0, false);
        loop {
            let connection = self.connection(request.origin, is_fresh, receipt).await?;
            let (reused, fault) = match connection {
                Connection::Http1(mut connection) => {
                    let reused = connection.is_reused();
                    match connection.exchange(request, receipt).await {
                        // The server was about to close the idle connection (RFC 9110, section 15.5.9).
                        Ok(http1::Keep::Close) if reused && receipt.status() == Some(408) && !is_fresh => {
                            receipt.restart();
                            (true, Fault::Unanswered(std::io::ErrorKind::ConnectionAborted.into()))
                        }
                        Ok(http1::Keep::Close) => return Ok(()),
                        Ok(http1::Keep::Open) => {
                            self.pool.put(request.origin, connection);
                            return Ok(());
                        }
                        Err(fault) => (reused, fault),
                    }
                }
                Connection::Http2(shared) => {
                    match shared.exchange(request, receipt).await {
                        Ok(()) => return Ok(()),
                        Err(fault) => {
                            // Counted now: other requests share the connection, and may have been answered meanwhile.
                            let reused = shared.has_answered();
                            if fault.resend(reused) != Resend::Refused {
                                shared.retire();
                            }
                            (reused, fault)
                        }
                    }
                }
            };
            if fault.is_broken_http2() {
                self.pool.learn(request.origin, Speaks::Http1Only);
            }
            let resend = fault.resend(reused);
            if resend == Resend::No || resent == RESENDS {
                return Err(fault);
            }
            match resend {
                Resend::WithHttp1 => self.pool.learn(request.origin, Speaks::Http1Only),
                Resend::Stale => {
                    receipt.note("sent again at once: the receiver had closed a reused connection without a response")
                }
                Resend::Refused if resent > 0 => tokio::time::sleep(REFUSED_PAUSE * (1 << (resent - 1))).await,
                Resend::Refused | Resend::Unprocessed | Resend::No => {}
            }
            (resent, is_fresh) = (resent + 1, true);
        }
    }

    /// Returns a pooled or new connection. With `is_fresh` an HTTP/1.1 connection is always new.
    async fn connection(&self, origin: &Origin, is_fresh: bool, receipt: &mut Receipt) -> Result<Connection, Fault> {
        let known = match is_fresh {
            false => self.pool.take(origin),
            true => self.pool.shared(origin).map(Connection::Http2),
        };
        if let Some(connection) = known {
            receipt.reuse(connection.remote_ip());
            return Ok(connection);
        }
        receipt.begin_connection(Stage::Connecting);
        // Concurrent requests wait for a connection that they may share (HTTP/2).
        let _alone = self.pool.alone(origin).await;
        if let Some(shared) = self.pool.shared(origin) {
            receipt.reuse(shared.remote_ip());
            return Ok(Connection::Http2(shared));
        }
        receipt.begin_connection(Stage::Resolving);
        let addresses = self.resolver.resolve(&origin.host, &self.policy).await?;
        receipt.enter(Stage::Connecting);
        let dialled = match dial::dial(&addresses, origin.port, &|| self.place()).await {
            // Closing idle connections frees descriptors.
            Err(Fault::Local(LocalFault::Descriptors)) if self.pool.evict() == Evicted::Closed => {
                for _ in 1..EVICTED {
                    self.pool.evict();
                }
                dial::dial(&addresses, origin.port, &|| self.place()).await?
            }
            dialled => dialled?,
        };
        let peer = dialled.tcp.peer_addr().map_err(Fault::Connect)?;
        self.policy.check(peer.ip())?;
        receipt.connected_to(peer.ip());
        let connection = self.begin(origin, dialled, receipt).await?;
        receipt.enter(Stage::Waiting);
        Ok(connection)
    }

    /// Makes the TLS handshake and starts HTTP on a new connection.
    async fn begin(
        &self,
        origin: &Origin,
        dialled: socket::Dialled,
        receipt: &mut Receipt,
    ) -> Result<Connection, Fault> {
        let Some(name) = &origin.tls else {
            return Ok(Connection::Http1(http1::Connection::new(Socket::plain(dialled))));
        };
        receipt.enter(Stage::Handshake);
        let offer = match self.pool.speaks(origin) {
            Speaks::Http1Only => Offer::Http1,
            Speaks::Unknown | Speaks::Http1 | Speaks::Http2 => Offer::Http2OrHttp1,
        };
        let tls = origin.own_tls(&self.roots).map_err(Fault::OwnTls)?.unwrap_or(&self.tls);
        let socket = Socket::tls(dialled, tls, name.clone(), offer).await.map_err(Fault::Handshake)?;
        if !socket.chose_http2() {
            self.pool.learn(origin, Speaks::Http1);
            return Ok(Connection::Http1(http1::Connection::new(socket)));
        }
        self.pool.learn(origin, Speaks::Http2);
        let shared = http2::Shared::begin(socket).await.map_err(Fault::NotSent)?;
        self.pool.share(origin, &shared);
        Ok(Connection::Http2(shared))
    }

    /// Reserves a place for a new connection. At the limit an idle connection is evicted for it.
    fn place(&self) -> Option<Place> {
        loop {
            match self.counter.enter() {
                None if self.pool.evict() == Evicted::Closed => {}
                place => return place,
            }
        }
    }
}

/// Number of idle connections closed when descriptors have run out.
const EVICTED: usize = 16;

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
