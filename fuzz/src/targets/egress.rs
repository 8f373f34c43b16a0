//! Answers of the network: responses in HTTP/1.1, frames of HTTP/2, bodies with content codings, proxies,
//! `Retry-After`, the hosts file, and identifiers in errors of TLS.

use crate::input::{parts, pieces, text};
use delivery::fuzzing;

pub(super) const HTTP1: &[&str] = &[
    "HTTP/1.1 200 OK\r\n",
    "HTTP/1.0 500\r\n",
    "HTTP/1.1 100 Continue\r\n\r\n",
    "HTTP/1.1 101\r\n",
    "\r\n\r\n",
    "\n\n",
    "Content-Length: ",
    "Transfer-Encoding: chunked\r\n",
    "Connection: close\r\n",
    "Retry-After: 5\r\n",
    "0\r\n\r\n",
    "5\r\nhello\r\n",
    ";ext=1",
    "Content-Encoding: gzip\r\n",
    "\r\n folded",
    "Location: /",
    "ffffffffffffffff\r\n",
];

/// The longest kept headers, body and note of a response; the log has a column for each.
const KEPT: usize = 4 * 1_024;

pub(super) fn http1(input: &[u8]) {
    let whole = fuzzing::exchange(&[input]);
    let cut = fuzzing::exchange(&pieces(input));
    if let Ok(heard) = &whole {
        assert!((100..1_000).contains(&heard.status));
        assert!(heard.headers.len() <= KEPT && heard.body.len() <= KEPT);
        assert!(heard.note.as_ref().is_none_or(|note| note.len() <= KEPT));
        assert!(heard.headers.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\t')), "{:?}", heard.headers);
    }
    // The pieces in which bytes arrive decide nothing. (A malformed length has no end, so that it depends on them.)
    let is_unclear = |heard: &Result<fuzzing::Heard, String>| {
        heard.as_ref().is_ok_and(|heard| heard.note.as_ref().is_some_and(|note| note.contains("Content-Length")))
    };
    if !is_unclear(&whole) && !is_unclear(&cut) {
        match (whole, cut) {
            (Ok(whole), Ok(cut)) => assert_eq!(whole, cut),
            (whole, cut) => assert_eq!(whole.is_ok(), cut.is_ok(), "{whole:?}\n{cut:?}"),
        }
    }
}

pub(super) fn http2(input: &[u8]) {
    let (stream, frames) = input.split_first().map_or((1, input), |(first, rest)| (u32::from(*first), rest));
    assert_eq!(fuzzing::frames(&[frames], stream), fuzzing::frames(&pieces(frames), stream));
}

pub(super) const PROXIES: &[&str] = &[
    "HTTP/1.1 200 OK\r\n\r\n",
    "HTTP/1.1 407 \r\n\r\n",
    "HTTP/1.1 100 \r\n\r\n",
    "\x05\x02",
    "\x01\x00",
    "\x05\x00\x00\x01",
];

/// The bytes after the proxy's answer are the receiver's, in whatever pieces they arrive.
pub(super) fn proxies(input: &[u8]) {
    for tunnel in [fuzzing::tunnel_connect, fuzzing::tunnel_socks5] {
        let (whole, cut) = (tunnel(&[input]), tunnel(&pieces(input)));
        assert_eq!(whole, cut);
        if let Ok(rest) = whole {
            assert!(input.ends_with(&rest));
        }
    }
}

pub(super) const CONTENTS: &[&str] = &["gzip", "deflate", "identity", ", ", "text/plain; charset=iso-8859-1", "\u{1e}"];

/// `Content-Encoding`, `Content-Type` and a body.
pub(super) fn contents(input: &[u8]) {
    let [encodings, media, body] = parts(input);
    let (encodings, media) = (text(encodings), text(media));
    for most in [16, 4_096] {
        let (kept, note) = fuzzing::content(body, &encodings, &media, most);
        assert!(kept.len() <= most && note.is_none_or(|note| note.len() < 400));
    }
}

pub(super) const RETRY_AFTER: &[&str] =
    &["120", "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", ",", " ", "99999999999999999999"];

pub(super) fn retry_after(input: &[u8]) {
    let line = text(input);
    let found = fuzzing::retry_after(&line);
    if let Ok(seconds) = line.trim().parse::<u64>()
        && line.trim().bytes().all(|byte| byte.is_ascii_digit())
    {
        assert_eq!(found, Some(seconds));
    }
    assert!(found.is_none() || line.bytes().any(|byte| byte.is_ascii_digit()));
}

pub(super) const HOSTS: &[&str] = &["127.0.0.1 localhost\n", "::1 ", "# ", "\t", "10.1.2.3 a.internal a.internal.\n"];

pub(super) fn hosts(input: &[u8]) {
    let text = text(input);
    for (name, addresses) in fuzzing::hosts(&text) {
        assert!(!name.contains(char::is_whitespace) && !name.contains('#') && !addresses.is_empty());
        assert!(addresses.len() <= text.lines().count());
    }
}

pub(super) fn tls(input: &[u8]) {
    let shown = fuzzing::tls_algorithm(input);
    assert!(!shown.is_empty() && shown.len() <= 100 + 6 * input.len() && shown.is_ascii());
}
