//! The way of a request: its origin, and the route of its tenant to it.

use super::{origin::Origin, routes::Route};
use model::{TenantEgress, shape::HttpVersion, tenant::egress::Proxy};
use std::{borrow::Cow, sync::Arc};

#[derive(Clone, Debug)]
pub(super) struct Way<'o> {
    pub(super) origin: &'o Origin,
    /// `None`: requests leave as the machine sends them.
    pub(super) route: Option<Arc<Route>>,
    key: Cow<'o, Arc<str>>,
}

impl<'o> Way<'o> {
    pub(super) fn new(origin: &'o Origin, route: Option<Arc<Route>>) -> Self {
        let key = match &route {
            None => Cow::Borrowed(&origin.key),
            Some(route) => Cow::Owned(format!("{}@{}", origin.key, route.number).into()),
        };
        Self { origin, route, key }
    }

    /// The key of the connection pool.
    pub(super) fn key(&self) -> &Arc<str> {
        &self.key
    }

    pub(super) fn egress(&self) -> Option<&TenantEgress> {
        self.route.as_deref()?.own.egress.as_ref()
    }

    pub(super) fn proxy(&self) -> Option<&Proxy> {
        match self.egress() {
            Some(TenantEgress::Proxy(proxy)) => Some(proxy),
            Some(TenantEgress::SourceAddresses(_)) | None => None,
        }
    }

    /// True when requests may share a connection, as far as the subscription decides it.
    pub(super) fn may_share(&self) -> bool {
        match self.origin.version {
            HttpVersion::Auto => self.origin.tls.is_some(),
            HttpVersion::Http1 => false,
            HttpVersion::Http2 => true,
        }
    }
}
