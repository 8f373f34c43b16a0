//! The findings of a read-only look at a store that this process does not open, for diagnostics. Nothing is created,
//! migrated or locked, so another process may work on the store meanwhile.

use crate::{KeyRecords, SealedValues, StorageError, Vault};
use model::{AllowLists, TenantId, Timestamp};

/// Migrations of a store, compared with those of this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Migrations {
    /// The newest applied migration; 0 for an empty store.
    pub found: u32,
    /// The newest migration that this version knows.
    pub known: u32,
    /// False when this version must not work on the store: a newer one changed it.
    pub is_compatible: bool,
}

/// Result of opening the values by which a store recognises its master keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyCheck {
    Right,
    Wrong,
    /// A key with this id, if it is known, is missing besides the given ones.
    Incomplete(Option<String>),
    /// A rotation to the key with this id has begun, and another one is the current key.
    OtherRotation(String),
    /// The stored value is not a sealed one.
    Damaged,
    /// No server has written the store yet.
    Unset,
    /// The caller has no key to compare.
    NotGiven,
}

impl KeyCheck {
    /// Compares `vault` with the records.
    pub fn of(vault: Option<&Vault>, records: &KeyRecords) -> Self {
        if records.checks.is_empty() {
            return Self::Unset;
        }
        let Some(vault) = vault else { return Self::NotGiven };
        match records.check(vault) {
            Ok(_) => Self::Right,
            Err(StorageError::WrongMasterKey) => Self::Wrong,
            Err(StorageError::MissingMasterKey { id }) => Self::Incomplete(id),
            Err(StorageError::RotationBegun { id }) => Self::OtherRotation(id),
            Err(_) => Self::Damaged,
        }
    }
}

/// Facts about a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    pub migrations: Migrations,
    pub key: KeyCheck,
    /// Counts of the sealed values by key; empty in a store of an earlier version.
    pub sealed: Vec<SealedValues>,
    /// A rotation has begun and not ended.
    pub is_rotating: bool,
    /// Deliveries are paused.
    pub is_paused: bool,
    /// The newest time that a server has trusted.
    pub believed_at: Option<Timestamp>,
}

/// A subscription's destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    pub tenant: TenantId,
    pub url: String,
    /// The allow lists of the tenant; empty in a store that does not have them yet.
    pub allow: AllowLists,
}

/// The time in a stored value, if it is one.
pub fn believed(value: Option<&[u8]>) -> Option<Timestamp> {
    Some(Timestamp::from_micros(i64::from_be_bytes(value?.try_into().ok()?)))
}
