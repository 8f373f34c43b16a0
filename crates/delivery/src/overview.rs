//! A snapshot of this node for the operator's live view: counts, subscriptions in trouble, recent errors.

use crate::{
    activity::{RecentError, Totals},
    dispatcher::Dispatcher,
    lanes::{LaneCounts, LaneFacts, Trouble},
};
use model::{
    Subscription, SubscriptionId, SubscriptionState, TenantId, Timestamp,
    subscription::{Disabled, DisabledReason},
};
use std::collections::BTreeMap;

/// A subscription in trouble.
#[derive(Clone, Debug)]
pub struct Troubled {
    pub tenant: TenantId,
    pub subscription: SubscriptionId,
    pub url: String,
    pub trouble: Trouble,
    /// Since when, where that is known.
    pub since: Option<Timestamp>,
    /// In words, for people.
    pub reason: Option<String>,
    /// When the lane may start a request again.
    pub next_attempt_at: Option<Timestamp>,
    /// Requests in flight from this node.
    pub in_flight: usize,
}

/// A snapshot of this node.
#[derive(Clone, Debug)]
pub struct Overview {
    pub totals: Totals,
    pub lanes: LaneCounts,
    /// Number of subscriptions by trouble, of all tenants.
    pub troubles: BTreeMap<Trouble, usize>,
    /// Subscriptions in trouble, the worst first.
    pub troubled: Vec<Troubled>,
    /// Newest first.
    pub errors: Vec<RecentError>,
}

impl Dispatcher {
    /// `most` bounds the list of subscriptions. Reads the index and the lanes once: a few milliseconds for 60,000
    /// subscriptions.
    pub(crate) fn overview(&self, most: usize) -> Overview {
        let now = self.clock.now();
        let (mut facts, lanes) = self.lanes.troubles(now);
        let mut troubled: Vec<Troubled> = Vec::new();
        self.index.each(|subscription| {
            let facts = facts.remove(&subscription.id);
            troubled.extend(trouble_of(subscription, facts, now));
        });
        let mut troubles = BTreeMap::new();
        for one in &troubled {
            *troubles.entry(one.trouble).or_default() += 1;
        }
        troubled.sort_unstable_by_key(|one| (one.trouble, one.since, one.subscription));
        troubled.truncate(most);
        Overview { totals: self.activity.totals(), lanes, troubles, troubled, errors: self.activity.errors() }
    }
}

/// `facts` are those of the lane, if it is in trouble. Another node's breaker is known by the subscription alone.
fn trouble_of(subscription: &Subscription, facts: Option<LaneFacts>, now: Timestamp) -> Option<Troubled> {
    let in_flight = facts.as_ref().map_or(0, |facts| facts.in_flight);
    let found = match (subscription.state, facts) {
        (SubscriptionState::Deleted, _) => return None,
        (SubscriptionState::Paused, _) => {
            let reason = Some("paused by request".to_owned());
            LaneFacts { trouble: Some(Trouble::Paused), reason, in_flight, ..LaneFacts::default() }
        }
        (SubscriptionState::Disabled, _) => disabled(subscription.health.disabled),
        (SubscriptionState::Active, Some(facts)) => facts,
        (SubscriptionState::Active, None) => {
            let open = subscription.health.breaker.as_ref()?;
            let shut_until = Some(open.next_probe_at).filter(|at| *at > now);
            LaneFacts {
                trouble: Some(if shut_until.is_some() { Trouble::BreakerOpen } else { Trouble::BreakerHalfOpen }),
                since: Some(open.since),
                reason: Some(open.reason.clone()),
                next_attempt_at: shut_until,
                in_flight,
            }
        }
    };
    Some(Troubled {
        tenant: subscription.tenant.clone(),
        subscription: subscription.id,
        url: subscription.url.to_string(),
        trouble: found.trouble?,
        since: found.since,
        reason: found.reason,
        next_attempt_at: found.next_attempt_at,
        in_flight: found.in_flight,
    })
}

fn disabled(disabled: Option<Disabled>) -> LaneFacts {
    let reason = match disabled.and_then(|disabled| disabled.reason) {
        Some(DisabledReason::Gone) | None => "the receiver answered 410 Gone",
        Some(DisabledReason::Failing) => "the receiver failed for too long",
    };
    LaneFacts {
        trouble: Some(Trouble::Disabled),
        since: disabled.map(|disabled| disabled.at),
        reason: Some(reason.to_owned()),
        ..LaneFacts::default()
    }
}
