//! A budget of bytes for everything that callers can make the API hold at once: request bodies and large answers.
//!
//! Bytes are taken as they arrive, never in advance, and given back by a guard. One tenant may hold a quarter, so that
//! slow or large requests of one tenant leave room for all others. Past either bound a caller hears 503.

use crate::{App, problem::Problem};
use axum::extract::FromRequestParts;
use bytes::Bytes;
use http::request::Parts;
use model::TenantId;
use parking_lot::Mutex;
use std::{collections::HashMap, sync::Arc};

/// Whose bytes they are: a tenant's, or the operator's.
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

/// One owner may hold this fraction of the budget.
const SHARE: usize = 4;

impl Memory {
    pub(crate) fn new(total: usize) -> Arc<Self> {
        Arc::new(Self { total, used: Mutex::default() })
    }

    /// A guard that holds nothing yet.
    pub(crate) fn hold(self: &Arc<Self>, owner: Owner) -> Held {
        Held { memory: self.clone(), owner, bytes: 0 }
    }
}

/// Bytes of the budget, given back when this is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    memory: Arc<Memory>,
    owner: Owner,
    bytes: usize,
}

impl Held {
    /// Takes `bytes` more, or answers the 503.
    pub(crate) fn grow(&mut self, bytes: usize) -> Result<(), Problem> {
        let mut used = self.memory.used.lock();
        let own = used.by_owner.get(&self.owner).copied().unwrap_or(0) + bytes;
        if used.all + bytes > self.memory.total || own > self.memory.total / SHARE {
            return Err(Problem::busy("The server holds as much of requests as it may; try again shortly"));
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

/// The part of the budget that one call's answer takes. Comes after the caller among a handler's arguments.
pub(crate) struct Room {
    memory: Arc<Memory>,
    owner: Owner,
}

impl Room {
    /// Takes `bytes`, or answers the 503.
    pub(crate) fn hold(&self, bytes: usize) -> Result<Held, Problem> {
        let mut held = self.memory.hold(self.owner.clone());
        held.grow(bytes)?;
        Ok(held)
    }
}

impl FromRequestParts<App> for Room {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let owner = parts.extensions.get::<Owner>().cloned().unwrap_or_default();
        Ok(Self { memory: app.memory.clone(), owner })
    }
}

/// An answer's bytes that are held until they were sent.
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
    fn one_owner_has_a_quarter_and_all_have_the_whole() {
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
    fn an_answer_is_held_until_its_last_clone_is_gone() {
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
