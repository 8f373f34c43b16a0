//! The dispatcher's side of commits: queues new deliveries, and tells lanes which outcomes are durable.

use super::Dispatcher;
use crate::{
    doubts::Doubts,
    journal::{CommitSink, Settled},
    outgoing::Offer,
    target::Target,
};
use metrics::DisabledBy;
use model::{SubscriptionId, SubscriptionState, TenantId};
use std::sync::Arc;

/// The journal's sink.
pub(crate) struct Commits {
    pub(crate) dispatcher: Arc<Dispatcher>,
    pub(crate) doubts: Arc<Doubts>,
}

impl CommitSink for Commits {
    fn gone(&self, tenant: &TenantId, id: SubscriptionId) {
        let index = &self.dispatcher.index;
        let Some(known) = index.get(tenant, id) else { return };
        if !known.subscription.state.is_enabled() {
            return;
        }
        tracing::warn!(%tenant, subscription = %id, "subscription disabled: its receiver answered 410 Gone");
        let mut subscription = known.subscription.clone();
        subscription.state = SubscriptionState::Disabled;
        subscription.health.breaker = None;
        subscription.revision += 1;
        let target = Target::new(subscription);
        if index.replace(target.clone()) {
            self.dispatcher.metrics.engine.disabled(DisabledBy::Gone);
            self.dispatcher.replace(&target);
        }
    }

    fn settled(&self, settled: Vec<Settled>) {
        self.dispatcher.start(self.dispatcher.lanes.settle(settled));
    }

    fn appended(&self, offers: Vec<Offer>) {
        self.dispatcher.offer(offers);
    }

    fn unsure(&self) {
        self.doubts.begin();
    }
}
