//! Accepts connections until told to stop, then lets those that are there finish.

mod connection;
mod descriptors;
mod framing;
mod limits;
mod refusal;
mod stream;

use anyhow::Context;
use axum::Router;
use descriptors::Reserve;
use hyper_util::{
    rt::{TokioExecutor, TokioTimer},
    server::conn::auto,
};
pub(super) use limits::of as limits;
use limits::{Door, Limits, Refused};
use refusal::Refusals;
use std::{io::ErrorKind, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    signal::unix::{SignalKind, signal},
    sync::watch,
};

/// Requests that are under way when the server stops may take so long.
const FINISH: Duration = Duration::from_secs(10);
/// How long HTTP/1 waits for a request's headers, which begins when the answer before them was written: so this is also
/// how long a connection is kept for the next request. Longer than the 60 s after which load balancers close connections
/// to their backends, so that none is closed under a request.
const HEADERS: Duration = Duration::from_secs(75);
/// A peer of HTTP/2 is asked whether it is still there.
const PING: Duration = Duration::from_secs(60);
/// Between two tries when a connection cannot be accepted and there is nothing to give up for it.
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
        tracing::warn!(connections = stopping.receiver_count(), "some clients did not finish in time");
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
        // The client was gone before it was accepted: that is its own affair.
        if matches!(fault.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::Interrupted) {
            return;
        }
        // Out of descriptors, most likely. One of the reserve is given up, and the connection is accepted with it.
        if !self.reserve.give_up_one(fault) {
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Returns at the first SIGTERM or SIGINT from now on.
pub(super) fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    let listen = |kind| signal(kind).context("signals cannot be listened for");
    let (mut terminate, mut interrupt) = (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Why a client is turned away, in the words of the log.
impl Refused {
    const fn name(self) -> &'static str {
        match self {
            Self::Address => "POSTRIDER_MAX_CONNECTIONS_PER_ADDRESS",
            Self::All => "POSTRIDER_MAX_CONNECTIONS",
        }
    }
}
