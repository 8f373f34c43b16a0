//! Encodings that every backend shares: sealed settings, patterns as text, and id ranges for time ranges.

use crate::{StorageError, Vault};
use model::{EventPattern, JsonObject, Subscription, SubscriptionId, TenantId, Timestamp, subscription::SigningSecret};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

#[derive(Serialize, Deserialize)]
struct Kept {
    value: String,
    until: Option<i64>,
}

fn context(tenant: &TenantId, id: SubscriptionId, what: &str) -> String {
    format!("subscriptions/{tenant}/{id}/{what}")
}

fn seal(vault: &Vault, context: &str, value: &impl Serialize) -> Vec<u8> {
    let text = serde_json::to_vec(value).unwrap_or_else(|_| unreachable!("strings and numbers are always writable"));
    vault.seal(context, &text)
}

fn unseal<T: DeserializeOwned>(vault: &Vault, context: &str, sealed: &[u8]) -> Result<T, StorageError> {
    serde_json::from_slice(&vault.open(context, sealed)?).map_err(|_| StorageError::corrupt(context))
}

pub fn seal_headers(vault: &Vault, of: &Subscription) -> Vec<u8> {
    seal(vault, &context(&of.tenant, of.id, "headers"), &of.headers)
}

pub fn unseal_headers(
    vault: &Vault,
    tenant: &TenantId,
    id: SubscriptionId,
    sealed: &[u8],
) -> Result<Vec<(String, String)>, StorageError> {
    unseal(vault, &context(tenant, id, "headers"), sealed)
}

pub fn seal_secrets(vault: &Vault, of: &Subscription) -> Vec<u8> {
    let kept =
        |secret: &SigningSecret| Kept { value: secret.value.clone(), until: secret.until.map(Timestamp::micros) };
    let secrets: Vec<Kept> = of.secrets.iter().map(kept).collect();
    seal(vault, &context(&of.tenant, of.id, "secrets"), &secrets)
}

pub fn unseal_secrets(
    vault: &Vault,
    tenant: &TenantId,
    id: SubscriptionId,
    sealed: &[u8],
) -> Result<Vec<SigningSecret>, StorageError> {
    let kept: Vec<Kept> = unseal(vault, &context(tenant, id, "secrets"), sealed)?;
    let secret = |kept: Kept| SigningSecret { value: kept.value, until: kept.until.map(Timestamp::from_micros) };
    Ok(kept.into_iter().map(secret).collect())
}

/// Parses a JSON object, keeping its text byte for byte; `what` names it in the error.
pub fn object(text: &str, what: &str) -> Result<JsonObject, StorageError> {
    JsonObject::parse(text).map_err(|_| StorageError::corrupt(format!("{what} is not a JSON object")))
}

pub fn patterns(text: &str) -> Result<Vec<EventPattern>, StorageError> {
    text.split_terminator(' ')
        .map(|one| EventPattern::parse(one).map_err(|_| StorageError::corrupt(format!("event pattern {one:?}"))))
        .collect()
}

pub fn patterns_text(patterns: &[EventPattern]) -> String {
    patterns.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// True when stored patterns (`text`) list the wanted type or pattern, or cover it.
pub fn patterns_have(text: &str, wanted: &str) -> Result<bool, StorageError> {
    Ok(text.split_terminator(' ').any(|one| one == wanted) || patterns(text)?.iter().any(|one| one.matches(wanted)))
}

/// Substring search that ignores the case of ASCII letters.
pub fn has_part(text: &str, part: &str) -> bool {
    text.to_ascii_lowercase().contains(&part.to_ascii_lowercase())
}

/// The smallest (inclusive) and the greatest (exclusive) 16 bytes of ids created from `after` (inclusive) to `before`
/// (exclusive).
pub fn id_bounds(after: Option<Timestamp>, before: Option<Timestamp>) -> ([u8; 16], [u8; 16]) {
    let edge = |at: Timestamp| {
        // A fraction of a millisecond rounds up, because an id has whole milliseconds.
        let millis = u128::try_from(at.micros().saturating_add(999).div_euclid(1_000)).unwrap_or(0);
        (millis.min(0xffff_ffff_ffff) << 80).to_be_bytes()
    };
    (after.map_or([0; 16], edge), before.map_or([0xff; 16], edge))
}
