//! The TLS handshake of a connection, with a deadline. A client that speaks plain HTTP to the TLS port gets a readable
//! answer.

use rustls::ServerConfig;
use std::{io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::watch,
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

/// TLS of a listener.
#[derive(Clone)]
pub(crate) struct Tls {
    pub(crate) config: Arc<ServerConfig>,
    /// Deadline of a handshake.
    pub(crate) deadline: Duration,
}

/// Content type of a handshake record, the first byte of TLS (RFC 8446, section 5.1).
const HANDSHAKE: u8 = 22;
/// Timeout of reading a plain request to its end; otherwise the answer could be lost with the unread bytes.
const PATIENCE: Duration = Duration::from_secs(1);
/// Bytes read of a plain request.
const READ_MAX: u64 = 64 * 1024;

impl Tls {
    /// The encrypted stream; `None` when there is none in time, or the server stops.
    pub(super) async fn accept(
        &self,
        tcp: TcpStream,
        peer: SocketAddr,
        stopping: &mut watch::Receiver<()>,
    ) -> Option<TlsStream<TcpStream>> {
        let accepted = tokio::select! {
            accepted = timeout(self.deadline, self.handshake(tcp)) => accepted,
            _ = stopping.changed() => return None,
        };
        match accepted {
            Ok(Ok(stream)) => stream,
            Ok(Err(fault)) => {
                tracing::debug!(%peer, error = %fault, "TLS handshake of a client failed");
                None
            }
            Err(_) => {
                tracing::debug!(%peer, "TLS handshake of a client took too long");
                None
            }
        }
    }

    async fn handshake(&self, mut tcp: TcpStream) -> io::Result<Option<TlsStream<TcpStream>>> {
        let mut first = [0];
        if tcp.peek(&mut first).await? == 1 && first[0] != HANDSHAKE && first[0].is_ascii_uppercase() {
            let _ = timeout(PATIENCE, refuse_plain(&mut tcp)).await;
            return Ok(None);
        }
        TlsAcceptor::from(self.config.clone()).accept(tcp).await.map(Some)
    }
}

async fn refuse_plain(tcp: &mut TcpStream) -> io::Result<()> {
    const BODY: &str = r#"{"type":"about:blank","title":"Bad Request","status":400,"code":"tls_required","detail":"This port speaks TLS; use https:// instead of http://"}"#;
    let answer = format!(
        "HTTP/1.1 400 Bad Request\r\ncontent-type: application/problem+json\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{BODY}",
        BODY.len()
    );
    tcp.write_all(answer.as_bytes()).await?;
    tcp.shutdown().await?;
    let mut rest = tcp.take(READ_MAX);
    let mut piece = [0; 1024];
    while rest.read(&mut piece).await? > 0 {}
    Ok(())
}
