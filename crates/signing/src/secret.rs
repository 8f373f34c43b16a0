//! A parsed secret of any form, ready to sign.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::fmt;
use zeroize::Zeroizing;

/// A secret whose prefix announces a form that the rest does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSecret {
    #[error("must have base64 with its padding after whsec_ (A-Z, a-z, 0-9, + and /)")]
    Whsec,
    #[error("must have base64 of the 32 or 64 bytes of an ed25519 private key after whsk_")]
    Whsk,
}

/// The encoding of the key in a secret's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `whsec_<base64>`: Standard Webhooks, symmetric.
    Whsec,
    /// `whsk_<base64>`: Standard Webhooks, ed25519.
    Whsk,
    /// Any other text: its UTF-8 bytes are the key. Libraries of Standard Webhooks do not accept such a text directly.
    Plain,
}

impl Form {
    pub fn of(text: &str) -> Self {
        if text.starts_with(WHSEC) {
            Self::Whsec
        } else if text.starts_with(WHSK) {
            Self::Whsk
        } else {
            Self::Plain
        }
    }
}

const WHSEC: &str = "whsec_";
const WHSK: &str = "whsk_";

/// A secret ready to sign. The key of `webhook-signature` depends on the [`Form`]; the profiles' own headers always use
/// the UTF-8 bytes of the whole text.
///
/// Parsing checks the form only, not the length of the key: stored secrets continue to sign when the rules for new ones
/// change.
#[derive(Clone)]
pub struct Secret {
    plain: Hmac<Sha256>,
    standard: Standard,
    key_bytes: usize,
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
        let (standard, key_bytes) = match Form::of(text) {
            Form::Plain => (Standard::Hmac(plain.clone()), text.len()),
            Form::Whsec => {
                let key = STANDARD.decode(&text[WHSEC.len()..]).map(Zeroizing::new).map_err(|_| BadSecret::Whsec)?;
                (Standard::Hmac(keyed(&key)), key.len())
            }
            Form::Whsk => {
                let bytes = STANDARD.decode(&text[WHSK.len()..]).map(Zeroizing::new).map_err(|_| BadSecret::Whsk)?;
                let seed: &[u8; 32] = bytes.first_chunk().ok_or(BadSecret::Whsk)?;
                let key = SigningKey::from_bytes(seed);
                if bytes.len() != 32 && bytes[32..] != key.verifying_key().to_bytes() {
                    return Err(BadSecret::Whsk);
                }
                (Standard::Ed25519(Box::new(key)), seed.len())
            }
        };
        Ok(Self { plain, standard, key_bytes })
    }

    /// Length of the `webhook-signature` key, in bytes.
    pub const fn key_bytes(&self) -> usize {
        self.key_bytes
    }

    /// HMAC-SHA256 of the body with the UTF-8 bytes of the text, as in the profiles' own headers (there in hex).
    pub fn hmac(&self, body: &[u8]) -> [u8; 32] {
        let mut mac = self.plain.clone();
        mac.update(body);
        mac.finalize().into_bytes().into()
    }

    /// An entry of `webhook-signature`: `v1,<base64>` or `v1a,<base64>`.
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

    pub(crate) const fn mac(&self) -> Option<&Hmac<Sha256>> {
        match &self.standard {
            Standard::Hmac(mac) => Some(mac),
            Standard::Ed25519(_) => None,
        }
    }

    pub(crate) fn verifying_key(&self) -> Option<VerifyingKey> {
        match &self.standard {
            Standard::Ed25519(key) => Some(key.verifying_key()),
            Standard::Hmac(_) => None,
        }
    }

    pub(crate) const fn plain_mac(&self) -> &Hmac<Sha256> {
        &self.plain
    }

    /// The key with which receivers verify `v1a` signatures; `None` for symmetric secrets.
    pub fn public_key(&self) -> Option<PublicKey> {
        self.verifying_key().map(|key| PublicKey(key.to_bytes()))
    }
}

/// An ed25519 public key. Displayed as in Standard Webhooks: `whpk_<base64>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// The bytes in URL-safe base64: the parameter `x` of a JSON Web Key (RFC 8037).
    pub fn x(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// The thumbprint of the JSON Web Key (RFC 7638), which names it.
    pub fn thumbprint(&self) -> String {
        let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, self.x());
        URL_SAFE_NO_PAD.encode(Sha256::digest(members))
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "whpk_{}", STANDARD.encode(self.0))
    }
}

/// A bearer token: URL-safe base64 of 32 random bytes, without padding.
pub fn generate_url_safe(random: [u8; 32]) -> String {
    URL_SAFE_NO_PAD.encode(random)
}

/// Number of random bytes for [`generate_whsec`]: far more than 44 characters encode, so that all characters are
/// equally likely.
pub const WHSEC_RANDOM: usize = 64;

/// A signing secret: `whsec_` and 44 characters of `[A-Za-z0-9]`.
///
/// 44 characters are base64 of 33 bytes without padding, and none of them differs between the standard and the URL-safe
/// alphabet. So the whole text can be copied with a double click and keys the profiles' own headers, and every library
/// of Standard Webhooks decodes it to the same key.
pub fn generate_whsec(mut random: [u8; WHSEC_RANDOM]) -> String {
    const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    const LENGTH: usize = 44;
    let mut text = String::with_capacity(WHSEC.len() + LENGTH);
    text.push_str(WHSEC);
    for _ in 0..LENGTH {
        // Long division of the number `random` by 62: the remainder is the next character.
        let mut remainder = 0;
        for byte in &mut random {
            let part = remainder * 256 + usize::from(*byte);
            *byte = (part / ALPHABET.len()) as u8;
            remainder = part % ALPHABET.len();
        }
        text.push(char::from(ALPHABET[remainder]));
    }
    text
}

/// A Standard Webhooks private key: `whsk_` and base64 of an ed25519 seed.
pub fn generate_ed25519(random: [u8; 32]) -> String {
    format!("whsk_{}", STANDARD.encode(random))
}
