//! The permissions that endpoints require, and the callers that have them.

use crate::problem::{Problem, kinds::Forbidden};
use model::{
    Role, Scope,
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
    /// The lowest role that has it.
    role: Role,
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
    ($($(#[$doc:meta])* $name:ident $shown:literal: $($scope:ident),+; $portal:expr; $role:ident;)*) => {
        $($(#[$doc])* #[derive(Debug)] pub(crate) struct $name;
        impl Permission for $name {
            const RULE: &'static Rule =
                &Rule { name: $shown, any_of: &[$(Scope::$scope),+], portal: $portal, role: Role::$role };
        })*

        const ALL: &[&Rule] = &[$($name::RULE),*];
    };
}

use InPortal::{Always, Never, With};

permissions! {
    /// Read everything but secrets.
    Read "webhooks:read": WebhooksRead, WebhooksManage; Always; Viewer;
    /// Read which of the installation's promised event types are published.
    ReadCoverage "coverage:read": WebhooksRead, WebhooksManage; Never; Viewer;
    /// Publish events, and cancel delayed ones.
    Publish "events:publish": EventsPublish; Never; Operator;
    /// Erase the payloads of events.
    ErasePayloads "payloads:erase": WebhooksManage; Never; Operator;
    /// Create, change, pause, activate and delete subscriptions.
    WriteSubscriptions "subscriptions:write": WebhooksManage; With(Capability::SubscriptionsWrite); Operator;
    /// Send deliveries again.
    RetryDeliveries "deliveries:retry": WebhooksManage; With(Capability::DeliveriesRetry); Support;
    /// Cancel waiting deliveries.
    CancelDeliveries "deliveries:cancel": WebhooksManage; With(Capability::DeliveriesCancel); Support;
    /// Send test events.
    SendTest "test:send": WebhooksManage; With(Capability::TestSend); Support;
    /// Begin, pause, resume and cancel replays.
    WriteReplays "replays:write": WebhooksManage; With(Capability::ReplaysWrite); Support;
    /// Replace signing secrets.
    RotateSecret "secrets:rotate": SecretRotate, WebhooksManage; With(Capability::SecretsRotate); Operator;
    /// Read signing secrets.
    ViewSecret "secrets:read": SecretView; With(Capability::SecretsRead); Operator;
}

/// The rights of a caller in its tenant.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Rights {
    Key(Scopes),
    /// Of a JSON Web Token, which has the same scopes.
    Token(Scopes),
    Portal(Capabilities),
    Role(Role),
}

impl Rights {
    pub(crate) fn allow(self, rule: &Rule) -> bool {
        match self {
            Self::Key(scopes) | Self::Token(scopes) => rule.any_of.iter().any(|scope| scopes.has(*scope)),
            Self::Portal(capabilities) => match rule.portal {
                Always => true,
                With(capability) => capabilities.has(capability),
                Never => false,
            },
            Self::Role(role) => role >= rule.role,
        }
    }

    /// 403 unless the caller has the permission.
    pub(super) fn check(self, rule: &Rule) -> Result<(), Problem> {
        if self.allow(rule) {
            return Ok(());
        }
        let scope = rule.any_of.first().map_or("", |scope| scope.name());
        Err(Forbidden::problem(match (self, rule.portal) {
            (Self::Key(_), _) => format!("This key lacks the scope {scope}"),
            (Self::Token(_), _) => format!("This token lacks the permission {scope}"),
            (Self::Role(role), _) => {
                format!("The role {} may not do this: it needs the role {}", role.name(), rule.role.name())
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

    #[test]
    fn a_role_has_the_permissions_of_the_lower_ones_and_more() {
        let [viewer, support, operator] = Role::ALL.map(|role| Rights::Role(role).names());
        assert_eq!(viewer, ["webhooks:read", "coverage:read"]);
        assert!(viewer.iter().all(|name| support.contains(name)));
        assert!(support.contains(&"deliveries:retry") && !support.contains(&"secrets:read"));
        assert_eq!(operator, names());
    }
}
