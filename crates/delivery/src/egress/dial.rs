//! Dials addresses in a race (RFC 8305, "Happy Eyeballs"): IPv6 and IPv4 by turns, each 300 ms after the one before, or
//! as soon as that one has failed. So a dead address delays a request by 300 ms only. The request's timeout bounds the
//! race.

use super::{
    fault::{Fault, LocalFault, SourceFault},
    socket::{Dialled, Place},
};
use futures_util::stream::{FuturesUnordered, StreamExt};
use model::tenant::egress::SourceAddresses;
use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
    time::Duration,
};
use tokio::net::{TcpSocket, TcpStream};

/// Delay before the next address is tried in parallel (RFC 8305, section 5, recommends 250 ms).
const ATTEMPT_DELAY: Duration = Duration::from_millis(300);
/// Addresses tried of one host, at most: a name may have thousands, and each takes a descriptor.
const ADDRESSES_MAX: usize = 8;

/// The way in which addresses are dialled.
#[derive(Clone, Copy, Debug)]
pub(super) enum Dialling {
    Direct,
    /// From the source address of the family; addresses of a family without one are left out.
    From(SourceAddresses),
}

/// Returns the first connection that is established. `place` reserves a place in the count for each.
pub(super) async fn dial(
    addresses: &[IpAddr],
    port: u16,
    dialling: Dialling,
    place: &(impl Fn() -> Option<Place> + Sync),
) -> Result<Dialled, Fault> {
    match dialling {
        Dialling::Direct => race(addresses, port, |address| connect(address, None, place)).await,
        Dialling::From(source) => {
            let open: Vec<_> = addresses.iter().copied().filter(|one| source.towards(*one).is_some()).collect();
            if open.is_empty() {
                return Err(SourceFault::Family { is_ipv6: source.all().iter().any(IpAddr::is_ipv6) }.into());
            }
            race(&open, port, |address| connect(address, source.towards(address.ip()), place)).await
        }
    }
}

/// Races connections to the addresses.
pub(super) async fn race<F: Future<Output = Result<Dialled, Fault>>>(
    addresses: &[IpAddr],
    port: u16,
    connect: impl Fn(SocketAddr) -> F,
) -> Result<Dialled, Fault> {
    let mut waiting = by_turns(addresses).into_iter().map(|ip| SocketAddr::new(ip, port));
    let mut tries = FuturesUnordered::new();
    let mut failed: Option<Fault> = None;
    loop {
        match waiting.next() {
            Some(address) => tries.push(connect(address)),
            None if tries.is_empty() => break,
            None => {}
        }
        let result = tokio::select! {
            result = tries.next() => result,
            () = tokio::time::sleep(ATTEMPT_DELAY), if waiting.len() > 0 => None,
        };
        match result {
            Some(Ok(dialled)) => return Ok(dialled),
            Some(Err(fault)) => failed = Some(more_telling(failed, fault)),
            None => {}
        }
    }
    Err(failed.unwrap_or_else(|| Fault::Connect(io::ErrorKind::AddrNotAvailable.into())))
}

/// IPv6 first, then one of each family by turns (RFC 8305, section 4).
fn by_turns(addresses: &[IpAddr]) -> Vec<IpAddr> {
    let (v6, v4): (Vec<IpAddr>, Vec<IpAddr>) = addresses.iter().copied().partition(IpAddr::is_ipv6);
    let mut ordered = Vec::with_capacity(addresses.len().min(ADDRESSES_MAX));
    let (mut v6, mut v4) = (v6.into_iter(), v4.into_iter());
    while ordered.len() < ADDRESSES_MAX {
        let before = ordered.len();
        ordered.extend(v6.next());
        ordered.extend(v4.next());
        if ordered.len() == before {
            break;
        }
    }
    ordered.truncate(ADDRESSES_MAX);
    ordered
}

async fn connect(
    address: SocketAddr,
    source: Option<IpAddr>,
    place: &impl Fn() -> Option<Place>,
) -> Result<Dialled, Fault> {
    let place = place().ok_or(LocalFault::Connections)?;
    let connected = match source {
        None => TcpStream::connect(address).await,
        Some(source) => bound(address, source)?.connect(address).await,
    };
    match connected {
        Ok(tcp) => {
            // An error is harmless: Nagle's algorithm only delays the last bytes of a request.
            let _ = tcp.set_nodelay(true);
            Ok(Dialled { tcp, address: address.ip(), place })
        }
        Err(fault) => Err(match LocalFault::of(&fault) {
            Some(local) => Fault::Local(local),
            None if fault.kind() == io::ErrorKind::AddrNotAvailable
                && (source.is_some() || has_source_address(address)) =>
            {
                Fault::Local(LocalFault::Ports)
            }
            None => Fault::Connect(fault),
        }),
    }
}

/// A socket with this source address. Its port is chosen here and not when it connects, so it is taken for all receivers:
/// connections from one source address are limited by the number of ports.
fn bound(address: SocketAddr, source: IpAddr) -> Result<TcpSocket, Fault> {
    let made = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() };
    let socket = made.map_err(|fault| LocalFault::of(&fault).map_or(Fault::Connect(fault), Fault::Local))?;
    match socket.bind(SocketAddr::new(source, 0)) {
        Ok(()) => Ok(socket),
        Err(fault) if fault.kind() == io::ErrorKind::AddrInUse => Err(LocalFault::Ports.into()),
        Err(fault) => Err(LocalFault::of(&fault).map_or(SourceFault::NotOurs(source).into(), Fault::Local)),
    }
}

/// True when this machine has a source address for this destination. Without one and without a free port, connecting
/// fails with the same error; this tells them apart. Nothing is sent.
fn has_source_address(address: SocketAddr) -> bool {
    let any: IpAddr = match address {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    UdpSocket::bind((any, 0)).and_then(|socket| socket.connect(address)).is_ok()
}

/// The more informative of two addresses' errors: a shortage of this machine, since the receiver might have accepted
/// the connection; else the first that is not a missing route (such as IPv6 on a machine without it).
fn more_telling(known: Option<Fault>, new: Fault) -> Fault {
    let rank = |fault: &Fault| match fault {
        Fault::Local(_) | Fault::Source(_) => 2,
        Fault::Connect(fault) => match fault.kind() {
            io::ErrorKind::NetworkUnreachable | io::ErrorKind::AddrNotAvailable => 0,
            _ => 1,
        },
        _ => 1,
    };
    match known {
        Some(known) if rank(&known) >= rank(&new) => known,
        _ => new,
    }
}

#[cfg(test)]
mod tests;
