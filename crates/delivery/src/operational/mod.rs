//! Operational events: published by Postrider itself, about subscriptions, deliveries, circuit breakers and limits.
//! Each fact goes to the operator's subscriptions (the system tenant) and, if the installation allows it, to those of
//! its own tenant.
//!
//! Nothing is built or written when nobody subscribes to the type: the index is asked first. There are no loops: nothing
//! is raised about deliveries of operational events or about the system tenant, and no event about a subscription goes to
//! that subscription.

mod build;
mod changes;
mod event;
mod outcome;
mod queue;
mod sender;
#[cfg(test)]
mod tests;

use crate::{
    content::Content,
    fan_out::fan_out,
    index::Index,
    journal::{AppendError, Journal, Recipients},
    matching,
    target::Target,
};
use build::{Audience, Identified, draft};
pub(crate) use changes::changed_fields;
pub use event::{
    BreakerClosed, BreakerOpened, DeliveryExhausted, FailedDelivery, OperationalEvent, Subject, SubjectSubscription,
    SubscriptionCreated, SubscriptionDeleted, SubscriptionDisabled, SubscriptionFailing, SubscriptionRecovered,
    SubscriptionSecretRotated, SubscriptionUpdated, TenantLimitReached,
};
use model::{Clock, IdSource, IdStyle, OperationalKind, SubscriptionId, TenantId};
use queue::Queue;
use std::sync::Arc;
use storage::Append;

/// Raises operational events.
pub struct Operational {
    pub(crate) index: Arc<Index>,
    pub(crate) journal: Journal,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<IdSource>,
    /// The form in which event ids are written.
    pub(crate) style: IdStyle,
    /// The name of this node.
    pub(crate) node: String,
    /// Whether tenants may receive events about their own objects.
    pub(crate) to_tenants: bool,
    queue: Queue,
}

impl std::fmt::Debug for Operational {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Operational").finish_non_exhaustive()
    }
}

/// The parts of [`Operational`].
pub(crate) struct Parts {
    pub(crate) index: Arc<Index>,
    pub(crate) journal: Journal,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<IdSource>,
    pub(crate) style: IdStyle,
    pub(crate) node: String,
    pub(crate) to_tenants: bool,
}

impl Operational {
    pub(crate) fn new(Parts { index, journal, clock, ids, style, node, to_tenants }: Parts) -> Self {
        Self { index, journal, clock, ids, style, node, to_tenants, queue: Queue::default() }
    }

    /// True when somebody subscribes to events of this kind about this tenant. Cheap; ask it before an event is built.
    pub fn is_wanted(&self, kind: OperationalKind, tenant: &TenantId) -> bool {
        self.audiences(kind, tenant, None).next().is_some()
    }

    /// The tenants in which an event is published, with the subscriptions that receive it.
    fn audiences<'s>(
        &'s self,
        kind: OperationalKind,
        about: &TenantId,
        subject: Option<SubscriptionId>,
    ) -> impl Iterator<Item = (TenantId, Audience<'s>, Vec<Arc<Target>>)> + use<'s> {
        let operator = (TenantId::system(), Audience::Operator { node: &self.node });
        let tenant = self.to_tenants.then(|| (about.clone(), Audience::Tenant));
        let all = [Some(operator), tenant].into_iter().flatten();
        let in_system = about.is_system();
        all.filter(move |_| !in_system).filter_map(move |(tenant, audience)| {
            let mut targets = self.index.matching(&tenant, kind.event_type());
            targets.retain(|target| Some(target.subscription.id) != subject);
            (!targets.is_empty()).then_some((tenant, audience, targets))
        })
    }

    /// The event for each audience that receives it.
    fn appends(&self, event: &OperationalEvent, identified: Identified) -> Vec<(Append, Recipients)> {
        let (about, subject) = (event.tenant(), event.subject().map(|subject| subject.subscription.id));
        let publish = |(tenant, audience, targets): (TenantId, Audience<'_>, Vec<Arc<Target>>)| {
            let now = self.clock.now();
            let draft = draft(event, audience, identified);
            let matched = matching::divide(targets, &Content::of_draft(&tenant, &draft));
            let new = fan_out(&tenant, self.ids.event(now), &draft, &matched, now);
            let new = new.inspect_err(|_| {
                tracing::error!(%tenant, event_type = %draft.event_type, "an operational event matches too many subscriptions: not published");
            });
            Some((Append { tenant, events: Arc::new(vec![new.ok()?]) }, vec![matched.targets]))
        };
        self.audiences(event.kind(), about, subject).filter_map(publish).collect()
    }

    /// Writes the event and returns when it is durable. An event that was written before is not written again.
    async fn write(&self, event: &OperationalEvent) -> Result<(), AppendError> {
        for (append, recipients) in self.appends(event, Identified::Yes) {
            match self.journal.append(append, recipients).await {
                Ok(_) | Err(AppendError::NoTenant) => {}
                Err(fault) => return Err(fault),
            }
        }
        Ok(())
    }
}
