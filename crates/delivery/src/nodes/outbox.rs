//! The outbox: matches, commits and dispatches events that programs wrote in their own transactions, in the order in which
//! those transactions were committed.

use super::LOOK;
use crate::{
    dispatcher::Dispatcher, doubts::Doubts, draft::Draft, fan_out::fan_out, index::Index, lease::Lease,
    outgoing::Offer, target::Target,
};
use model::{Clock, EventId, IdSource};
use parking_lot::Mutex;
use std::{collections::HashMap, sync::Arc};
use storage::{Appended, Make, OutboxEvent, Shared, StorageError, Store};

/// Events taken in one transaction.
const PIECE: usize = 500;

pub(crate) struct Outbox {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<IdSource>,
    pub(crate) index: Arc<Index>,
    pub(crate) lease: Arc<Lease>,
    pub(crate) doubts: Arc<Doubts>,
    pub(crate) dispatcher: Arc<Dispatcher>,
}

/// The subscriptions that each event of a piece goes to.
type Matches = Arc<Mutex<HashMap<EventId, Vec<Arc<Target>>>>>;

impl Outbox {
    /// Runs until it is dropped.
    pub(crate) async fn run(self) {
        let Some(shared) = self.store.shared() else { return };
        let mut seen = 0;
        loop {
            while self.lease.holds() {
                match self.drain(shared).await {
                    Ok(true) => {}
                    Ok(false) => break,
                    Err(fault) => {
                        self.doubts.begin();
                        tracing::warn!(error = %fault, "failed to drain the outbox; it will be tried again");
                        break;
                    }
                }
            }
            tokio::select! {
                count = shared.wait_for_signal(seen) => seen = count,
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    /// Publishes one piece. Returns whether there is more.
    async fn drain(&self, shared: &dyn Shared) -> Result<bool, StorageError> {
        let matches = Matches::default();
        let drained = shared.drain_outbox(PIECE, self.make(matches.clone())).await?;
        let (mut offers, mut matches) = (Vec::new(), std::mem::take(&mut *matches.lock()));
        for (new, appended) in &drained.events {
            if *appended == Appended::New
                && let Some(targets) = matches.remove(&new.event.id)
            {
                Offer::extend(&mut offers, new, targets);
            }
        }
        self.dispatcher.offer(offers);
        Ok(drained.more)
    }

    fn make(&self, matches: Matches) -> Make {
        let (clock, ids, index) = (self.clock.clone(), self.ids.clone(), self.index.clone());
        Arc::new(move |found: OutboxEvent| {
            let now = clock.now();
            let targets = index.matching(&found.tenant, &found.event_type);
            let (tenant, id) = (found.tenant.clone(), ids.event(now));
            let new = fan_out(&tenant, id, &draft(found), &targets, now);
            let new = new.inspect_err(|_| {
                tracing::error!(%tenant, event = %id, "an event of the outbox matches too many subscriptions: not published");
            });
            matches.lock().insert(id, targets);
            new.ok()
        })
    }
}

fn draft(found: OutboxEvent) -> Draft {
    Draft {
        event_type: found.event_type,
        data: found.data.into(),
        metadata: found.metadata.into(),
        given_id: Some(found.given_id),
        timestamp: Some(found.timestamp),
        priority: found.priority,
        idempotency_key: found.idempotency_key,
        // Events of the outbox are not validated against their schemas.
        broke_schema: false,
    }
}
