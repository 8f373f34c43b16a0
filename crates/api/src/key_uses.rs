//! The last use of keys that is not stored yet, noted by each request.

use model::{KeyId, TenantId, TenantKey, Timestamp};
use parking_lot::Mutex;
use std::collections::HashMap;
use storage::KeyUse;

/// Uses of keys that are not stored yet.
#[derive(Debug, Default)]
pub(crate) struct KeyUses(Mutex<HashMap<KeyId, (TenantId, Timestamp)>>);

impl KeyUses {
    pub(crate) fn used(&self, key: &TenantKey, now: Timestamp) {
        let mut uses = self.0.lock();
        match uses.get_mut(&key.id) {
            Some((_, at)) => *at = now.max(*at),
            None => drop(uses.insert(key.id, (key.tenant.clone(), now))),
        }
    }

    /// Adds the uses that are not stored yet.
    pub(crate) fn complete(&self, keys: &mut [TenantKey]) {
        let uses = self.0.lock();
        for key in keys {
            key.last_used_at = key.last_used_at.max(uses.get(&key.id).map(|(_, at)| *at));
        }
    }

    /// The uses since the last call, to be stored.
    pub(crate) fn take(&self) -> Vec<KeyUse> {
        let uses = std::mem::take(&mut *self.0.lock());
        uses.into_iter().map(|(key, (tenant, at))| KeyUse { tenant, key, at }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::key::Scopes;

    #[test]
    fn the_last_use_of_a_key_is_shown_until_it_is_stored() {
        let at = Timestamp::from_millis;
        let key = |number: u8| TenantKey {
            id: KeyId::from_bytes([number; 16]),
            tenant: TenantId::parse("acme").unwrap(),
            name: String::new(),
            hint: String::new(),
            hash: [number; 32],
            scopes: Scopes::all(),
            created_at: at(1),
            last_used_at: (number == 2).then(|| at(9)),
            expires_at: None,
            networks: model::Networks::default(),
        };
        let uses = KeyUses::default();
        for (number, used) in [(1, 5), (1, 7), (1, 6), (2, 8)] {
            uses.used(&key(number), at(used));
        }
        let mut keys = [key(1), key(2), key(3)];
        uses.complete(&mut keys);
        assert_eq!(keys.map(|key| key.last_used_at), [Some(at(7)), Some(at(9)), None]);
        assert_eq!(uses.take().len(), 2);
        assert!(uses.take().is_empty());
    }
}
