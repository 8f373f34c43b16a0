//! Opens connections: resolve, check every address against the policy, dial only what passed.

use super::policy::{AddressPolicy, Blocked};
use futures_util::future::BoxFuture;
use hickory_resolver::TokioResolver;
use http::Uri;
use hyper_util::{
    client::legacy::connect::{HttpConnector, dns::Name},
    rt::TokioIo,
};
use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};
use tokio::net::TcpStream;
use tower::Service;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A host name that leads nowhere.
#[derive(Debug, thiserror::Error)]
pub(super) enum ResolveError {
    #[error("the host name could not be resolved")]
    Failed(#[source] BoxError),
    #[error("the host name has no address")]
    Empty,
    #[error("no DNS server is configured on this machine")]
    NoResolver,
}

/// Turns names into addresses that may be dialled.
#[derive(Clone)]
pub(super) struct Resolver {
    dns: Option<TokioResolver>,
    policy: Arc<AddressPolicy>,
}

impl Resolver {
    pub(super) fn new(policy: Arc<AddressPolicy>) -> Self {
        let dns = TokioResolver::builder_tokio().and_then(|builder| builder.build());
        if let Err(fault) = &dns {
            tracing::warn!(error = %fault, "no DNS configuration found; only addresses and localhost can be dialled");
        }
        Self { dns: dns.ok(), policy }
    }

    async fn resolve(self, name: Name) -> Result<Vec<SocketAddr>, BoxError> {
        let found: Vec<IpAddr> = match &self.dns {
            // RFC 6761: localhost is loopback, whatever a DNS server says.
            _ if name.as_str().eq_ignore_ascii_case("localhost") => {
                vec![IpAddr::from([127, 0, 0, 1]), IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1])]
            }
            Some(dns) => {
                // A trailing dot keeps the machine's search domains out: a customer's name is a full one.
                let full = if name.as_str().ends_with('.') { name.to_string() } else { format!("{name}.") };
                let answer = dns.lookup_ip(full).await.map_err(|fault| ResolveError::Failed(fault.into()))?;
                answer.iter().collect()
            }
            None => return Err(ResolveError::NoResolver.into()),
        };
        let mut blocked = None;
        let mut open = Vec::with_capacity(found.len());
        for address in found {
            match self.policy.check(address) {
                Ok(()) => open.push(SocketAddr::new(address, 0)),
                Err(fault) => blocked = Some(fault),
            }
        }
        match (open.is_empty(), blocked) {
            (false, _) => Ok(open),
            (true, Some(fault)) => Err(fault.into()),
            (true, None) => Err(ResolveError::Empty.into()),
        }
    }
}

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Self::Response, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let resolver = self.clone();
        Box::pin(async move { resolver.resolve(name).await.map(Vec::into_iter) })
    }
}

/// Dials. Names go through the [`Resolver`]; addresses written into the URL are checked here.
#[derive(Clone)]
pub(super) struct Connector {
    tcp: HttpConnector<Resolver>,
    policy: Arc<AddressPolicy>,
}

impl Connector {
    pub(super) fn new(policy: Arc<AddressPolicy>) -> Self {
        let mut tcp = HttpConnector::new_with_resolver(Resolver::new(policy.clone()));
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(Duration::from_secs(10)));
        tcp.set_keepalive(Some(Duration::from_secs(60)));
        Self { tcp, policy }
    }
}

/// The address that stands in a URL instead of a host name.
pub(super) fn literal(uri: &Uri) -> Option<IpAddr> {
    let host = uri.host()?;
    host.strip_prefix('[').and_then(|h| h.strip_suffix(']')).unwrap_or(host).parse().ok()
}

impl Service<Uri> for Connector {
    type Response = TokioIo<TcpStream>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Self::Response, BoxError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.tcp.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        if let Some(Err(blocked)) = literal(&uri).map(|address| self.policy.check(address)) {
            return Box::pin(async move { Err(blocked.into()) });
        }
        let (dial, policy) = (self.tcp.call(uri), self.policy.clone());
        Box::pin(async move {
            let stream = dial.await.map_err(BoxError::from)?;
            let peer = stream.inner().peer_addr()?.ip();
            policy.check(peer).map_err(|blocked: Blocked| BoxError::from(blocked))?;
            Ok(stream)
        })
    }
}
