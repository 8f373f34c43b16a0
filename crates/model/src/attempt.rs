//! The result of one HTTP request made for a delivery.

use crate::{time::Timestamp, timings::Timings};
use bytes::Bytes;
use std::{fmt, net::IpAddr, time::Duration};

/// Reasons for a request without a usable response. [`Self::reason`] is the `reason` label of `webhook_retries_total`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptErrorKind {
    Timeout,
    Dns,
    Refused,
    Connection,
    Tls,
    Blocked,
    Protocol,
    /// The tenant's proxy made no connection to the receiver.
    Proxy,
    Unsendable,
}

impl AttemptErrorKind {
    pub const ALL: [Self; 9] = [
        Self::Timeout,
        Self::Dns,
        Self::Refused,
        Self::Connection,
        Self::Tls,
        Self::Blocked,
        Self::Protocol,
        Self::Proxy,
        Self::Unsendable,
    ];

    pub const fn reason(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Dns => "dns_error",
            Self::Refused | Self::Connection => "connection_error",
            Self::Tls => "tls_error",
            Self::Blocked => "blocked_address",
            Self::Protocol => "protocol_error",
            Self::Proxy => "proxy_error",
            Self::Unsendable => "unsendable",
        }
    }
}

/// A failed request, with a message for the receiver's owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptError {
    pub kind: AttemptErrorKind,
    pub message: String,
}

impl AttemptError {
    pub fn new(kind: AttemptErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }
}

impl fmt::Display for AttemptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// The input of [`crate::delivery::decide`]: a response or an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttemptResult {
    Response {
        status: u16,
        /// From the `Retry-After` header of a 4xx or 5xx.
        retry_after: Option<Duration>,
    },
    Failed(AttemptError),
}

impl AttemptResult {
    /// The `reason` label of `webhook_retries_total`, for an attempt that is followed by a retry.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Failed(error) => error.kind.reason(),
            Self::Response { status, .. } => match *status {
                408 => "timeout",
                429 => "rate_limited",
                300..=399 => "redirect",
                400..=499 => "client_error",
                500..=599 => "server_error",
                _ => "other",
            },
        }
    }
}

/// A profile's interpretation of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Delivered,
    /// Retry while retries are left.
    Retry,
    /// Never retry.
    Final,
    /// Never retry, and disable the subscription.
    Gone,
}

/// An HTTP request as recorded in the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// Counted from 1 over all rounds of the delivery.
    pub number: u32,
    pub started_at: Timestamp,
    pub duration: Duration,
    pub response_code: Option<u16>,
    pub error: Option<String>,
    /// `name: value` lines; values of headers that carry credentials are masked.
    pub request_headers: String,
    pub response_headers: String,
    /// The first bytes of the response body.
    pub response_body: Bytes,
    /// The body of the request, where the subscription's shape formed it; else that of the event in its profile.
    pub request_body: Option<Bytes>,
    /// A remark about the response, or about how the request was made, that is not an error.
    pub note: Option<String>,
    /// The address of the receiver, or of the proxy in front of it, that was connected.
    pub remote_ip: Option<IpAddr>,
    pub timings: Timings,
}

impl Attempt {
    /// Adds a remark.
    pub fn remark(&mut self, text: &str) {
        self.note = Some(self.note.take().map_or_else(|| text.to_owned(), |known| format!("{known}; {text}")));
    }

    /// Removes everything that may repeat the event's payload: headers, bodies, and quotes in texts.
    pub fn erase_payload(&mut self) {
        self.request_headers = String::new();
        self.response_headers = String::new();
        self.response_body = Bytes::new();
        self.request_body = None;
        self.note = None;
        if let Some(error) = &mut self.error {
            error.truncate(unquoted(error).len());
        }
    }
}

/// The part of an error text before its first colon. Only the rest may quote a response.
pub fn unquoted(error: &str) -> &str {
    error.split_once(": ").map_or(error, |(kind, _)| kind)
}

/// Maximum length of error texts, in characters (`docs/contracts.md`, Metrics).
pub const ERROR_MAX: usize = 500;

/// The first [`ERROR_MAX`] characters of a text.
pub fn first_characters(text: &str) -> &str {
    text.char_indices().nth(ERROR_MAX).map_or(text, |(at, _)| &text[..at])
}

/// A copy of the first [`ERROR_MAX`] characters of a text.
pub fn cut(text: &str) -> String {
    first_characters(text).to_owned()
}

/// UTF-8 text without a character at its end that was cut in the middle.
pub fn whole_characters(text: &[u8]) -> &[u8] {
    // A character has up to four bytes; all but the first begin with the bits 10.
    let tail = text.len().saturating_sub(4);
    let Some(last) = text[tail..].iter().rposition(|byte| byte & 0xc0 != 0x80).map(|at| tail + at) else { return text };
    let length = match text[last] {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => 1,
    };
    if last + length > text.len() { &text[..last] } else { text }
}

/// The logged part of a response body for display: bytes that are not text become U+FFFD.
pub fn body_text(body: &[u8]) -> String {
    String::from_utf8_lossy(whole_characters(body)).into_owned()
}

/// The message that is logged for an unsuccessful response.
pub fn response_message(status: u16, location: Option<&str>) -> String {
    let reason = match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        409 => "Conflict",
        410 => "Gone: the receiver accepts no more deliveries",
        413 => "Payload Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Content",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "",
    };
    match (status, location) {
        (300..=399, Some(to)) => cut(&format!("HTTP {status}: redirects are not followed (it points to {to})")),
        (300..=399, None) => format!("HTTP {status}: redirects are not followed"),
        _ if reason.is_empty() => format!("HTTP {status}"),
        _ => format!("HTTP {status} {reason}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn long_errors_are_cut_by_characters() {
        assert_eq!(cut(&"é".repeat(600)).chars().count(), ERROR_MAX);
        assert_eq!(cut("short"), "short");
    }

    #[test]
    fn an_erased_attempt_keeps_its_result_and_quotes_nothing() {
        let mut attempt = Attempt {
            number: 2,
            started_at: Timestamp::from_micros(5),
            duration: Duration::from_secs(1),
            response_code: Some(302),
            error: Some(response_message(302, Some("https://x.example/?name=Ada"))),
            request_headers: "webhook-id: 1".into(),
            response_headers: "x-echo: Ada".into(),
            response_body: Bytes::from_static(b"Ada"),
            request_body: Some(Bytes::from_static(b"Ada")),
            note: Some("Ada".into()),
            remote_ip: None,
            timings: Timings::default(),
        };
        attempt.erase_payload();
        assert!(!format!("{attempt:?}").contains("Ada"));
        assert_eq!((attempt.number, attempt.response_code), (2, Some(302)));
        let rows = [
            ("HTTP 302: redirects are not followed (it points to x)", "HTTP 302"),
            ("HTTP 503 Service Unavailable", "HTTP 503 Service Unavailable"),
            ("Connection refused by 127.0.0.1:9", "Connection refused by 127.0.0.1:9"),
            ("Not an HTTP response from a.example: it begins with \"Ada\"", "Not an HTTP response from a.example"),
            ("", ""),
        ];
        for (error, left) in rows {
            assert_eq!(unquoted(error), left);
        }
    }

    #[test]
    fn a_character_that_was_cut_is_removed() {
        for (text, whole) in [("a", "a"), ("aé", "aé"), ("a€", "a€"), ("a😀", "a😀"), ("", "")] {
            assert_eq!(whole_characters(text.as_bytes()), whole.as_bytes());
        }
        for (text, whole) in [("aé", "a"), ("a€", "a"), ("a😀", "a"), ("€€", "€")] {
            for cut in 1..text.chars().next_back().unwrap().len_utf8() {
                assert_eq!(whole_characters(&text.as_bytes()[..text.len() - cut]), whole.as_bytes(), "{text} - {cut}");
            }
        }
        // Not UTF-8 text: left unchanged.
        for other in [&b"\x80\x80\x80\x80\x80"[..], b"a\xff", b"\xe9 latin"] {
            assert_eq!(whole_characters(other), other);
        }
    }

    proptest! {
        #[test]
        fn every_cut_of_a_text_yields_valid_text(text in "\\PC{0,20}", at in 0.0f64..=1.0) {
            let cut = &text.as_bytes()[..(text.len() as f64 * at) as usize];
            let whole = whole_characters(cut);
            prop_assert!(std::str::from_utf8(whole).is_ok() && cut.len() - whole.len() < 4);
        }
    }

    #[test]
    fn messages_name_the_status_and_the_redirect_target() {
        assert_eq!(response_message(500, None), "HTTP 500 Internal Server Error");
        assert_eq!(response_message(299, None), "HTTP 299");
        assert!(response_message(302, Some("https://x.example")).contains("not followed (it points to https://x"));
    }
}
