//! The compact form of a token (RFC 7515, section 7.1): header, payload and signature in base64url.

use crate::{Algorithm, Key, Refusal};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, de::IgnoredAny};

/// Maximum size of a token.
pub const MAX_BYTES: usize = 16 * 1024;

/// True for a text with the outer form of a token: three parts, the first of which may begin a JSON object in base64url.
pub fn looks_like(text: &str) -> bool {
    text.starts_with('e') && text.bytes().filter(|byte| *byte == b'.').count() == 2
}

/// A token whose signature is not verified yet.
#[derive(Debug)]
pub struct Token<'t> {
    pub(crate) algorithm: Algorithm,
    key_id: Option<String>,
    signed: &'t [u8],
    signature: Vec<u8>,
    pub(crate) payload: Vec<u8>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<IgnoredAny>,
    b64: Option<IgnoredAny>,
}

impl<'t> Token<'t> {
    pub fn parse(text: &'t str) -> Result<Self, Refusal> {
        if text.len() > MAX_BYTES {
            return Err(Refusal::TooLong);
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(Refusal::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(Refusal::Malformed)?;
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| Refusal::Malformed);
        let header: Header = serde_json::from_slice(&decode(header)?).map_err(|_| Refusal::Malformed)?;
        if header.crit.is_some() || header.b64.is_some() {
            return Err(Refusal::Critical);
        }
        Ok(Self {
            algorithm: Algorithm::parse(&header.alg).ok_or(Refusal::Algorithm)?,
            key_id: header.kid,
            signed: signed.as_bytes(),
            signature: decode(signature)?,
            payload: decode(payload)?,
        })
    }

    /// True when the token may be signed by `key`: it has its algorithm, and its name if both have one. A key from a
    /// file has no name.
    pub(crate) fn may_be_of(&self, key: &Key) -> bool {
        let has_name = match (&self.key_id, key.id()) {
            (Some(named), Some(known)) => named == known,
            _ => true,
        };
        key.algorithm() == self.algorithm && has_name
    }

    pub(crate) fn is_signed_by(&self, key: &Key) -> bool {
        self.may_be_of(key) && key.verifies(self.signed, &self.signature)
    }
}
