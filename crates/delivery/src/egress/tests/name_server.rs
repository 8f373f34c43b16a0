//! A DNS server on loopback that each test scripts, and a resolver that asks it.

use crate::egress::{hosts::Hosts, resolve::Resolver};
use hickory_resolver::{
    TokioResolver,
    config::{NameServerConfig, ResolverConfig},
    net::runtime::TokioRuntimeProvider,
    proto::rr::Name,
};
use parking_lot::Mutex;
use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use tokio::net::UdpSocket;

pub(in crate::egress) const A: u16 = 1;
pub(in crate::egress) const AAAA: u16 = 28;
const CNAME: u16 = 5;

/// A scripted response of the DNS server.
#[derive(Clone)]
pub(in crate::egress) enum Say {
    Addresses(Vec<IpAddr>),
    /// The name is an alias of this one, which has these addresses.
    Alias(&'static str, Vec<IpAddr>),
    /// The name exists, without a record of this type.
    Nothing,
    Unknown,
    Fails,
    Silence,
}

/// Starts a DNS server. Returns its address, and the names and record types of its queries.
pub(in crate::egress) async fn name_server(
    say: impl Fn(&str, u16) -> Say + Send + 'static,
) -> (SocketAddr, Arc<Mutex<Vec<(String, u16)>>>) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = asked.clone();
    tokio::spawn(async move {
        let mut query = [0; 1_500];
        while let Ok((length, from)) = socket.recv_from(&mut query).await {
            let (name, kind, end) = question(&query[..length]);
            log.lock().push((name.clone(), kind));
            if let Some(answer) = answer(&query[..end], kind, &say(&name, kind)) {
                socket.send_to(&answer, from).await.unwrap();
            }
        }
    });
    (address, asked)
}

/// Name and record type of a query, and the offset at which its question ends (RFC 1035, section 4.1).
fn question(query: &[u8]) -> (String, u16, usize) {
    let (mut at, mut name) = (12, String::new());
    while query[at] != 0 {
        let length = usize::from(query[at]);
        name.push_str(std::str::from_utf8(&query[at + 1..=at + length]).unwrap());
        name.push('.');
        at += length + 1;
    }
    (name, u16::from_be_bytes([query[at + 1], query[at + 2]]), at + 5)
}

fn answer(query: &[u8], kind: u16, say: &Say) -> Option<Vec<u8>> {
    let (code, alias, addresses) = match say {
        Say::Addresses(addresses) => (0, None, addresses.as_slice()),
        Say::Alias(name, addresses) => (0, Some(encoded(name)), addresses.as_slice()),
        Say::Nothing => (0, None, &[][..]),
        Say::Unknown => (3, None, &[][..]),
        Say::Fails => (2, None, &[][..]),
        Say::Silence => return None,
    };
    let records = addresses.len() + usize::from(alias.is_some());
    let mut answer = query.to_vec();
    answer[2..12].copy_from_slice(&[0x81, 0x80 | code, 0, 1, 0, records as u8, 0, 0, 0, 0]);
    // The name of the question, by a pointer to it.
    let mut owner = vec![0xc0, 12];
    if let Some(alias) = alias {
        answer.extend(record(&owner, CNAME, &alias));
        owner = alias;
    }
    for address in addresses {
        let bytes = match address {
            IpAddr::V4(v4) => v4.octets().to_vec(),
            IpAddr::V6(v6) => v6.octets().to_vec(),
        };
        answer.extend(record(&owner, kind, &bytes));
    }
    Some(answer)
}

/// A record that must not be cached (TTL 0).
fn record(owner: &[u8], kind: u16, data: &[u8]) -> Vec<u8> {
    [owner, &kind.to_be_bytes(), &[0, 1, 0, 0, 0, 0, 0, data.len() as u8], data].concat()
}

fn encoded(name: &str) -> Vec<u8> {
    let labels = name.split('.').flat_map(|label| [&[label.len() as u8], label.as_bytes()].concat());
    labels.chain([0]).collect()
}

/// A resolver that has a search domain, as machines and containers do.
pub(in crate::egress) fn resolver(server: SocketAddr, hosts: &str) -> Resolver {
    let mut name_server = NameServerConfig::udp(server.ip());
    name_server.connections[0].port = server.port();
    let search = vec![Name::from_ascii("search.example.").unwrap()];
    let config = ResolverConfig::from_parts(None, search, vec![name_server]);
    let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
    builder.options_mut().timeout = Duration::from_millis(500);
    builder.options_mut().attempts = 0;
    Resolver::new(Hosts::new(hosts), Some(builder.build().unwrap()))
}
