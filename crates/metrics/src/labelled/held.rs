//! Pairs that a subscription holds, so that an attempt looks no labels up.

use super::{Labelled, pair::Pair};
use model::{EventType, TenantId};
use parking_lot::Mutex;
use std::sync::OnceLock;

/// Event types of one subscription whose pairs are held; a subscription with more types looks the others up.
const TYPES: usize = 16;

/// The pairs of one subscription.
#[derive(Debug, Default)]
pub struct Held(OnceLock<Box<Mutex<Known>>>);

#[derive(Debug, Default)]
struct Known {
    epoch: u64,
    pairs: Vec<(EventType, Pair)>,
}

impl Held {
    pub(crate) fn pair(&self, labelled: &Labelled, tenant: &TenantId, event: &EventType) -> Pair {
        let mut known = self.0.get_or_init(Box::default).lock();
        let epoch = labelled.epoch();
        if known.epoch != epoch {
            known.pairs.clear();
            known.epoch = epoch;
        }
        if let Some((_, pair)) = known.pairs.iter().find(|(known, _)| known == event) {
            return pair.clone();
        }
        let pair = labelled.pair(tenant, event);
        if known.pairs.len() < TYPES {
            known.pairs.push((event.clone(), pair.clone()));
        }
        pair
    }
}
