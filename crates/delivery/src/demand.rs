//! What is subscribed to, whoever does it.

use crate::engine::Engine;
use model::{EventPattern, TenantId};
use std::collections::HashMap;

impl Engine {
    /// The patterns of active subscriptions, of one tenant or of all: each list of them with the number of subscriptions
    /// that have it.
    pub fn demand(&self, of: Option<&TenantId>) -> Vec<(Vec<EventPattern>, u64)> {
        let active = self.index.active(of);
        let mut demand: HashMap<&[EventPattern], u64> = HashMap::new();
        for target in &active {
            *demand.entry(&target.subscription.events).or_default() += 1;
        }
        demand.into_iter().map(|(patterns, count)| (patterns.to_vec(), count)).collect()
    }
}
