//! Custom headers of subscriptions: which names and values are allowed, and which values are shown.

use crate::profile::Profile;

const HEADERS_MAX: usize = 50;
const HEADERS_BYTES_MAX: usize = 16 * 1024;

/// Header names that a subscription cannot set, because Postrider or HTTP sets them on every request of any profile.
const RESERVED: [&str; 16] = [
    "host",
    "content-length",
    "content-type",
    "transfer-encoding",
    "connection",
    "upgrade",
    "te",
    "trailer",
    "keep-alive",
    "proxy-connection",
    "expect",
    "user-agent",
    "proxy-authorization",
    "http2-settings",
    "traceparent",
    "tracestate",
];

/// Prefixes of reserved header names: those of Standard Webhooks, and of the platform API.
const RESERVED_PREFIXES: [&str; 2] = ["webhook-", "x-webhook-"];

/// True for a header that HTTP, Postrider or any profile sets: a subscription may change its profile later.
fn is_reserved(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let of_profiles = || Profile::ALL.iter().flat_map(|one| one.rules().header_names());
    RESERVED.contains(&lower.as_str())
        || RESERVED_PREFIXES.iter().any(|prefix| lower.starts_with(prefix))
        || of_profiles().any(|own| own.eq_ignore_ascii_case(name))
}

/// Reason why custom headers are refused; a sentence without the field's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadHeader {
    #[error("the name must be 1 to 200 of letters, digits and !#$%&'*+-.^_`|~")]
    Name,
    #[error("is set by the server and cannot be changed")]
    Reserved,
    #[error("the value must be visible ASCII characters, spaces and tabs")]
    Value,
    #[error("must be at most {HEADERS_MAX} headers")]
    TooMany,
    #[error("must be at most {HEADERS_BYTES_MAX} bytes together")]
    TooLarge,
}

/// Validates one custom header.
pub fn check_header(name: &str, value: &str) -> Result<(), BadHeader> {
    let token = |c: u8| c.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&c);
    if name.is_empty() || name.len() > 200 || !name.bytes().all(token) {
        return Err(BadHeader::Name);
    }
    if is_reserved(name) {
        return Err(BadHeader::Reserved);
    }
    if !value.bytes().all(|c| c == b'\t' || (b' '..=b'~').contains(&c)) {
        return Err(BadHeader::Value);
    }
    Ok(())
}

/// Validates the number and total size of custom headers.
pub fn check_headers(headers: &[(String, String)]) -> Result<(), BadHeader> {
    if headers.len() > HEADERS_MAX {
        return Err(BadHeader::TooMany);
    }
    if headers.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>() > HEADERS_BYTES_MAX {
        return Err(BadHeader::TooLarge);
    }
    Ok(())
}

/// Replaces a secret or a custom header's value that is not shown.
pub const MASKED: &str = "***";

/// Custom headers whose values are shown and logged, because they never carry a credential. All others are masked,
/// because a header's name does not reveal whether it carries one.
const HARMLESS: [&str; 17] = [
    "accept",
    "accept-language",
    "cache-control",
    "content-language",
    "from",
    "origin",
    "pragma",
    "prefer",
    "priority",
    "referer",
    "via",
    "x-environment",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-region",
    "x-requested-with",
];

/// True when the value of a custom header may be a credential, which logs must not show.
pub fn may_be_credential(name: &str) -> bool {
    !HARMLESS.iter().any(|harmless| name.eq_ignore_ascii_case(harmless))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_checked() {
        assert!(check_header("X-Api-Key", "abc def").is_ok());
        for (name, value) in [
            ("", "x"),
            ("a b", "x"),
            ("X-A", "line\nbreak"),
            ("X-A", "ü"),
            ("Host", "x"),
            ("Webhook-Id", "x"),
            ("x-webhook-signature", "x"),
            ("Content-Length", "1"),
        ] {
            assert!(check_header(name, value).is_err(), "{name}");
        }
        for profile in Profile::ALL {
            for name in profile.rules().header_names() {
                assert!(check_header(name, "x").is_err(), "{name} of {profile:?}");
                assert!(check_header(&name.to_ascii_uppercase(), "x").is_err(), "{name} of {profile:?}");
            }
        }
        assert!(check_headers(&vec![("a".into(), "b".into()); 51]).is_err());
        assert!(check_headers(&[("a".into(), "b".repeat(17_000))]).is_err());
    }

    #[test]
    fn only_headers_known_to_be_harmless_are_shown() {
        for name in ["Authorization", "X-Api-Key", "cookie", "X-Auth-Token", "X-Custom", "Sig"] {
            assert!(may_be_credential(name), "{name}");
        }
        assert!(!may_be_credential("X-Region") && !may_be_credential("accept"));
    }
}
