//! Encryption of secrets at rest: XChaCha20-Poly1305 with the installation's master key, bound to the row of the
//! secret.

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use model::Entropy;
use std::{fmt, sync::Arc};

/// The 32-byte key that encrypts all secrets of an installation.
#[derive(Clone)]
pub struct MasterKey([u8; 32]);

/// The key does not have 32 bytes.
#[derive(Debug, thiserror::Error)]
#[error("a master key must have 32 bytes, this one has {0}")]
pub struct BadMasterKey(pub usize);

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

impl MasterKey {
    /// The key itself, to derive others from it.
    pub const fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    pub fn try_new(bytes: &[u8]) -> Result<Self, BadMasterKey> {
        bytes.try_into().map(Self).map_err(|_| BadMasterKey(bytes.len()))
    }
}

/// Seals and opens secrets. A secret that was sealed with one `context` opens with no other.
#[derive(Clone)]
pub struct Vault {
    cipher: XChaCha20Poly1305,
    entropy: Arc<dyn Entropy>,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault(…)")
    }
}

/// Reason why a secret could not be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    #[error("is not a sealed secret")]
    Malformed,
    #[error("was sealed with another master key, or for another row")]
    WrongKey,
}

const VERSION: u8 = 1;
const NONCE: usize = 24;

impl Vault {
    pub fn new(key: &MasterKey, entropy: Arc<dyn Entropy>) -> Self {
        Self { cipher: XChaCha20Poly1305::new((&key.0).into()), entropy }
    }

    /// Returns version byte, nonce, ciphertext and tag.
    pub fn seal(&self, context: &str, plain: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE];
        self.entropy.fill(&mut nonce);
        let sealed = self
            .cipher
            .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: context.as_bytes() })
            .unwrap_or_else(|_| unreachable!("encryption in memory fails only past 256 GiB"));
        [&[VERSION][..], &nonce, &sealed].concat()
    }

    pub fn open(&self, context: &str, sealed: &[u8]) -> Result<Vec<u8>, OpenError> {
        let (version, rest) = sealed.split_first().ok_or(OpenError::Malformed)?;
        if *version != VERSION || rest.len() < NONCE {
            return Err(OpenError::Malformed);
        }
        let (nonce, text) = rest.split_at(NONCE);
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| OpenError::Malformed)?;
        self.cipher
            .decrypt(&XNonce::from(nonce), Payload { msg: text, aad: context.as_bytes() })
            .map_err(|_| OpenError::WrongKey)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting(std::sync::atomic::AtomicU8);
    impl Entropy for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        }
    }

    fn vault(key: u8) -> Vault {
        Vault::new(&MasterKey([key; 32]), Arc::new(Counting(0.into())))
    }

    #[test]
    fn a_secret_opens_only_with_its_key_and_context() {
        let sealed = vault(1).seal("acme/sub_1", b"hush");
        assert_eq!(vault(1).open("acme/sub_1", &sealed).unwrap(), b"hush");
        assert_eq!(vault(2).open("acme/sub_1", &sealed), Err(OpenError::WrongKey));
        assert_eq!(vault(1).open("acme/sub_2", &sealed), Err(OpenError::WrongKey));
        assert_eq!(vault(1).open("acme/sub_1", &sealed[..20]), Err(OpenError::Malformed));
        assert_eq!(vault(1).open("acme/sub_1", &[]), Err(OpenError::Malformed));
        assert!(!sealed.windows(4).any(|w| w == b"hush"));
    }

    #[test]
    fn sealing_the_same_secret_twice_gives_different_bytes() {
        let vault = vault(1);
        assert_ne!(vault.seal("a", b"x"), vault.seal("a", b"x"));
    }

    #[test]
    fn master_keys_have_32_bytes() {
        assert!(MasterKey::try_new(&[0; 32]).is_ok());
        assert!(MasterKey::try_new(&[0; 31]).is_err());
    }
}
