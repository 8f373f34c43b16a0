//! A response while it is received, over either protocol: its status, the headers that have an effect, and the part
//! that the log keeps. Anomalies become notes. Once the status is known there is a response, whatever follows.

use super::{
    content::{self, KEPT},
    retry_after::RetryAfter,
    watch::{Stage, Watch},
};
use bytes::Bytes;
use model::Timings;
use std::{
    collections::BTreeSet,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

/// Longest body that is read to its end, in bytes. After a longer one the connection is closed and not reused.
pub(super) const READ_MAX: u64 = 256 * 1024;
/// Kept part of the header lines, in bytes.
const LINES_MAX: usize = 4 * 1024;
/// Kept part of one header's value, in bytes.
const VALUE_MAX: usize = 1024;
/// Length up to which a header that has an effect (such as `Retry-After`) is read, in bytes.
const HEEDED_MAX: usize = 2 * 1024;

/// A response, complete or truncated.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// `name: value` lines.
    pub(crate) headers: String,
    /// The first bytes of the body: as many as the log keeps, unless the caller asked for more.
    pub(crate) body: Bytes,
    pub(crate) retry_after: Option<RetryAfter>,
    pub(crate) location: Option<String>,
    /// Anomalies of the response.
    pub(crate) note: Option<String>,
}

/// The part of a response that was received so far. Outlives the exchange, so that a timeout does not lose it.
#[derive(Debug, Default)]
pub(super) struct Receipt {
    watch: Watch,
    /// Of a connection through a proxy: whether the proxy has accepted it.
    proxy: Option<Arc<AtomicBool>>,
    remote_ip: Option<IpAddr>,
    status: Option<u16>,
    lines: String,
    /// Headers that did not fit into the lines.
    dropped: usize,
    body: Vec<u8>,
    /// Bytes of the body that are kept beyond [`KEPT`], for a caller that reads the body itself.
    more: usize,
    seen: u64,
    retry_after: Option<RetryAfter>,
    location: Option<String>,
    encodings: String,
    media: String,
    /// Sorted, without duplicates.
    notes: BTreeSet<String>,
}

impl Receipt {
    /// A receipt that keeps up to this number of bytes of the body, and at least as many as the log.
    pub(super) fn keeping(most: usize) -> Self {
        Self { more: most.saturating_sub(KEPT), ..Self::default() }
    }

    /// Forgets everything, before the request is sent again.
    pub(super) fn restart(&mut self) {
        *self = Self { more: self.more, ..Self::default() };
    }

    const fn room(&self) -> usize {
        KEPT + self.more
    }

    pub(super) const fn status(&self) -> Option<u16> {
        self.status
    }

    /// Records the status of the final response: from now on the request has a response.
    pub(super) fn begin(&mut self, status: u16) {
        if self.status.is_none() {
            self.watch.answered();
        }
        self.status = Some(status);
    }

    pub(super) const fn stage(&self) -> Stage {
        self.watch.stage()
    }

    /// A connection is about to be made through a proxy. The returned flag is to be set when the proxy accepts it.
    pub(super) fn through_proxy(&mut self) -> Arc<AtomicBool> {
        self.proxy.insert(Arc::default()).clone()
    }

    /// True while a connection to a proxy is being made.
    pub(super) fn awaits_proxy(&self) -> bool {
        self.stage() == Stage::Connecting && self.proxy.as_ref().is_some_and(|reached| !reached.load(Relaxed))
    }

    pub(super) const fn remote_ip(&self) -> Option<IpAddr> {
        self.remote_ip
    }

    pub(super) const fn connected_to(&mut self, address: IpAddr) {
        self.remote_ip = Some(address);
    }

    /// The request is made over a connection that is open already.
    pub(super) fn reuse(&mut self, address: Option<IpAddr>) {
        self.remote_ip = address;
        self.watch.begin(Stage::Waiting);
    }

    /// A connection is about to be made.
    pub(super) fn begin_connection(&mut self, stage: Stage) {
        self.remote_ip = None;
        self.watch.begin(stage);
    }

    pub(super) fn enter(&mut self, stage: Stage) {
        self.watch.enter(stage);
    }

    /// The exchange has ended; returns how long its parts took.
    pub(super) fn ended(&mut self) -> Timings {
        self.watch.ended(self.status.is_some())
    }

    pub(super) fn note(&mut self, note: impl Into<String>) {
        self.notes.insert(note.into());
    }

    /// Records a header. The name is in lower case.
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
        // A cookie may be a credential of the receiver.
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

    /// Records a part of the body.
    pub(super) fn data(&mut self, data: &[u8]) {
        self.seen += data.len() as u64;
        let room = self.room() - self.body.len();
        self.body.extend_from_slice(&data[..data.len().min(room)]);
    }

    /// Bytes of the body received so far.
    pub(super) const fn seen(&self) -> u64 {
        self.seen
    }

    /// True when the kept part of the body was received.
    pub(super) const fn is_full(&self) -> bool {
        self.body.len() >= self.room()
    }

    /// The response; `None` without a status.
    pub(super) fn into_answer(mut self) -> Option<Answer> {
        let status = self.status?;
        if self.dropped > 0 {
            let (dropped, are) = (self.dropped, if self.dropped == 1 { "header is" } else { "headers are" });
            self.note(format!("{dropped} more {are} not kept"));
        }
        let most = self.room();
        let kept = content::readable(self.body, &self.encodings, &self.media, most);
        self.notes.extend(kept.note);
        let note = self.notes.into_iter().reduce(|all, more| all + "; " + &more);
        Some(Answer {
            status,
            headers: self.lines,
            body: kept.body,
            retry_after: self.retry_after.filter(|_| (400..600).contains(&status)),
            location: self.location.filter(|_| (300..400).contains(&status)),
            note: note.map(|note| model::attempt::cut(&note)),
        })
    }
}

/// Appends a value as text on one line, truncated when it is long.
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
    fn a_long_header_does_not_hide_others() {
        let long = vec![b'a'; 5_000];
        let answer = answer(&[("x-long", &long), ("x-id", b"7"), ("x-bin", b"a\x00\n\x80b")]);
        let lines: Vec<&str> = answer.headers.lines().collect();
        assert_eq!(lines[0], format!("x-long: {}… (5000 bytes)", "a".repeat(VALUE_MAX)));
        assert_eq!(lines[1..], ["x-id: 7", "x-bin: a\\x00\\x0a\u{fffd}b"]);
    }

    #[test]
    fn headers_beyond_the_limit_are_counted_and_short_ones_still_fit() {
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
    fn long_headers_do_not_hide_retry_after() {
        let long = vec![b'a'; 100_000];
        let answer = answer(&[("x-long", &long), ("location", &long), ("retry-after", b"5")]);
        assert_eq!(answer.retry_after, Some(RetryAfter::Seconds(5)));
    }

    #[test]
    fn there_is_no_response_without_a_status() {
        let mut receipt = Receipt::default();
        receipt.header("x-id", b"7");
        assert!(receipt.into_answer().is_none());
    }
}
