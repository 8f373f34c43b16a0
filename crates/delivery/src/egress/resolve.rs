//! Resolves a host to the addresses that may be dialled: hosts file, then DNS, then the address policy.

use super::{
    fault::{Fault, LocalFault, ResolveError, find},
    hosts::Hosts,
    policy::{AddressPolicy, LOOPBACK, is_localhost},
};
use hickory_resolver::{
    TokioResolver,
    net::NetError,
    proto::rr::{Name, RecordType},
    system_conf::read_system_conf,
};
use std::{net::IpAddr, time::Duration};
use url::Host;

/// Wait for the IPv6 addresses after the IPv4 ones are known (RFC 8305, section 3).
const RESOLUTION_DELAY: Duration = Duration::from_millis(50);
/// Wait for the IPv4 addresses after the IPv6 ones are known. Longer, since IPv4 is the only way where IPv6 is broken.
const IPV4_DELAY: Duration = Duration::from_secs(2);

/// Origin of a host's addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressSource {
    /// The host is an address, or loopback by definition.
    Literal,
    HostsFile,
    NameServers,
}

/// Resolves hosts to addresses.
#[derive(Debug)]
pub(super) struct Resolver {
    hosts: Hosts,
    dns: Option<TokioResolver>,
}

impl Resolver {
    /// With the machine's hosts file and name servers.
    pub(super) fn system() -> Self {
        let dns = TokioResolver::builder_tokio().and_then(|builder| builder.build());
        if let Err(fault) = &dns {
            tracing::warn!(
                error = %fault,
                "no name server is configured; only addresses and names of the hosts file can be dialled"
            );
        }
        Self::new(Hosts::system(), dns.ok())
    }

    pub(super) const fn new(hosts: Hosts, dns: Option<TokioResolver>) -> Self {
        Self { hosts, dns }
    }

    /// Returns all addresses of a host, allowed or not.
    pub(super) async fn find(&self, host: &Host<String>) -> Result<(AddressSource, Vec<IpAddr>), Fault> {
        Ok(match host {
            Host::Ipv4(address) => (AddressSource::Literal, vec![IpAddr::V4(*address)]),
            Host::Ipv6(address) => (AddressSource::Literal, vec![IpAddr::V6(*address)]),
            // RFC 6761: loopback, whatever a name server says.
            Host::Domain(name) if is_localhost(name) => (AddressSource::Literal, LOOPBACK.to_vec()),
            Host::Domain(name) => match self.hosts.lookup(name) {
                Some(addresses) => (AddressSource::HostsFile, addresses),
                None => (AddressSource::NameServers, self.ask(name).await?),
            },
        })
    }

    /// Returns the addresses of a host that may be dialled, at least one.
    pub(super) async fn resolve(&self, host: &Host<String>, policy: &AddressPolicy) -> Result<Vec<IpAddr>, Fault> {
        let (_, found) = self.find(host).await?;
        admitted(host, found, policy)
    }

    async fn ask(&self, name: &str) -> Result<Vec<IpAddr>, Fault> {
        let dns = self.dns.as_ref().ok_or(ResolveError::NoResolver)?;
        // A fully qualified name, so that search domains do not apply. Built from raw labels, since hickory's parser
        // refuses underscores.
        let labels = name.strip_suffix('.').unwrap_or(name).split('.').map(str::as_bytes);
        let name = Name::from_labels(labels).map_err(|_| ResolveError::Unknown)?;
        both(lookup(dns, name.clone(), RecordType::AAAA), lookup(dns, name, RecordType::A)).await
    }
}

/// The addresses that the policy allows, at least one.
pub(super) fn admitted(host: &Host<String>, found: Vec<IpAddr>, policy: &AddressPolicy) -> Result<Vec<IpAddr>, Fault> {
    let (mut open, mut blocked) = (Vec::with_capacity(found.len()), None);
    for address in found {
        match policy.check(address) {
            Ok(()) => open.push(address),
            Err(fault) => blocked = Some(fault),
        }
    }
    match blocked {
        _ if !open.is_empty() => Ok(open),
        None => Err(ResolveError::Empty.into()),
        Some(blocked) => {
            tracing::warn!(%host, address = %blocked.address, kind = blocked.kind, "blocked by the address policy");
            Err(blocked.into())
        }
    }
}

/// The machine's name servers, in their order; empty when none is configured.
pub(super) fn name_servers() -> Vec<IpAddr> {
    let Ok((config, _)) = read_system_conf() else { return Vec::new() };
    config.name_servers().iter().map(|server| server.ip).collect()
}

/// The reason why one of the two queries found no address.
type Missed = Result<ResolveError, LocalFault>;

async fn lookup(dns: &TokioResolver, name: Name, kind: RecordType) -> Result<Vec<IpAddr>, Missed> {
    match dns.lookup(name, kind).await {
        Ok(answer) => {
            let found: Vec<IpAddr> = answer.answers().iter().filter_map(|record| record.data.ip_addr()).collect();
            if found.is_empty() { Err(Ok(ResolveError::Empty)) } else { Ok(found) }
        }
        Err(fault) => Err(missed(&fault)),
    }
}

fn missed(fault: &NetError) -> Missed {
    if fault.is_nx_domain() {
        return Ok(ResolveError::Unknown);
    }
    if fault.is_no_records_found() {
        return Ok(ResolveError::Empty);
    }
    tracing::debug!(error = %fault, "a DNS query failed");
    match fault {
        NetError::Timeout => Ok(ResolveError::TimedOut),
        NetError::Busy => Err(LocalFault::Resolver),
        NetError::Io(io) => LocalFault::of(io).map_or(Ok(ResolveError::Failed), Err),
        other => find(other).and_then(LocalFault::of).map_or(Ok(ResolveError::Failed), Err),
    }
}

/// The addresses of both families, IPv6 first. The wait for the slower family is bounded once the other is known.
async fn both(
    v6: impl Future<Output = Result<Vec<IpAddr>, Missed>>,
    v4: impl Future<Output = Result<Vec<IpAddr>, Missed>>,
) -> Result<Vec<IpAddr>, Fault> {
    tokio::pin!(v6, v4);
    let (v6, v4) = tokio::select! {
        v6 = &mut v6 => {
            let v4 = wait(v4, IPV4_DELAY, v6.is_ok()).await;
            (Some(v6), v4)
        }
        v4 = &mut v4 => {
            let v6 = wait(v6, RESOLUTION_DELAY, v4.is_ok()).await;
            (v6, Some(v4))
        }
    };
    match (v6, v4) {
        (Some(Ok(mut v6)), Some(Ok(v4))) => {
            v6.extend(v4);
            Ok(v6)
        }
        (Some(Ok(found)), _) | (_, Some(Ok(found))) => Ok(found),
        (v6, v4) => Err(worse(v6.and_then(Result::err), v4.and_then(Result::err))),
    }
}

/// Waits for the other family's response, for `longest` at most when `bounded`.
async fn wait<T>(other: impl Future<Output = T>, longest: Duration, bounded: bool) -> Option<T> {
    if bounded { tokio::time::timeout(longest, other).await.ok() } else { Some(other.await) }
}

/// The more informative of two errors: a shortage of this machine, then a missing or unusable response, then a negative
/// response.
fn worse(one: Option<Missed>, other: Option<Missed>) -> Fault {
    let rank = |missed: &Missed| match missed {
        Err(_) => 5,
        Ok(ResolveError::TimedOut) => 4,
        Ok(ResolveError::Failed | ResolveError::NoResolver) => 3,
        Ok(ResolveError::Unknown) => 2,
        Ok(ResolveError::Empty) => 1,
    };
    match one.into_iter().chain(other).max_by_key(rank) {
        Some(Err(local)) => local.into(),
        Some(Ok(error)) => error.into(),
        None => ResolveError::Failed.into(),
    }
}

#[cfg(test)]
mod tests;
