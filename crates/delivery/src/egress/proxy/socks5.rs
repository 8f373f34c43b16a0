//! A tunnel by SOCKS5 (RFC 1928) with an address, never with a name, and its authentication by user name and password
//! (RFC 1929).

use crate::egress::proxy_fault::ProxyFault;
use model::tenant::egress::ProxyCredentials;
use std::net::{IpAddr, SocketAddr};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const VERSION: u8 = 5;
/// Version of the authentication by user name and password.
const PASSWORD_VERSION: u8 = 1;

/// Methods of authentication.
const NONE: u8 = 0;
const PASSWORD: u8 = 2;
const NONE_ACCEPTABLE: u8 = 0xff;

const CONNECT: u8 = 1;

/// Types of addresses.
const IPV4: u8 = 1;
const NAME: u8 = 3;
const IPV6: u8 = 4;

const NOT_SOCKS: ProxyFault = ProxyFault::Protocol("SOCKS5");

pub(super) async fn tunnel(
    tcp: &mut TcpStream,
    receiver: SocketAddr,
    credentials: Option<&ProxyCredentials>,
) -> Result<(), ProxyFault> {
    let offer: &[u8] = if credentials.is_some() { &[VERSION, 2, NONE, PASSWORD] } else { &[VERSION, 1, NONE] };
    tcp.write_all(offer).await?;
    match (read::<2>(tcp).await?, credentials) {
        ([VERSION, NONE], _) => {}
        ([VERSION, PASSWORD], Some(credentials)) => authenticate(tcp, credentials).await?,
        ([VERSION, NONE_ACCEPTABLE], _) => return Err(ProxyFault::Credentials),
        _ => return Err(NOT_SOCKS),
    }
    let mut request = vec![VERSION, CONNECT, 0];
    match receiver.ip() {
        IpAddr::V4(address) => {
            request.push(IPV4);
            request.extend(address.octets());
        }
        IpAddr::V6(address) => {
            request.push(IPV6);
            request.extend(address.octets());
        }
    }
    request.extend(receiver.port().to_be_bytes());
    tcp.write_all(&request).await?;
    let [version, reply, 0, kind] = read::<4>(tcp).await? else { return Err(NOT_SOCKS) };
    match (version, reply) {
        (VERSION, 0) => {}
        (VERSION, reply) => return Err(ProxyFault::Reply(reply)),
        _ => return Err(NOT_SOCKS),
    }
    // The address from which the proxy connects, and its port: read to find the end of the reply.
    let length = match kind {
        IPV4 => 4,
        IPV6 => 16,
        NAME => usize::from(read::<1>(tcp).await?[0]),
        _ => return Err(NOT_SOCKS),
    };
    tcp.read_exact(&mut vec![0; length + 2]).await?;
    Ok(())
}

async fn authenticate(tcp: &mut TcpStream, credentials: &ProxyCredentials) -> Result<(), ProxyFault> {
    let mut request = vec![PASSWORD_VERSION];
    for part in [&credentials.username, &credentials.password] {
        // Longer ones are refused when they are set.
        let length = u8::try_from(part.len()).map_err(|_| ProxyFault::Credentials)?;
        request.push(length);
        request.extend(part.bytes());
    }
    tcp.write_all(&request).await?;
    match read::<2>(tcp).await? {
        [_, 0] => Ok(()),
        _ => Err(ProxyFault::Credentials),
    }
}

async fn read<const N: usize>(tcp: &mut TcpStream) -> Result<[u8; N], ProxyFault> {
    let mut bytes = [0; N];
    tcp.read_exact(&mut bytes).await?;
    Ok(bytes)
}
