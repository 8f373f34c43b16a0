//! Matching: the subscriptions to which an event goes, by its type, its channels and their filters. The publisher, the
//! outbox, replays and previews share it.

use crate::{content::Content, draft::Draft, index::Index, target::Target};
use model::{SubscriptionId, TenantId};
use std::sync::Arc;
use tokio::{
    runtime::{Handle, RuntimeFlavor},
    sync::Semaphore,
};

/// The subscriptions of an event's type.
#[derive(Debug, Default)]
pub(crate) struct Matched {
    /// Subscriptions to which the event goes, in a stable order.
    pub(crate) targets: Vec<Arc<Target>>,
    /// Subscriptions that leave it out.
    pub(crate) filtered: Vec<SubscriptionId>,
}

/// Runs filters on threads of their own, so that costly ones never hold up the server, and a few events at a time, so that
/// they never take more than a share of the processor.
#[derive(Clone, Debug)]
pub(crate) struct Filters(Arc<Semaphore>);

/// Events whose filters run at once.
const AT_ONCE: usize = 1;

impl Filters {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }

    /// The subscriptions of a draft's type, divided by whether it goes to them.
    pub(crate) async fn matching(&self, index: &Index, tenant: &TenantId, draft: &Draft) -> Matched {
        let targets = index.matching(tenant, &draft.event_type);
        if !targets.iter().any(|target| target.subscription.policies.shape.filter.is_some()) {
            return divide(targets, &Content::of_draft(tenant, draft));
        }
        let (tenant, draft) = (tenant.clone(), draft.clone());
        self.run(move || divide(targets, &Content::of_draft(&tenant, &draft))).await
    }

    /// Runs work with filters.
    pub(crate) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        let permit = self.0.clone().acquire_owned().await;
        let done = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        });
        done.await.unwrap_or_else(|fault| std::panic::resume_unwind(fault.into_panic()))
    }
}

/// The subscriptions of an event's type, divided by whether it goes to them.
pub(crate) fn matching(index: &Index, content: &Content<'_>) -> Matched {
    let targets = index.matching(content.tenant, content.event_type);
    let is_costly = targets.iter().any(|target| target.subscription.policies.shape.filter.is_some());
    // Other tasks of this thread move to another one meanwhile.
    if is_costly && Handle::try_current().is_ok_and(|now| now.runtime_flavor() == RuntimeFlavor::MultiThread) {
        return tokio::task::block_in_place(|| divide(targets, content));
    }
    divide(targets, content)
}

/// Subscriptions of an event's type, divided by whether it goes to them.
pub(crate) fn divide(mut targets: Vec<Arc<Target>>, content: &Content<'_>) -> Matched {
    // Nearly all subscriptions choose by type alone.
    if !targets.iter().any(|target| target.subscription.policies.shape.chooses_by_content()) {
        return Matched { targets, filtered: Vec::new() };
    }
    let mut filtered = Vec::new();
    targets.retain(|target| {
        let goes = target.leaves_out(content).is_none();
        if !goes {
            filtered.push(target.subscription.id);
        }
        goes
    });
    Matched { targets, filtered }
}
