//! Key exchange over P-521. Offered last, so rarely chosen, but needed: a TLS 1.2 server uses a certificate on a curve
//! only with clients that also offer the curve for the key exchange.

use p521::{PublicKey, SecretKey, ecdh::diffie_hellman, elliptic_curve::sec1::ToSec1Point};
use rustls::{
    Error, NamedGroup, PeerMisbehaved,
    crypto::{ActiveKeyExchange, SharedSecret, SupportedKxGroup, ring},
};

pub(super) static GROUP: &dyn SupportedKxGroup = &Group;

/// `secp521r1` (RFC 8446, section 4.2.7).
#[derive(Debug)]
struct Group;

/// One side's part of an exchange.
struct Exchange {
    secret: SecretKey,
    public: Box<[u8]>,
}

/// Bytes of a scalar, of which the first has one bit.
const SCALAR: usize = 66;

impl SupportedKxGroup for Group {
    fn start(&self) -> Result<Box<dyn ActiveKeyExchange>, Error> {
        let random = ring::default_provider().secure_random;
        let secret = loop {
            let mut scalar = [0; SCALAR];
            random.fill(&mut scalar)?;
            scalar[0] &= 1;
            // Fails for zero and for a number not below the curve's order, which is next to impossible.
            if let Ok(secret) = SecretKey::from_slice(&scalar) {
                break secret;
            }
        };
        let public = secret.public_key().to_sec1_point(false).as_bytes().into();
        Ok(Box::new(Exchange { secret, public }))
    }

    fn name(&self) -> NamedGroup {
        NamedGroup::secp521r1
    }
}

impl ActiveKeyExchange for Exchange {
    fn complete(self: Box<Self>, peer: &[u8]) -> Result<SharedSecret, Error> {
        // Uncompressed points only (RFC 8446, section 4.2.8.2).
        let peer =
            Some(peer).filter(|peer| peer.first() == Some(&4)).and_then(|peer| PublicKey::from_sec1_bytes(peer).ok());
        let peer = peer.ok_or(PeerMisbehaved::InvalidKeyShare)?;
        let shared = diffie_hellman(self.secret.to_nonzero_scalar(), peer.as_affine());
        Ok(SharedSecret::from(&shared.raw_secret_bytes()[..]))
    }

    fn pub_key(&self) -> &[u8] {
        &self.public
    }

    fn group(&self) -> NamedGroup {
        NamedGroup::secp521r1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_derive_the_same_secret() {
        let (one, other) = (GROUP.start().unwrap(), GROUP.start().unwrap());
        let (of_one, of_other) = (one.pub_key().to_vec(), other.pub_key().to_vec());
        assert_eq!(of_one.len(), 1 + 2 * SCALAR);
        let (secret, same) = (one.complete(&of_other).unwrap(), other.complete(&of_one).unwrap());
        assert_eq!(secret.secret_bytes(), same.secret_bytes());
        assert_eq!(secret.secret_bytes().len(), SCALAR);
    }

    #[test]
    fn a_key_share_that_is_not_on_the_curve_is_refused() {
        let good = GROUP.start().unwrap().pub_key().to_vec();
        let mut off = good.clone();
        off[100] ^= 1;
        for bad in [&b""[..], &[0], &[4; 133], &good[..132], &off] {
            assert!(GROUP.start().unwrap().complete(bad).is_err());
        }
    }
}
