//! A lenient parser for the head of an HTTP/1 response. Only a status line without a status is refused, since the
//! status decides the outcome of the attempt. Malformed headers are skipped or repaired, and noted.

/// Longest head that is read to its end, in bytes.
pub(super) const HEAD_MAX: usize = 64 * 1024;
/// Longest version in a status line after `HTTP/`, and most spaces after it. The same limits hold however the line arrives.
const VERSION_MAX: usize = 7;
const SPACES_MAX: usize = 60;
/// Bytes shown of a response that is not HTTP.
const EXCERPT: usize = 32;

/// The result of parsing the first line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StatusLine {
    /// More bytes are needed.
    Unknown,
    Status {
        code: u16,
        /// HTTP/1.1 or later, whose connections stay open by default.
        persistent: bool,
    },
    /// Not the beginning of an HTTP/1 response.
    Other,
}

/// Parses the status line (RFC 9112, section 4) from the bytes received so far, after any blank lines. `ended`: no more
/// bytes will come.
pub(super) fn status_line(head: &[u8], ended: bool) -> StatusLine {
    let line = &head[blank(head)..];
    let known = line.len().min(5);
    if !line[..known].eq_ignore_ascii_case(&b"HTTP/"[..known]) {
        return StatusLine::Other;
    }
    let open = if ended { StatusLine::Other } else { StatusLine::Unknown };
    let rest = &line[known..];
    let Some(space) = rest.iter().position(|c| *c == b' ' || *c == b'\t') else {
        let plausible = rest.len() <= VERSION_MAX && rest.iter().all(|c| c.is_ascii_digit() || *c == b'.');
        return if plausible { open } else { StatusLine::Other };
    };
    let (version, after) = rest.split_at(space);
    if !(1..=VERSION_MAX).contains(&version.len()) || !version.iter().all(|c| c.is_ascii_digit() || *c == b'.') {
        return StatusLine::Other;
    }
    let code = after.trim_ascii_start();
    if after.len() - code.len() > SPACES_MAX {
        return StatusLine::Other;
    }
    let digits = code.iter().take_while(|c| c.is_ascii_digit()).count();
    match (digits, code.get(digits)) {
        (0..=2, None) => open,
        (3, None) if !ended => StatusLine::Unknown,
        (3, _) if code[0] != b'0' => {
            let code = code[..3].iter().fold(0, |number, digit| number * 10 + u16::from(digit - b'0'));
            StatusLine::Status { code, persistent: !matches!(version, b"1.0" | b"0.9" | b"1" | b"0") }
        }
        _ => StatusLine::Other,
    }
}

/// Length of the blank lines at the start.
pub(super) fn blank(head: &[u8]) -> usize {
    head.iter().position(|c| !matches!(c, b'\r' | b'\n')).unwrap_or(head.len())
}

/// Length of the head with its final blank line. `from` is the offset at which the search continues with more bytes.
pub(super) fn end(head: &[u8], from: &mut usize) -> Option<usize> {
    let start = blank(head);
    let mut at = (*from).max(start);
    while let Some(found) = head[at..].iter().position(|c| *c == b'\n') {
        let after = at + found + 1;
        match &head[after..] {
            [b'\n', ..] => return Some(after + 1),
            [b'\r', b'\n', ..] => return Some(after + 2),
            [] | [b'\r'] => {
                *from = at + found;
                return None;
            }
            _ => at = after,
        }
    }
    *from = head.len();
    None
}

/// An anomaly of a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Oddity {
    /// A line that is not a header.
    StrayLine,
    /// A value that continues on the next line (obs-fold).
    Folded,
    SpaceBeforeColon,
    ControlCharacter,
}

impl Oddity {
    pub(super) const fn note(self) -> &'static str {
        match self {
            Self::StrayLine => "the response has malformed lines among its headers",
            Self::Folded => "the response has headers folded over several lines",
            Self::SpaceBeforeColon => "the response has a space before a header's colon",
            Self::ControlCharacter => "the response has control characters in its headers",
        }
    }
}

/// Passes the headers of a head in order, with names in lower case, and their anomalies. The head may be truncated.
pub(super) fn fields(head: &[u8], mut header: impl FnMut(&str, &[u8]), mut odd: impl FnMut(Oddity)) {
    let mut lines = head[blank(head)..].split(|c| *c == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    lines.next();
    let mut lines = lines.take_while(|line| !line.is_empty()).peekable();
    let mut folded = Vec::new();
    while let Some(line) = lines.next() {
        let Some(at) = line.iter().position(|c| *c == b':') else {
            odd(Oddity::StrayLine);
            continue;
        };
        let (name, mut value) = (&line[..at], line[at + 1..].trim_ascii());
        let trimmed = name.trim_ascii_end();
        if !is_token(trimmed) {
            odd(Oddity::StrayLine);
            continue;
        }
        if trimmed.len() < name.len() {
            odd(Oddity::SpaceBeforeColon);
        }
        // A line that begins with white space continues the line before (obs-fold, RFC 9112, section 5.2).
        if lines.peek().is_some_and(|next| is_continuation(next)) {
            odd(Oddity::Folded);
            folded.clear();
            folded.extend_from_slice(value);
            while let Some(more) = lines.next_if(|next| is_continuation(next)) {
                folded.push(b' ');
                folded.extend_from_slice(more.trim_ascii());
            }
            value = folded.trim_ascii();
        }
        if value.iter().any(|c| c.is_ascii_control() && *c != b'\t') {
            odd(Oddity::ControlCharacter);
        }
        // A token is ASCII.
        header(&String::from_utf8_lossy(trimmed).to_ascii_lowercase(), value);
    }
}

fn is_continuation(line: &[u8]) -> bool {
    matches!(line.first(), Some(b' ' | b'\t'))
}

fn is_token(name: &[u8]) -> bool {
    !name.is_empty() && name.iter().all(|c| c.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(c))
}

/// The first bytes of a response that is not HTTP, escaped for an error message.
pub(super) fn excerpt(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return String::new();
    }
    // A TLS handshake record or alert (RFC 8446, section 5.1).
    if let [0x15 | 0x16, 0x03, ..] = bytes {
        return "a TLS message; the URL may have to begin with https://".into();
    }
    let shown: String = bytes.iter().take(EXCERPT).map(|c| char::from(*c)).collect();
    format!("{:?}{}", shown, if bytes.len() > EXCERPT { " …" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn code(head: &str) -> Option<u16> {
        match status_line(head.as_bytes(), false) {
            StatusLine::Status { code, .. } => Some(code),
            _ => None,
        }
    }

    #[test]
    fn a_status_line_is_accepted_when_it_has_a_status() {
        for (line, expected) in [
            ("HTTP/1.1 200 OK\r\n", 200),
            ("HTTP/1.1 200\r\n", 200),
            ("HTTP/1.1 200 \r\n", 200),
            ("HTTP/1.1 204\n", 204),
            ("HTTP/1.0 404 Not Found", 404),
            ("HTTP/1.1  500 two spaces", 500),
            ("HTTP/1.1\t500 a tab", 500),
            ("http/1.1 202 lower case", 202),
            ("HTTP/2 200 \r\n", 200),
            ("HTTP/1.1 200 caf\u{e9}\r\n", 200),
            ("HTTP/1.1 999 x", 999),
            ("HTTP/1.1 100 Continue\r\n", 100),
            ("\r\n\r\nHTTP/1.1 201 Created\r\n", 201),
            ("HTTP/1.1 200OK\r\n", 200),
        ] {
            assert_eq!(code(line), Some(expected), "{line:?}");
        }
        for line in ["", "H", "HTTP/", "HTTP/1.", "HTTP/1.1", "HTTP/1.1 ", "HTTP/1.1 2", "HTTP/1.1 200", "\r\n"] {
            assert_eq!(status_line(line.as_bytes(), false), StatusLine::Unknown, "{line:?}");
        }
        for line in [
            "SSH-2.0-OpenSSH_9.9\r\n",
            "HTTPS/1.1 200 OK",
            "HTTP/x 200 OK",
            "HTTP/ 200 OK",
            "HTTP/1.1 20 OK",
            "HTTP/1.1 2000 OK",
            "HTTP/1.1 0200 OK",
            "HTTP/1.1 099 OK",
            "HTTP/1.1 OK",
            "HTTP/1.1.1.1.1.1",
            "<html>",
            "\0",
        ] {
            assert_eq!(status_line(line.as_bytes(), false), StatusLine::Other, "{line:?}");
        }
        assert!(matches!(status_line(b"HTTP/1.1 200", true), StatusLine::Status { code: 200, persistent: true }));
        assert!(matches!(status_line(b"HTTP/1.0 200 OK", true), StatusLine::Status { persistent: false, .. }));
        assert_eq!(status_line(b"HTTP/1.1 20", true), StatusLine::Other);
    }

    fn read(head: &str) -> (Vec<(String, String)>, Vec<Oddity>) {
        let (mut headers, mut oddities) = (Vec::new(), Vec::new());
        fields(
            head.as_bytes(),
            |name, value| headers.push((name.to_owned(), String::from_utf8_lossy(value).into_owned())),
            |oddity| oddities.push(oddity),
        );
        oddities.dedup();
        (headers, oddities)
    }

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn malformed_heads_keep_their_headers() {
        use Oddity::*;
        for (lines, headers, oddities) in [
            ("A: 1\r\nB:2\r\nC:  3  \r\n\r\nbody: no", vec![("a", "1"), ("b", "2"), ("c", "3")], vec![]),
            ("A: 1\nB: 2\n\n", vec![("a", "1"), ("b", "2")], vec![]),
            ("A : 1\r\nB: 2\r\n\r\n", vec![("a", "1"), ("b", "2")], vec![SpaceBeforeColon]),
            ("A: one\r\n two\r\n\tthree\r\nB: 2\r\n\r\n", vec![("a", "one two three"), ("b", "2")], vec![Folded]),
            ("A: a\x01\0b\r\nB: 2\r\n\r\n", vec![("a", "a\x01\0b"), ("b", "2")], vec![ControlCharacter]),
            ("A: 1\rB: 2\r\n\r\n", vec![("a", "1\rB: 2")], vec![ControlCharacter]),
            ("PHP Warning: something in line 3\r\nB: 2\r\n\r\n", vec![("b", "2")], vec![StrayLine]),
            ("<br />\r\n<b>Warning</b>: x\r\nB: 2\r\n\r\n", vec![("b", "2")], vec![StrayLine]),
            (": 1\r\nB: 2\r\n\r\n", vec![("b", "2")], vec![StrayLine]),
            (" folded at once: x\r\nB: 2\r\n\r\n", vec![("b", "2")], vec![StrayLine]),
            ("A:\r\nB:: 2\r\n\r\n", vec![("a", ""), ("b", ": 2")], vec![]),
            ("A: 1\r\nB: 2", vec![("a", "1"), ("b", "2")], vec![]),
            ("A: 1\r\nB", vec![("a", "1")], vec![StrayLine]),
        ] {
            let (found, odd) = read(&format!("HTTP/1.1 200 OK\r\n{lines}"));
            assert_eq!((found, odd), (pairs(&headers), oddities), "{lines:?}");
        }
    }

    #[test]
    fn the_end_of_a_head_is_found_wherever_it_is_cut() {
        for head in
            ["HTTP/1.1 200 OK\r\nA: 1\r\n\r\nbody", "HTTP/1.1 200 OK\nA: 1\n\nbody", "\r\nHTTP/1.1 204\r\n\r\nbody"]
        {
            let expected = head.len() - "body".len();
            for step in 1..=head.len() {
                let (mut from, mut found) = (0, None);
                let mut come = 0;
                while found.is_none() && come < head.len() {
                    come = (come + step).min(head.len());
                    found = end(&head.as_bytes()[..come], &mut from);
                }
                assert_eq!(found, Some(expected), "{head:?} in steps of {step}");
            }
        }
    }

    #[test]
    fn a_response_that_is_not_http_is_shown_escaped_and_cut() {
        assert_eq!(excerpt(b"SSH-2.0-OpenSSH_9.9\r\n"), r#""SSH-2.0-OpenSSH_9.9\r\n""#);
        assert!(excerpt(&[0x15, 0x03, 0x01, 0, 2]).contains("https://"));
        assert_eq!(excerpt(&[0; 100]).matches("\\0").count(), EXCERPT);
    }

    proptest! {
        #[test]
        fn no_head_panics(head in proptest::collection::vec(any::<u8>(), 0..200), ended: bool) {
            let _ = status_line(&head, ended);
            let _ = end(&head, &mut 0);
            fields(&head, |name, _| assert!(is_token(name.as_bytes())), |_| {});
            let _ = excerpt(&head);
        }

        #[test]
        fn the_status_does_not_depend_on_the_bytes_after_it(
            code in 100u16..=999,
            rest in proptest::collection::vec(any::<u8>(), 0..200),
        ) {
            let mut head = format!("HTTP/1.1 {code} ").into_bytes();
            head.extend(rest);
            prop_assert_eq!(status_line(&head, false), StatusLine::Status { code, persistent: true });
        }
    }
}
