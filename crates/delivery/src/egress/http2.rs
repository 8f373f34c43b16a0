//! HTTP/2 client on the `h2` crate itself, whose errors tell which requests a receiver certainly did not process.

mod frames;

use super::{
    fault::Fault,
    request::Request,
    response::{READ_MAX, Receipt},
    socket::Socket,
};
use bytes::Bytes;
use frames::{Frames, Received};
use h2::client::{Connection, SendRequest};
use std::{
    future::poll_fn,
    io,
    net::IpAddr,
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

/// Longest header list of a response, in bytes. With a longer one `h2` refuses the response, including its status.
const HEADERS_MAX: u32 = 128 * 1024;
/// Flow-control window of a response, in bytes: the data that may arrive before it is read.
const STREAM_WINDOW: u32 = 256 * 1024;
/// Flow-control window of a connection, in bytes.
const CONNECTION_WINDOW: u32 = 1024 * 1024;
/// Time that an abandoned connection has to send its GOAWAY.
const GOODBYE: Duration = Duration::from_secs(1);

/// A connection that serves many concurrent requests.
#[derive(Debug)]
pub(super) struct Shared {
    send: SendRequest<Bytes>,
    address: IpAddr,
    /// Number of reads that returned data.
    heard: Arc<AtomicU64>,
    received: Arc<Received>,
    streams: AtomicUsize,
    /// True when it takes no further requests.
    retired: AtomicBool,
    closed: Arc<AtomicBool>,
    /// Dropped with this struct, which ends the connection's task.
    _last: oneshot::Sender<()>,
}

impl Shared {
    /// Starts HTTP/2 on a connection.
    pub(super) async fn begin(socket: Socket) -> Result<Arc<Self>, h2::Error> {
        let address = socket.address();
        let (heard, received) = (Arc::new(AtomicU64::new(0)), Arc::new(Received::default()));
        let (send, connection) = h2::client::Builder::new()
            .enable_push(false)
            .initial_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .max_header_list_size(HEADERS_MAX)
            .handshake(Listening { socket, heard: heard.clone(), frames: Frames::new(received.clone()) })
            .await?;
        let closed = Arc::new(AtomicBool::new(false));
        let (last, dropped) = oneshot::channel();
        tokio::spawn(drive(connection, dropped, closed.clone()));
        Ok(Arc::new(Self {
            send,
            address,
            heard,
            received,
            streams: AtomicUsize::new(0),
            retired: AtomicBool::new(false),
            closed,
            _last: last,
        }))
    }

    pub(super) const fn remote_ip(&self) -> Option<IpAddr> {
        Some(self.address)
    }

    pub(super) fn is_usable(&self) -> bool {
        !self.retired.load(Relaxed) && !self.closed.load(Relaxed)
    }

    /// Takes no further requests; those in flight continue.
    pub(super) fn retire(&self) {
        self.retired.store(true, Relaxed);
    }

    /// True when no request is in flight.
    pub(super) fn is_idle(&self) -> bool {
        self.streams.load(Relaxed) == 0
    }

    /// True when a response to any request has begun.
    pub(super) fn has_answered(&self) -> bool {
        self.received.has_answered()
    }

    /// True when the receiver has begun to speak HTTP/2.
    pub(super) fn has_begun(&self) -> bool {
        self.received.has_begun()
    }

    /// Sends a request and records its response in `receipt`. Returns an error only while no status was received; later
    /// errors become notes of the response.
    pub(super) async fn exchange(&self, request: &Request<'_>, receipt: &mut Receipt) -> Result<(), Fault> {
        let mut stream = Stream::open(self);
        let mut send = self.send.clone();
        poll_fn(|cx| send.poll_ready(cx)).await.map_err(Fault::NotSent)?;
        let is_empty = request.body.is_empty();
        let (response, mut body) = send.send_request(request.http2(), is_empty).map_err(Fault::NotSent)?;
        if !is_empty {
            // `h2` buffers the body until the flow-control window has room. An error here also fails the response.
            let _ = body.send_data(request.body.clone(), true);
        }
        let id = response.stream_id().as_u32();
        let response = match response.await {
            Ok(response) => response,
            Err(fault) => {
                stream.done = true;
                return Err(Fault::Http2 { fault, fate: self.received.fate(id) });
            }
        };
        stream.done = true;
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
                // RST_STREAM with NO_ERROR only declines the rest of the request (RFC 9113, section 8.1).
                if fault.reason() != Some(h2::Reason::NO_ERROR) {
                    receipt.note(format!("the response's body ended early ({fault})"));
                }
                return;
            }
        }
    }
}

/// A request in flight. When a request is abandoned, such as by a timeout, and its connection received nothing
/// meanwhile, the connection is retired: the receiver may be dead, and every further request would also time out.
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

    /// True when nothing was received over the connection since the stream was opened.
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

/// Runs a connection until it ends, or until its last handle is dropped.
async fn drive(mut connection: Connection<Listening, Bytes>, dropped: oneshot::Receiver<()>, closed: Arc<AtomicBool>) {
    let ended = tokio::select! {
        ended = &mut connection => Some(ended),
        _ = dropped => None,
    };
    closed.store(true, Relaxed);
    match ended {
        Some(Err(fault)) => tracing::debug!(error = %fault, "an HTTP/2 connection failed"),
        Some(Ok(())) => {}
        // Sends a GOAWAY, if the receiver accepts it in time.
        None => drop(tokio::time::timeout(GOODBYE, connection).await),
    }
}

/// A socket that counts the reads that return data, and follows their frames.
#[derive(Debug)]
struct Listening {
    socket: Socket,
    heard: Arc<AtomicU64>,
    frames: Frames,
}

impl AsyncRead for Listening {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.socket).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            self.heard.fetch_add(1, Relaxed);
            self.frames.see(&buffer.filled()[before..]);
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

/// Findings in these bytes of a receiver: a response has begun, the first frame was SETTINGS, and the fate of a stream.
#[cfg(feature = "fuzzing")]
pub(super) fn told(pieces: &[&[u8]], stream: u32) -> (bool, bool, super::fault::Fate) {
    let received = Arc::new(Received::default());
    let mut frames = Frames::new(received.clone());
    pieces.iter().for_each(|piece| frames.see(piece));
    (received.has_answered(), received.has_begun(), received.fate(stream))
}
