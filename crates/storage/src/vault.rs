//! Encryption of secrets at rest: XChaCha20-Poly1305 with the installation's master key, bound to the row of the
//! secret. A vault seals with one key and opens what any of its keys has sealed.
//!
//! Form 2 of a sealed secret names its key: `02`, key id (8 bytes), nonce (24), ciphertext and tag. Form 1 has no id:
//! `01`, nonce, ciphertext and tag; earlier versions read no other form. Therefore a vault writes form 1 as long as its
//! store has one key and has never had another ([`Vault::with_key_ids`]).

use crate::master_key::{MasterKey, MasterKeyId};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use model::Entropy;
use std::{fmt, sync::Arc};
use zeroize::Zeroizing;

/// Seals and opens secrets. A secret that was sealed with one `context` opens with no other.
#[derive(Clone)]
pub struct Vault {
    keys: Arc<Keys>,
    /// New secrets have form 2.
    names_key: bool,
}

struct Keys {
    current: Key,
    /// They open secrets and seal none.
    others: Vec<Key>,
    entropy: Arc<dyn Entropy>,
}

struct Key {
    id: MasterKeyId,
    cipher: XChaCha20Poly1305,
}

impl Key {
    fn new(key: &MasterKey) -> Self {
        Self { id: key.id(), cipher: XChaCha20Poly1305::new(key.expose().into()) }
    }

    fn open(&self, context: &str, nonce: [u8; NONCE], text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let payload = Payload { msg: text, aad: context.as_bytes() };
        self.cipher.decrypt(&XNonce::from(nonce), payload).ok().map(Zeroizing::new)
    }
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

const WITHOUT_ID: u8 = 1;
const WITH_ID: u8 = 2;
const ID: usize = MasterKeyId::BYTES;
const NONCE: usize = 24;

/// The parts of a sealed secret.
struct Sealed<'s> {
    key: Option<MasterKeyId>,
    nonce: [u8; NONCE],
    text: &'s [u8],
}

impl<'s> Sealed<'s> {
    fn parse(sealed: &'s [u8]) -> Option<Self> {
        let (key, rest) = match sealed.split_first()? {
            (&WITHOUT_ID, rest) => (None, rest),
            (&WITH_ID, rest) => {
                let (id, rest) = rest.split_first_chunk::<ID>()?;
                (Some(MasterKeyId::from_bytes(*id)), rest)
            }
            _ => return None,
        };
        let (nonce, text) = rest.split_first_chunk::<NONCE>()?;
        Some(Self { key, nonce: *nonce, text })
    }
}

/// The key that a sealed secret names; `None` in form 1, which names none.
pub fn named_key(sealed: &[u8]) -> Option<MasterKeyId> {
    Sealed::parse(sealed)?.key
}

impl Vault {
    pub fn new(key: &MasterKey, entropy: Arc<dyn Entropy>) -> Self {
        Self::with_others(key, &[], entropy)
    }

    /// `current` seals; `others` only open.
    pub fn with_others(current: &MasterKey, others: &[MasterKey], entropy: Arc<dyn Entropy>) -> Self {
        let current = Key::new(current);
        let mut keys: Vec<Key> = Vec::new();
        for key in others.iter().map(Key::new) {
            if key.id != current.id && keys.iter().all(|known| known.id != key.id) {
                keys.push(key);
            }
        }
        let names_key = !keys.is_empty();
        Self { keys: Arc::new(Keys { current, others: keys, entropy }), names_key }
    }

    /// The same vault for a store that has had several keys: new secrets name their key.
    #[must_use]
    pub fn with_key_ids(self) -> Self {
        Self { names_key: true, ..self }
    }

    /// The key that seals.
    pub fn current_key(&self) -> MasterKeyId {
        self.keys.current.id
    }

    /// The keys that only open.
    pub fn other_keys(&self) -> impl Iterator<Item = MasterKeyId> {
        self.keys.others.iter().map(|key| key.id)
    }

    /// Returns the sealed form.
    pub fn seal(&self, context: &str, plain: &[u8]) -> Vec<u8> {
        let Keys { current: Key { id, cipher }, entropy, .. } = &*self.keys;
        let mut nonce = [0; NONCE];
        entropy.fill(&mut nonce);
        let sealed = cipher
            .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: context.as_bytes() })
            .unwrap_or_else(|_| unreachable!("encryption in memory fails only past 256 GiB"));
        if self.names_key {
            [&[WITH_ID][..], id.bytes(), &nonce, &sealed].concat()
        } else {
            [&[WITHOUT_ID][..], &nonce, &sealed].concat()
        }
    }

    pub fn open(&self, context: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        self.open_by(context, sealed).map(|(_, plain)| plain)
    }

    /// [`Self::open`], with the key that has sealed it.
    pub fn open_by(&self, context: &str, sealed: &[u8]) -> Result<(MasterKeyId, Zeroizing<Vec<u8>>), OpenError> {
        let Sealed { key, nonce, text } = Sealed::parse(sealed).ok_or(OpenError::Malformed)?;
        let keys = std::iter::once(&self.keys.current).chain(&self.keys.others);
        keys.filter(|known| key.is_none_or(|id| id == known.id))
            .find_map(|known| Some((known.id, known.open(context, nonce, text)?)))
            .ok_or(OpenError::WrongKey)
    }

    /// Seals a secret again with the current key; `None` when it names that key already.
    pub fn reseal(&self, context: &str, sealed: &[u8]) -> Result<Option<Vec<u8>>, OpenError> {
        if named_key(sealed) == Some(self.current_key()) {
            return Ok(None);
        }
        let plain = self.open(context, sealed)?;
        Ok(Some(self.clone().with_key_ids().seal(context, &plain)))
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

    /// The first key is the current one.
    fn vault(keys: &[u8]) -> Vault {
        let keys: Vec<_> = keys.iter().map(|key| MasterKey::try_new(&[*key; 32]).unwrap()).collect();
        Vault::with_others(&keys[0], &keys[1..], Arc::new(Counting(0.into())))
    }

    fn opened(vault: &Vault, sealed: &[u8]) -> Option<Vec<u8>> {
        vault.open("acme/sub_1", sealed).ok().map(|plain| plain.to_vec())
    }

    #[test]
    fn a_secret_opens_only_with_its_key_and_context() {
        for of in [vault(&[1]), vault(&[1]).with_key_ids()] {
            let sealed = of.seal("acme/sub_1", b"hush");
            assert_eq!(opened(&vault(&[1]), &sealed).unwrap(), b"hush");
            assert_eq!(vault(&[2]).open("acme/sub_1", &sealed), Err(OpenError::WrongKey));
            assert_eq!(vault(&[1]).open("acme/sub_2", &sealed), Err(OpenError::WrongKey));
            assert_eq!(vault(&[1]).open("acme/sub_1", &sealed[..20]), Err(OpenError::Malformed));
            assert_eq!(vault(&[1]).open("acme/sub_1", &[]), Err(OpenError::Malformed));
            assert!(!sealed.windows(4).any(|w| w == b"hush"));
        }
    }

    #[test]
    fn sealing_the_same_secret_twice_gives_different_bytes() {
        let vault = vault(&[1]);
        assert_ne!(vault.seal("a", b"x"), vault.seal("a", b"x"));
    }

    #[test]
    fn a_vault_of_one_key_writes_the_form_that_earlier_versions_read() {
        let sealed = vault(&[1]).seal("acme/sub_1", b"hush");
        assert_eq!((sealed[0], named_key(&sealed)), (1, None));
        let named = vault(&[1, 1]).with_key_ids().seal("acme/sub_1", b"hush");
        assert_eq!((named[0], named_key(&named)), (2, Some(vault(&[1]).current_key())));
    }

    #[test]
    fn secrets_of_every_given_key_open_in_both_forms_and_new_ones_have_the_current_key() {
        let (old, both, new) = (vault(&[1]), vault(&[2, 1]), vault(&[2]));
        for sealed in [old.seal("acme/sub_1", b"hush"), old.clone().with_key_ids().seal("acme/sub_1", b"hush")] {
            assert_eq!(opened(&both, &sealed).unwrap(), b"hush");
            assert_eq!(opened(&new, &sealed), None);
            let again = both.reseal("acme/sub_1", &sealed).unwrap().unwrap();
            assert_eq!(opened(&new, &again).unwrap(), b"hush");
            assert_eq!(opened(&old, &again), None);
            assert_eq!(both.reseal("acme/sub_1", &again), Ok(None), "it has the current key already");
        }
        assert_eq!(named_key(&both.seal("a", b"x")), Some(new.current_key()));
    }

    #[test]
    fn an_id_that_was_changed_opens_nothing() {
        let both = vault(&[2, 1]);
        let mut sealed = both.seal("acme/sub_1", b"hush");
        sealed[1..9].copy_from_slice(vault(&[1]).current_key().bytes());
        assert_eq!(both.open("acme/sub_1", &sealed), Err(OpenError::WrongKey));
    }
}
