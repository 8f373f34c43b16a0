//! Refuses HTTP/1 requests whose end a proxy in front could see at another place than this server (request smuggling): a
//! line that ends with a bare LF, and a `Content-Length` beside a `Transfer-Encoding` (RFC 9112, sections 2.2 and 6.1).
//!
//! The HTTP library takes both. This stands below it and looks at the bytes of request heads as they arrive; what must not
//! pass it spoils with a NUL, which the library answers with 400 and a closed connection.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A connection whose requests are checked.
pub(super) struct Checked<S> {
    stream: S,
    framing: Framing,
}

impl<S> Checked<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, framing: Framing::default() }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Checked<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        ready!(Pin::new(&mut this.stream).poll_read(context, buffer))?;
        this.framing.check(&mut buffer.filled_mut()[before..]);
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

/// So much of a line is looked at: no name or length that counts here is longer.
const LINE: usize = 64;

/// Where in a stream of requests the next byte stands.
#[derive(Debug, Default)]
struct Framing {
    place: Place,
    /// The beginning of the current line, in lower case.
    line: Vec<u8>,
    /// The last byte was a CR.
    after_cr: bool,
    length: Option<u64>,
    is_chunked: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Start,
    Head,
    /// So many bytes of a body are left.
    Body(u64),
    /// The line before a chunk.
    ChunkSize,
    /// So many bytes of a chunk are left, with the CRLF behind it.
    Chunk(u64),
    Trailer,
    /// HTTP/2, or a request that was refused: nothing is looked at any more.
    Over,
}

const HTTP2: &[u8] = b"pri * http/2.0";

impl Framing {
    /// Looks at what has arrived, and spoils it from where it must not pass.
    fn check(&mut self, mut bytes: &mut [u8]) {
        while !bytes.is_empty() {
            let seen = match self.place {
                Place::Over => return,
                Place::Body(left) | Place::Chunk(left) => self.pass(left, bytes.len()),
                Place::Start | Place::Head | Place::ChunkSize | Place::Trailer => self.line(bytes),
            };
            bytes = &mut bytes[seen..];
        }
    }

    /// Passes over bytes of a body.
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

    /// Reads up to the end of a line; answers how many bytes that were.
    fn line(&mut self, bytes: &mut [u8]) -> usize {
        for (at, byte) in bytes.iter_mut().enumerate() {
            match *byte {
                b'\n' if !self.after_cr => {
                    self.refuse(byte);
                    return at + 1;
                }
                b'\n' => {
                    self.after_cr = false;
                    if !self.end_of_line() {
                        self.refuse(byte);
                    }
                    return at + 1;
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
        bytes.len()
    }

    fn refuse(&mut self, byte: &mut u8) {
        *byte = 0;
        self.place = Place::Over;
    }

    /// `false` when the request must be refused.
    fn end_of_line(&mut self) -> bool {
        let line = std::mem::take(&mut self.line);
        self.place = match self.place {
            // Empty lines before a request are passed over (RFC 9112, section 2.2).
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
                    // The library refuses it.
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
                // What is no number is refused by the library.
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

    /// Sends a stream in pieces; answers it as it is passed on.
    fn passed(stream: &[u8], piece: usize) -> Vec<u8> {
        let mut framing = Framing::default();
        let mut all = Vec::new();
        for part in stream.chunks(piece.max(1)) {
            let mut part = part.to_vec();
            framing.check(&mut part);
            all.extend(part);
        }
        all
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
        fn good_requests_pass_unchanged_and_bad_ones_are_spoilt(
            before in prop::collection::vec(0..5usize, 0..4), last in 0..7usize, piece in 1..40usize
        ) {
            let mut stream: Vec<u8> = before.iter().flat_map(|one| GOOD[*one].bytes()).collect();
            let mut good = stream.clone();
            good.extend(GOOD[last].bytes());
            prop_assert_eq!(passed(&good, piece), good);
            let start = stream.len();
            stream.extend(BAD[last].bytes());
            let passed = passed(&stream, piece);
            prop_assert_eq!(&passed[..start], &stream[..start]);
            prop_assert_eq!(passed[start..].iter().filter(|byte| **byte == 0).count(), 1);
        }

        #[test]
        fn any_bytes_are_read(stream in prop::collection::vec(any::<u8>(), 0..300), piece in 1..40usize) {
            prop_assert_eq!(passed(&stream, piece).len(), stream.len());
        }
    }
}
