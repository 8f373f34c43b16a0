//! A secret of any form, made ready to sign with.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use ed25519_dalek::{Signer, SigningKey};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;

/// A secret whose form promises more than it holds.
#[derive(Debug, thiserror::Error)]
pub enum BadSecret {
    #[error("after whsec_ there must be base64")]
    Whsec,
    #[error("after whsk_ there must be base64 of the 32 or 64 bytes of an ed25519 private key")]
    Whsk,
}

/// A secret ready to sign with. Its forms:
///
/// * `whsec_<base64>`: Standard Webhooks, symmetric; `webhook-signature` is keyed with the decoded bytes.
/// * `whsk_<base64>`: Standard Webhooks, ed25519; `webhook-signature` is `v1a,…`.
/// * anything else: its UTF-8 bytes are the key.
///
/// The profiles' own headers are always keyed with the UTF-8 bytes of the whole text.
#[derive(Clone)]
pub struct Secret {
    plain: Hmac<Sha256>,
    standard: Standard,
}

#[derive(Clone)]
enum Standard {
    Hmac(Hmac<Sha256>),
    Ed25519(Box<SigningKey>),
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).unwrap_or_else(|_| unreachable!("HMAC takes a key of any length"))
}

impl Secret {
    pub fn parse(text: &str) -> Result<Self, BadSecret> {
        let plain = keyed(text.as_bytes());
        let standard = if let Some(rest) = text.strip_prefix("whsec_") {
            Standard::Hmac(keyed(&STANDARD.decode(rest).map_err(|_| BadSecret::Whsec)?))
        } else if let Some(rest) = text.strip_prefix("whsk_") {
            let bytes = STANDARD.decode(rest).map_err(|_| BadSecret::Whsk)?;
            let seed: [u8; 32] = bytes.get(..32).and_then(|b| b.try_into().ok()).ok_or(BadSecret::Whsk)?;
            let key = SigningKey::from_bytes(&seed);
            if bytes.len() != 32 && bytes[32..] != key.verifying_key().to_bytes() {
                return Err(BadSecret::Whsk);
            }
            Standard::Ed25519(Box::new(key))
        } else {
            Standard::Hmac(plain.clone())
        };
        Ok(Self { plain, standard })
    }

    /// HMAC-SHA256 of the body with the text's UTF-8 bytes: what the profiles' own headers carry, in hex.
    pub fn hmac(&self, body: &[u8]) -> [u8; 32] {
        let mut mac = self.plain.clone();
        mac.update(body);
        mac.finalize().into_bytes().into()
    }

    /// One entry of `webhook-signature`: `v1,<base64>` or `v1a,<base64>`.
    pub fn standard(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        match &self.standard {
            Standard::Hmac(key) => {
                let mut mac = key.clone();
                mac.update(id.as_bytes());
                mac.update(b".");
                mac.update(timestamp.to_string().as_bytes());
                mac.update(b".");
                mac.update(body);
                let mut text = String::with_capacity(48);
                text.push_str("v1,");
                STANDARD.encode_string(mac.finalize().into_bytes(), &mut text);
                text
            }
            Standard::Ed25519(key) => {
                let signature = key.sign(&crate::standard_content(id, timestamp, body));
                format!("v1a,{}", STANDARD.encode(signature.to_bytes()))
            }
        }
    }

    pub(crate) fn mac(&self) -> Option<&Hmac<Sha256>> {
        match &self.standard {
            Standard::Hmac(mac) => Some(mac),
            Standard::Ed25519(_) => None,
        }
    }

    pub(crate) const fn plain_mac(&self) -> &Hmac<Sha256> {
        &self.plain
    }

    /// `whpk_<base64>`: what a receiver verifies `v1a` signatures with. `None` for symmetric secrets.
    pub fn public_key(&self) -> Option<String> {
        match &self.standard {
            Standard::Ed25519(key) => Some(format!("whpk_{}", STANDARD.encode(key.verifying_key().to_bytes()))),
            Standard::Hmac(_) => None,
        }
    }
}

/// A `platform` secret: URL-safe base64 of 32 random bytes, without padding.
pub fn generate_url_safe(random: [u8; 32]) -> String {
    URL_SAFE_NO_PAD.encode(random)
}

/// A Standard Webhooks secret: `whsec_` and base64 of 32 random bytes.
pub fn generate_whsec(random: [u8; 32]) -> String {
    format!("whsec_{}", STANDARD.encode(random))
}

/// A Standard Webhooks private key: `whsk_` and base64 of an ed25519 seed.
pub fn generate_ed25519(random: [u8; 32]) -> String {
    format!("whsk_{}", STANDARD.encode(random))
}
