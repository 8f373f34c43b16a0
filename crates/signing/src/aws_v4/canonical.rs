//! Canonical forms of a request's path, query and header values. The receiver derives the same forms from the request that
//! it gets, so each must be what AWS derives from the target as it is sent.

/// How a service derives the canonical path from the path of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PathRule {
    /// Without `.`, `..` and empty segments, then encoded as it is sent. A character that is sent encoded is encoded twice.
    Normalised,
    /// Each segment decoded and encoded, and no segment left out: S3's keys are any text.
    Kept,
}

impl PathRule {
    /// S3: "Authenticating Requests: Using the Authorization Header" in its API reference. The services beside it have
    /// `disableDoubleEncoding` in the endpoint rules of AWS's SDKs.
    const KEPT: [&str; 4] = ["s3", "s3-object-lambda", "s3-outposts", "s3express"];

    pub(super) fn of(service: &str) -> Self {
        if Self::KEPT.contains(&service) { Self::Kept } else { Self::Normalised }
    }
}

/// The path in canonical form. An empty path is `/`.
pub(super) fn canonical_path(path: &str, rule: PathRule) -> String {
    let mut canonical = String::with_capacity(path.len() + 16);
    if rule == PathRule::Kept {
        for segment in path.strip_prefix('/').unwrap_or(path).split('/') {
            canonical.push('/');
            encode(&decode(segment, false), &mut canonical);
        }
        return canonical;
    }
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            other => segments.push(other),
        }
    }
    for segment in &segments {
        canonical.push('/');
        encode(segment.as_bytes(), &mut canonical);
    }
    if canonical.is_empty() || path.ends_with('/') && !segments.is_empty() {
        canonical.push('/');
    }
    canonical
}

/// The query in canonical form: decoded, encoded in AWS's way, and sorted by encoded name and then by encoded value.
pub(super) fn canonical_query(query: &str) -> String {
    let encoded = |text: &str| {
        let mut canonical = String::with_capacity(text.len());
        encode(&decode(text, true), &mut canonical);
        canonical
    };
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (encoded(name), encoded(value)))
        .collect();
    pairs.sort();
    let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

/// A header's value without white space at its ends, and with a single space for each run within it.
pub(super) fn canonical_value(value: &str) -> String {
    let words: Vec<&str> = value.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// Encodes all bytes except the unreserved characters of RFC 3986, section 2.3.
fn encode(bytes: &[u8], canonical: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) {
            canonical.push(char::from(*byte));
        } else {
            canonical.push('%');
            canonical.push(char::from(DIGITS[usize::from(byte >> 4)]));
            canonical.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
}

/// Decodes `%XX`, and `+` as a space in a query, as AWS's services do. A `%` without two digits stands for itself.
fn decode(text: &str, is_query: bool) -> Vec<u8> {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match (byte, digit(bytes.get(at + 1)), digit(bytes.get(at + 2))) {
            (b'%', Some(high), Some(low)) => {
                // Two digits make a byte.
                decoded.push((high * 16 + low) as u8);
                at += 3;
                continue;
            }
            (b'+', ..) if is_query => decoded.push(b' '),
            _ => decoded.push(*byte),
        }
        at += 1;
    }
    decoded
}
