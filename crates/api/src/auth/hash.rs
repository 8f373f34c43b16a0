//! Hashes of credentials, as stores and the directory keep them.

use sha2::{Digest, Sha256};

/// SHA-256 of a key. Keys have enough entropy that no slow password hash is needed.
pub fn hash_key(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}
