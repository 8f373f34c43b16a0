//! The number of open streams, for each caller and in all.

use crate::memory::Owner;
use parking_lot::Mutex;
use std::{collections::HashMap, sync::Arc};

/// Maximum number of streams of a tenant, and of the operator, on a node.
const OF_OWNER: usize = 64;
/// Maximum number of streams on a node.
const ALL: usize = 512;

#[derive(Debug, Default)]
pub(crate) struct Places(Arc<Mutex<HashMap<Owner, usize>>>);

/// A place of a stream, free again when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Mutex<HashMap<Owner, usize>>>,
    owner: Owner,
}

impl Places {
    pub(super) fn take(&self, owner: Owner) -> Option<Place> {
        let mut taken = self.0.lock();
        if taken.values().sum::<usize>() >= ALL {
            return None;
        }
        let own = taken.entry(owner.clone()).or_default();
        if *own >= OF_OWNER {
            return None;
        }
        *own += 1;
        Some(Place { places: self.0.clone(), owner })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.lock();
        if let Some(own) = taken.get_mut(&self.owner) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.owner);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::TenantId;

    #[test]
    fn streams_are_limited_for_each_caller_and_in_all() {
        let places = Places::default();
        let owner = |number: usize| Owner::of(&TenantId::parse(&format!("tenant-{number}")).unwrap());
        let mut held: Vec<Place> = (0..OF_OWNER).map(|_| places.take(owner(0)).unwrap()).collect();
        assert!(places.take(owner(0)).is_none());
        held.pop();
        held.push(places.take(owner(0)).unwrap());
        for number in 1..ALL / OF_OWNER {
            held.extend((0..OF_OWNER).map(|_| places.take(owner(number)).unwrap()));
        }
        assert!(places.take(Owner::default()).is_none(), "no more in all");
        held.clear();
        assert!(places.take(Owner::default()).is_some() && places.0.lock().is_empty());
    }
}
