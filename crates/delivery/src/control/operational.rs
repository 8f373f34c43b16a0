//! Operational events about changes of subscriptions. Each is written right after the change, before the caller gets its
//! answer; only a crash between the two commits loses it.

use super::Control;
use crate::operational::{
    BreakerClosed, BreakerOpened, FailedDelivery, OperationalEvent, Subject, SubscriptionCreated, SubscriptionDeleted,
    SubscriptionSecretRotated, SubscriptionUpdated, changed_fields,
};
use metrics::Breaker;
use model::{DeliveryStatus, OperationalKind, Subscription, SubscriptionId, TenantId, Timestamp, policy::OpenBreaker};
use storage::{BreakerChange, DeliveryFilter, ListScope, Page, StorageError};

/// Newest deliveries among which the last failure is looked for.
const RECENT: u32 = 50;

impl Control {
    pub(super) async fn created(&self, subscription: &Subscription) {
        if !self.operational.is_wanted(OperationalKind::SubscriptionCreated, &subscription.tenant) {
            return;
        }
        let (subject, created_at) = (Subject::from(subscription), subscription.created_at);
        let event = SubscriptionCreated { subject, created_at };
        self.operational.record(OperationalEvent::SubscriptionCreated(event)).await;
    }

    /// A change without a difference raises nothing.
    pub(super) async fn changed(&self, before: &Subscription, after: &Subscription) {
        let (revision, updated_at) = (after.revision, after.updated_at);
        if before.secrets != after.secrets {
            let event = SubscriptionSecretRotated {
                subject: Subject::from(after),
                rotated_at: updated_at,
                previous_secret_until: after.secrets.get(1).and_then(|secret| secret.until),
                revision,
            };
            self.operational.record(OperationalEvent::SubscriptionSecretRotated(event)).await;
        }
        let changed_fields = changed_fields(before, after);
        if !changed_fields.is_empty() {
            let (subject, is_active) = (Subject::from(after), after.state.is_active());
            let event = SubscriptionUpdated { subject, changed_fields, is_active, updated_at, revision };
            self.operational.record(OperationalEvent::SubscriptionUpdated(event)).await;
        }
    }

    /// The subscription before its deletion, when somebody wants to know of it.
    pub(super) async fn subject_of_deletion(
        &self,
        tenant: &TenantId,
        id: SubscriptionId,
    ) -> Result<Option<Subject>, StorageError> {
        if !self.operational.is_wanted(OperationalKind::SubscriptionDeleted, tenant) {
            return Ok(None);
        }
        Ok(self.store.subscription(tenant, id).await?.as_ref().map(Subject::from))
    }

    pub(super) async fn deleted(&self, subject: Option<Subject>, deleted_at: Timestamp) {
        if let Some(subject) = subject {
            let event = SubscriptionDeleted { subject, deleted_at };
            self.operational.record(OperationalEvent::SubscriptionDeleted(event)).await;
        }
    }

    /// The last failed attempt of a subscription, among its newest deliveries.
    pub(crate) async fn last_failure(&self, of: &Subscription) -> Option<FailedDelivery> {
        let statuses = vec![DeliveryStatus::Retrying, DeliveryStatus::Failed, DeliveryStatus::Exhausted];
        let filter = DeliveryFilter { statuses, subscription: Some(of.id), ..DeliveryFilter::default() };
        let found = self.store.deliveries(ListScope::Tenant(&of.tenant), &filter, Page::first(RECENT)).await;
        let found = found.inspect_err(|fault| {
            tracing::warn!(error = %fault, "failed to read the last failure for an operational event");
        });
        let last = found.ok()?.rows.into_iter().max_by_key(|delivery| delivery.updated_at)?;
        Some(FailedDelivery {
            event_id: last.public_event_id(self.operational.style),
            event_type: last.event_type,
            delivery_id: last.id,
            attempts: last.attempts,
            response_code: last.response_code,
            error: last.error,
            attempted_at: last.duration.map(|took| last.updated_at.before(took)),
        })
    }

    /// Stores the states of circuit breakers, and raises an event for each that has opened or closed. Of several nodes
    /// that open a breaker at the same time, one finds it closed.
    pub(crate) async fn set_breakers(
        &self,
        changes: &[BreakerChange],
        closing: &'static str,
    ) -> Result<(), StorageError> {
        for before in self.store.set_breakers(changes).await? {
            let after = changes.iter().find(|after| after.subscription == before.subscription);
            let after = after.and_then(|after| after.breaker.as_ref());
            match (&before.breaker, after) {
                (None, Some(_)) => self.dispatcher.metrics.engine.breaker(Breaker::Opened),
                (Some(_), None) => self.dispatcher.metrics.engine.breaker(Breaker::Closed),
                (None, None) | (Some(_), Some(_)) => {}
            }
            let Some(target) = self.index.get(&before.tenant, before.subscription) else { continue };
            match (before.breaker, after) {
                (None, Some(open)) => self.opened(&target.subscription, open).await,
                (Some(open), None) => self.closed(&target.subscription, &open, closing),
                (None, None) | (Some(_), Some(_)) => {}
            }
        }
        Ok(())
    }

    async fn opened(&self, subscription: &Subscription, open: &OpenBreaker) {
        if self.operational.is_wanted(OperationalKind::BreakerOpened, &subscription.tenant) {
            self.operational.emit(OperationalEvent::BreakerOpened(BreakerOpened {
                subject: Subject::from(subscription),
                opened_at: open.since,
                reason: open.reason.clone(),
                next_probe_at: Some(open.next_probe_at),
                last_failure: self.last_failure(subscription).await,
            }));
        }
    }

    fn closed(&self, subscription: &Subscription, open: &OpenBreaker, reason: &'static str) {
        self.operational.emit(OperationalEvent::BreakerClosed(BreakerClosed {
            subject: Subject::from(subscription),
            opened_at: open.since,
            closed_at: self.clock.now(),
            reason: reason.into(),
        }));
    }
}
