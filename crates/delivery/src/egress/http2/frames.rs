//! The frames that a connection has received, as far as they tell whether a request was processed when its connection
//! ends. `h2` shows neither the last stream id of a GOAWAY nor the streams that a receiver has reacted to.

use crate::egress::fault::Fate;
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed},
};

/// Types of frames (RFC 9113, section 6).
const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const FRAME_HEADER: usize = 9;
/// Last stream id and error code, after the header of the frame.
const FIELDS: usize = 8;
/// The last stream id of a GOAWAY that names no stream: a graceful shutdown begins with it.
const ANY_STREAM: u32 = (1 << 31) - 1;

/// Marks that a GOAWAY was received.
const RECEIVED: u64 = 1 << 63;

/// State of a connection that the frames from its receiver tell.
#[derive(Debug, Default)]
pub(super) struct Received {
    /// [`RECEIVED`], the last stream id and the error code of the last GOAWAY; 0 if there was none.
    goaway: AtomicU64,
    /// The highest id of a stream that a frame was received for. A receiver opens streams in their order, so it has read
    /// the requests up to this one.
    highest: AtomicU32,
    /// A response has begun.
    answered: AtomicBool,
    /// The first frame was SETTINGS (RFC 9113, section 3.4): the receiver speaks HTTP/2.
    began: AtomicBool,
}

impl Received {
    pub(super) fn has_answered(&self) -> bool {
        self.answered.load(Relaxed)
    }

    pub(super) fn has_begun(&self) -> bool {
        self.began.load(Relaxed)
    }

    /// The fate of a request without a response, on a connection that has ended.
    pub(super) fn fate(&self, stream: u32) -> Fate {
        let goaway = self.goaway.load(Relaxed);
        let (last, code) = (((goaway & !RECEIVED) >> 32) as u32, goaway as u32);
        match goaway & RECEIVED {
            0 if self.highest.load(Relaxed) < stream => Fate::Unheard,
            0 => Fate::Unknown,
            _ if stream > last => Fate::Unprocessed,
            _ if last == ANY_STREAM && code == 0 => Fate::Unheard,
            _ => Fate::Unknown,
        }
    }
}

/// Follows the frames in the bytes that a client receives.
#[derive(Debug)]
pub(super) struct Frames {
    /// The beginning of the present frame.
    begin: [u8; FRAME_HEADER + FIELDS],
    filled: usize,
    /// Bytes to skip until the next frame.
    skip: usize,
    is_first: bool,
    received: Arc<Received>,
}

impl Frames {
    pub(super) fn new(received: Arc<Received>) -> Self {
        Self { begin: [0; FRAME_HEADER + FIELDS], filled: 0, skip: 0, is_first: true, received }
    }

    pub(super) fn see(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let skipped = self.skip.min(bytes.len());
            self.skip -= skipped;
            bytes = &bytes[skipped..];
            let wanted = if self.filled < FRAME_HEADER { FRAME_HEADER } else { FRAME_HEADER + FIELDS };
            let taken = (wanted - self.filled).min(bytes.len());
            self.begin[self.filled..self.filled + taken].copy_from_slice(&bytes[..taken]);
            self.filled += taken;
            bytes = &bytes[taken..];
            let [a, b, c, kind, ..] = self.begin;
            let length = u32::from_be_bytes([0, a, b, c]) as usize;
            if self.filled == FRAME_HEADER {
                if std::mem::take(&mut self.is_first) {
                    self.received.began.store(kind == SETTINGS && self.number(5) == 0, Relaxed);
                }
                self.received.highest.fetch_max(self.number(5) & ANY_STREAM, Relaxed);
                self.received.answered.fetch_or(kind == HEADERS, Relaxed);
            }
            if self.filled == FRAME_HEADER && (kind != GOAWAY || length < FIELDS) {
                (self.filled, self.skip) = (0, length);
            } else if self.filled == FRAME_HEADER + FIELDS {
                let (last, code) = (self.number(FRAME_HEADER) & ANY_STREAM, self.number(FRAME_HEADER + 4));
                let goaway = RECEIVED | u64::from(last) << 32 | u64::from(code);
                self.received.goaway.store(goaway, Relaxed);
                (self.filled, self.skip) = (0, length - FIELDS);
            }
        }
    }
}

impl Frames {
    /// The number at this place in the beginning of the frame.
    fn number(&self, at: usize) -> u32 {
        u32::from_be_bytes([0, 1, 2, 3].map(|n| self.begin[at + n]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(kind: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
        let mut frame = (payload.len() as u32).to_be_bytes()[1..].to_vec();
        frame.extend([kind, 0]);
        frame.extend(stream.to_be_bytes());
        frame.extend(payload);
        frame
    }

    fn goaway(last: u32, code: u32, debug: &[u8]) -> Vec<u8> {
        frame(GOAWAY, 0, &[&last.to_be_bytes()[..], &code.to_be_bytes(), debug].concat())
    }

    /// The fates of a stream after these bytes, in pieces of each size up to all at once: all equal.
    fn fates(bytes: &[u8], stream: u32) -> Vec<Fate> {
        let seen = |size: usize| {
            let received = Arc::new(Received::default());
            let mut frames = Frames::new(received.clone());
            bytes.chunks(size).for_each(|piece| frames.see(piece));
            received.fate(stream)
        };
        let mut all: Vec<_> = (1..=bytes.len().max(1)).map(seen).collect();
        all.dedup();
        all
    }

    /// SETTINGS, a response on stream 3 with a payload that looks like a GOAWAY, and a long one on stream 1.
    fn before() -> Vec<u8> {
        [frame(4, 0, b""), frame(HEADERS, 3, &goaway(1, 0, b"")), frame(0, 1, &[7; 300])].concat()
    }

    #[test]
    fn a_receiver_has_read_the_requests_up_to_the_last_one_that_it_reacted_to() {
        assert_eq!(fates(b"", 1), [Fate::Unheard]);
        for (stream, expected) in [(1, Fate::Unknown), (3, Fate::Unknown), (5, Fate::Unheard)] {
            assert_eq!(fates(&before(), stream), [expected], "{stream}");
        }
        for (bytes, answered) in [(frame(4, 0, b""), false), (frame(8, 1, &[0; 4]), false), (before(), true)] {
            let received = Arc::new(Received::default());
            Frames::new(received.clone()).see(&bytes);
            assert_eq!(received.has_answered(), answered);
        }
    }

    #[test]
    fn a_receiver_speaks_http2_if_its_first_frame_is_settings() {
        for (bytes, expected) in [
            (before(), true),
            (b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(), false),
            ([frame(HEADERS, 1, b""), before()].concat(), false),
            (Vec::new(), false),
        ] {
            let received = Arc::new(Received::default());
            Frames::new(received.clone()).see(&bytes);
            assert_eq!(received.has_begun(), expected);
        }
    }

    #[test]
    fn the_last_goaway_is_found_among_other_frames() {
        for (goaways, expected) in [
            (goaway(3, 0, b""), Fate::Unprocessed),
            (goaway(3, 2, b""), Fate::Unprocessed),
            (goaway(5, 0, b"debug"), Fate::Unknown),
            (goaway(ANY_STREAM, 0, b""), Fate::Unheard),
            (goaway(ANY_STREAM, 2, b""), Fate::Unknown),
            (goaway(ANY_STREAM | 1 << 31, 0, b""), Fate::Unheard),
            ([goaway(ANY_STREAM, 0, b""), goaway(3, 0, b"")].concat(), Fate::Unprocessed),
            ([goaway(ANY_STREAM, 0, b""), goaway(5, 0, b"")].concat(), Fate::Unknown),
            // A frame that is cut, and one that is too short.
            (goaway(5, 0, b"")[..16].to_vec(), Fate::Unheard),
            (frame(GOAWAY, 0, &[0; 7]), Fate::Unheard),
        ] {
            assert_eq!(fates(&[before(), goaways].concat(), 5), [expected]);
        }
    }
}
