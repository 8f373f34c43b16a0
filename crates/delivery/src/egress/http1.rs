//! HTTP/1.1 client. Postrider's own, since hyper refuses a response with malformed headers or lengths and then reports
//! nothing of it, not even the status, which decides the outcome of the attempt.

mod body;
mod buffer;
mod head;

use super::{
    fault::{Fault, is_end},
    request::Request,
    response::{READ_MAX, Receipt},
    socket::Socket,
};
use body::{Body, Framing, FramingFields, Progress};
use buffer::Buffer;
use head::{HEAD_MAX, StatusLine};
use std::{
    future::poll_fn,
    io,
    net::IpAddr,
    pin::Pin,
    task::{Context, Poll, Waker},
};
use tokio::io::AsyncWrite;

/// Keep-alive: the decision whether a connection can serve another request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    Open,
    Close,
}

/// A connection that serves one request at a time.
#[derive(Debug)]
pub(super) struct Connection {
    socket: Socket,
    buffer: Buffer,
    served: bool,
}

/// The unwritten part of a request.
struct Unsent<'r> {
    head: Vec<u8>,
    body: &'r [u8],
    written: usize,
    flushed: bool,
}

impl Unsent<'_> {
    fn is_done(&self) -> bool {
        self.flushed
    }

    /// Writes as much as the connection takes.
    fn poll(&mut self, cx: &mut Context<'_>, socket: &mut Socket) -> Poll<io::Result<()>> {
        loop {
            let rest = match self.written.checked_sub(self.head.len()) {
                None => &self.head[self.written..],
                Some(of_body) => &self.body[of_body..],
            };
            if rest.is_empty() {
                std::task::ready!(Pin::new(socket).poll_flush(cx))?;
                self.flushed = true;
                return Poll::Ready(Ok(()));
            }
            match std::task::ready!(Pin::new(&mut *socket).poll_write(cx, rest))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                written => self.written += written,
            }
        }
    }
}

/// The result of reading more bytes.
enum Filled {
    More,
    End(io::Error),
}

/// The head of the final response.
struct Head {
    length: usize,
    status: u16,
    persistent: bool,
}

impl Connection {
    pub(super) fn new(socket: Socket) -> Self {
        Self { socket, buffer: Buffer::new(), served: false }
    }

    pub(super) const fn remote_ip(&self) -> IpAddr {
        self.socket.address()
    }

    /// True when it has served a request before.
    pub(super) const fn is_reused(&self) -> bool {
        self.served
    }

    /// True when an idle connection is open, as far as this machine knows, and has received no unsolicited bytes.
    pub(super) fn is_alive(&mut self) -> bool {
        let mut cx = Context::from_waker(Waker::noop());
        self.buffer.poll_fill(&mut cx, &mut self.socket).is_pending()
    }

    /// Shuts the connection down (close_notify, FIN), as far as that is possible without waiting.
    pub(super) fn say_goodbye(&mut self) {
        let _ = Pin::new(&mut self.socket).poll_shutdown(&mut Context::from_waker(Waker::noop()));
    }

    /// Sends a request and records its response in `receipt`. Returns an error only while no status was received; later
    /// errors become notes of the response.
    pub(super) async fn exchange(&mut self, request: &Request<'_>, receipt: &mut Receipt) -> Result<Keep, Fault> {
        let (head, body) = request.http1();
        let mut unsent = Unsent { head, body, written: 0, flushed: false };
        let Some(head) = self.head(&mut unsent, receipt).await? else { return Ok(Keep::Close) };
        let fields = fields(&self.buffer.filled()[..head.length], receipt);
        self.buffer.consume(head.length);
        let ended = self.body(fields.framing(head.status), &mut unsent, receipt).await;
        self.served = true;
        let keep = ended == Keep::Open
            && fields.persists(head.persistent)
            && unsent.is_done()
            && self.buffer.filled().is_empty();
        self.buffer.shrink();
        Ok(if keep && head.status != 101 { Keep::Open } else { Keep::Close })
    }

    /// Reads the head of the final response. `None` when the head is too long or truncated; then the receipt has the
    /// headers that were received.
    async fn head(&mut self, unsent: &mut Unsent<'_>, receipt: &mut Receipt) -> Result<Option<Head>, Fault> {
        let (mut from, mut interim, mut informed) = (0, 0, false);
        loop {
            let blank = head::blank(self.buffer.filled());
            self.buffer.consume(blank);
            interim += blank;
            let come = self.buffer.filled();
            match head::status_line(come, false) {
                StatusLine::Other if receipt.status().is_none() => return Err(Fault::NotHttp(head::excerpt(come))),
                // 101 is final, since no upgrade was requested.
                StatusLine::Status { code, persistent } if code >= 200 || code == 101 => {
                    receipt.begin(code);
                    if let Some(length) = head::end(come, &mut from) {
                        return Ok(Some(Head { length, status: code, persistent }));
                    }
                }
                StatusLine::Status { .. } => {
                    if let Some(length) = head::end(come, &mut from) {
                        self.buffer.consume(length);
                        (from, interim, informed) = (0, interim + length, true);
                        continue;
                    }
                }
                StatusLine::Unknown | StatusLine::Other => {}
            }
            if come.len() + interim >= HEAD_MAX {
                let Some(_) = receipt.status() else { return Err(Fault::NotHttp(head::excerpt(come))) };
                receipt.note(format!("the response's headers take more than {} KiB", HEAD_MAX / 1024));
                fields(come, receipt);
                return Ok(None);
            }
            if let Filled::End(fault) = self.fill(unsent).await {
                return self.cut(fault, informed, receipt).map(|()| None);
            }
        }
    }

    /// Handles a connection that ended before the head was complete. `informed`: an interim response has arrived, so
    /// the receiver has the request.
    fn cut(&self, fault: io::Error, informed: bool, receipt: &mut Receipt) -> Result<(), Fault> {
        let come = self.buffer.filled();
        if come.is_empty() {
            return Err(if informed { Fault::Cut(fault) } else { Fault::Unanswered(fault) });
        }
        if let StatusLine::Status { code: code @ (101 | 200..), .. } = head::status_line(come, true) {
            receipt.begin(code);
            receipt.note("the response ended within its headers");
            fields(come, receipt);
            return Ok(());
        }
        Err(Fault::Cut(fault))
    }

    async fn body(&mut self, framing: Framing, unsent: &mut Unsent<'_>, receipt: &mut Receipt) -> Keep {
        let mut body = Body::new(framing);
        // The part that is not kept is read only to reuse the connection; a long body is not worth that.
        let skip = matches!(framing, Framing::Length(length) if length > READ_MAX);
        loop {
            match body.take(self.buffer.filled(), &mut |data| receipt.data(data)) {
                Ok((taken, progress)) => {
                    self.buffer.consume(taken);
                    if progress == Progress::Complete {
                        return Keep::Open;
                    }
                }
                Err(malformed) => {
                    receipt.note(malformed.0);
                    return Keep::Close;
                }
            }
            if receipt.seen() > READ_MAX || (skip && receipt.is_full()) {
                return Keep::Close;
            }
            if let Filled::End(fault) = self.fill(unsent).await {
                if let Some(missing) = body.missing() {
                    receipt.note(missing);
                } else if !matches!(fault.kind(), io::ErrorKind::UnexpectedEof) || fault.get_ref().is_some() {
                    receipt.note("the connection broke off, so the response's body may have been longer");
                }
                return Keep::Close;
            }
        }
    }

    /// Continues writing the request while it waits for bytes. After a write error a response may still arrive, for
    /// example 413 from a server that did not read the whole request.
    async fn fill(&mut self, unsent: &mut Unsent<'_>) -> Filled {
        let mut unwritable = None;
        poll_fn(|cx| {
            if !unsent.is_done()
                && unwritable.is_none()
                && let Poll::Ready(Err(fault)) = unsent.poll(cx, &mut self.socket)
            {
                unwritable = Some(fault);
            }
            self.buffer.poll_fill(cx, &mut self.socket).map(|read| match read {
                Ok(0) => Filled::End(unwritable.take().unwrap_or_else(|| io::ErrorKind::UnexpectedEof.into())),
                Ok(_) => Filled::More,
                // A TLS error is more informative than the write error.
                Err(fault) if is_end(&fault) => Filled::End(unwritable.take().unwrap_or(fault)),
                Err(fault) => Filled::End(fault),
            })
        })
        .await
    }
}

/// Records the headers in the receipt, and returns those that determine the framing.
fn fields(head: &[u8], receipt: &mut Receipt) -> FramingFields {
    let mut framing = FramingFields::default();
    let mut oddities = Vec::new();
    head::fields(
        head,
        |name, value| {
            framing.header(name, value);
            receipt.header(name, value);
        },
        |oddity| oddities.push(oddity),
    );
    oddities.sort_unstable();
    oddities.dedup();
    oddities.into_iter().for_each(|oddity| receipt.note(oddity.note()));
    framing
}

#[cfg(test)]
mod tests;
