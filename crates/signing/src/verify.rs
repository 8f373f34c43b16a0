//! Verification as a receiver performs it, in constant time.

use crate::{Secret, TOLERANCE_SECONDS, standard_content};
use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, VerifyingKey};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// Reasons for rejecting a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    #[error("the header {0} is missing or malformed")]
    Header(&'static str),
    #[error("the timestamp is more than five minutes old or ahead")]
    Timestamp,
    #[error("no signature matches")]
    Signature,
    #[error("the key is malformed")]
    Key,
}

/// Verifies the three Standard Webhooks headers. `key` is the shared secret, or for `v1a` signatures the public key
/// `whpk_…` (or the private one); `now` is in seconds since the epoch.
pub fn verify_standard(
    key: &str,
    id: &str,
    timestamp: &str,
    signatures: &str,
    body: &[u8],
    now: i64,
) -> Result<(), VerifyError> {
    let at: i64 = timestamp.parse().map_err(|_| VerifyError::Header("webhook-timestamp"))?;
    if now.abs_diff(at) > TOLERANCE_SECONDS.unsigned_abs() {
        return Err(VerifyError::Timestamp);
    }
    let content = standard_content(id, at, body);
    let good = match Verifier::of(key)? {
        Verifier::Hmac(mut mac) => {
            mac.update(&content);
            let expected = mac.finalize().into_bytes();
            entries(signatures, "v1,").any(|signature| bool::from(signature.as_slice().ct_eq(expected.as_slice())))
        }
        Verifier::Ed25519(public) => entries(signatures, "v1a,")
            .filter_map(|bytes| Signature::from_slice(&bytes).ok())
            .any(|signature| public.verify_strict(&content, &signature).is_ok()),
    };
    if good { Ok(()) } else { Err(VerifyError::Signature) }
}

/// A key that verifies `webhook-signature`.
enum Verifier {
    Hmac(Hmac<Sha256>),
    Ed25519(VerifyingKey),
}

impl Verifier {
    fn of(key: &str) -> Result<Self, VerifyError> {
        if let Some(public) = key.strip_prefix("whpk_") {
            let bytes =
                STANDARD.decode(public).ok().and_then(|b| <[u8; 32]>::try_from(b).ok()).ok_or(VerifyError::Key)?;
            return VerifyingKey::from_bytes(&bytes).map(Self::Ed25519).map_err(|_| VerifyError::Key);
        }
        let secret = Secret::parse(key).map_err(|_| VerifyError::Key)?;
        Ok(match secret.verifying_key() {
            Some(public) => Self::Ed25519(public),
            None => Self::Hmac(secret.mac().ok_or(VerifyError::Key)?.clone()),
        })
    }
}

/// The decoded signatures with this version prefix.
fn entries<'h>(header: &'h str, version: &'static str) -> impl Iterator<Item = Vec<u8>> + 'h {
    header.split(' ').filter_map(move |entry| STANDARD.decode(entry.strip_prefix(version)?).ok())
}

/// Verifies a profile's own header: `X-Webhook-Signature: <hex>`, or `X-Signature: sha256=<hex>`.
pub fn verify_hex(secret: &str, header: &str, body: &[u8]) -> Result<(), VerifyError> {
    let text = header.strip_prefix("sha256=").unwrap_or(header);
    let mut mac = Secret::parse(secret).map_err(|_| VerifyError::Key)?.plain_mac().clone();
    mac.update(body);
    let expected = crate::hex(&mac.finalize().into_bytes());
    if bool::from(expected.as_bytes().ct_eq(text.to_ascii_lowercase().as_bytes())) {
        Ok(())
    } else {
        Err(VerifyError::Signature)
    }
}
