//! The overview as JSON.

use super::measured::{Measured, Waiting};
use crate::{
    App,
    nodes::{self, NodeShown},
    schemas::{DeliveryName, EventTypeName, SubscriptionName, TenantName},
};
use delivery::{Overview, RecentError, Trouble, Troubled};
use model::{Queue, Timestamp};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The live view of an installation.
#[derive(Serialize, ToSchema)]
#[schema(as = Overview)]
pub(crate) struct OverviewShown {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// True while the operator has paused all deliveries.
    paused: bool,
    totals: TotalsShown,
    load: LoadShown,
    backlog: OverviewBacklog,
    /// Number of subscriptions by trouble: `breaker_open`, `breaker_half_open`, `failing`, `disabled`, `limited`,
    /// `paused`. A trouble that none has is absent.
    #[schema(value_type = Object)]
    troubles: BTreeMap<&'static str, usize>,
    /// The first 200 subscriptions in trouble, the worst first.
    #[schema(max_items = 200)]
    troubled: Vec<TroubledShown>,
    /// The last 50 failed attempts of this node, newest first.
    #[schema(max_items = 50)]
    errors: Vec<RecentErrorShown>,
    nodes: Vec<NodeShown>,
}

/// Counts of this node since its start; rates are differences between two calls.
#[derive(Serialize, ToSchema)]
#[schema(as = OverviewTotals)]
struct TotalsShown {
    /// Start of the node, when all counts were 0.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// Events accepted, duplicates excluded.
    published: u64,
    /// Deliveries that ended with success.
    delivered: u64,
    /// Deliveries that ended without success.
    failed: u64,
    /// Failed attempts after which another one follows.
    retried: u64,
}

/// Load of this node.
#[derive(Serialize, ToSchema)]
#[schema(as = OverviewLoad)]
struct LoadShown {
    /// Requests to receivers in flight.
    in_flight: usize,
    /// Subscriptions with deliveries queued or in flight.
    busy_lanes: usize,
    /// Subscriptions whose deliveries wait for room among all requests.
    parked_lanes: usize,
    /// Bytes of deliveries in memory.
    queued_bytes: usize,
    /// Entries that wait in the journal to be written.
    journal_depth: usize,
}

/// Waiting deliveries of all tenants.
#[derive(Serialize, ToSchema)]
struct OverviewBacklog {
    #[schema(value_type = String, format = DateTime)]
    measured_at: Timestamp,
    waiting: u64,
    /// True when counting ended early; `waiting` is a lower bound then.
    capped: bool,
    /// Creation time of the oldest waiting delivery, where a delayed one counts from its `deliver_at`.
    #[schema(value_type = Option<String>, format = DateTime)]
    oldest_at: Option<Timestamp>,
    /// Queues that are not empty.
    queues: Vec<OverviewQueue>,
}

/// Waiting deliveries of one queue over all subscriptions.
#[derive(Serialize, ToSchema)]
struct OverviewQueue {
    /// `high`, `normal`, `low`, `replay`, `retry`, `delayed` or `ordered`.
    queue: &'static str,
    waiting: u64,
    capped: bool,
    #[schema(value_type = String, format = DateTime)]
    oldest_at: Timestamp,
}

/// A subscription in trouble.
#[derive(Serialize, ToSchema)]
#[schema(as = TroubledSubscription)]
struct TroubledShown {
    #[schema(value_type = TenantName)]
    tenant_id: String,
    #[schema(value_type = SubscriptionName)]
    subscription_id: String,
    url: String,
    /// `breaker_open`, `breaker_half_open`, `failing` (breaker closed), `disabled`, `limited` (rate limit or concurrency
    /// cap) or `paused`.
    trouble: &'static str,
    /// Since when, where that is known.
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// In words.
    reason: Option<String>,
    /// When the next request may start.
    #[schema(value_type = Option<String>, format = DateTime)]
    next_attempt_at: Option<Timestamp>,
    /// Requests in flight from this node.
    in_flight: usize,
    /// Waiting deliveries.
    waiting: u64,
    capped: bool,
}

/// A failed attempt.
#[derive(Serialize, ToSchema)]
#[schema(as = RecentError)]
struct RecentErrorShown {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    #[schema(value_type = TenantName)]
    tenant_id: String,
    #[schema(value_type = SubscriptionName)]
    subscription_id: String,
    #[schema(value_type = DeliveryName)]
    delivery_id: String,
    #[schema(value_type = EventTypeName)]
    event_type: String,
    attempt_number: u32,
    response_code: Option<u16>,
    error_message: Option<String>,
    /// Time of the next attempt; null when the delivery has ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    next_retry_at: Option<Timestamp>,
}

impl OverviewShown {
    pub(super) fn new(app: &App, node: &Overview, measured: &Measured) -> Self {
        let (health, totals) = (app.engine.health(), node.totals);
        let troubled = node.troubled.iter().map(|one| {
            let waiting = measured.by_subscription.get(&one.subscription);
            TroubledShown::new(one, waiting)
        });
        Self {
            at: app.clock.now(),
            paused: app.engine.control.is_paused(),
            totals: TotalsShown {
                since: app.started_at,
                published: totals.published,
                delivered: totals.delivered,
                failed: totals.failed,
                retried: totals.retried,
            },
            load: LoadShown {
                in_flight: health.lanes.in_flight,
                busy_lanes: node.lanes.busy,
                parked_lanes: node.lanes.parked,
                queued_bytes: health.lanes.queued_bytes,
                journal_depth: health.journal_depth,
            },
            backlog: OverviewBacklog::new(measured),
            troubles: node.troubles.iter().map(|(trouble, count)| (trouble.name(), *count)).collect(),
            troubled: troubled.collect(),
            errors: node.errors.iter().map(RecentErrorShown::from).collect(),
            nodes: nodes::shown(app, measured.nodes.as_deref(), measured.waiting),
        }
    }
}

impl OverviewBacklog {
    fn new(measured: &Measured) -> Self {
        let queue = |(queue, waiting): &(Queue, Waiting)| OverviewQueue {
            queue: queue.name(),
            waiting: waiting.count,
            capped: waiting.is_capped,
            oldest_at: waiting.oldest_at,
        };
        let all = measured.by_queue.iter().map(|(_, waiting)| waiting);
        Self {
            measured_at: measured.at,
            waiting: all.clone().map(|one| one.count).sum(),
            capped: all.clone().any(|one| one.is_capped),
            oldest_at: all.map(|one| one.oldest_at).min(),
            queues: measured.by_queue.iter().map(queue).collect(),
        }
    }
}

impl TroubledShown {
    fn new(one: &Troubled, waiting: Option<&Waiting>) -> Self {
        Self {
            tenant_id: one.tenant.to_string(),
            subscription_id: one.subscription.to_string(),
            url: one.url.clone(),
            trouble: Trouble::name(one.trouble),
            since: one.since,
            reason: one.reason.clone(),
            next_attempt_at: one.next_attempt_at,
            in_flight: one.in_flight,
            waiting: waiting.map_or(0, |waiting| waiting.count),
            capped: waiting.is_some_and(|waiting| waiting.is_capped),
        }
    }
}

impl From<&RecentError> for RecentErrorShown {
    fn from(error: &RecentError) -> Self {
        Self {
            at: error.at,
            tenant_id: error.tenant.to_string(),
            subscription_id: error.subscription.to_string(),
            delivery_id: error.delivery.to_string(),
            event_type: error.event_type.to_string(),
            attempt_number: error.attempt,
            response_code: error.response_code,
            error_message: error.error.clone(),
            next_retry_at: error.next_attempt_at,
        }
    }
}
