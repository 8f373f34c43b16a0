//! Answers that are JSON: of receivers to batches, of token endpoints, and of other nodes.

use crate::input::parts;
use delivery::fuzzing;
use model::credentials::{ClientAuthentication, OAuth2};
use std::collections::BTreeSet;

pub(super) const BATCH: &[&str] =
    &["{\"failed\":[", "\"evt_1\"", "\"failed\"", "false", "0", "{}", "\"\"", "\\u0066ailed"];

pub(super) fn batch(input: &[u8]) {
    let failed = fuzzing::failed_of_batch(input);
    let Some(ids) = failed else { return };
    assert!(ids.iter().map(String::len).sum::<usize>() <= input.len());
    // The same ids as a body of the documented form.
    let body = serde_json::json!({ "failed": ids }).to_string();
    let again = fuzzing::failed_of_batch(body.as_bytes()).unwrap();
    assert_eq!(again.into_iter().collect::<BTreeSet<_>>(), ids.into_iter().collect());
}

pub(super) const TOKEN: &[&str] = &[
    "{\"access_token\":\"",
    "\"token_type\":\"Bearer\"",
    "\"expires_in\":",
    "\"error\":\"",
    "\"error_description\":\"",
    "client-secret",
    "200\u{1e}",
];

/// A status and a body.
pub(super) fn token(input: &[u8]) {
    let [status, body] = parts(input);
    let status = std::str::from_utf8(status).ok().and_then(|text| text.parse().ok()).unwrap_or(200);
    let settings = OAuth2 {
        token_url: "https://receiver.test/token".into(),
        client_id: "client".into(),
        client_secret: "client-secret-of-the-receiver".into(),
        scope: None,
        audience: None,
        client_authentication: ClientAuthentication::Header,
    };
    match fuzzing::token(&settings, status, body) {
        Ok(token) => {
            assert!((200..300).contains(&status) && !token.is_empty() && token.len() <= 16 * 1_024);
            assert!(http::HeaderValue::try_from(format!("Bearer {token}")).is_ok());
        }
        Err(fault) => {
            assert!(fault.len() <= 4_000 && !fault.contains(&settings.client_secret), "{fault}");
            assert!(!fault.chars().any(char::is_control), "{fault:?}");
        }
    }
}

pub(super) const FEED: &[&str] = &[
    "[[\"event\",\"acme\",\"evt_06f8k2m4q9v1x3z5b7d9f1h3k5\",null,\"a.b\",1]]",
    "\"delivery\"",
    "\"skipped\"",
    "\"gap\"",
    "\"subscription\"",
    "null",
    "4294967296",
];

pub(super) fn feed(input: &[u8]) {
    let Some((entries, packet)) = fuzzing::feed_packet(input) else { return };
    let (again, _) = fuzzing::feed_packet(&packet).unwrap();
    assert_eq!(again, entries, "a packet is not read back");
}
