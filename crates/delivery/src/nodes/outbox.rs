//! The outbox: matches, commits and dispatches events that programs wrote in their own transactions, in the order in which
//! those transactions were committed.

use super::LOOK;
use crate::{
    content::Content,
    dispatcher::Dispatcher,
    doubts::Doubts,
    draft::Draft,
    fan_out::fan_out,
    feed::Gathered,
    index::Index,
    lease::Lease,
    limits::{Admitted, Limits, NotAdmitted},
    matching::matching,
    outgoing::Offer,
    target::Target,
    traces::{Publishing, Traces},
};
use model::{Clock, EventId, IdSource, TenantId, Timestamp};
use parking_lot::Mutex;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};
use storage::{Appended, Made, Make, OutboxEvent, Shared, StorageError, Store};

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
    pub(crate) limits: Arc<Limits>,
    pub(crate) traces: Traces,
}

/// Work that the events of a piece leave for after the commit.
#[derive(Default)]
struct Piece {
    /// The subscriptions that each event goes to.
    matches: HashMap<EventId, Vec<Arc<Target>>>,
    /// The publications that are traced.
    traced: HashMap<EventId, Publishing>,
    /// Charged to the publish limits of tenants.
    admitted: HashMap<EventId, Admitted>,
    /// Tenants that may not publish before these times; their rows stay in the outbox.
    later: HashMap<TenantId, Timestamp>,
}

impl Outbox {
    /// Runs until it is dropped.
    pub(crate) async fn run(self) {
        let Some(shared) = self.store.shared() else { return };
        let mut seen = 0;
        let mut later = HashMap::new();
        loop {
            while self.lease.holds() {
                match self.drain(shared, &mut later).await {
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
                () = tokio::time::sleep(self.pause(&later)) => {}
            }
        }
    }

    /// The time until the outbox must be looked at again.
    fn pause(&self, later: &HashMap<TenantId, Timestamp>) -> Duration {
        let now = self.clock.now();
        later.values().map(|at| at.since(now)).min().map_or(LOOK, |first| first.min(LOOK))
    }

    /// Publishes one piece. Returns whether there is more. `later` has the tenants that may not publish yet.
    async fn drain(&self, shared: &dyn Shared, later: &mut HashMap<TenantId, Timestamp>) -> Result<bool, StorageError> {
        let now = self.clock.now();
        later.retain(|_, at| *at > now);
        let skip: Vec<TenantId> = later.keys().cloned().collect();
        let piece = Arc::new(Mutex::new(Piece::default()));
        let drained = shared.drain_outbox(PIECE, &skip, self.make(piece.clone())).await;
        let Piece { mut matches, mut traced, mut admitted, later: refused } = std::mem::take(&mut *piece.lock());
        later.extend(refused);
        if !admitted.is_empty() {
            let all = drained.as_ref().map_or(&[][..], |drained| &drained.events);
            let fresh = all.iter().filter(|(_, appended)| *appended == Appended::New);
            let fresh: HashSet<EventId> = fresh.map(|(new, _)| new.event.id).collect();
            for (event, one) in admitted.drain() {
                one.charge(u32::from(fresh.contains(&event)));
            }
        }
        let drained = drained?;
        let fresh = drained.events.iter().filter(|(_, appended)| *appended == Appended::New).count();
        self.dispatcher.activity.published(fresh);
        let mut offers = Vec::new();
        let mut news = self.dispatcher.feed.is_on().then(Gathered::default);
        for (new, appended) in &drained.events {
            let event = &new.event;
            if let Some(publishing) = traced.remove(&event.id) {
                publishing.end(event, self.dispatcher.defaults.ids, Ok(appended));
            }
            if *appended != Appended::New {
                continue;
            }
            let is_matched = !new.deliveries.is_empty();
            self.dispatcher.metrics.published(&event.tenant, &event.event_type, is_matched, new.filtered.len());
            news.iter_mut().for_each(|news| news.event(new));
            if let Some(targets) = matches.remove(&event.id) {
                Offer::extend(&mut offers, new, targets);
            }
        }
        self.dispatcher.offer(offers);
        news.into_iter().for_each(|news| self.dispatcher.feed.record(news));
        Ok(drained.more)
    }

    fn make(&self, piece: Arc<Mutex<Piece>>) -> Make {
        let (clock, ids, index, limits) =
            (self.clock.clone(), self.ids.clone(), self.index.clone(), self.limits.clone());
        let traces = self.traces.clone();
        Arc::new(move |found: OutboxEvent| {
            // Only Postrider itself publishes these.
            if found.tenant.is_system() || found.event_type.is_operational() {
                return Made::Never;
            }
            let now = clock.now();
            let (tenant, id) = (found.tenant.clone(), ids.event(now));
            let mut piece = piece.lock();
            // In their order: once a row of a tenant has to wait, all later ones do.
            if piece.later.contains_key(&tenant) {
                return Made::Later;
            }
            if let Some(limited) = limits.of(&tenant) {
                match limits.admit(&tenant, &limited, 1) {
                    Ok(admitted) => piece.admitted.extend(admitted.map(|one| (id, one))),
                    Err(NotAdmitted::Later { wait, .. }) => {
                        piece.later.insert(tenant, now.after(wait));
                        return Made::Later;
                    }
                    // No burst is less than one event.
                    Err(NotAdmitted::TooMany(_)) => {}
                }
            }
            let mut draft = draft(found);
            let matched = matching(&index, &Content::of_draft(&tenant, &draft));
            piece.traced.extend(traces.publish(&mut draft).map(|mut publishing| {
                publishing.append();
                (id, publishing)
            }));
            let new = fan_out(&tenant, id, &draft, &matched, now);
            let new = new.inspect_err(|_| {
                tracing::error!(%tenant, event = %id, "an event of the outbox matches too many subscriptions: not published");
            });
            piece.matches.insert(id, matched.targets);
            new.ok().into()
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
        deliver_at: found.deliver_at,
        idempotency_key: found.idempotency_key,
        // Events of the outbox are not validated against their schemas.
        broke_schema: false,
        trace: found.trace.map(Arc::new),
        channels: found.channels,
    }
}
