//! Operational events as typed values: one struct for each kind. Their fields are those of the schemas in
//! `crates/model/catalog/operational.json`.

use model::{
    DeliveryId, DeliveryStatus, EventType, OperationalKind, Subscription, SubscriptionId, TenantId, Timestamp,
    subscription::DisabledReason,
};
use serde::{Serialize, Serializer};
use std::borrow::Cow;

/// The subscription that an event is about, and its tenant.
#[derive(Clone, Debug, Serialize)]
pub struct Subject {
    #[serde(serialize_with = "text")]
    pub tenant_id: TenantId,
    pub subscription: SubjectSubscription,
}

/// The subscription of a [`Subject`].
#[derive(Clone, Debug, Serialize)]
pub struct SubjectSubscription {
    pub id: SubscriptionId,
    pub url: String,
    pub description: Option<String>,
    /// Its event patterns.
    pub events: Vec<String>,
}

impl From<&Subscription> for Subject {
    fn from(subscription: &Subscription) -> Self {
        Self {
            tenant_id: subscription.tenant.clone(),
            subscription: SubjectSubscription {
                id: subscription.id,
                url: subscription.url.to_string(),
                description: subscription.description.clone(),
                events: subscription.events.iter().map(ToString::to_string).collect(),
            },
        }
    }
}

/// A delivery that failed, with its last attempt.
#[derive(Clone, Debug, Serialize)]
pub struct FailedDelivery {
    /// The event's public id.
    pub event_id: String,
    pub event_type: EventType,
    pub delivery_id: DeliveryId,
    /// Attempts so far.
    pub attempts: u32,
    pub response_code: Option<u16>,
    pub error: Option<String>,
    /// The time of the last attempt; `None` when there was none, or it is not known.
    pub attempted_at: Option<Timestamp>,
}

/// `postrider.subscription.created`.
#[derive(Clone, Debug, Serialize)]
pub struct SubscriptionCreated {
    #[serde(flatten)]
    pub subject: Subject,
    pub created_at: Timestamp,
}

/// `postrider.subscription.updated`.
#[derive(Clone, Debug, Serialize)]
pub struct SubscriptionUpdated {
    #[serde(flatten)]
    pub subject: Subject,
    /// Names of the changed fields, as the platform API has them.
    pub changed_fields: Vec<Cow<'static, str>>,
    pub is_active: bool,
    pub updated_at: Timestamp,
    /// Identifies the change; not shown.
    #[serde(skip)]
    pub revision: u64,
}

/// `postrider.subscription.deleted`. The deletion of a whole tenant raises none.
#[derive(Clone, Debug, Serialize)]
pub struct SubscriptionDeleted {
    #[serde(flatten)]
    pub subject: Subject,
    pub deleted_at: Timestamp,
}

/// `postrider.subscription.disabled`.
#[derive(Clone, Debug, Serialize)]
pub struct SubscriptionDisabled {
    #[serde(flatten)]
    pub subject: Subject,
    #[serde(serialize_with = "reason")]
    pub reason: DisabledReason,
    pub disabled_at: Timestamp,
    /// The first failure since the last success, when it is known.
    pub failing_since: Option<Timestamp>,
    pub last_failure: Option<FailedDelivery>,
}

/// `postrider.subscription.failing`: nothing but failures for so long that the subscription will be disabled if no
/// delivery succeeds.
#[derive(Clone, Debug, Serialize)]
pub struct SubscriptionFailing {
    #[serde(flatten)]
    pub subject: Subject,
    /// The first failure since the last success. Identifies the fact: one event for each such time.
    pub failing_since: Timestamp,
    pub warned_at: Timestamp,
    /// When the subscription will be disabled; `None` when it will not.
    pub disabled_at: Option<Timestamp>,
    pub last_failure: Option<FailedDelivery>,
}

/// `postrider.subscription.recovered`: a delivery succeeded after `subscription.failing`.
#[derive(Clone, Debug, Serialize)]
pub struct SubscriptionRecovered {
    #[serde(flatten)]
    pub subject: Subject,
    /// That of the event `subscription.failing`. Identifies the fact.
    pub warned_at: Timestamp,
    pub recovered_at: Timestamp,
}

/// `postrider.subscription.secret_rotated`. Contains no secret.
#[derive(Clone, Debug, Serialize)]
pub struct SubscriptionSecretRotated {
    #[serde(flatten)]
    pub subject: Subject,
    pub rotated_at: Timestamp,
    /// Until when the previous secret signs too; `None` when it signs no more.
    pub previous_secret_until: Option<Timestamp>,
    /// Identifies the change; not shown.
    #[serde(skip)]
    pub revision: u64,
}

/// `postrider.delivery.exhausted`: a delivery ended without success; no retry is left, or its response was final.
#[derive(Clone, Debug, Serialize)]
pub struct DeliveryExhausted {
    #[serde(flatten)]
    pub subject: Subject,
    #[serde(flatten)]
    pub failure: FailedDelivery,
    /// The delivery's status: `exhausted` or `failed`.
    #[serde(serialize_with = "name")]
    pub status: DeliveryStatus,
    /// When the event was accepted.
    pub published_at: Timestamp,
    /// When the last attempt ended.
    pub ended_at: Timestamp,
}

/// `postrider.breaker.opened`.
#[derive(Clone, Debug, Serialize)]
pub struct BreakerOpened {
    #[serde(flatten)]
    pub subject: Subject,
    /// When it opened. Identifies the fact: nodes that see the same opening raise one event.
    pub opened_at: Timestamp,
    /// A sentence, such as `10 connection failures in a row; the last: …`.
    pub reason: String,
    pub next_probe_at: Option<Timestamp>,
    pub last_failure: Option<FailedDelivery>,
}

/// `postrider.breaker.closed`.
#[derive(Clone, Debug, Serialize)]
pub struct BreakerClosed {
    #[serde(flatten)]
    pub subject: Subject,
    /// When it had opened. Identifies the fact.
    pub opened_at: Timestamp,
    pub closed_at: Timestamp,
    /// A word such as `probe_succeeded` or `reset`.
    pub reason: Cow<'static, str>,
}

/// `postrider.tenant.limit_reached`: raised at most once in an hour of the clock (UTC) for each tenant and limit.
#[derive(Clone, Debug, Serialize)]
pub struct TenantLimitReached {
    #[serde(serialize_with = "text")]
    pub tenant_id: TenantId,
    /// The limit's name, `publish`, `subscriptions`, `keys` or `payload_bytes`.
    pub limit: Cow<'static, str>,
    /// The limit's value, in the unit of its setting.
    pub maximum: u64,
    pub reached_at: Timestamp,
}

/// A fact about the installation that operators and tenants can subscribe to.
#[derive(Clone, Debug)]
pub enum OperationalEvent {
    SubscriptionCreated(SubscriptionCreated),
    SubscriptionUpdated(SubscriptionUpdated),
    SubscriptionDeleted(SubscriptionDeleted),
    SubscriptionDisabled(SubscriptionDisabled),
    SubscriptionFailing(SubscriptionFailing),
    SubscriptionRecovered(SubscriptionRecovered),
    SubscriptionSecretRotated(SubscriptionSecretRotated),
    DeliveryExhausted(DeliveryExhausted),
    BreakerOpened(BreakerOpened),
    BreakerClosed(BreakerClosed),
    TenantLimitReached(TenantLimitReached),
}

/// Evaluates an expression with the struct of any kind.
macro_rules! each {
    ($event:expr, $one:ident => $value:expr) => {
        match $event {
            OperationalEvent::SubscriptionCreated($one) => $value,
            OperationalEvent::SubscriptionUpdated($one) => $value,
            OperationalEvent::SubscriptionDeleted($one) => $value,
            OperationalEvent::SubscriptionDisabled($one) => $value,
            OperationalEvent::SubscriptionFailing($one) => $value,
            OperationalEvent::SubscriptionRecovered($one) => $value,
            OperationalEvent::SubscriptionSecretRotated($one) => $value,
            OperationalEvent::DeliveryExhausted($one) => $value,
            OperationalEvent::BreakerOpened($one) => $value,
            OperationalEvent::BreakerClosed($one) => $value,
            OperationalEvent::TenantLimitReached($one) => $value,
        }
    };
}
pub(super) use each;

enum About<'e> {
    Subscription(&'e Subject),
    Tenant(&'e TenantId),
}

impl OperationalEvent {
    pub const fn kind(&self) -> OperationalKind {
        match self {
            Self::SubscriptionCreated(_) => OperationalKind::SubscriptionCreated,
            Self::SubscriptionUpdated(_) => OperationalKind::SubscriptionUpdated,
            Self::SubscriptionDeleted(_) => OperationalKind::SubscriptionDeleted,
            Self::SubscriptionDisabled(_) => OperationalKind::SubscriptionDisabled,
            Self::SubscriptionFailing(_) => OperationalKind::SubscriptionFailing,
            Self::SubscriptionRecovered(_) => OperationalKind::SubscriptionRecovered,
            Self::SubscriptionSecretRotated(_) => OperationalKind::SubscriptionSecretRotated,
            Self::DeliveryExhausted(_) => OperationalKind::DeliveryExhausted,
            Self::BreakerOpened(_) => OperationalKind::BreakerOpened,
            Self::BreakerClosed(_) => OperationalKind::BreakerClosed,
            Self::TenantLimitReached(_) => OperationalKind::TenantLimitReached,
        }
    }

    /// The tenant that the event is about.
    pub const fn tenant(&self) -> &TenantId {
        match self.about() {
            About::Subscription(subject) => &subject.tenant_id,
            About::Tenant(tenant) => tenant,
        }
    }

    /// The subscription that the event is about.
    pub const fn subject(&self) -> Option<&Subject> {
        match self.about() {
            About::Subscription(subject) => Some(subject),
            About::Tenant(_) => None,
        }
    }

    const fn about(&self) -> About<'_> {
        About::Subscription(match self {
            Self::SubscriptionCreated(one) => &one.subject,
            Self::SubscriptionUpdated(one) => &one.subject,
            Self::SubscriptionDeleted(one) => &one.subject,
            Self::SubscriptionDisabled(one) => &one.subject,
            Self::SubscriptionFailing(one) => &one.subject,
            Self::SubscriptionRecovered(one) => &one.subject,
            Self::SubscriptionSecretRotated(one) => &one.subject,
            Self::DeliveryExhausted(one) => &one.subject,
            Self::BreakerOpened(one) => &one.subject,
            Self::BreakerClosed(one) => &one.subject,
            Self::TenantLimitReached(one) => return About::Tenant(&one.tenant_id),
        })
    }

    /// When the fact came about.
    pub const fn occurred_at(&self) -> Timestamp {
        match self {
            Self::SubscriptionCreated(one) => one.created_at,
            Self::SubscriptionUpdated(one) => one.updated_at,
            Self::SubscriptionDeleted(one) => one.deleted_at,
            Self::SubscriptionDisabled(one) => one.disabled_at,
            Self::SubscriptionFailing(one) => one.warned_at,
            Self::SubscriptionRecovered(one) => one.recovered_at,
            Self::SubscriptionSecretRotated(one) => one.rotated_at,
            Self::DeliveryExhausted(one) => one.ended_at,
            Self::BreakerOpened(one) => one.opened_at,
            Self::BreakerClosed(one) => one.closed_at,
            Self::TenantLimitReached(one) => one.reached_at,
        }
    }

    /// The identity of the fact: nodes and repetitions that report one fact have one identity, and it is written once.
    pub(super) fn identity(&self) -> String {
        let of = |what: u128| match self.subject() {
            Some(subject) => format!("{}:{what}", subject.subscription.id),
            None => what.to_string(),
        };
        match self {
            Self::SubscriptionCreated(_) | Self::SubscriptionDeleted(_) => of(0),
            Self::SubscriptionUpdated(one) => of(one.revision.into()),
            Self::SubscriptionSecretRotated(one) => of(one.revision.into()),
            Self::SubscriptionDisabled(one) => of(micros(one.disabled_at)),
            Self::SubscriptionFailing(one) => of(micros(one.failing_since)),
            Self::SubscriptionRecovered(one) => of(micros(one.warned_at)),
            Self::DeliveryExhausted(one) => format!("{}:{}", one.failure.delivery_id, one.failure.attempts),
            Self::BreakerOpened(one) => of(micros(one.opened_at)),
            Self::BreakerClosed(one) => of(micros(one.opened_at)),
            Self::TenantLimitReached(one) => format!("{}:{}:{}", one.tenant_id, one.limit, hour(one.reached_at)),
        }
    }
}

/// The hour of the clock (UTC), counted from the Unix epoch.
pub(super) const fn hour(at: Timestamp) -> i64 {
    at.seconds().div_euclid(3_600)
}

fn micros(at: Timestamp) -> u128 {
    u128::try_from(at.micros()).unwrap_or(0)
}

fn text<S: Serializer>(value: &TenantId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn name<S: Serializer>(status: &DeliveryStatus, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(status.name())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn reason<S: Serializer>(reason: &DisabledReason, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(reason.name())
}
