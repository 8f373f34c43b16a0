//! A request that examines the way to a receiver, for diagnostics: the same resolver, address policy, TLS and protocols
//! as a delivery, and an account of each step.

use super::{
    Egress, LocalFault, Origin,
    fault::{Fault, ResolveError},
    request::Request,
    resolve::{self, AddressSource},
    response::Receipt,
    way::Way,
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use model::{
    TenantId,
    attempt::{AttemptError, AttemptErrorKind},
};
use std::{net::IpAddr, time::Duration};
use url::Url;

/// An address of a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examined {
    pub address: IpAddr,
    /// The kind of address that the policy does not allow, for example "loopback addresses".
    pub refused: Option<&'static str>,
}

/// The addresses of a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examination {
    pub source: AddressSource,
    pub addresses: Vec<Examined>,
}

/// Why a receiver could not be examined.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExamineError {
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    #[error(transparent)]
    Local(#[from] LocalFault),
    #[error("no request can be sent to the URL: {0}")]
    Url(String),
}

impl Egress {
    /// The machine's name servers, in their order; empty when none is configured.
    pub fn name_servers() -> Vec<IpAddr> {
        resolve::name_servers()
    }

    /// Resolves the host of a URL, within `timeout`, and applies the address policy to each address.
    pub async fn examine(&self, url: &Url, timeout: Duration) -> Result<Examination, ExamineError> {
        let origin = Origin::new(url).map_err(|fault| ExamineError::Url(fault.to_string()))?;
        let found = match tokio::time::timeout(timeout, self.parts.resolver.find(&origin.host)).await {
            Ok(found) => found,
            Err(_) => return Err(ResolveError::TimedOut.into()),
        };
        let (source, addresses) = found.map_err(|fault| match fault {
            Fault::Resolve(fault) => ExamineError::Resolve(fault),
            Fault::Local(fault) => ExamineError::Local(fault),
            fault => ExamineError::Url(format!("{fault:?}")),
        })?;
        let examined = |address| {
            let refused = self.parts.routes.rules().addresses.check(address).err().map(|blocked| blocked.kind);
            Examined { address, refused }
        };
        Ok(Examination { source, addresses: addresses.into_iter().map(examined).collect() })
    }

    /// Resolves the host of a URL to addresses that a tenant's requests may be sent to, as [`Self::send`] does, within
    /// `timeout`. The inner error is the one that an attempt would report.
    pub(crate) async fn resolve(
        &self,
        tenant: &TenantId,
        url: &Url,
        timeout: Duration,
    ) -> Result<Result<(), AttemptError>, LocalFault> {
        let origin = match Origin::new(url) {
            Ok(origin) => origin,
            Err(fault) => {
                return Ok(Err(AttemptError::new(AttemptErrorKind::Unsendable, format!("Not sent: {fault}"))));
            }
        };
        let route = self.parts.routes.of(tenant);
        let rules = route.as_deref().map_or(self.parts.routes.rules(), |route| &route.rules);
        if let Err(refused) = rules.check_url(url) {
            return Fault::from(refused).explain(origin.name()).map(Err);
        }
        let found = tokio::time::timeout(timeout, self.parts.resolver.resolve(&origin.host, &rules.addresses)).await;
        match found.unwrap_or_else(|_| Err(ResolveError::TimedOut.into())) {
            Ok(_) => Ok(Ok(())),
            Err(fault) => fault.explain(origin.name()).map(Err),
        }
    }

    /// Posts `body` once, without a signature and on no tenant's route; returns the response's status and the duration.
    pub async fn knock(
        &self,
        url: &Url,
        user_agent: &HeaderValue,
        body: Bytes,
        timeout: Duration,
    ) -> Result<(Result<u16, AttemptError>, Duration), ExamineError> {
        let bad = |fault: &dyn std::fmt::Display| ExamineError::Url(fault.to_string());
        let origin = Origin::new(url).map_err(|fault| bad(&fault))?;
        let mut whole = url.clone();
        whole.set_fragment(None);
        let uri = whole.as_str().parse().map_err(|fault: http::uri::InvalidUri| bad(&fault))?;
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::USER_AGENT, user_agent.clone());
        let method = model::shape::Method::Post;
        let request = Request { method, way: Way::new(&origin, None), uri: &uri, headers, body };
        let sent = self.make(&request, Receipt::default(), timeout).await?;
        Ok((sent.result.map(|answer| answer.status), sent.took))
    }
}
