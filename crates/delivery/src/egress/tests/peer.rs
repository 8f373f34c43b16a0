//! An HTTP/2 receiver that tests script frame by frame.

use super::support::server;
use rcgen::generate_simple_self_signed;
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
};
use std::{net::SocketAddr, sync::Arc};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

pub(super) const DATA: u8 = 0;
pub(super) const HEADERS: u8 = 1;
pub(super) const RST_STREAM: u8 = 3;
pub(super) const SETTINGS: u8 = 4;
pub(super) const GOAWAY: u8 = 7;
pub(super) const END_STREAM: u8 = 1;
pub(super) const END_HEADERS: u8 = 4;
/// `:status: 200` (RFC 7541, appendix A).
pub(super) const STATUS_200: [u8; 1] = [0x88];

/// A server's HTTP/2 connection that tests script frame by frame.
pub(super) struct Peer<S = TlsStream<TcpStream>>(pub(super) S);

impl Peer {
    pub(super) async fn accept(tls: TlsAcceptor, tcp: TcpStream) -> Self {
        let stream = tls.accept(tcp).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
        Self::begin(stream).await
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Peer<S> {
    pub(super) async fn begin(stream: S) -> Self {
        let mut peer = Self(stream);
        peer.0.read_exact(&mut [0; 24]).await.unwrap();
        peer.write(SETTINGS, 0, 0, &[]).await;
        peer
    }

    pub(super) async fn write(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        let mut frame = (payload.len() as u32).to_be_bytes()[1..].to_vec();
        frame.extend([kind, flags]);
        frame.extend(stream.to_be_bytes());
        frame.extend(payload);
        self.0.write_all(&frame).await.unwrap();
        self.0.flush().await.unwrap();
    }

    /// Reads the next request to its end and returns its stream; `None` at the end of the connection.
    pub(super) async fn request(&mut self) -> Option<u32> {
        loop {
            let mut head = [0; 9];
            self.0.read_exact(&mut head).await.ok()?;
            let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
            let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
            self.0.read_exact(&mut vec![0; length]).await.ok()?;
            match head[3] {
                SETTINGS if head[4] & 1 == 0 => self.write(SETTINGS, 1, 0, &[]).await,
                HEADERS | DATA if head[4] & END_STREAM != 0 => return Some(stream),
                GOAWAY => return None,
                _ => {}
            }
        }
    }

    pub(super) async fn answer(&mut self, stream: u32) {
        self.write(HEADERS, END_HEADERS | END_STREAM, stream, &STATUS_200).await;
    }

    pub(super) async fn go_away(&mut self, last: u32, reason: u32) {
        self.write(GOAWAY, 0, 0, &[last.to_be_bytes(), reason.to_be_bytes()].concat()).await;
    }

    pub(super) async fn reset(&mut self, stream: u32, reason: u32) {
        self.write(RST_STREAM, 0, stream, &reason.to_be_bytes()).await;
    }

    /// Waits until the client has closed the connection.
    pub(super) async fn linger(mut self) {
        let _ = self.0.read_to_end(&mut Vec::new()).await;
    }
}

pub(super) fn acceptor(protocols: &[&str]) -> (TlsAcceptor, CertificateDer<'static>) {
    let made = generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key))
        .unwrap();
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    (TlsAcceptor::from(Arc::new(config)), made.cert.der().clone())
}

/// An HTTP/2 server that runs `serve` for each connection.
pub(super) async fn http2<F>(
    serve: impl Fn(usize, Peer) -> F + Clone + Send + Sync + 'static,
) -> (SocketAddr, CertificateDer<'static>)
where
    F: Future<Output = ()> + Send + 'static,
{
    let (tls, certificate) = acceptor(&["h2"]);
    let address = server(move |number, tcp| {
        let (tls, serve) = (tls.clone(), serve.clone());
        async move { serve(number, Peer::accept(tls, tcp).await).await }
    })
    .await;
    (address, certificate)
}

pub(super) async fn answer_all<S: AsyncRead + AsyncWrite + Unpin>(mut peer: Peer<S>) {
    while let Some(stream) = peer.request().await {
        peer.answer(stream).await;
    }
}
