//! Key sets (JWKS, RFC 7517), as identity providers publish them.

use crate::{Algorithm, Key};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;

/// Maximum size of a key set.
pub const MAX_BYTES: usize = 256 * 1024;
/// Maximum number of its keys.
const MAX_KEYS: usize = 100;

/// Reason why a key set cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadKeySet {
    #[error("the key set is larger than {} KiB", MAX_BYTES / 1024)]
    TooLarge,
    #[error("the key set is not a JSON object with an array of keys")]
    Malformed,
    #[error("the key set has more than {MAX_KEYS} keys")]
    TooMany,
    #[error("the key set has no key for any of the allowed algorithms")]
    Unusable,
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<serde_json::Value>,
}

/// The members of a key that matter. Private members are never read.
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    key_ops: Option<Vec<String>>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

/// The keys of a set that verify tokens of one of `algorithms`. Other keys are left out: providers publish keys for
/// encryption and for other algorithms in the same set. Shared secrets are left out too, since a set is public.
pub fn parse(bytes: &[u8], algorithms: &[Algorithm]) -> Result<Vec<Key>, BadKeySet> {
    if bytes.len() > MAX_BYTES {
        return Err(BadKeySet::TooLarge);
    }
    let set: Set = serde_json::from_slice(bytes).map_err(|_| BadKeySet::Malformed)?;
    if set.keys.len() > MAX_KEYS {
        return Err(BadKeySet::TooMany);
    }
    let keys = set.keys.into_iter().filter_map(|value| serde_json::from_value(value).ok()).filter_map(read);
    let usable: Vec<Key> = keys.filter(|key| algorithms.contains(&key.algorithm())).collect();
    if usable.is_empty() { Err(BadKeySet::Unusable) } else { Ok(usable) }
}

fn read(jwk: Jwk) -> Option<Key> {
    let signs = jwk.purpose.as_deref().is_none_or(|purpose| purpose == "sig");
    let verifies = jwk.key_ops.as_ref().is_none_or(|all| all.iter().any(|one| one == "verify"));
    if !signs || !verifies {
        return None;
    }
    let decode = |text: &Option<String>| URL_SAFE_NO_PAD.decode(text.as_deref()?).ok();
    let key = match (jwk.kty.as_str(), jwk.crv.as_deref()) {
        ("RSA", _) => {
            let (n, e) = (decode(&jwk.n)?, decode(&jwk.e)?);
            Key::rsa(jwk.kid, without_zeros(&n), without_zeros(&e))
        }
        ("EC", Some("P-256")) => {
            let point = [&[4][..], &decode(&jwk.x)?, &decode(&jwk.y)?].concat();
            Key::p256(jwk.kid, point)
        }
        ("OKP", Some("Ed25519")) => Key::ed25519(jwk.kid, &decode(&jwk.x)?),
        _ => return None,
    };
    key.ok().filter(|key| jwk.alg.as_deref().is_none_or(|name| name == key.algorithm().name()))
}

fn without_zeros(mut bytes: &[u8]) -> &[u8] {
    while let Some((0, rest)) = bytes.split_first() {
        bytes = rest;
    }
    bytes
}
