//! Operational events: events that Postrider itself publishes about subscriptions, deliveries, circuit breakers and
//! limits. Their types have a prefix of their own, and the operator receives them in a tenant of its own.

use crate::event::{EventPattern, EventType};
use std::sync::LazyLock;

/// The prefix of all operational event types. Reserved: nobody else can publish or register a type with it, because the
/// catalog of a platform may contain types such as `subscription.created` already.
pub const PREFIX: &str = "postrider.";

/// The kind of an operational event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OperationalKind {
    SubscriptionCreated,
    SubscriptionUpdated,
    SubscriptionDeleted,
    SubscriptionDisabled,
    SubscriptionFailing,
    SubscriptionRecovered,
    SubscriptionSecretRotated,
    DeliveryExhausted,
    BreakerOpened,
    BreakerClosed,
    TenantLimitReached,
}

static TYPES: LazyLock<[EventType; OperationalKind::ALL.len()]> =
    LazyLock::new(|| OperationalKind::ALL.map(|kind| EventType::trusted(kind.name())));

impl OperationalKind {
    pub const ALL: [Self; 11] = [
        Self::SubscriptionCreated,
        Self::SubscriptionUpdated,
        Self::SubscriptionDeleted,
        Self::SubscriptionDisabled,
        Self::SubscriptionFailing,
        Self::SubscriptionRecovered,
        Self::SubscriptionSecretRotated,
        Self::DeliveryExhausted,
        Self::BreakerOpened,
        Self::BreakerClosed,
        Self::TenantLimitReached,
    ];

    /// The name of the event type.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SubscriptionCreated => "postrider.subscription.created",
            Self::SubscriptionUpdated => "postrider.subscription.updated",
            Self::SubscriptionDeleted => "postrider.subscription.deleted",
            Self::SubscriptionDisabled => "postrider.subscription.disabled",
            Self::SubscriptionFailing => "postrider.subscription.failing",
            Self::SubscriptionRecovered => "postrider.subscription.recovered",
            Self::SubscriptionSecretRotated => "postrider.subscription.secret_rotated",
            Self::DeliveryExhausted => "postrider.delivery.exhausted",
            Self::BreakerOpened => "postrider.breaker.opened",
            Self::BreakerClosed => "postrider.breaker.closed",
            Self::TenantLimitReached => "postrider.tenant.limit_reached",
        }
    }

    pub fn event_type(self) -> &'static EventType {
        &TYPES[self as usize]
    }
}

impl EventType {
    /// True for a type of an operational event, and for any other name that is reserved for them.
    pub fn is_operational(&self) -> bool {
        self.as_str().starts_with(PREFIX)
    }
}

impl EventPattern {
    /// True for a pattern that names operational types. `*` does not: subscriptions to all events of a tenant do not
    /// receive operational events.
    pub fn is_operational(&self) -> bool {
        match self {
            Self::All => false,
            Self::Below(prefix) => format!("{prefix}.").starts_with(PREFIX),
            Self::One(one) => one.is_operational(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn the_shipped_catalog_has_exactly_the_operational_types_under_the_prefix() {
        let catalog = Catalog::shipped().unwrap();
        let shipped: Vec<_> = catalog.iter().filter(|entry| entry.event_type.is_operational()).collect();
        assert_eq!(shipped.len(), OperationalKind::ALL.len());
        for kind in OperationalKind::ALL {
            let entry = catalog.get(kind.name()).unwrap();
            assert_eq!((&entry.event_type, entry.category.as_str()), (kind.event_type(), "operational"));
            assert!(EventType::parse(kind.name()).unwrap().is_operational());
        }
    }

    #[test]
    fn only_patterns_with_the_prefix_name_operational_types() {
        for (pattern, expected) in [
            ("postrider.subscription.disabled", true),
            ("postrider.subscription.*", true),
            ("postrider.*", true),
            ("*", false),
            ("postriders.*", false),
            ("post.*", false),
            ("subscription.created", false),
        ] {
            assert_eq!(EventPattern::parse(pattern).unwrap().is_operational(), expected, "{pattern}");
        }
    }
}
