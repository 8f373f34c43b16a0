//! Capabilities of portal links.

/// A permission of a portal link beyond reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Capability {
    /// Create, change, pause, activate and delete subscriptions.
    SubscriptionsWrite,
    /// Read signing secrets and the values of custom headers.
    SecretsRead,
    /// Replace signing secrets.
    SecretsRotate,
    /// Send a delivery again.
    DeliveriesRetry,
    /// Cancel waiting deliveries.
    DeliveriesCancel,
    /// Send test events.
    TestSend,
    /// Begin, pause, resume and cancel replays.
    ReplaysWrite,
}

impl Capability {
    pub const ALL: [Self; 7] = [
        Self::SubscriptionsWrite,
        Self::SecretsRead,
        Self::SecretsRotate,
        Self::DeliveriesRetry,
        Self::DeliveriesCancel,
        Self::TestSend,
        Self::ReplaysWrite,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::SubscriptionsWrite => "subscriptions:write",
            Self::SecretsRead => "secrets:read",
            Self::SecretsRotate => "secrets:rotate",
            Self::DeliveriesRetry => "deliveries:retry",
            Self::DeliveriesCancel => "deliveries:cancel",
            Self::TestSend => "test:send",
            Self::ReplaysWrite => "replays:write",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of capabilities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities(u8);

impl Capabilities {
    pub fn all() -> Self {
        Capability::ALL.into_iter().collect()
    }

    pub const fn has(self, one: Capability) -> bool {
        self.0 & one.bit() != 0
    }

    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn names(self) -> Vec<&'static str> {
        Capability::ALL.into_iter().filter(|one| self.has(*one)).map(Capability::name).collect()
    }
}

impl FromIterator<Capability> for Capabilities {
    fn from_iter<I: IntoIterator<Item = Capability>>(all: I) -> Self {
        Self(all.into_iter().fold(0, |bits, one| bits | one.bit()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capabilities_have_names_and_form_sets() {
        for one in Capability::ALL {
            assert_eq!(Capability::parse(one.name()), Some(one));
            let set: Capabilities = [one].into_iter().collect();
            assert_eq!(set.names(), [one.name()]);
        }
        assert!(Capability::parse("secrets").is_none() && Capabilities::default().is_empty());
        assert_eq!(Capabilities::all().names().len(), Capability::ALL.len());
    }
}
