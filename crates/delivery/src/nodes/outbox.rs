//! The outbox: what programs published within their own transactions is matched, written and offered like everything
//! else, in the order of their commits.

use super::LOOK;
use crate::{
    bus::{self, Draft},
    engine::Engine,
    journal::{Offer, offer},
    target::Target,
};
use model::EventId;
use parking_lot::Mutex;
use std::{collections::HashMap, sync::Arc};
use storage::{Appended, Make, NewDelivery, Outgoing, Shared, StorageError};

/// Events taken in one transaction.
const PIECE: usize = 500;

pub(super) async fn run(engine: &Arc<Engine>) {
    let Some(shared) = engine.store.shared() else { return };
    let mut seen = 0;
    loop {
        loop {
            if !engine.lease.holds() {
                break;
            }
            match drain(engine, shared).await {
                Ok(more) if more => {}
                Ok(_) => break,
                Err(fault) => {
                    engine.unsure();
                    tracing::warn!(error = %fault, "the outbox could not be emptied; it will be tried again");
                    break;
                }
            }
        }
        tokio::select! {
            count = shared.signalled(seen) => seen = count,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// Takes a piece; answers whether there is more.
async fn drain(engine: &Arc<Engine>, shared: &dyn Shared) -> Result<bool, StorageError> {
    let recipients: Arc<Mutex<HashMap<EventId, Vec<Arc<Target>>>>> = Arc::default();
    let make: Make = {
        let (engine, recipients) = (engine.clone(), recipients.clone());
        Arc::new(move |found: Outgoing| {
            let now = engine.clock.now();
            let targets = engine.index.matching(&found.tenant, &found.event_type);
            let id = engine.ids.event(now);
            let deliveries = (1..)
                .zip(&targets)
                .map(|(at, target)| id.delivery(at).map(|id| NewDelivery { id, subscription: target.subscription.id }));
            let deliveries = deliveries.collect::<Option<Vec<_>>>()?;
            recipients.lock().insert(id, targets);
            let draft = Draft {
                event_type: found.event_type,
                data: found.data.into(),
                metadata: found.metadata.into(),
                given_id: Some(found.given_id),
                timestamp: Some(found.timestamp),
                priority: found.priority,
                idempotency_key: found.idempotency_key,
                // Programs that publish so are not checked.
                broke_schema: false,
            };
            Some(bus::new_event(&found.tenant, id, &draft, deliveries, now))
        })
    };
    let drained = shared.drain_outbox(PIECE, make).await?;
    let mut offers: Vec<Offer> = Vec::new();
    let mut recipients = std::mem::take(&mut *recipients.lock());
    for (new, appended) in &drained.events {
        if *appended == Appended::New
            && let Some(targets) = recipients.remove(&new.event.id)
        {
            offer(new, targets, &mut offers);
        }
    }
    engine.offer(offers);
    Ok(drained.more)
}
