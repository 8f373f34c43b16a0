//! The master keys of a store: the values by which it recognises them, and the rotation that seals every secret again
//! with the current one.
//!
//! A store records each key that may have sealed a secret, as a value that only this key opens (`meta`): `key_check` has
//! the first one, `key_check/<id>` the others. A process must have every recorded key. A key becomes recorded when a
//! process opens the store with it as the current one. The end of a rotation leaves the record of the current key alone.

use crate::{MasterKeyId, StorageError, Vault, codec, named_key};
use async_trait::async_trait;
use model::{SubscriptionId, TenantId};

/// Name in `meta` of the value that the first key opens.
pub const KEY_CHECK: &str = "key_check";
/// Prefix of the names of further ones, before the id of the key.
pub const FURTHER_KEY_CHECK: &str = "key_check/";
/// Name in `meta` of the id of the key to which a rotation goes that has begun.
pub const KEY_ROTATION: &str = "key_rotation";

/// The name in `meta` of the record of a further key.
pub fn further_key_check(id: MasterKeyId) -> String {
    format!("{FURTHER_KEY_CHECK}{id}")
}

/// The records of a store about its keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyRecords {
    /// Values that each key opens.
    pub checks: Vec<Vec<u8>>,
    /// The key of a rotation that has begun.
    pub rotation: Option<MasterKeyId>,
}

/// Result of comparing a vault with the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CurrentKey {
    /// The store has no record: it is new.
    First,
    /// The current key is not recorded: it becomes so before it seals anything.
    New,
    Recorded,
}

impl KeyRecords {
    /// The records among rows of `meta`; others are ignored.
    pub fn read<'r>(rows: impl Iterator<Item = (&'r str, &'r [u8])>) -> Result<Self, StorageError> {
        let mut records = Self::default();
        for (name, value) in rows {
            if name == KEY_ROTATION {
                let id = value.try_into().map(MasterKeyId::from_bytes).map_err(|_| {
                    StorageError::corrupt("meta", format!("name = '{KEY_ROTATION}'"), "value: is not the id of a key")
                })?;
                records.rotation = Some(id);
            } else if name == KEY_CHECK || name.starts_with(FURTHER_KEY_CHECK) {
                records.checks.push(value.to_vec());
            }
        }
        Ok(records)
    }

    /// Refuses a vault that lacks a recorded key, or whose current key is not that of the rotation.
    pub fn check(&self, vault: &Vault) -> Result<CurrentKey, StorageError> {
        if self.checks.is_empty() {
            return Ok(CurrentKey::First);
        }
        let (mut opened, mut missing) = (Vec::new(), None);
        for check in &self.checks {
            match codec::check_key(vault, check) {
                Ok(id) => opened.push(id),
                Err(StorageError::WrongMasterKey) => missing = Some(named_key(check)),
                Err(fault) => return Err(fault),
            }
        }
        if opened.is_empty() {
            return Err(StorageError::WrongMasterKey);
        }
        if let Some(id) = missing {
            return Err(StorageError::MissingMasterKey { id: id.map(|id| id.to_string()) });
        }
        if let Some(key) = self.rotation.filter(|key| *key != vault.current_key()) {
            return Err(StorageError::RotationBegun { id: key.to_string() });
        }
        let is_recorded = opened.contains(&vault.current_key());
        Ok(if is_recorded { CurrentKey::Recorded } else { CurrentKey::New })
    }

    /// True when secrets of the store name their key, because it has had several.
    pub fn name_keys(&self) -> bool {
        self.checks.len() > 1 || self.checks.iter().any(|check| named_key(check).is_some())
    }

    /// True when the current key is the only recorded one.
    pub fn have_only_current(&self, vault: &Vault) -> bool {
        self.checks.iter().all(|check| codec::check_key(vault, check).is_ok_and(|id| id == vault.current_key()))
    }

    /// The key of secrets that name none: that of the first record, if it names none either.
    pub fn unnamed_key(&self, vault: &Vault) -> Option<MasterKeyId> {
        self.checks
            .iter()
            .find(|check| named_key(check).is_none())
            .and_then(|check| codec::check_key(vault, check).ok())
    }
}

/// Number of sealed values with the same key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealedValues {
    /// `None` for values in the form of earlier versions, if it is not known which key sealed them.
    pub key: Option<MasterKeyId>,
    pub values: u64,
}

/// The keys of a store and of this process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MasterKeyUse {
    /// The key of this process that seals.
    pub current: MasterKeyId,
    /// The keys of this process that only open.
    pub others: Vec<MasterKeyId>,
    /// Counts of all sealed values, by the id of the key.
    pub sealed: Vec<SealedValues>,
    /// A rotation has begun and not ended.
    pub is_rotating: bool,
}

impl MasterKeyUse {
    /// `counts` has the id in the value's bytes (empty in the form that has none) and the number of such values.
    pub fn new(vault: &Vault, records: &KeyRecords, counts: Vec<(Vec<u8>, u64)>) -> Self {
        Self {
            current: vault.current_key(),
            others: vault.other_keys().collect(),
            sealed: sealed_values(Some(vault), records, counts),
            is_rotating: records.rotation.is_some(),
        }
    }

    /// Number of values that another key than the current one has sealed.
    pub fn remaining(&self) -> u64 {
        self.sealed.iter().filter(|one| one.key != Some(self.current)).map(|one| one.values).sum()
    }
}

/// The counts by key. Values that name no key count for the first key.
pub fn sealed_values(vault: Option<&Vault>, records: &KeyRecords, counts: Vec<(Vec<u8>, u64)>) -> Vec<SealedValues> {
    let unnamed = vault.and_then(|vault| records.unnamed_key(vault));
    let mut sealed: Vec<SealedValues> = Vec::new();
    for (id, values) in counts {
        let key = <[u8; MasterKeyId::BYTES]>::try_from(id).ok().map(MasterKeyId::from_bytes).or(unnamed);
        match sealed.iter_mut().find(|one| one.key == key) {
            Some(one) => one.values += values,
            None => sealed.push(SealedValues { key, values }),
        }
    }
    sealed.sort_by_key(|one| one.key);
    sealed
}

/// Result of beginning a rotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RotationBegin {
    /// It begins now, or has begun before and continues.
    Begun,
    /// The current key is the only recorded one.
    NothingToDo,
    /// Live nodes (names) seal with another key, or are of a version that has one key.
    OtherNodes(Vec<String>),
}

/// Result of ending a rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RotationEnd {
    /// The store needs the current key alone.
    Ended,
    /// Number of values that another key has sealed: another pass is needed.
    Remaining(u64),
    /// No rotation to the current key has begun, or another process has ended it.
    NotBegun,
}

/// A place in the walk over all rows with sealed values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResealPlace {
    /// After this tenant; `None` is the beginning of the walk.
    Tenants(Option<TenantId>),
    /// After this subscription; `None` is the first one.
    Subscriptions(Option<(TenantId, SubscriptionId)>),
}

impl ResealPlace {
    pub const BEGIN: Self = Self::Tenants(None);
}

/// A step of the walk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resealed {
    /// `None` after the last row.
    pub next: Option<ResealPlace>,
    /// Number of rows that were sealed again.
    pub rows: u32,
    /// Number of rows that others changed meanwhile, which were left as they are.
    pub contended: u32,
}

impl Resealed {
    /// Counts a row that was to be sealed again; `written` is 0 if it has changed meanwhile.
    pub fn count(&mut self, written: usize) {
        if written > 0 { self.rows += 1 } else { self.contended += 1 }
    }
}

#[async_trait]
pub trait MasterKeys: Send + Sync {
    /// Counts all sealed values: reads every subscription and tenant.
    async fn master_key_use(&self) -> Result<MasterKeyUse, StorageError>;

    /// Records that every secret shall be sealed with the current key. From then on no process can open the store with
    /// another current key.
    async fn begin_rotation(&self) -> Result<RotationBegin, StorageError>;

    /// Looks at up to `limit` rows after the place, those of deleted subscriptions included, and seals what another key
    /// has sealed with the current one. A row that is changed at the same time keeps that change. Nothing else of a row
    /// changes. A value that no key opens is an error, which names its row.
    async fn reseal(&self, after: ResealPlace, limit: u32) -> Result<Resealed, StorageError>;

    /// Removes the records of all other keys, unless a value is left that one of them has sealed.
    async fn end_rotation(&self) -> Result<RotationEnd, StorageError>;
}
