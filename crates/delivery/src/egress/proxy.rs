//! Connections through a proxy. The receiver's name is resolved by this process and checked with the address policy; the
//! proxy gets the checked address, so it cannot be used to reach a forbidden one. The proxy's own address is the
//! operator's choice, and the policy does not apply to it.

mod connect;
mod socks5;

use super::{
    dial::{self, Dialling},
    fault::Fault,
    proxy_fault::ProxyFault,
    resolve::Resolver,
    socket::{Dialled, Place},
};
use model::tenant::egress::{Proxy, ProxyScheme};
use std::{
    fmt, io,
    net::{IpAddr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};
use tokio::net::TcpStream;

/// A proxy with its resolved host.
pub(super) struct Through<'p> {
    proxy: &'p Proxy,
    addresses: Vec<IpAddr>,
    /// Set when the proxy has accepted a connection.
    reached: Arc<AtomicBool>,
}

impl fmt::Debug for Through<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Through").field("proxy", &self.proxy.url).finish_non_exhaustive()
    }
}

impl<'p> Through<'p> {
    /// `reached` is set when the proxy accepts a connection.
    pub(super) async fn new(proxy: &'p Proxy, resolver: &Resolver, reached: Arc<AtomicBool>) -> Result<Self, Fault> {
        let found = match resolver.find(proxy.url.host()).await {
            Ok((_, found)) if !found.is_empty() => Ok(found),
            Err(Fault::Local(fault)) => Err(Fault::Local(fault)),
            Ok(_) | Err(_) => Err(Fault::Proxy(ProxyFault::Unknown)),
        };
        Ok(Self { proxy, addresses: found?, reached })
    }

    /// Connects to a checked address of the receiver.
    pub(super) async fn connect(
        &self,
        receiver: SocketAddr,
        place: &(impl Fn() -> Option<Place> + Sync),
    ) -> Result<Dialled, Fault> {
        let dialled = dial::dial(&self.addresses, self.proxy.url.port(), Dialling::Direct, place).await;
        let mut dialled = dialled.map_err(|fault| match fault {
            Fault::Connect(fault) if fault.kind() == io::ErrorKind::ConnectionRefused => {
                Fault::Proxy(ProxyFault::Refused)
            }
            Fault::Connect(fault) => Fault::Proxy(ProxyFault::Connect(fault.kind())),
            fault => fault,
        })?;
        self.reached.store(true, Relaxed);
        self.tunnel(&mut dialled.tcp, receiver).await.map_err(Fault::Proxy)?;
        Ok(Dialled { address: receiver.ip(), ..dialled })
    }

    async fn tunnel(&self, tcp: &mut TcpStream, receiver: SocketAddr) -> Result<(), ProxyFault> {
        let credentials = self.proxy.credentials.as_ref();
        match self.proxy.url.scheme() {
            ProxyScheme::Connect => connect::tunnel(tcp, receiver, credentials).await,
            ProxyScheme::Socks5 => socks5::tunnel(tcp, receiver, credentials).await,
        }
    }
}

/// The tunnels on any connection.
#[cfg(feature = "fuzzing")]
pub(super) mod fuzzing {
    use super::{ProxyFault, TcpStream, connect, socks5};
    use model::tenant::egress::ProxyCredentials;
    use std::net::{Ipv4Addr, SocketAddr};

    const RECEIVER: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7)), 443);

    pub(in crate::egress) async fn connect(
        tcp: &mut TcpStream,
        credentials: Option<&ProxyCredentials>,
    ) -> Result<(), ProxyFault> {
        connect::tunnel(tcp, RECEIVER, credentials).await
    }

    pub(in crate::egress) async fn socks5(
        tcp: &mut TcpStream,
        credentials: Option<&ProxyCredentials>,
    ) -> Result<(), ProxyFault> {
        socks5::tunnel(tcp, RECEIVER, credentials).await
    }
}
