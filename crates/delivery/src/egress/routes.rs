//! The egress of tenants that have one of their own, in memory.

use model::{TenantEgress, TenantId};
use parking_lot::RwLock;
use std::{
    collections::{HashMap, HashSet},
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
};

/// The egress of one tenant.
#[derive(Debug)]
pub(super) struct Route {
    /// Differs from that of every other route, also of an earlier one of the tenant: a part of the key of the connection
    /// pool, so that routes share no connection.
    pub(super) number: u64,
    pub(super) tenant: TenantId,
    pub(super) egress: TenantEgress,
}

/// The routes of all tenants.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    /// False while no tenant has a route, so that a request looks at this flag alone.
    has_any: AtomicBool,
    tenants: RwLock<HashMap<TenantId, Arc<Route>>>,
    last: AtomicU64,
}

impl Routes {
    pub(super) fn of(&self, tenant: &TenantId) -> Option<Arc<Route>> {
        if !self.has_any.load(Relaxed) {
            return None;
        }
        self.tenants.read().get(tenant).cloned()
    }

    /// Sets or removes the route of a tenant. Requests that have begun keep the one that they began with.
    pub(crate) fn set(&self, tenant: &TenantId, egress: Option<&TenantEgress>) {
        let mut tenants = self.tenants.write();
        match egress {
            None => drop(tenants.remove(tenant)),
            Some(egress) if tenants.get(tenant).is_some_and(|known| known.egress == *egress) => {}
            Some(egress) => {
                let number = self.last.fetch_add(1, Relaxed) + 1;
                tenants
                    .insert(tenant.clone(), Arc::new(Route { number, tenant: tenant.clone(), egress: egress.clone() }));
            }
        }
        self.has_any.store(!tenants.is_empty(), Relaxed);
    }

    /// Replaces the routes of all tenants.
    pub(crate) fn replace(&self, all: &[(TenantId, TenantEgress)]) {
        let known: HashSet<&TenantId> = all.iter().map(|(tenant, _)| tenant).collect();
        self.tenants.write().retain(|tenant, _| known.contains(tenant));
        for (tenant, egress) in all {
            self.set(tenant, Some(egress));
        }
        let tenants = self.tenants.read();
        self.has_any.store(!tenants.is_empty(), Relaxed);
    }

    /// The addresses that receivers of a tenant see; `None` without a route of its own.
    pub(crate) fn addresses(&self, tenant: &TenantId) -> Option<Vec<IpAddr>> {
        self.of(tenant).map(|route| route.egress.addresses())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(name: &str) -> TenantId {
        TenantId::parse(name).unwrap()
    }

    fn egress(text: &str) -> TenantEgress {
        TenantEgress::parse(text).unwrap()
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
}
