//! The rules that a destination must pass before a connection is made: its port, its host, and its addresses. Connections
//! of the pool have passed them: the rules of an installation do not change, and a change of a tenant's makes a new route,
//! which shares no connection with earlier ones.

use super::{
    policy::{AddressPolicy, Blocked},
    ports::PortPolicy,
};
use model::AllowLists;
use url::{Host, Url};

/// Why a destination is refused. A tenant reads it, so it has no address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error(transparent)]
    Address(#[from] Blocked),
    #[error("the port policy does not allow port {0}")]
    Port(u16),
    #[error("the tenant's list of hosts does not allow {0}")]
    Host(String),
}

impl Refused {
    /// The label `reason` of `postrider_egress_refusals_total`.
    pub(crate) fn reason(&self) -> &'static str {
        match self {
            Self::Address(blocked) => blocked.reason(),
            Self::Port(_) => "port",
            Self::Host(_) => "host",
        }
    }
}

/// The rules of the installation, or those of a tenant with allow lists of its own.
#[derive(Clone, Debug, Default)]
pub(super) struct Rules {
    pub(super) addresses: AddressPolicy,
    pub(super) ports: PortPolicy,
    pub(super) allow: AllowLists,
}

impl Rules {
    /// The same for a tenant with these allow lists.
    pub(super) fn of_tenant(&self, allow: &AllowLists) -> Self {
        Self { addresses: self.addresses.with(&allow.networks), ports: self.ports.clone(), allow: allow.clone() }
    }

    /// Checks a destination without resolving its host.
    pub(super) fn check(&self, host: &Host<&str>, port: u16) -> Result<(), Refused> {
        if !self.ports.allows(port) {
            return Err(Refused::Port(port));
        }
        if !self.allow.has_host(host) {
            return Err(Refused::Host(host.to_string()));
        }
        Ok(self.addresses.check_host(host)?)
    }

    /// The same for a URL. One without a host or a port has no destination, and no request can be sent to it.
    pub(super) fn check_url(&self, url: &Url) -> Result<(), Refused> {
        match (url.host(), url.port_or_known_default()) {
            (Some(host), Some(port)) => self.check(&host, port),
            _ => Ok(()),
        }
    }
}

/// The host of an origin as [`Rules::check`] takes it.
pub(super) fn borrowed(host: &Host<String>) -> Host<&str> {
    match host {
        Host::Domain(name) => Host::Domain(name),
        Host::Ipv4(address) => Host::Ipv4(*address),
        Host::Ipv6(address) => Host::Ipv6(*address),
    }
}
