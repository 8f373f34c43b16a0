//! A response as it comes in, whatever the protocol: its status, what it asks for, and the part of it that the log
//! keeps. What is odd about it becomes a note. As soon as the status is known there is an answer, whatever follows.

use super::{
    content::{self, KEPT},
    retry_after::RetryAfter,
};
use bytes::Bytes;
use std::collections::BTreeSet;

/// A longer body is not read to its end; its connection is closed instead of used again.
pub(super) const READ_MAX: u64 = 256 * 1024;
/// So much of the header lines is kept, in bytes.
const LINES_MAX: usize = 4 * 1024;
/// So much of one header's value is kept, in bytes.
const VALUE_MAX: usize = 1024;
/// Headers that something is done with are heeded up to this length, in bytes.
const HEEDED_MAX: usize = 2 * 1024;

/// A response: complete, or as much of it as came.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// `name: value` lines.
    pub(crate) headers: String,
    pub(crate) body: Bytes,
    pub(crate) retry_after: Option<RetryAfter>,
    pub(crate) location: Option<String>,
    /// What was odd about it.
    pub(crate) note: Option<String>,
}

/// How far a request has come; what a timeout is called follows from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Stage {
    #[default]
    Resolving,
    Connecting,
    Handshake,
    /// The request is being sent, or was.
    Waiting,
}

/// What has come of a request so far. It outlives the exchange, so that a timeout finds it.
#[derive(Debug, Default)]
pub(super) struct Receipt {
    pub(super) stage: Stage,
    status: Option<u16>,
    lines: String,
    /// Headers that did not fit into the lines.
    dropped: usize,
    body: Vec<u8>,
    seen: u64,
    retry_after: Option<RetryAfter>,
    location: Option<String>,
    encodings: String,
    media: String,
    /// In order, each once.
    notes: BTreeSet<String>,
}

impl Receipt {
    pub(super) const fn status(&self) -> Option<u16> {
        self.status
    }

    /// The status of the final response is known: from now on there is an answer.
    pub(super) fn begin(&mut self, status: u16) {
        self.status = Some(status);
    }

    pub(super) fn note(&mut self, note: impl Into<String>) {
        self.notes.insert(note.into());
    }

    /// A header. The name is in lower case.
    pub(super) fn header(&mut self, name: &str, value: &[u8]) {
        let heeded = || String::from_utf8_lossy(&value[..value.len().min(HEEDED_MAX)]).trim().to_owned();
        match name {
            "retry-after" if self.retry_after.is_none() => self.retry_after = RetryAfter::parse(&heeded()),
            "location" if self.location.is_none() => self.location = Some(heeded()),
            "content-type" if self.media.is_empty() => self.media = heeded(),
            "content-encoding" if self.encodings.len() < HEEDED_MAX => {
                self.encodings.push(',');
                self.encodings.push_str(&heeded());
            }
            _ => {}
        }
        self.line(name, value);
    }

    fn line(&mut self, name: &str, value: &[u8]) {
        let before = self.lines.len();
        if before == 0 {
            self.lines.reserve(256);
        }
        self.lines.push_str(name);
        self.lines.push_str(": ");
        // A receiver's session is nobody's business.
        if name == "set-cookie" {
            self.lines.push_str("***");
        } else {
            push_value(&mut self.lines, value);
        }
        self.lines.push('\n');
        if self.lines.len() > LINES_MAX {
            self.lines.truncate(before);
            self.dropped += 1;
        }
    }

    /// More of the body.
    pub(super) fn data(&mut self, data: &[u8]) {
        self.seen += data.len() as u64;
        let room = KEPT - self.body.len();
        self.body.extend_from_slice(&data[..data.len().min(room)]);
    }

    /// Bytes of the body that have come.
    pub(super) const fn seen(&self) -> u64 {
        self.seen
    }

    /// As much of the body has come as is kept.
    pub(super) const fn is_full(&self) -> bool {
        self.body.len() >= KEPT
    }

    /// The answer, when there is one.
    pub(super) fn into_answer(mut self) -> Option<Answer> {
        let status = self.status?;
        if self.dropped > 0 {
            let (dropped, are) = (self.dropped, if self.dropped == 1 { "header is" } else { "headers are" });
            self.note(format!("{dropped} more {are} not kept"));
        }
        let kept = content::readable(self.body, &self.encodings, &self.media);
        self.notes.extend(kept.note);
        let note = self.notes.into_iter().reduce(|all, more| all + "; " + &more);
        Some(Answer {
            status,
            headers: self.lines,
            body: kept.body,
            retry_after: self.retry_after.filter(|_| matches!(status, 429 | 503)),
            location: self.location.filter(|_| (300..400).contains(&status)),
            note: note.map(|note| model::attempt::cut(&note)),
        })
    }
}

/// A value as text on one line, cut when it is long.
fn push_value(line: &mut String, value: &[u8]) {
    let shown = String::from_utf8_lossy(&value[..value.len().min(VALUE_MAX + 4)]);
    for (at, c) in shown.char_indices() {
        if at + c.len_utf8() > VALUE_MAX {
            line.push_str(&format!("… ({} bytes)", value.len()));
            return;
        }
        if c.is_control() && c != '\t' {
            line.push_str(&format!("\\x{:02x}", u32::from(c)));
        } else {
            line.push(c);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(headers: &[(&str, &[u8])]) -> Answer {
        let mut receipt = Receipt::default();
        receipt.begin(503);
        headers.iter().for_each(|(name, value)| receipt.header(name, value));
        receipt.into_answer().unwrap()
    }

    #[test]
    fn cookies_are_masked() {
        assert_eq!(answer(&[("set-cookie", b"sid=1")]).headers, "set-cookie: ***\n");
    }

    #[test]
    fn a_long_header_hides_no_other() {
        let long = vec![b'a'; 5_000];
        let answer = answer(&[("x-long", &long), ("x-id", b"7"), ("x-bin", b"a\x00\n\x80b")]);
        let lines: Vec<&str> = answer.headers.lines().collect();
        assert_eq!(lines[0], format!("x-long: {}… (5000 bytes)", "a".repeat(VALUE_MAX)));
        assert_eq!(lines[1..], ["x-id: 7", "x-bin: a\\x00\\x0a\u{fffd}b"]);
    }

    #[test]
    fn headers_beyond_what_is_kept_are_counted_and_short_ones_still_fit() {
        let long = vec![b'a'; 1_000];
        let mut headers: Vec<(&str, &[u8])> = vec![("x-long", &long); 6];
        headers.push(("x-id", b"7"));
        headers.push(("retry-after", b"5"));
        let answer = answer(&headers);
        assert!(answer.headers.len() <= LINES_MAX && answer.headers.ends_with("x-id: 7\nretry-after: 5\n"));
        assert_eq!(answer.note.as_deref(), Some("2 more headers are not kept"));
        assert_eq!(answer.retry_after, Some(RetryAfter::Seconds(5)));
    }

    #[test]
    fn the_first_valid_retry_after_counts() {
        let headers: [(&str, &[u8]); 3] =
            [("retry-after", b"soon"), ("retry-after", b"99999999999999999999999"), ("retry-after", b"5")];
        assert_eq!(answer(&headers).retry_after, Some(RetryAfter::Seconds(u64::MAX)));
    }

    #[test]
    fn long_headers_are_still_heeded() {
        let long = vec![b'a'; 100_000];
        let answer = answer(&[("x-long", &long), ("location", &long), ("retry-after", b"5")]);
        assert_eq!(answer.retry_after, Some(RetryAfter::Seconds(5)));
    }

    #[test]
    fn there_is_no_answer_without_a_status() {
        let mut receipt = Receipt::default();
        receipt.header("x-id", b"7");
        assert!(receipt.into_answer().is_none());
    }
}
