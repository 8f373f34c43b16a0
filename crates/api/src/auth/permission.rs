//! The permissions that endpoints require, and the callers that have them.

use crate::problem::{Problem, kinds::Forbidden};
use model::{
    Scope,
    key::Scopes,
    portal::{Capabilities, Capability},
};

/// A permission: its name in `GET /api/v1/session`, and the rights that contain it.
#[derive(Debug)]
pub(crate) struct Rule {
    name: &'static str,
    /// Any of these scopes of a key suffices; the 403 for keys that have none names the first.
    any_of: &'static [Scope],
    portal: InPortal,
}

/// Portal links that have a permission.
#[derive(Clone, Copy, Debug)]
enum InPortal {
    Always,
    With(Capability),
    Never,
}

/// The permission that an endpoint requires. Checked before the body is read.
pub(crate) trait Permission: Send + Sync + 'static {
    const RULE: &'static Rule;
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident $shown:literal: $($scope:ident),+; $portal:expr;)*) => {
        $($(#[$doc])* #[derive(Debug)] pub(crate) struct $name;
        impl Permission for $name {
            const RULE: &'static Rule = &Rule { name: $shown, any_of: &[$(Scope::$scope),+], portal: $portal };
        })*

        const ALL: &[&Rule] = &[$($name::RULE),*];
    };
}

use InPortal::{Always, Never, With};

permissions! {
    /// Read everything but secrets.
    Read "webhooks:read": WebhooksRead, WebhooksManage; Always;
    /// Read which of the installation's promised event types are published.
    ReadCoverage "coverage:read": WebhooksRead, WebhooksManage; Never;
    /// Publish events, and cancel delayed ones.
    Publish "events:publish": EventsPublish; Never;
    /// Erase the payloads of events.
    ErasePayloads "payloads:erase": WebhooksManage; Never;
    /// Create, change, pause, activate and delete subscriptions.
    WriteSubscriptions "subscriptions:write": WebhooksManage; With(Capability::SubscriptionsWrite);
    /// Send deliveries again.
    RetryDeliveries "deliveries:retry": WebhooksManage; With(Capability::DeliveriesRetry);
    /// Cancel waiting deliveries.
    CancelDeliveries "deliveries:cancel": WebhooksManage; With(Capability::DeliveriesCancel);
    /// Send test events.
    SendTest "test:send": WebhooksManage; With(Capability::TestSend);
    /// Begin, pause, resume and cancel replays.
    WriteReplays "replays:write": WebhooksManage; With(Capability::ReplaysWrite);
    /// Replace signing secrets.
    RotateSecret "secrets:rotate": SecretRotate, WebhooksManage; With(Capability::SecretsRotate);
    /// Read signing secrets.
    ViewSecret "secrets:read": SecretView; With(Capability::SecretsRead);
}

/// The rights of a caller in its tenant.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Rights {
    Key(Scopes),
    Portal(Capabilities),
}

impl Rights {
    pub(crate) fn allow(self, rule: &Rule) -> bool {
        match self {
            Self::Key(scopes) => rule.any_of.iter().any(|scope| scopes.has(*scope)),
            Self::Portal(capabilities) => match rule.portal {
                Always => true,
                With(capability) => capabilities.has(capability),
                Never => false,
            },
        }
    }

    /// 403 unless the caller has the permission.
    pub(super) fn check(self, rule: &Rule) -> Result<(), Problem> {
        if self.allow(rule) {
            return Ok(());
        }
        Err(Forbidden::problem(match (self, rule.portal) {
            (Self::Key(_), _) => {
                format!("This key lacks the scope {}", rule.any_of.first().map_or("", |scope| scope.name()))
            }
            (Self::Portal(_), With(capability)) => {
                format!("This portal link lacks the capability {}", capability.name())
            }
            (Self::Portal(_), _) => "A portal link may not do this".to_owned(),
        }))
    }

    /// The names of all permissions that the caller has.
    pub(crate) fn names(self) -> Vec<&'static str> {
        ALL.iter().filter(|rule| self.allow(rule)).map(|rule| rule.name).collect()
    }
}

/// The names of all permissions.
pub(crate) fn names() -> Vec<&'static str> {
    ALL.iter().map(|rule| rule.name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_portal_permission_has_the_name_of_its_capability() {
        let with: Vec<_> = ALL.iter().filter(|rule| matches!(rule.portal, With(_))).collect();
        assert_eq!(with.len(), Capability::ALL.len());
        for rule in with {
            let With(capability) = rule.portal else { unreachable!() };
            assert_eq!(rule.name, capability.name());
        }
    }

    #[test]
    fn a_link_without_capabilities_only_reads() {
        assert_eq!(Rights::Portal(Capabilities::default()).names(), ["webhooks:read"]);
        let all = Rights::Portal(Capabilities::all()).names();
        assert!(!["events:publish", "payloads:erase", "coverage:read"].iter().any(|name| all.contains(name)));
        assert_eq!(Rights::Key(Scopes::all()).names(), names());
        assert_eq!(Rights::Key(Scopes::default()).names(), Vec::<&str>::new());
    }
}
