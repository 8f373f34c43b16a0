//! The memory budget, in bytes, for request bodies and large responses of all callers.
//!
//! Bytes are charged as they arrive, never in advance, and released by a guard. A tenant may hold a quarter of the
//! budget, so that its slow or large requests leave room for all others. Past either bound a caller gets 503.

use crate::problem::Problem;
use bytes::Bytes;
use model::TenantId;
use parking_lot::Mutex;
use std::{collections::HashMap, sync::Arc};

/// The owner of charged bytes: a tenant, or `None` for the operator.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Owner(Option<TenantId>);

impl Owner {
    pub(crate) fn of(tenant: &TenantId) -> Self {
        Self(Some(tenant.clone()))
    }
}

#[derive(Debug)]
pub(crate) struct Memory {
    total: usize,
    used: Mutex<Used>,
}

#[derive(Debug, Default)]
struct Used {
    all: usize,
    by_owner: HashMap<Owner, usize>,
}

/// An owner may hold at most this fraction (1/4) of the budget.
const SHARE: usize = 4;

impl Memory {
    pub(crate) fn new(total: usize) -> Arc<Self> {
        Arc::new(Self { total, used: Mutex::default() })
    }

    /// A guard that holds no bytes yet.
    pub(crate) fn hold(self: &Arc<Self>, owner: Owner) -> Held {
        Held { memory: self.clone(), owner, bytes: 0 }
    }
}

/// Guard of charged bytes, which are released when it is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    memory: Arc<Memory>,
    owner: Owner,
    bytes: usize,
}

impl Held {
    /// Charges `bytes` more; 503 when the budget does not allow it.
    pub(crate) fn grow(&mut self, bytes: usize) -> Result<(), Problem> {
        let mut used = self.memory.used.lock();
        let own = used.by_owner.get(&self.owner).copied().unwrap_or(0) + bytes;
        if used.all + bytes > self.memory.total || own > self.memory.total / SHARE {
            return Err(Problem::busy("The memory budget for requests is used up; try again shortly"));
        }
        used.all += bytes;
        used.by_owner.insert(self.owner.clone(), own);
        self.bytes += bytes;
        Ok(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.bytes == 0 {
            return;
        }
        let mut used = self.memory.used.lock();
        used.all -= self.bytes;
        if let Some(own) = used.by_owner.get_mut(&self.owner) {
            *own -= self.bytes;
            if *own == 0 {
                used.by_owner.remove(&self.owner);
            }
        }
    }
}

/// The bytes of a response, charged to the budget until they are sent.
#[derive(Debug)]
pub(crate) struct HeldBytes {
    pub(crate) bytes: Vec<u8>,
    pub(crate) held: Held,
}

impl AsRef<[u8]> for HeldBytes {
    fn as_ref(&self) -> &[u8] {
        let _: &Held = &self.held;
        &self.bytes
    }
}

impl From<HeldBytes> for Bytes {
    fn from(held: HeldBytes) -> Self {
        Self::from_owner(held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(name: &str) -> Owner {
        Owner::of(&TenantId::trusted(name))
    }

    #[test]
    fn an_owner_may_hold_a_quarter_and_all_together_the_whole_budget() {
        let memory = Memory::new(400);
        let mut first = memory.hold(owner("a"));
        first.grow(100).unwrap();
        assert!(first.grow(1).is_err());
        assert!(memory.hold(owner("a")).grow(1).is_err());
        let mut others = Vec::new();
        for name in ["b", "c", "d"] {
            let mut held = memory.hold(owner(name));
            held.grow(100).unwrap();
            others.push(held);
        }
        assert!(memory.hold(owner("e")).grow(1).is_err());
        drop(first);
        memory.hold(owner("e")).grow(100).unwrap();
        memory.hold(owner("a")).grow(100).unwrap();
        drop(others);
        assert_eq!(memory.used.lock().all, 0);
        assert!(memory.used.lock().by_owner.is_empty());
    }

    #[test]
    fn a_response_is_charged_until_its_last_clone_is_dropped() {
        let memory = Memory::new(400);
        let mut held = memory.hold(owner("a"));
        held.grow(100).unwrap();
        let bytes = Bytes::from(HeldBytes { bytes: vec![b'x'; 100], held });
        let part = bytes.slice(0..10);
        drop(bytes);
        assert!(memory.hold(owner("a")).grow(1).is_err());
        drop(part);
        memory.hold(owner("a")).grow(100).unwrap();
    }
}
