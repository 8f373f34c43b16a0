//! HTTP/2 to a receiver, over the `h2` crate itself: what a receiver has certainly not processed shows in its errors.

use super::{
    fault::Fault,
    request::Request,
    response::{READ_MAX, Receipt},
    socket::Socket,
};
use bytes::Bytes;
use h2::client::{Connection, SendRequest};
use std::{
    future::poll_fn,
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::oneshot,
};

/// A response's headers may take so much, in bytes; the library refuses a longer one together with its status.
const HEADERS_MAX: u32 = 128 * 1024;
/// So much of a response's body may come before we take it, in bytes.
const STREAM_WINDOW: u32 = 256 * 1024;
const CONNECTION_WINDOW: u32 = 1024 * 1024;
/// A connection that is given up has so long to say goodbye.
const GOODBYE: Duration = Duration::from_secs(1);

/// A connection that serves any number of requests at a time.
#[derive(Debug)]
pub(super) struct Shared {
    send: SendRequest<Bytes>,
    /// Reads that brought something.
    heard: Arc<AtomicU64>,
    streams: AtomicUsize,
    served: AtomicBool,
    /// No more requests over it.
    retired: AtomicBool,
    closed: Arc<AtomicBool>,
    /// Dropped with this.
    _last: oneshot::Sender<()>,
}

impl Shared {
    /// Begins HTTP/2 on a connection.
    pub(super) async fn begin(socket: Socket) -> Result<Arc<Self>, h2::Error> {
        let heard = Arc::new(AtomicU64::new(0));
        let (send, connection) = h2::client::Builder::new()
            .enable_push(false)
            .initial_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .max_header_list_size(HEADERS_MAX)
            .handshake(Listening { socket, heard: heard.clone() })
            .await?;
        let closed = Arc::new(AtomicBool::new(false));
        let (last, dropped) = oneshot::channel();
        tokio::spawn(drive(connection, dropped, closed.clone()));
        Ok(Arc::new(Self {
            send,
            heard,
            streams: AtomicUsize::new(0),
            served: AtomicBool::new(false),
            retired: AtomicBool::new(false),
            closed,
            _last: last,
        }))
    }

    pub(super) fn is_usable(&self) -> bool {
        !self.retired.load(Relaxed) && !self.closed.load(Relaxed)
    }

    /// Sends no more requests over it; those under way go on.
    pub(super) fn retire(&self) {
        self.retired.store(true, Relaxed);
    }

    /// Whether no request is under way.
    pub(super) fn is_idle(&self) -> bool {
        self.streams.load(Relaxed) == 0
    }

    /// Whether it has served a request before.
    pub(super) fn is_reused(&self) -> bool {
        self.served.load(Relaxed)
    }

    /// Sends a request and takes its response into `receipt`. From the moment at which the receipt has a status, a fault
    /// is one of the response, not of the request.
    pub(super) async fn exchange(&self, request: &Request<'_>, receipt: &mut Receipt) -> Result<(), Fault> {
        let mut stream = Stream::open(self);
        let mut send = self.send.clone();
        poll_fn(|cx| send.poll_ready(cx)).await.map_err(Fault::NotSent)?;
        let is_empty = request.body.is_empty();
        let (response, mut body) = send.send_request(request.http2(), is_empty).map_err(Fault::NotSent)?;
        if !is_empty {
            // Kept by the library until the receiver has room for it. A fault here shows in the response, too.
            let _ = body.send_data(request.body.clone(), true);
        }
        let response = match response.await {
            Ok(response) => response,
            Err(fault) => {
                let silent = stream.is_silent();
                stream.done = true;
                return Err(Fault::Http2 { fault, silent });
            }
        };
        stream.done = true;
        self.served.store(true, Relaxed);
        let (parts, data) = response.into_parts();
        receipt.begin(parts.status.as_u16());
        parts.headers.iter().for_each(|(name, value)| receipt.header(name.as_str(), value.as_bytes()));
        read(data, receipt).await;
        Ok(())
    }
}

async fn read(mut data: h2::RecvStream, receipt: &mut Receipt) {
    while receipt.seen() <= READ_MAX {
        match data.data().await {
            None => return,
            Some(Ok(piece)) => {
                receipt.data(&piece);
                let _ = data.flow_control().release_capacity(piece.len());
            }
            Some(Err(fault)) => {
                // RST_STREAM with NO_ERROR says that the rest of the request is not wanted (RFC 9113, section 8.1).
                if fault.reason() != Some(h2::Reason::NO_ERROR) {
                    receipt.note(format!("the response's body ended early ({fault})"));
                }
                return;
            }
        }
    }
}

/// A request under way. One that is given up, while nothing at all comes over its connection, takes the connection along:
/// whoever is at the other end may be gone, and without this every further request would wait for it, too.
struct Stream<'s> {
    shared: &'s Shared,
    heard: u64,
    done: bool,
}

impl<'s> Stream<'s> {
    fn open(shared: &'s Shared) -> Self {
        shared.streams.fetch_add(1, Relaxed);
        Self { shared, heard: shared.heard.load(Relaxed), done: false }
    }

    /// Whether nothing has come over the connection since it was opened.
    fn is_silent(&self) -> bool {
        self.shared.heard.load(Relaxed) == self.heard
    }
}

impl Drop for Stream<'_> {
    fn drop(&mut self) {
        self.shared.streams.fetch_sub(1, Relaxed);
        if !self.done && self.is_silent() {
            self.shared.retire();
        }
    }
}

/// Runs a connection until it has ended, or nobody has it any more.
async fn drive(mut connection: Connection<Listening, Bytes>, dropped: oneshot::Receiver<()>, closed: Arc<AtomicBool>) {
    let ended = tokio::select! {
        ended = &mut connection => Some(ended),
        _ = dropped => None,
    };
    closed.store(true, Relaxed);
    match ended {
        Some(Err(fault)) => tracing::debug!(error = %fault, "an HTTP/2 connection ended"),
        Some(Ok(())) => {}
        // With a GOAWAY, if the receiver takes it.
        None => drop(tokio::time::timeout(GOODBYE, connection).await),
    }
}

/// Counts what comes over a connection.
#[derive(Debug)]
struct Listening {
    socket: Socket,
    heard: Arc<AtomicU64>,
}

impl AsyncRead for Listening {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.socket).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            self.heard.fetch_add(1, Relaxed);
        }
        read
    }
}

impl AsyncWrite for Listening {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}
