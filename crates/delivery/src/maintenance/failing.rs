//! Automatic disabling: warns about receivers that have failed for long, and disables their subscriptions in the end. On
//! several nodes each of them looks; a compare-and-set lets one act.

use super::rounds::Rounds;
use crate::{
    control::{ChangeError, Control},
    dispatcher::Dispatcher,
    lease::Lease,
    operational::{OperationalEvent, Subject, SubscriptionDisabled, SubscriptionFailing, SubscriptionRecovered},
    wake::{Sleeper, pause},
};
use metrics::DisabledBy;
use model::{
    Clock, DeliveryStatus, OperationalKind, Subscription, SubscriptionId, SubscriptionState, TenantId, Timestamp,
    policy::{
        AutoDisable,
        failing::{Evidence, Judgement, judge},
    },
    subscription::{Disabled, DisabledReason},
};
use std::{sync::Arc, time::Duration};
use storage::{DeliveryFilter, ListScope, Page, StorageError, Store};

/// The task in lists.
const NAME: &str = "auto_disable";
/// Interval between two rounds.
const EVERY: Duration = Duration::from_secs(60);
/// No receiver is warned about earlier: half of the shortest time that can be set.
const EARLIEST: Duration = Duration::from_secs(30 * 60);
/// Failed deliveries that are read as evidence: pages, and rows of each.
const PAGES: usize = 10;
const ROWS: u32 = 200;

pub(crate) struct FailingTask {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) sleeper: Arc<dyn Sleeper>,
    pub(crate) control: Arc<Control>,
    pub(crate) dispatcher: Arc<Dispatcher>,
    pub(crate) lease: Arc<Lease>,
    /// For subscriptions that have no policy of their own.
    pub(crate) default: AutoDisable,
    pub(crate) rounds: Arc<Rounds>,
}

impl FailingTask {
    /// Runs until it is dropped.
    pub(crate) async fn run(self) {
        self.rounds.schedule(NAME, EVERY);
        loop {
            pause(&*self.clock, &*self.sleeper, EVERY).await;
            if self.dispatcher.is_paused() || !self.lease.holds() {
                continue;
            }
            let began = self.clock.now();
            let result = self.round().await;
            self.rounds.record(NAME, began, self.clock.now(), &result);
            if let Err(fault) = result {
                tracing::warn!(error = %fault, "failed to look for receivers that fail; the next round continues");
            }
        }
    }

    async fn round(&self) -> Result<(), StorageError> {
        let before = self.clock.now().before(EARLIEST);
        for (tenant, id) in self.store.failing_subscriptions(before).await? {
            if let Some(subscription) = self.store.subscription(&tenant, id).await? {
                self.act(&subscription).await?;
            }
        }
        Ok(())
    }

    async fn act(&self, subscription: &Subscription) -> Result<(), StorageError> {
        let (tenant, id) = (&subscription.tenant, subscription.id);
        match judge(subscription, self.default) {
            Judgement::Fine => Ok(()),
            Judgement::Warn if !self.has_evidence(subscription).await? => Ok(()),
            Judgement::Warn => {
                let now = self.clock.now();
                if self.warn(subscription, Some(now)).await? {
                    self.report_failing(subscription, now).await;
                    tracing::warn!(%tenant, subscription = %id, failing_since = ?subscription.failing_since(),
                        "the receiver answers nothing but failures; its subscription will be disabled");
                }
                Ok(())
            }
            Judgement::Recovered => {
                if self.warn(subscription, None).await? {
                    self.report_recovered(subscription);
                    tracing::info!(%tenant, subscription = %id, "the receiver has recovered");
                }
                Ok(())
            }
            Judgement::Disable if !self.has_evidence(subscription).await? => Ok(()),
            Judgement::Disable => self.disable(tenant, id).await,
        }
    }

    /// Records or withdraws the warning; false when another node did.
    async fn warn(&self, subscription: &Subscription, at: Option<Timestamp>) -> Result<bool, StorageError> {
        let (tenant, id) = (&subscription.tenant, subscription.id);
        let done = self.store.set_warned(tenant, id, subscription.health.warned_at, at).await?;
        self.control.read_again(tenant, id).await?;
        Ok(done)
    }

    async fn disable(&self, tenant: &TenantId, id: SubscriptionId) -> Result<(), StorageError> {
        let now = self.clock.now();
        let change = |subscription: &mut Subscription| {
            // It may have recovered, or another node may have disabled it.
            if judge(subscription, self.default) != Judgement::Disable {
                return Err(());
            }
            subscription.state = SubscriptionState::Disabled;
            subscription.health.disabled = Some(Disabled { reason: Some(DisabledReason::Failing), at: now });
            subscription.health.breaker = None;
            Ok(())
        };
        match self.control.change_subscription(tenant, id, change).await {
            Ok(subscription) => {
                self.dispatcher.metrics.engine.disabled(DisabledBy::Failing);
                self.report_disabled(&subscription, now).await;
                tracing::warn!(%tenant, subscription = %id, failing_since = ?subscription.failing_since(),
                    "subscription disabled: its receiver has answered nothing but failures for too long");
                Ok(())
            }
            Err(ChangeError::Store(fault)) => Err(fault),
            // The next round looks again.
            Err(_) => Ok(()),
        }
    }

    async fn report_failing(&self, subscription: &Subscription, warned_at: Timestamp) {
        let (operational, kind) = (&self.control.operational, OperationalKind::SubscriptionFailing);
        let Some(failing_since) = subscription.failing_since() else { return };
        if operational.is_wanted(kind, &subscription.tenant) {
            let after = subscription.policies.auto_disable.unwrap_or(self.default).after();
            operational.emit(OperationalEvent::SubscriptionFailing(SubscriptionFailing {
                subject: Subject::from(subscription),
                failing_since,
                warned_at,
                disabled_at: after.map(|after| failing_since.after(after)),
                last_failure: self.control.last_failure(subscription).await,
            }));
        }
    }

    fn report_recovered(&self, subscription: &Subscription) {
        let Some(warned_at) = subscription.health.warned_at else { return };
        self.control.operational.emit(OperationalEvent::SubscriptionRecovered(SubscriptionRecovered {
            subject: Subject::from(subscription),
            warned_at,
            recovered_at: subscription.stats.last_success_at.unwrap_or_else(|| self.clock.now()),
        }));
    }

    async fn report_disabled(&self, subscription: &Subscription, disabled_at: Timestamp) {
        let (operational, kind) = (&self.control.operational, OperationalKind::SubscriptionDisabled);
        if operational.is_wanted(kind, &subscription.tenant) {
            operational.emit(OperationalEvent::SubscriptionDisabled(SubscriptionDisabled {
                subject: Subject::from(subscription),
                reason: DisabledReason::Failing,
                disabled_at,
                failing_since: subscription.failing_since(),
                last_failure: self.control.last_failure(subscription).await,
            }));
        }
    }

    /// True when the failures concern several events, and not one type alone.
    async fn has_evidence(&self, subscription: &Subscription) -> Result<bool, StorageError> {
        let Some(since) = subscription.failing_since() else { return Ok(false) };
        let filter = DeliveryFilter {
            statuses: vec![DeliveryStatus::Retrying, DeliveryStatus::Failed, DeliveryStatus::Exhausted],
            subscription: Some(subscription.id),
            ..DeliveryFilter::default()
        };
        let (mut evidence, mut page) = (Evidence::default(), Page::first(ROWS));
        for _ in 0..PAGES {
            let listed = self.store.deliveries(ListScope::Tenant(&subscription.tenant), &filter, page.clone()).await?;
            for delivery in listed.rows.iter().filter(|delivery| delivery.updated_at >= since) {
                let (event, event_type) = (delivery.id.event().to_string(), delivery.event_type.as_str());
                evidence.add(&event, event_type, delivery.response_code);
            }
            let Some(last) = listed.rows.last().filter(|_| !evidence.suffices(&subscription.events)) else { break };
            page.cursor = Some(last.id.into());
        }
        Ok(evidence.suffices(&subscription.events))
    }
}
