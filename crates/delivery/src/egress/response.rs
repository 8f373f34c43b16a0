//! Reads a response: its status, what it asks for, and the part of it that the log keeps.

use super::fault;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Response, header};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use model::{Timestamp, attempt::AttemptError};
use std::time::Duration;

/// So much of a body is kept.
const KEPT: usize = 4 * 1024;
/// A longer body is not read to its end; its connection is closed instead of used again.
const READ: usize = 256 * 1024;
/// So much of the headers is kept.
const HEADERS_KEPT: usize = 4 * 1024;

/// A complete response.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: String,
    pub body: Bytes,
    pub retry_after: Option<RetryAfter>,
    pub location: Option<String>,
}

/// RFC 9110, section 10.2.3: seconds, or a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    Seconds(u64),
    At(Timestamp),
}

impl RetryAfter {
    fn read(headers: &HeaderMap) -> Option<Self> {
        let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
        if let Ok(seconds) = text.parse() {
            return Some(Self::Seconds(seconds));
        }
        let at = httpdate::parse_http_date(text).ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
        Some(Self::At(Timestamp::from_micros(i64::try_from(at.as_micros()).ok()?)))
    }

    pub fn from(self, now: Timestamp) -> Duration {
        match self {
            Self::Seconds(seconds) => Duration::from_secs(seconds),
            Self::At(at) => at.since(now),
        }
    }
}

pub(super) async fn read(response: Response<Incoming>, host: &str) -> Result<Answer, AttemptError> {
    let (parts, mut body) = response.into_parts();
    let mut kept = BytesMut::new();
    let mut seen = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|fault| fault::explain_body(&fault, host))?;
        let Some(data) = frame.data_ref() else { continue };
        seen += data.len();
        let room = KEPT - kept.len();
        kept.extend_from_slice(&data[..data.len().min(room)]);
        if seen > READ {
            break;
        }
    }
    let status = parts.status.as_u16();
    let location = || parts.headers.get(header::LOCATION)?.to_str().ok().map(str::to_owned);
    Ok(Answer {
        status,
        headers: lines(&parts.headers),
        body: kept.freeze(),
        retry_after: matches!(status, 429 | 503).then(|| RetryAfter::read(&parts.headers)).flatten(),
        location: (300..400).contains(&status).then(location).flatten(),
    })
}

fn lines(headers: &HeaderMap) -> String {
    let mut text = String::with_capacity(128);
    for (name, value) in headers {
        if text.len() + name.as_str().len() + value.len() + 3 > HEADERS_KEPT {
            break;
        }
        text.push_str(name.as_str());
        text.push_str(": ");
        // A receiver's session is nobody's business.
        let shown = if name == header::SET_COOKIE { "***".into() } else { String::from_utf8_lossy(value.as_bytes()) };
        text.push_str(&shown);
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(header::RETRY_AFTER, text.parse().unwrap());
        RetryAfter::read(&headers).map(|after| after.from(Timestamp::from_millis(784_111_770_000)))
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(read("120"), Some(Duration::from_secs(120)));
        assert_eq!(read("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Duration::from_secs(7)));
        assert_eq!(read("Wed, 06 Nov 1974 08:49:37 GMT"), Some(Duration::ZERO));
        assert_eq!(read("soon"), None);
        assert_eq!(read("-5"), None);
    }

    #[test]
    fn cookies_are_masked_and_headers_capped() {
        let mut headers = HeaderMap::new();
        headers.insert(header::SET_COOKIE, "sid=1".parse().unwrap());
        headers.insert("x-long", "a".repeat(5_000).parse().unwrap());
        assert_eq!(lines(&headers), "set-cookie: ***\n");
    }
}
