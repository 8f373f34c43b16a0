//! Reads a body within bounds of bytes and time, charges it to the memory budget and decompresses gzip.

use crate::{
    App,
    memory::{Held, Owner},
    problem::{
        Problem,
        kinds::{BadRequest, Timeout, TooLarge, UnsupportedEncoding},
    },
};
use axum::{
    body::{Body, HttpBody},
    extract::{FromRequest, Request},
};
use bytes::{Bytes, BytesMut};
use flate2::read::MultiGzDecoder;
use http::{HeaderMap, header};
use http_body_util::BodyExt;
use std::{io::Read, ops::Deref};

/// The bytes of a body of at most `MAX` bytes, without a byte order mark. They are charged to the memory budget until
/// this is dropped.
pub(crate) struct Raw<const MAX: usize> {
    bytes: Bytes,
    _held: Held,
}

impl<const MAX: usize> Deref for Raw<MAX> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl<const MAX: usize> Raw<MAX> {
    /// True when the body is empty or `null`.
    pub(crate) fn is_blank(&self) -> bool {
        matches!(self.bytes.trim_ascii(), b"" | b"null")
    }

    pub(crate) fn bytes(&self) -> Bytes {
        self.bytes.clone()
    }
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

impl<const MAX: usize> FromRequest<App> for Raw<MAX> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let is_gzip = is_gzip(request.headers())?;
        let owner = request.extensions().get::<Owner>().cloned().unwrap_or_default();
        let mut held = app.memory.hold(owner);
        let limit = app.settings.body_timeout;
        let reading = tokio::time::timeout(limit, collect(request.into_body(), MAX, &mut held));
        let mut bytes = reading.await.map_err(|_| {
            let seconds = limit.as_secs();
            let detail = format!("The body was not complete within {seconds} s");
            Timeout::problem(detail).closing()
        })??;
        if is_gzip {
            (bytes, held) = decode(bytes, MAX, held).await?;
        }
        if bytes.starts_with(BYTE_ORDER_MARK) {
            bytes = bytes.slice(BYTE_ORDER_MARK.len()..);
        }
        Ok(Self { bytes, _held: held })
    }
}

/// `false` when the body is not encoded; any coding but gzip is a 415.
fn is_gzip(headers: &HeaderMap) -> Result<bool, Problem> {
    let mut is_gzip = false;
    let given =
        headers.get_all(header::CONTENT_ENCODING).iter().flat_map(|value| value.as_bytes().split(|b| *b == b','));
    for coding in given.map(<[u8]>::trim_ascii).filter(|coding| !coding.is_empty()) {
        if coding.eq_ignore_ascii_case(b"identity") {
            continue;
        }
        if is_gzip || !(coding.eq_ignore_ascii_case(b"gzip") || coding.eq_ignore_ascii_case(b"x-gzip")) {
            let detail = "The only supported Content-Encoding is gzip, applied once";
            return Err(UnsupportedEncoding::problem(detail));
        }
        is_gzip = true;
    }
    Ok(is_gzip)
}

fn too_long(max: usize) -> Problem {
    TooLarge::problem(format!("The body must have at most {max} bytes"))
}

async fn collect(mut body: Body, max: usize, held: &mut Held) -> Result<Bytes, Problem> {
    // A body that is announced as too long is not read at all.
    if body.size_hint().lower() > max as u64 {
        return Err(too_long(max));
    }
    let mut whole = Bytes::new();
    let mut parts = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|fault| {
            BadRequest::problem("The body could not be read: it ended too early or is malformed").because(&fault)
        })?;
        let Ok(data) = frame.into_data() else { continue };
        if whole.len() + parts.len() + data.len() > max {
            return Err(too_long(max));
        }
        held.grow(data.len())?;
        // Most bodies are one frame, which is used without a copy.
        if whole.is_empty() && parts.is_empty() {
            whole = data;
            continue;
        }
        if parts.is_empty() {
            parts.extend_from_slice(&std::mem::take(&mut whole));
        }
        parts.extend_from_slice(&data);
    }
    Ok(if parts.is_empty() { whole } else { parts.freeze() })
}

/// Compressed bodies up to this size, in bytes, are inflated inline; longer ones on a blocking thread.
const INLINE: usize = 4 * 1024;
/// Number of bytes that are inflated between two charges to the memory budget.
const PIECE: u64 = 64 * 1024;

async fn decode(bytes: Bytes, max: usize, mut held: Held) -> Result<(Bytes, Held), Problem> {
    if bytes.len() <= INLINE {
        return inflate(&bytes, max, &mut held).map(|inflated| (inflated, held));
    }
    let work = move || inflate(&bytes, max, &mut held).map(|inflated| (inflated, held));
    tokio::task::spawn_blocking(work).await.map_err(|fault| Problem::internal().because(&fault))?
}

fn inflate(bytes: &[u8], max: usize, held: &mut Held) -> Result<Bytes, Problem> {
    let mut decoder = MultiGzDecoder::new(bytes);
    let mut inflated = Vec::new();
    loop {
        let read = decoder.by_ref().take(PIECE).read_to_end(&mut inflated);
        let read = read.map_err(|fault| BadRequest::problem(format!("The body is not valid gzip: {fault}")))?;
        if inflated.len() > max {
            return Err(too_long(max));
        }
        if read == 0 {
            return Ok(inflated.into());
        }
        held.grow(read)?;
    }
}
