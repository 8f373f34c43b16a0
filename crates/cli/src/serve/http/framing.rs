//! Refuses HTTP/1 requests whose end a proxy could see elsewhere than this server (request smuggling): lines that end
//! with a bare LF, and a `Content-Length` together with a `Transfer-Encoding` (RFC 9112, sections 2.2 and 6.1).
//!
//! The HTTP library accepts both. This layer is below it and inspects the bytes of request heads as they arrive.
//! Instead of bytes that must not pass, the library reads the end of a malformed head, to which it responds with 400
//! and a closed connection.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A stream whose requests are checked.
pub(super) struct Checked<S> {
    stream: S,
    framing: Framing,
    /// Remainder of [`SPOILT`] that the library has not read yet.
    spoilt: &'static [u8],
}

/// No head may contain a NUL. The end is included because the library parses a fragmented head only once it is
/// complete.
const SPOILT: &[u8] = b"\0\r\n\r\n";

impl<S> Checked<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, framing: Framing::default(), spoilt: &[] }
    }

    fn read_spoilt(&mut self, buffer: &mut ReadBuf<'_>) {
        let (now, later) = self.spoilt.split_at(self.spoilt.len().min(buffer.remaining()));
        buffer.put_slice(now);
        self.spoilt = later;
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Checked<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.spoilt.is_empty() {
            let before = buffer.filled().len();
            ready!(Pin::new(&mut this.stream).poll_read(context, buffer))?;
            let Some(good) = this.framing.check(&buffer.filled()[before..]) else { return Poll::Ready(Ok(())) };
            buffer.set_filled(before + good);
            this.spoilt = SPOILT;
        }
        this.read_spoilt(buffer);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Checked<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

/// Number of inspected bytes per line: no relevant name or length is longer.
const LINE: usize = 64;

/// Position of the next byte in a stream of requests.
#[derive(Debug, Default)]
struct Framing {
    place: Place,
    /// The first bytes of the current line, in lower case.
    line: Vec<u8>,
    /// The previous byte was a CR.
    after_cr: bool,
    length: Option<u64>,
    is_chunked: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Start,
    Head,
    /// Remaining bytes of a body.
    Body(u64),
    /// The line before a chunk.
    ChunkSize,
    /// Remaining bytes of a chunk, including its CRLF.
    Chunk(u64),
    Trailer,
    /// HTTP/2, or a refused request: no further bytes are inspected.
    Over,
}

/// Result of reading a line, with the number of bytes that may pass.
enum Line {
    Passes(usize),
    /// The bytes before its line feed.
    Refused(usize),
}

const HTTP2: &[u8] = b"pri * http/2.0";

impl Framing {
    /// Inspects received bytes. Returns how many of them may pass, if not all of them.
    fn check(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut seen = 0;
        while seen < bytes.len() {
            let rest = &bytes[seen..];
            seen += match self.place {
                Place::Over => return None,
                Place::Body(left) | Place::Chunk(left) => self.pass(left, rest.len()),
                Place::Start | Place::Head | Place::ChunkSize | Place::Trailer => match self.line(rest) {
                    Line::Passes(length) => length,
                    Line::Refused(good) => {
                        self.place = Place::Over;
                        return Some(seen + good);
                    }
                },
            };
        }
        None
    }

    /// Skips bytes of a body.
    fn pass(&mut self, left: u64, here: usize) -> usize {
        let seen = usize::try_from(left).map_or(here, |left| left.min(here));
        let rest = left - seen as u64;
        self.place = match (self.place, rest) {
            (Place::Chunk(_), 0) => Place::ChunkSize,
            (Place::Chunk(_), rest) => Place::Chunk(rest),
            (_, 0) => Place::Start,
            (_, rest) => Place::Body(rest),
        };
        seen
    }

    /// Reads to the end of a line.
    fn line(&mut self, bytes: &[u8]) -> Line {
        for (at, byte) in bytes.iter().enumerate() {
            match *byte {
                b'\n' => {
                    let whole = std::mem::take(&mut self.after_cr);
                    return if whole && self.end_of_line() { Line::Passes(at + 1) } else { Line::Refused(at) };
                }
                b'\r' => self.after_cr = true,
                other => {
                    self.after_cr = false;
                    if self.line.len() < LINE {
                        self.line.push(other.to_ascii_lowercase());
                    }
                }
            }
        }
        Line::Passes(bytes.len())
    }

    /// Returns `false` when the request must be refused.
    fn end_of_line(&mut self) -> bool {
        let line = std::mem::take(&mut self.line);
        self.place = match self.place {
            // Empty lines before a request are skipped (RFC 9112, section 2.2).
            Place::Start if line.is_empty() => Place::Start,
            Place::Start if line.starts_with(HTTP2) => Place::Over,
            Place::Start => {
                (self.length, self.is_chunked) = (None, false);
                Place::Head
            }
            Place::Head if line.is_empty() => match (self.is_chunked, self.length) {
                (true, _) => Place::ChunkSize,
                (false, Some(length)) if length > 0 => Place::Body(length),
                (false, _) => Place::Start,
            },
            Place::Head => {
                self.header(&line);
                if self.is_chunked && self.length.is_some() {
                    return false;
                }
                Place::Head
            }
            Place::ChunkSize => {
                let digits: Vec<u8> = line.iter().copied().take_while(u8::is_ascii_hexdigit).collect();
                let size = std::str::from_utf8(&digits).ok().and_then(|digits| u64::from_str_radix(digits, 16).ok());
                match size {
                    Some(0) => Place::Trailer,
                    Some(size) => Place::Chunk(size.saturating_add(2)),
                    // The library refuses this value.
                    None => Place::Over,
                }
            }
            Place::Trailer if line.is_empty() => Place::Start,
            other => other,
        };
        true
    }

    fn header(&mut self, line: &[u8]) {
        let Some((name, value)) = line.iter().position(|byte| *byte == b':').map(|at| line.split_at(at)) else {
            return;
        };
        match name {
            b"content-length" => {
                let text = std::str::from_utf8(value[1..].trim_ascii()).ok();
                // The library refuses a value that is not a number.
                self.length = Some(text.and_then(|text| text.parse().ok()).unwrap_or(0));
            }
            b"transfer-encoding" => self.is_chunked = true,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::{collections::VecDeque, task::Waker};

    /// A stream that arrives in fragments.
    struct Pieces(VecDeque<Vec<u8>>);

    impl AsyncRead for Pieces {
        fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
            let pieces = &mut self.get_mut().0;
            if let Some(mut piece) = pieces.pop_front() {
                let later = piece.split_off(piece.len().min(buffer.remaining()));
                buffer.put_slice(&piece);
                if !later.is_empty() {
                    pieces.push_front(later);
                }
            }
            Poll::Ready(Ok(()))
        }
    }

    /// Sends a stream in fragments of `piece` bytes; returns the bytes that a reader with a buffer of `read` bytes
    /// receives.
    fn passed(stream: &[u8], piece: usize, read: usize) -> Vec<u8> {
        let mut checked = Checked::new(Pieces(stream.chunks(piece).map(<[u8]>::to_vec).collect()));
        let (mut all, mut bytes) = (Vec::new(), vec![0; read]);
        loop {
            let mut buffer = ReadBuf::new(&mut bytes);
            let read = Pin::new(&mut checked).poll_read(&mut Context::from_waker(Waker::noop()), &mut buffer);
            assert!(matches!(read, Poll::Ready(Ok(()))));
            if buffer.filled().is_empty() {
                return all;
            }
            all.extend_from_slice(buffer.filled());
        }
    }

    const GOOD: [&str; 7] = [
        "GET / HTTP/1.1\r\nhost: x\r\n\r\n",
        "\r\n\r\nGET / HTTP/1.1\r\nhost: x\r\n\r\n",
        "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\na\nb\n\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na\nb\r\n1;x=y\r\n\n\r\n0\r\nx: y\r\n\r\n",
        "POST / HTTP/1.1\r\ncontent-length: 0\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\n\n\n",
        "POST / HTTP/1.1\r\ncontent-length: 3\r\ncontent-length: 3\r\n\r\n\n\n\n",
    ];

    const BAD: [&str; 7] = [
        "GET / HTTP/1.1\nhost: x\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: x\n\r\n",
        "GET / HTTP/1.1\r\nhost: x\r\n\n",
        "POST / HTTP/1.1\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
        "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n",
        "\nGET / HTTP/1.1\r\n\r\n",
    ];

    proptest! {
        #[test]
        fn valid_requests_pass_unchanged_and_ambiguous_ones_are_refused(
            before in prop::collection::vec(0..5usize, 0..4), last in 0..7usize, piece in 1..40usize, read in 1..40usize
        ) {
            let mut stream: Vec<u8> = before.iter().flat_map(|one| GOOD[*one].bytes()).collect();
            let mut good = stream.clone();
            good.extend(GOOD[last].bytes());
            prop_assert_eq!(passed(&good, piece, read), good);
            let start = stream.len();
            stream.extend(BAD[last].bytes());
            let passed = passed(&stream, piece, read);
            prop_assert_eq!(&passed[..start], &stream[..start]);
            let nul = start + passed[start..].iter().position(|byte| *byte == 0).unwrap();
            prop_assert_eq!(&passed[start..nul], &stream[start..nul]);
            prop_assert_eq!(stream[nul], b'\n');
            prop_assert!(passed[nul..].starts_with(SPOILT));
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(
            stream in prop::collection::vec(any::<u8>(), 0..300), piece in 1..40usize, read in 1..40usize
        ) {
            let passed = passed(&stream, piece, read);
            prop_assert!(passed == stream || passed.windows(SPOILT.len()).any(|window| window == SPOILT));
        }
    }
}
