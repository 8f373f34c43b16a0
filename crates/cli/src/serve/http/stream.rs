//! A client's connection as a byte stream that records its activity and closes such that the last response arrives.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    sync::atomic::{
        AtomicBool, AtomicU64, AtomicUsize,
        Ordering::{AcqRel, Relaxed},
    },
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::Notify,
    time::Sleep,
};

/// Requests of a connection that its client may cancel, however few others it makes. Beyond that, at most half of them.
const CANCELLED: u64 = 100;

/// Activity of a connection.
#[derive(Debug, Default)]
pub(super) struct Activity {
    /// Requests that are being handled.
    running: AtomicUsize,
    /// Responses without an end, which are being sent.
    streams: AtomicUsize,
    /// Number of requests so far.
    begun: AtomicU64,
    /// Increases whenever the client reads bytes.
    written: AtomicU64,
    /// Requests that the client has cancelled (HTTP/2) before they were answered.
    cancelled: AtomicU64,
    /// Notified when too many requests were cancelled.
    flooded: Notify,
    /// Bytes were read that belong to no request whose end was seen.
    unfinished: AtomicBool,
}

impl Activity {
    /// Called when a request's head was read.
    pub(super) fn begin(self: &Arc<Self>) -> Running {
        self.running.fetch_add(1, AcqRel);
        self.begun.fetch_add(1, Relaxed);
        self.unfinished.store(false, Relaxed);
        Running { activity: self.clone(), is_answered: false }
    }

    /// Called when a request's body was read to its end.
    pub(super) fn body_ended(&self) {
        self.unfinished.store(false, Relaxed);
    }

    pub(super) fn is_idle(&self) -> bool {
        self.running.load(Relaxed) == 0
    }

    /// Called when a response without an end begins.
    pub(super) fn begin_stream(self: &Arc<Self>) -> Streaming {
        self.streams.fetch_add(1, AcqRel);
        Streaming(self.clone())
    }

    pub(super) fn has_streams(&self) -> bool {
        self.streams.load(Relaxed) > 0
    }

    /// Returns when the client has cancelled too many requests.
    pub(super) async fn flooded(&self) {
        self.flooded.notified().await;
    }

    /// Counts a cancelled request. Each costs the server the work until then, and the client almost nothing.
    fn cancel(&self) {
        let cancelled = self.cancelled.fetch_add(1, Relaxed) + 1;
        if cancelled > CANCELLED && cancelled > self.begun() / 2 {
            self.flooded.notify_one();
        }
    }

    pub(super) fn begun(&self) -> u64 {
        self.begun.load(Relaxed)
    }

    pub(super) fn written(&self) -> u64 {
        self.written.load(Relaxed)
    }
}

/// A request that is being handled, until it is dropped.
#[derive(Debug)]
pub(super) struct Running {
    activity: Arc<Activity>,
    is_answered: bool,
}

impl Running {
    /// Called when the response begins.
    pub(super) fn answered(mut self) {
        self.is_answered = true;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.activity.running.fetch_sub(1, AcqRel);
        if !self.is_answered {
            self.activity.cancel();
        }
    }
}

/// A response without an end, until it is dropped.
#[derive(Debug)]
pub(super) struct Streaming(Arc<Activity>);

impl Drop for Streaming {
    fn drop(&mut self) {
        self.0.streams.fetch_sub(1, AcqRel);
    }
}

/// Limits of time and bytes for reading after the last response.
const LINGER: Duration = Duration::from_secs(2);
const LINGER_BYTES: usize = 32 * 1024 * 1024;

/// Closing a socket with unread bytes resets the connection, and the client may lose a response that it has not read
/// yet, such as a refusal of a request that it is still sending. So the end of the stream is sent first, and further
/// input is read and discarded.
enum Closing {
    Open,
    Shutdown,
    Lingering(Pin<Box<Sleep>>, usize),
}

pub(super) struct Stream<S> {
    inner: S,
    activity: Arc<Activity>,
    closing: Closing,
}

impl<S> Stream<S> {
    pub(super) const fn new(inner: S, activity: Arc<Activity>) -> Self {
        Self { inner, activity, closing: Closing::Open }
    }

    fn noted(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if matches!(written, Poll::Ready(Ok(1..))) {
            self.activity.written.fetch_add(1, Relaxed);
        }
        written
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Stream<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        let read = Pin::new(&mut self.inner).poll_read(cx, into);
        if into.filled().len() > before {
            self.activity.unfinished.store(true, Relaxed);
        }
        read
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Stream<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write(cx, bytes);
        self.noted(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write_vectored(cx, pieces);
        self.noted(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        loop {
            match &mut this.closing {
                Closing::Open => this.closing = Closing::Shutdown,
                Closing::Shutdown => {
                    ready!(Pin::new(&mut this.inner).poll_shutdown(cx))?;
                    if !this.activity.unfinished.load(Relaxed) {
                        return Poll::Ready(Ok(()));
                    }
                    this.closing = Closing::Lingering(Box::pin(tokio::time::sleep(LINGER)), LINGER_BYTES);
                }
                Closing::Lingering(until, left) => {
                    let mut piece = [0; 16 * 1024];
                    let mut piece = ReadBuf::new(&mut piece);
                    match Pin::new(&mut this.inner).poll_read(cx, &mut piece) {
                        Poll::Pending => return until.as_mut().poll(cx).map(Ok),
                        Poll::Ready(Ok(())) if (1..*left).contains(&piece.filled().len()) => {
                            *left -= piece.filled().len();
                        }
                        // The client has closed its side too, or has exceeded the limit.
                        Poll::Ready(_) => return Poll::Ready(Ok(())),
                    }
                }
            }
        }
    }
}
