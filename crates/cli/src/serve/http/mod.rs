//! Accepts connections until the server stops, then lets open ones finish.

mod certificate;
mod connection;
mod descriptors;
mod framing;
mod handshake;
mod limits;
mod quiet;
mod refusal;
mod stream;

use axum::Router;
pub(super) use certificate::ServerCertificate;
use descriptors::Reserve;
pub(super) use handshake::Tls;
use hyper_util::{
    rt::{TokioExecutor, TokioTimer},
    server::conn::auto,
};
pub(super) use limits::Limits;
pub(super) use limits::of as limits;
use limits::{Door, Refused};
use refusal::Refusals;
use std::{io::ErrorKind, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// Time that requests in flight have to finish when the server stops.
const FINISH: Duration = Duration::from_secs(10);
/// Timeout of an HTTP/1 request's headers, which starts when the previous response was written; thus also the
/// keep-alive timeout. Longer than the 60 s after which load balancers close their connections to backends, so that no
/// connection is closed while a request arrives.
const HEADERS: Duration = Duration::from_secs(75);
/// Interval of HTTP/2 keep-alive pings.
const PING: Duration = Duration::from_secs(60);
/// Requests of an HTTP/2 connection that its client may cancel before the server sees them; then it is closed.
const PENDING_RESETS: usize = 20;
/// Requests that the server may reset because of faults of the client; then the connection is closed.
const ERROR_RESETS: usize = 256;
/// Wait before the next accept when it failed and the reserve is empty.
const PAUSE: Duration = Duration::from_millis(50);

/// How a listener speaks HTTP.
#[derive(Clone)]
pub(super) struct Protocol {
    pub(super) tls: Option<Tls>,
    /// Concurrent requests of an HTTP/2 connection.
    pub(super) streams: u32,
    /// Bytes of the headers of a request.
    pub(super) header_bytes: u32,
}

impl Protocol {
    fn builder(&self) -> auto::Builder<TokioExecutor> {
        let mut http = auto::Builder::new(TokioExecutor::new());
        http.http1().timer(TokioTimer::new()).header_read_timeout(HEADERS).max_buf_size(self.header_bytes as usize);
        http.http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(Some(PING))
            .max_concurrent_streams(self.streams)
            .max_header_list_size(self.header_bytes)
            .max_pending_accept_reset_streams(PENDING_RESETS)
            .max_local_error_reset_streams(ERROR_RESETS);
        http
    }
}

pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    protocol: Protocol,
    stop: impl Future<Output = ()>,
) {
    let http = protocol.builder();
    let stopping = watch::Sender::new(());
    let mut accepting = Accepting {
        door: Door::new(limits),
        refusals: Refusals::default(),
        reserve: Reserve::new(),
        tls: protocol.tls,
    };
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok((tcp, peer)) => accepting.accepted(tcp, peer, &http, &router, &stopping),
            Err(fault) => accepting.failed(&fault).await,
        }
    }
    drop(listener);
    stopping.send_replace(());
    if tokio::time::timeout(FINISH, stopping.closed()).await.is_err() {
        tracing::warn!(connections = stopping.receiver_count(), "client connections did not finish in time");
    }
}

struct Accepting {
    door: Arc<Door>,
    refusals: Refusals,
    reserve: Reserve,
    tls: Option<Tls>,
}

impl Accepting {
    fn accepted(
        &mut self,
        tcp: TcpStream,
        peer: SocketAddr,
        http: &auto::Builder<TokioExecutor>,
        router: &Router,
        stopping: &watch::Sender<()>,
    ) {
        self.reserve.fill();
        let place = match self.door.admit(peer.ip()) {
            Ok(place) => place,
            Err(why) => return self.refusals.refuse(self.tls.is_none().then_some(tcp), peer, why),
        };
        let _ = tcp.set_nodelay(true);
        let (http, router, mut stopping) = (http.clone(), router.clone(), stopping.subscribe());
        let Some(tls) = self.tls.clone() else {
            let served = connection::serve(tcp, peer, http, router, stopping);
            tokio::spawn(async move {
                served.await;
                drop(place);
            });
            return;
        };
        tokio::spawn(async move {
            if let Some(stream) = tls.accept(tcp, peer, &mut stopping).await {
                connection::serve(stream, peer, http, router, stopping).await;
            }
            drop(place);
        });
    }

    async fn failed(&mut self, fault: &std::io::Error) {
        // The client disconnected before it was accepted, which needs no log.
        if matches!(fault.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::Interrupted) {
            return;
        }
        // Most likely no descriptors are left: close one of the reserve, with which the connection can be accepted.
        if !self.reserve.give_up_one(fault) {
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// The setting whose limit was reached, for the log.
impl Refused {
    const fn name(self) -> &'static str {
        match self {
            Self::Address => "POSTRIDER_MAX_CONNECTIONS_PER_ADDRESS",
            Self::All => "POSTRIDER_MAX_CONNECTIONS",
        }
    }
}
