//! Sends a request: takes a connection of the pool or makes one, and sends the request again as long as that is safe.

use super::{
    dial::{self, Dialling},
    fault::{self, Fault, LocalFault, Resend},
    http1, http2,
    pool::{Connection, Evicted, Pool, Speaks},
    proxy::Through,
    request::Request,
    resolve::Resolver,
    response::Receipt,
    routes::Routes,
    rules::{Rules, borrowed},
    socket::{Counter, Dialled, Place, Socket},
    tls::{Offer, Tls},
    watch::Stage,
    way::Way,
};
use metrics::Metrics;
use model::{TenantEgress, shape::HttpVersion};
use rustls::RootCertStore;
use std::{
    net::IpAddr,
    sync::{Arc, OnceLock},
    time::Duration,
};

/// Resends of a request within one attempt, at most.
const RESENDS: u32 = 5;
/// Backoff before a request that was refused twice is sent again; doubles with each further refusal.
const REFUSED_PAUSE: Duration = Duration::from_millis(100);
/// Number of idle connections closed when descriptors have run out.
const EVICTED: usize = 16;

/// The parts that all requests share.
pub(super) struct Parts {
    pub(super) routes: Routes,
    pub(super) resolver: Resolver,
    pub(super) roots: RootCertStore,
    pub(super) tls: Tls,
    pub(super) pool: Arc<Pool>,
    pub(super) counter: Arc<Counter>,
    /// Counts refusals of the policy; set once, when the engine is composed.
    pub(super) metrics: OnceLock<Arc<Metrics>>,
}

impl Parts {
    /// Sends the request, and sends it again as long as that is safe, up to [`RESENDS`] times.
    pub(super) async fn exchange(&self, request: &Request<'_>, receipt: &mut Receipt) -> Result<(), Fault> {
        let (mut resent, mut is_fresh) = (0, false);
        loop {
            let way = &request.way;
            let connection = self.connection(way, is_fresh, receipt).await?;
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
                            self.pool.put(way, connection);
                            return Ok(());
                        }
                        Err(fault) => (reused, fault),
                    }
                }
                Connection::Http2(shared) => {
                    match shared.exchange(request, receipt).await {
                        Ok(()) => return Ok(()),
                        Err(fault) => {
                            if way.origin.is_known_http2() && !shared.has_begun() {
                                shared.retire();
                                return Err(Fault::NoHttp2);
                            }
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
                self.pool.learn(way, Speaks::Http1Only);
            }
            let resend = fault.resend(reused);
            if resend == Resend::No || resent == RESENDS {
                return Err(fault);
            }
            match resend {
                Resend::WithHttp1 if way.origin.version == HttpVersion::Http2 => return Err(Fault::NoHttp2),
                Resend::WithHttp1 => self.pool.learn(way, Speaks::Http1Only),
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
    async fn connection(&self, way: &Way<'_>, is_fresh: bool, receipt: &mut Receipt) -> Result<Connection, Fault> {
        let known = match is_fresh {
            false => self.pool.take(way),
            true => self.pool.shared(way).map(Connection::Http2),
        };
        if let Some(connection) = known {
            receipt.reuse(connection.remote_ip());
            return Ok(connection);
        }
        receipt.begin_connection(Stage::Connecting);
        // Concurrent requests wait for a connection that they may share (HTTP/2).
        let _alone = self.pool.alone(way).await;
        if let Some(shared) = self.pool.shared(way) {
            receipt.reuse(shared.remote_ip());
            return Ok(Connection::Http2(shared));
        }
        receipt.begin_connection(Stage::Resolving);
        let rules = self.rules(way);
        rules.check(&borrowed(&way.origin.host), way.origin.port)?;
        let addresses = self.resolver.resolve(&way.origin.host, &rules.addresses).await?;
        receipt.enter(Stage::Connecting);
        let dialled = match self.dial(way, &addresses, receipt).await {
            // Closing idle connections frees descriptors.
            Err(Fault::Local(LocalFault::Descriptors)) if self.pool.evict() == Evicted::Closed => {
                for _ in 1..EVICTED {
                    self.pool.evict();
                }
                self.dial(way, &addresses, receipt).await?
            }
            dialled => dialled?,
        };
        let peer = match way.proxy() {
            None => dialled.tcp.peer_addr().map_err(Fault::Connect)?.ip(),
            // The proxy is the peer, and connects to this address.
            Some(_) => dialled.address,
        };
        rules.addresses.check(peer)?;
        receipt.connected_to(peer);
        let connection = self.begin(way, dialled, receipt).await?;
        receipt.enter(Stage::Waiting);
        Ok(connection)
    }

    fn rules<'w>(&'w self, way: &'w Way<'_>) -> &'w Rules {
        way.route.as_deref().map_or(self.routes.rules(), |route| &route.rules)
    }

    /// Dials the checked addresses of a receiver, on the route of its tenant.
    async fn dial(&self, way: &Way<'_>, addresses: &[IpAddr], receipt: &mut Receipt) -> Result<Dialled, Fault> {
        let (port, place) = (way.origin.port, || self.place());
        match way.egress() {
            None => dial::dial(addresses, port, Dialling::Direct, &place).await,
            Some(TenantEgress::SourceAddresses(source)) => {
                dial::dial(addresses, port, Dialling::From(*source), &place).await
            }
            Some(TenantEgress::Proxy(proxy)) => {
                let through = Through::new(proxy, &self.resolver, receipt.through_proxy()).await?;
                dial::race(addresses, port, |receiver| through.connect(receiver, &place)).await
            }
        }
    }

    /// Makes the TLS handshake and starts HTTP on a new connection.
    async fn begin(&self, way: &Way<'_>, dialled: Dialled, receipt: &mut Receipt) -> Result<Connection, Fault> {
        let origin = way.origin;
        let Some(name) = &origin.tls else {
            let socket = Socket::plain(dialled);
            return match origin.version {
                HttpVersion::Http2 => self.begin_http2(way, socket).await,
                HttpVersion::Auto | HttpVersion::Http1 => Ok(Connection::Http1(http1::Connection::new(socket))),
            };
        };
        receipt.enter(Stage::Handshake);
        let offer = match (origin.version, self.pool.speaks(way)) {
            (HttpVersion::Http2, _) => Offer::Http2,
            (HttpVersion::Http1, _) | (HttpVersion::Auto, Speaks::Http1Only) => Offer::Http1,
            (HttpVersion::Auto, Speaks::Unknown | Speaks::Http1 | Speaks::Http2) => Offer::Http2OrHttp1,
        };
        let tls = origin.own_tls(&self.roots).map_err(Fault::OwnTls)?.unwrap_or(&self.tls);
        let socket = Socket::tls(dialled, tls, name.clone(), offer).await.map_err(|fault| match offer {
            Offer::Http2 if fault::refuses_offer(&fault) => Fault::NoHttp2,
            _ => Fault::Handshake(fault),
        })?;
        match (socket.chose_http2(), offer) {
            (true, _) => self.begin_http2(way, socket).await,
            (false, Offer::Http2) => Err(Fault::NoHttp2),
            (false, Offer::Http1 | Offer::Http2OrHttp1) => {
                self.pool.learn(way, Speaks::Http1);
                Ok(Connection::Http1(http1::Connection::new(socket)))
            }
        }
    }

    async fn begin_http2(&self, way: &Way<'_>, socket: Socket) -> Result<Connection, Fault> {
        self.pool.learn(way, Speaks::Http2);
        let shared = http2::Shared::begin(socket).await.map_err(Fault::NotSent)?;
        self.pool.share(way, &shared);
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
