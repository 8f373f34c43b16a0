//! The byte stream of a connection, plain or over TLS, and the limit of open connections.

use super::tls;
use rustls::pki_types::ServerName;
use std::{
    io,
    net::IpAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};
use tokio_rustls::client::TlsStream;

/// Limits open connections, so that they never take the descriptors that the rest of the server needs.
#[derive(Debug)]
pub(super) struct Counter {
    open: AtomicUsize,
    most: usize,
}

impl Counter {
    pub(super) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { open: AtomicUsize::new(0), most })
    }

    /// Reserves a place for another connection; `None` at the limit.
    pub(super) fn enter(self: &Arc<Self>) -> Option<Place> {
        let entered = self.open.fetch_update(Relaxed, Relaxed, |open| (open < self.most).then_some(open + 1)).is_ok();
        entered.then(|| Place(self.clone()))
    }

    #[cfg(test)]
    pub(super) fn open(&self) -> usize {
        self.open.load(Relaxed)
    }
}

/// The place of one open connection in the count, released on drop.
#[derive(Debug)]
pub(super) struct Place(Arc<Counter>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Relaxed);
    }
}

/// A TCP connection with its place in the count.
#[derive(Debug)]
pub(super) struct Dialled {
    pub(super) tcp: TcpStream,
    pub(super) address: IpAddr,
    pub(super) place: Place,
}

#[derive(Debug)]
enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// A connection, ready for HTTP.
#[derive(Debug)]
pub(super) struct Socket {
    stream: Stream,
    address: IpAddr,
    _place: Place,
}

impl Socket {
    pub(super) fn plain(dialled: Dialled) -> Self {
        Self { stream: Stream::Plain(dialled.tcp), address: dialled.address, _place: dialled.place }
    }

    pub(super) async fn tls(
        dialled: Dialled,
        tls: &tls::Tls,
        name: ServerName<'static>,
        offer: tls::Offer,
    ) -> io::Result<Self> {
        let stream = tls.connect(name, offer, dialled.tcp).await?;
        Ok(Self { stream: Stream::Tls(Box::new(stream)), address: dialled.address, _place: dialled.place })
    }

    /// The address that was dialled.
    pub(super) const fn address(&self) -> IpAddr {
        self.address
    }

    pub(super) fn chose_http2(&self) -> bool {
        matches!(&self.stream, Stream::Tls(stream) if tls::chose_http2(stream))
    }
}

impl AsyncRead for Socket {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().stream {
            Stream::Plain(stream) => Pin::new(stream).poll_read(cx, buffer),
            Stream::Tls(stream) => Pin::new(stream).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.get_mut().stream {
            Stream::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Stream::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match &mut self.get_mut().stream {
            Stream::Plain(stream) => Pin::new(stream).poll_write_vectored(cx, slices),
            Stream::Tls(stream) => Pin::new(stream).poll_write_vectored(cx, slices),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match &self.stream {
            Stream::Plain(stream) => stream.is_write_vectored(),
            Stream::Tls(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().stream {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().stream {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
