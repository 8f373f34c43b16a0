//! Secrets, signatures, tickets in URLs, and the encryption of stored secrets.

use crate::input::{parts, text, texts};
use delivery::References;
use model::{Entropy, Timestamp};
use signing::{AwsKey, Form, Secret, TicketKey, VerifyError, hex, sign_aws_v4, verify_hex, verify_standard};
use std::sync::Arc;
use storage::{MasterKey, Vault};

pub(super) const WORDS: &[&str] = &[
    "whsec_",
    "whsk_",
    "whpk_",
    "v1,",
    "v1a,",
    "sha256=",
    "1700000000",
    " ",
    "\u{1e}",
    "AAAAAAAAAAAAAAAAAAAAAAAA",
    "==",
];

const NOW: i64 = 1_700_000_000;

/// A secret and a body: what it signs is verified with it, and with nothing else.
pub(super) fn secrets(input: &[u8]) {
    let [text, body] = parts(input);
    let text = String::from_utf8_lossy(text);
    let Ok(secret) = Secret::parse(&text) else {
        assert_ne!(Form::of(&text), Form::Plain, "any text is a plain secret");
        return;
    };
    if text.starts_with("whpk_") {
        // A verifier takes it for a public key, so the API accepts no such secret.
        return;
    }
    let signature = secret.standard("evt_1", NOW, body);
    assert_eq!(verify_standard(&text, "evt_1", &NOW.to_string(), &signature, body, NOW), Ok(()));
    let changed = [body, b"!"].concat();
    let refused = verify_standard(&text, "evt_1", &NOW.to_string(), &signature, &changed, NOW);
    assert_eq!(refused, Err(VerifyError::Signature));
    if let Some(public) = secret.public_key() {
        let verified = verify_standard(&public.to_string(), "evt_1", &NOW.to_string(), &signature, body, NOW);
        assert_eq!(verified, Ok(()));
    }
    let own = hex(&secret.hmac(body));
    assert_eq!(verify_hex(&text, &own, body), Ok(()));
    assert_eq!(verify_hex(&text, &format!("sha256={own}"), &changed), Err(VerifyError::Signature));
    assert!(!format!("{secret:?}").contains("whs"));
}

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Headers of a request and its body: only signatures that the secret has made are accepted.
pub(super) fn run(input: &[u8]) {
    let [id, timestamp, signatures, body] = parts(input);
    let [id, timestamp, signatures] = [id, timestamp, signatures].map(String::from_utf8_lossy);
    let verified = verify_standard(SECRET, &id, &timestamp, &signatures, body, NOW);
    let at = timestamp.parse::<i64>();
    let own = at.as_ref().ok().and_then(|at| Some(Secret::parse(SECRET).ok()?.standard(&id, *at, body)));
    let has_own = own.as_ref().is_some_and(|own| signatures.split(' ').any(|entry| entry == own));
    let is_fresh = at.is_ok_and(|at| at.abs_diff(NOW) <= signing::TOLERANCE_SECONDS.unsigned_abs());
    assert_eq!(verified.is_ok(), has_own && is_fresh, "{verified:?}");
    let own = hex(&Secret::parse(SECRET).unwrap().hmac(body));
    let plain = signatures.strip_prefix("sha256=").unwrap_or(&signatures).to_ascii_lowercase();
    assert_eq!(verify_hex(SECRET, &signatures, body).is_ok(), plain == own);
    // A key that a receiver's owner mistypes.
    let _ = verify_standard(&id, "evt_1", &NOW.to_string(), &signatures, body, NOW);
    aws(&id, &timestamp, body);
}

fn aws(target: &str, value: &str, body: &[u8]) {
    let key = AwsKey {
        access_key_id: "AKIDEXAMPLE",
        secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        session_token: None,
        region: "us-east-1",
        service: if body.len().is_multiple_of(2) { "s3" } else { "execute-api" },
    };
    let headers = [("x-value", value)];
    let sign = || sign_aws_v4(&key, "POST", "receiver.test", target, &headers, body, NOW);
    let added = sign();
    assert_eq!(added, sign());
    assert!(added.iter().all(|(_, value)| !value.contains(key.secret_access_key)));
    assert_eq!(added[0].1.rsplit('=').next().map(str::len), Some(64), "no signature in hexadecimal");
}

/// Tickets of URLs at which receivers fetch payloads, and sealed secrets.
pub(super) fn references(input: &[u8]) {
    let ticket = text(input);
    let references = References::new("https://hooks.example", b"secret", []);
    assert!(references.read(&ticket, Timestamp::from_millis(0)).is_err(), "a ticket that nobody has made");
    // The content is hostile only to whoever has the key, and is parsed all the same.
    let key = TicketKey::derive(b"secret", "postrider references 1");
    let sealed = key.seal(input);
    assert_eq!(key.open(&sealed).as_deref(), Some(input));
    drop(references.read(&sealed, Timestamp::from_millis(0)));
    let [context, secret] = texts(input);
    let vault = Vault::new(&MasterKey::try_new(&[7; 32]).unwrap(), Arc::new(Fixed));
    let sealed = vault.seal(&context, secret.as_bytes());
    assert_eq!(vault.open(&context, &sealed).unwrap().as_slice(), secret.as_bytes());
    assert!(vault.open(&format!("{context}!"), &sealed).is_err() && vault.open(&context, input).is_err());
}

struct Fixed;

impl Entropy for Fixed {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(9);
    }
}
