//! Keys that verify tokens: a shared secret, or a public key in PEM or of a key set.

use crate::{Algorithm, der};
use ring::{
    hmac,
    signature::{
        ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
    },
};
use rustls_pki_types::{SubjectPublicKeyInfoDer, pem::PemObject};
use std::fmt;

/// A key with its algorithm. A token that names another algorithm is never tried with it.
#[derive(Clone)]
pub struct Key {
    /// The name (`kid`) by which tokens choose it.
    id: Option<String>,
    material: Material,
}

#[derive(Clone)]
enum Material {
    Hmac(hmac::Key),
    Rsa { n: Vec<u8>, e: Vec<u8> },
    P256(Vec<u8>),
    Ed25519(Vec<u8>),
}

/// Reason why a key cannot be used; never repeats the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    #[error("must have 32 bytes or more: HS256 with a shorter secret can be guessed")]
    ShortSecret,
    #[error("is not a public key in PEM (-----BEGIN PUBLIC KEY-----)")]
    NotPem,
    #[error("has a public key that is none of RSA, P-256 and Ed25519")]
    Kind,
    #[error("has an RSA key of fewer than 2048 or more than 8192 bits")]
    RsaSize,
}

const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
const ED25519_ID: &[u8] = &[0x2b, 0x65, 0x70];

/// Shortest secret: the size of the hash (RFC 7518, section 3.2).
const SECRET_MIN: usize = 32;

impl Key {
    /// A shared secret for HS256.
    pub fn from_secret(secret: &[u8]) -> Result<Self, BadKey> {
        if secret.len() < SECRET_MIN {
            return Err(BadKey::ShortSecret);
        }
        Ok(Self::new(None, Material::Hmac(hmac::Key::new(hmac::HMAC_SHA256, secret))))
    }

    /// A public key in PEM, with the algorithm that its kind has.
    pub fn from_pem(text: &str) -> Result<Self, BadKey> {
        let der = SubjectPublicKeyInfoDer::from_pem_slice(text.as_bytes()).map_err(|_| BadKey::NotPem)?;
        let (kind, parameter, key) = subject_public_key(&der).ok_or(BadKey::NotPem)?;
        match (kind, parameter) {
            (RSA, _) => {
                let mut reader = der::Reader::new(key);
                let mut numbers = reader.sequence().ok_or(BadKey::NotPem)?;
                let (n, e) = (numbers.positive(), numbers.positive());
                Self::rsa(None, n.ok_or(BadKey::NotPem)?, e.ok_or(BadKey::NotPem)?)
            }
            (EC, Some(P256)) => Self::p256(None, key.to_vec()),
            (ED25519_ID, None) => Self::ed25519(None, key),
            _ => Err(BadKey::Kind),
        }
    }

    pub(crate) fn rsa(id: Option<String>, n: &[u8], e: &[u8]) -> Result<Self, BadKey> {
        let bits = n.len() * 8 - n.first().map_or(0, |first| first.leading_zeros() as usize);
        if !(2_048..=8_192).contains(&bits) || e.is_empty() {
            return Err(BadKey::RsaSize);
        }
        Ok(Self::new(id, Material::Rsa { n: n.to_vec(), e: e.to_vec() }))
    }

    /// `point` is uncompressed: 4, x, y.
    pub(crate) fn p256(id: Option<String>, point: Vec<u8>) -> Result<Self, BadKey> {
        if point.len() != 65 || point.first() != Some(&4) {
            return Err(BadKey::Kind);
        }
        Ok(Self::new(id, Material::P256(point)))
    }

    pub(crate) fn ed25519(id: Option<String>, key: &[u8]) -> Result<Self, BadKey> {
        if key.len() != 32 {
            return Err(BadKey::Kind);
        }
        Ok(Self::new(id, Material::Ed25519(key.to_vec())))
    }

    const fn new(id: Option<String>, material: Material) -> Self {
        Self { id, material }
    }

    pub const fn algorithm(&self) -> Algorithm {
        match self.material {
            Material::Hmac(_) => Algorithm::Hs256,
            Material::Rsa { .. } => Algorithm::Rs256,
            Material::P256(_) => Algorithm::Es256,
            Material::Ed25519(_) => Algorithm::EdDsa,
        }
    }

    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// True when `signature` is that of `message` under this key.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.material {
            Material::Hmac(key) => hmac::verify(key, message, signature).is_ok(),
            Material::Rsa { n, e } => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok()
            }
            Material::P256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature).is_ok()
            }
            Material::Ed25519(key) => UnparsedPublicKey::new(&ED25519, key).verify(message, signature).is_ok(),
        }
    }
}

/// Shows no part of the key.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("id", &self.id).field("algorithm", &self.algorithm()).finish_non_exhaustive()
    }
}

type PublicKeyInfo<'d> = (&'d [u8], Option<&'d [u8]>, &'d [u8]);

/// Kind, parameter and key of a `SubjectPublicKeyInfo` (RFC 5280, section 4.1).
fn subject_public_key(der: &[u8]) -> Option<PublicKeyInfo<'_>> {
    let mut outer = der::Reader::new(der);
    let mut info = outer.sequence()?;
    let mut algorithm = info.sequence()?;
    let kind = algorithm.take(der::OBJECT_ID)?;
    let parameter = algorithm.take(der::OBJECT_ID);
    let key = info.bits()?;
    (outer.is_empty() && info.is_empty()).then_some((kind, parameter, key))
}
