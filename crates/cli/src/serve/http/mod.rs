//! Accepts connections until the server stops, then lets open ones finish.

mod connection;
mod descriptors;
mod framing;
mod limits;
mod refusal;
mod stream;

use axum::Router;
use descriptors::Reserve;
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
/// Wait before the next accept when it failed and the reserve is empty.
const PAUSE: Duration = Duration::from_millis(50);

pub(super) async fn serve(listener: TcpListener, router: Router, limits: Limits, stop: impl Future<Output = ()>) {
    let mut http = auto::Builder::new(TokioExecutor::new());
    http.http1().timer(TokioTimer::new()).header_read_timeout(HEADERS);
    http.http2().timer(TokioTimer::new()).keep_alive_interval(Some(PING));
    let stopping = watch::Sender::new(());
    let mut accepting = Accepting { door: Door::new(limits), refusals: Refusals::default(), reserve: Reserve::new() };
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
            Err(why) => return self.refusals.refuse(tcp, peer, why),
        };
        let _ = tcp.set_nodelay(true);
        let served = connection::serve(tcp, peer, http.clone(), router.clone(), stopping.subscribe());
        tokio::spawn(async move {
            served.await;
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
