//! ECDSA over P-521 (FIPS 186-4) for certificates and handshakes.

use p521::{
    FieldBytes,
    ecdsa::{DerSignature, Signature, VerifyingKey, signature::hazmat::PrehashVerifier},
};
use rustls::pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm, alg_id};
use sha2::{Digest, Sha256, Sha384, Sha512};

/// ECDSA over P-521 with one of the hashes of SHA-2.
#[derive(Debug)]
struct EcdsaP521 {
    signature: AlgorithmIdentifier,
    /// The hash of a message, padded with zeros on the left.
    hash: fn(&[u8]) -> FieldBytes,
}

pub(super) static SHA256: &dyn SignatureVerificationAlgorithm =
    &EcdsaP521 { signature: alg_id::ECDSA_SHA256, hash: hash::<Sha256> };
pub(super) static SHA384: &dyn SignatureVerificationAlgorithm =
    &EcdsaP521 { signature: alg_id::ECDSA_SHA384, hash: hash::<Sha384> };
pub(super) static SHA512: &dyn SignatureVerificationAlgorithm =
    &EcdsaP521 { signature: alg_id::ECDSA_SHA512, hash: hash::<Sha512> };

fn hash<D: Digest>(message: &[u8]) -> FieldBytes {
    let hash = D::digest(message);
    let mut padded = FieldBytes::default();
    let start = padded.len() - hash.len();
    padded[start..].copy_from_slice(&hash);
    padded
}

impl SignatureVerificationAlgorithm for EcdsaP521 {
    fn verify_signature(&self, public_key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        let key = VerifyingKey::from_sec1_bytes(public_key).map_err(|_| InvalidSignature)?;
        let signature = DerSignature::try_from(signature).map_err(|_| InvalidSignature)?;
        let signature = Signature::try_from(signature).map_err(|_| InvalidSignature)?;
        key.verify_prehash(&(self.hash)(message), &signature).map_err(|_| InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::ECDSA_P521
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.signature
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use p521::ecdsa::{SigningKey, signature::hazmat::PrehashSigner};

    #[test]
    fn signatures_are_checked_with_each_hash() {
        let mut scalar = [0; 66];
        scalar[65] = 7;
        let key = SigningKey::from_slice(&scalar).unwrap();
        let public = key.verifying_key().to_sec1_point(false);
        type Hash = fn(&[u8]) -> FieldBytes;
        for (algorithm, hash) in [(SHA256, hash::<Sha256> as Hash), (SHA384, hash::<Sha384>), (SHA512, hash::<Sha512>)]
        {
            let signature: Signature = key.sign_prehash(&hash(b"message")).unwrap();
            let signature = DerSignature::from(signature);
            let check = |message: &[u8], signature: &[u8]| {
                algorithm.verify_signature(public.as_bytes(), message, signature).is_ok()
            };
            assert!(check(b"message", signature.as_ref()));
            assert!(!check(b"massage", signature.as_ref()));
            assert!(!check(b"message", &signature.as_ref()[1..]));
            assert!(!check(b"message", b""));
            assert!(algorithm.verify_signature(b"", b"message", signature.as_ref()).is_err());
        }
    }
}
