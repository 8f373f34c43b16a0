//! A master key, and the id that tells it from others.

use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::fmt;
use zeroize::Zeroizing;

/// The 32-byte key that encrypts all secrets of an installation. Its memory is overwritten when it is dropped.
#[derive(Clone)]
pub struct MasterKey(Zeroizing<[u8; 32]>);

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
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    pub fn try_new(bytes: &[u8]) -> Result<Self, BadMasterKey> {
        let mut key = Zeroizing::new([0; 32]);
        if bytes.len() != key.len() {
            return Err(BadMasterKey(bytes.len()));
        }
        key.copy_from_slice(bytes);
        Ok(Self(key))
    }

    pub fn id(&self) -> MasterKeyId {
        let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&*self.0)
            .unwrap_or_else(|_| unreachable!("HMAC takes a key of any length"));
        mac.update(b"postrider master key id 1");
        let mac = mac.finalize().into_bytes();
        let mut id = [0; MasterKeyId::BYTES];
        id.copy_from_slice(&mac[..MasterKeyId::BYTES]);
        MasterKeyId(id)
    }
}

/// The beginning of an HMAC-SHA256 with a master key. It is no secret: it tells keys apart and reveals nothing of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MasterKeyId([u8; Self::BYTES]);

impl MasterKeyId {
    pub const BYTES: usize = 8;

    pub const fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }

    pub const fn bytes(&self) -> &[u8; Self::BYTES] {
        &self.0
    }
}

/// 16 hexadecimal digits.
impl fmt::Display for MasterKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The text is not the id of a master key.
#[derive(Debug, thiserror::Error)]
#[error("is not the id of a master key")]
pub struct NotAMasterKeyId;

impl std::str::FromStr for MasterKeyId {
    type Err = NotAMasterKeyId;

    fn from_str(text: &str) -> Result<Self, NotAMasterKeyId> {
        let is_hex = text.len() == 2 * Self::BYTES && text.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'));
        let number = is_hex.then(|| u64::from_str_radix(text, 16).ok()).flatten();
        number.map(|number| Self(number.to_be_bytes())).ok_or(NotAMasterKeyId)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn master_keys_have_32_bytes() {
        assert!(MasterKey::try_new(&[0; 32]).is_ok());
        assert!(MasterKey::try_new(&[0; 31]).is_err());
    }

    #[test]
    fn an_id_is_that_of_one_key_and_is_read_from_its_text() {
        let id = |byte: u8| MasterKey::try_new(&[byte; 32]).unwrap().id();
        assert_eq!(id(1), id(1));
        assert_ne!(id(1), id(2));
        assert_eq!(id(1).to_string().parse::<MasterKeyId>().unwrap(), id(1));
        // Python: hmac.new(b"\x01" * 32, b"postrider master key id 1", "sha256").hexdigest()[:16]
        assert_eq!(id(1).to_string(), "a1545bce9609eebf");
        for bad in ["", "0123", "0123456789abcdeF", "+123456789abcdef", "0123456789abcdef0"] {
            assert!(bad.parse::<MasterKeyId>().is_err(), "{bad}");
        }
    }
}
