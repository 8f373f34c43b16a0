//! Tickets: bytes with a MAC, as text that fits into a URL. Whoever has a ticket can read it; nobody else can make one.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// A key that makes and checks tickets of one purpose.
#[derive(Clone)]
pub struct TicketKey(Hmac<Sha256>);

/// Length of the MAC, in bytes.
const MAC: usize = 32;

impl std::fmt::Debug for TicketKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TicketKey(…)")
    }
}

impl TicketKey {
    /// The key for a purpose, derived from a secret: keys of different purposes do not open each other's tickets.
    pub fn derive(secret: &[u8], purpose: &str) -> Self {
        let mut mac = keyed(secret);
        mac.update(purpose.as_bytes());
        Self(keyed(&mac.finalize().into_bytes()))
    }

    pub fn seal(&self, content: &[u8]) -> String {
        let mut mac = self.0.clone();
        mac.update(content);
        let mut bytes = content.to_vec();
        bytes.extend_from_slice(&mac.finalize().into_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The content of a ticket that this key has made.
    pub fn open(&self, ticket: &str) -> Option<Vec<u8>> {
        let mut bytes = URL_SAFE_NO_PAD.decode(ticket).ok()?;
        let given = bytes.split_off(bytes.len().checked_sub(MAC)?);
        let mut mac = self.0.clone();
        mac.update(&bytes);
        mac.verify_slice(&given).ok()?;
        Some(bytes)
    }
}

fn keyed(secret: &[u8]) -> Hmac<Sha256> {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    Hmac::new_from_slice(secret).expect("any key")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_the_same_key_opens_a_ticket() {
        let key = TicketKey::derive(b"secret", "one");
        let ticket = key.seal(b"content");
        assert_eq!(key.open(&ticket).as_deref(), Some(&b"content"[..]));
        for other in [TicketKey::derive(b"secret", "two"), TicketKey::derive(b"other", "one")] {
            assert_eq!(other.open(&ticket), None);
        }
        assert_eq!(format!("{key:?}"), "TicketKey(…)");
    }

    proptest! {
        #[test]
        fn a_changed_ticket_is_refused(content in prop::collection::vec(any::<u8>(), 0..60), at in any::<prop::sample::Index>(), bit in 0u8..8) {
            let key = TicketKey::derive(b"secret", "one");
            let ticket = key.seal(&content);
            prop_assert_eq!(key.open(&ticket), Some(content));
            let mut bytes = URL_SAFE_NO_PAD.decode(&ticket).unwrap();
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            prop_assert_eq!(key.open(&URL_SAFE_NO_PAD.encode(&bytes)), None);
            prop_assert_eq!(key.open(&ticket[1..]), None);
        }

        #[test]
        fn no_text_panics(text in ".{0,100}") {
            prop_assert_eq!(TicketKey::derive(b"secret", "one").open(&text), None);
        }
    }
}
