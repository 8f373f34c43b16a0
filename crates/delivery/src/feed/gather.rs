//! The changes that writes of the journal make.

use super::{Change, Entry, Gathered};
use crate::outgoing::Outgoing;
use model::{DeliveryStatus, SubscriptionId, TenantId, Timestamp};
use std::sync::Arc;
use storage::{Ending, NewEvent, Outcome};

/// The event and the subscription of an outcome or an end.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    pub(crate) outgoing: Arc<Outgoing>,
    pub(crate) subscription: SubscriptionId,
}

impl Gathered {
    /// A new event and its deliveries.
    pub(crate) fn event(&mut self, new: &NewEvent) {
        let event = &new.event;
        let at = event.id.made_at();
        let (given, event_type) = (&event.given_id, &event.event_type);
        self.change(Change::Event {
            tenant: event.tenant.clone(),
            id: event.id,
            given: given.clone(),
            event_type: event_type.clone(),
            at,
        });
        for delivery in &new.deliveries {
            self.change(Change::Delivery {
                tenant: event.tenant.clone(),
                id: delivery.id,
                given: given.clone(),
                subscription: delivery.subscription,
                event_type: event_type.clone(),
                status: DeliveryStatus::Pending,
                at,
            });
        }
    }

    pub(crate) fn outcome(&mut self, outcome: &Outcome, subject: &Subject) {
        let at = outcome.attempt.started_at.after(outcome.attempt.duration);
        self.delivery(&outcome.tenant, outcome.delivery, subject, outcome.next.status(), at);
    }

    pub(crate) fn ending(&mut self, ending: &Ending, subject: &Subject) {
        self.delivery(&ending.tenant, ending.delivery, subject, ending.end.status(), ending.at);
    }

    /// The delivery has a new status.
    fn delivery(
        &mut self,
        tenant: &TenantId,
        id: model::DeliveryId,
        subject: &Subject,
        status: DeliveryStatus,
        at: Timestamp,
    ) {
        let event = &subject.outgoing.event;
        self.change(Change::Delivery {
            tenant: tenant.clone(),
            id,
            given: event.given_id.clone(),
            subscription: subject.subscription,
            event_type: event.event_type.clone(),
            status,
            at,
        });
    }

    pub(crate) fn gap(&mut self, tenant: &TenantId) {
        self.add(Entry::Gap(Some(tenant.clone())));
    }
}
