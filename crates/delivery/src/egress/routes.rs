//! The egress and the allow lists of tenants that have some of their own, in memory.

use super::rules::Rules;
use model::{AllowLists, Tenant, TenantEgress, TenantId};
use parking_lot::RwLock;
use std::{
    collections::{HashMap, HashSet},
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
};

/// The settings that make the route of a tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Own {
    pub(crate) egress: Option<TenantEgress>,
    pub(crate) allow: AllowLists,
}

impl Own {
    /// `None` for a tenant without a route.
    pub(crate) fn of(tenant: &Tenant) -> Option<Self> {
        let own = Self { egress: tenant.egress.clone(), allow: tenant.allow.clone() };
        (own != Self::default()).then_some(own)
    }
}

/// The route of one tenant.
#[derive(Debug)]
pub(super) struct Route {
    /// Differs from that of every other route, also of an earlier one of the tenant: a part of the key of the connection
    /// pool, so that routes share no connection.
    pub(super) number: u64,
    pub(super) tenant: TenantId,
    pub(super) own: Own,
    /// The rules of the installation with the tenant's allow lists.
    pub(super) rules: Rules,
}

/// The routes of all tenants.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    /// False while no tenant has a route, so that a request looks at this flag alone.
    has_any: AtomicBool,
    tenants: RwLock<HashMap<TenantId, Arc<Route>>>,
    last: AtomicU64,
    /// The rules of tenants without a route.
    rules: Rules,
}

impl Routes {
    pub(super) fn new(rules: Rules) -> Self {
        Self { rules, ..Self::default() }
    }

    pub(super) const fn rules(&self) -> &Rules {
        &self.rules
    }

    pub(super) fn of(&self, tenant: &TenantId) -> Option<Arc<Route>> {
        if !self.has_any.load(Relaxed) {
            return None;
        }
        self.tenants.read().get(tenant).cloned()
    }

    /// Sets or removes the route of a tenant. Requests that have begun keep the one that they began with.
    pub(crate) fn set(&self, tenant: &TenantId, own: Option<&Own>) {
        let mut tenants = self.tenants.write();
        match own {
            None => drop(tenants.remove(tenant)),
            Some(own) if tenants.get(tenant).is_some_and(|known| known.own == *own) => {}
            Some(own) => {
                let number = self.last.fetch_add(1, Relaxed) + 1;
                let rules = self.rules.of_tenant(&own.allow);
                let route = Route { number, tenant: tenant.clone(), own: own.clone(), rules };
                tenants.insert(tenant.clone(), Arc::new(route));
            }
        }
        self.has_any.store(!tenants.is_empty(), Relaxed);
    }

    /// Replaces the routes of all tenants.
    pub(crate) fn replace(&self, all: &[(TenantId, Own)]) {
        let known: HashSet<&TenantId> = all.iter().map(|(tenant, _)| tenant).collect();
        self.tenants.write().retain(|tenant, _| known.contains(tenant));
        for (tenant, own) in all {
            self.set(tenant, Some(own));
        }
        let tenants = self.tenants.read();
        self.has_any.store(!tenants.is_empty(), Relaxed);
    }

    /// The addresses that receivers of a tenant see; `None` without an egress of its own.
    pub(crate) fn addresses(&self, tenant: &TenantId) -> Option<Vec<IpAddr>> {
        self.of(tenant)?.own.egress.as_ref().map(TenantEgress::addresses)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(name: &str) -> TenantId {
        TenantId::parse(name).unwrap()
    }

    fn egress(text: &str) -> Own {
        Own { egress: TenantEgress::parse(text).ok(), ..Own::default() }
    }

    #[test]
    fn a_changed_egress_is_another_route_and_the_same_one_is_not() {
        let (routes, acme, other) = (Routes::default(), tenant("acme"), tenant("other"));
        assert!(routes.of(&acme).is_none());
        let one = egress(r#"{"source_addresses":["127.0.0.2"]}"#);
        routes.set(&acme, Some(&one));
        routes.set(&other, Some(&one));
        let number = |tenant| routes.of(tenant).map(|route| route.number);
        assert_ne!(number(&acme), number(&other), "tenants share no route");
        let before = number(&acme);
        routes.set(&acme, Some(&one));
        assert_eq!(number(&acme), before);
        routes.set(&acme, Some(&egress(r#"{"source_addresses":["127.0.0.3"]}"#)));
        assert_ne!(number(&acme), before);
        assert_eq!(routes.addresses(&acme), Some(vec!["127.0.0.3".parse().unwrap()]));
        routes.set(&acme, None);
        assert_eq!((number(&acme), number(&other).is_some()), (None, true));
        routes.replace(&[(acme.clone(), one)]);
        assert_eq!((number(&acme).is_some(), number(&other)), (true, None));
        routes.replace(&[]);
        assert!(!routes.has_any.load(Relaxed));
    }

    #[test]
    fn changed_allow_lists_are_another_route() {
        let (routes, acme) = (Routes::default(), tenant("acme"));
        let allowing = |text: &str| {
            let networks = vec![model::tenant::allow::parse_network(text).unwrap()];
            Own { allow: AllowLists { networks, hosts: Vec::new() }, ..Own::default() }
        };
        routes.set(&acme, Some(&allowing("127.0.0.1")));
        let one = routes.of(&acme).unwrap();
        assert_eq!(one.rules.addresses.check("127.0.0.1".parse().unwrap()), Ok(()));
        assert!(one.rules.addresses.check("127.0.0.2".parse().unwrap()).is_err());
        assert_eq!(routes.addresses(&acme), None, "no egress of its own");
        routes.set(&acme, Some(&allowing("127.0.0.2")));
        assert_ne!(routes.of(&acme).unwrap().number, one.number, "the connections of before are not used");
        assert!(routes.rules().addresses.check("127.0.0.2".parse().unwrap()).is_err(), "nothing changes for others");
    }
}
