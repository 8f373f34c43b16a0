//! The race of addresses (Happy Eyeballs).

use super::*;
use crate::egress::{socket::Counter, tests::support::LONG};
use rustix::io::Errno;
use std::{sync::Arc, time::Instant};
use tokio::net::{TcpListener, TcpSocket};

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

async fn race(addresses: &[IpAddr], port: u16, counter: &Arc<Counter>) -> Result<Dialled, Fault> {
    tokio::time::timeout(LONG, dial(addresses, port, Dialling::Direct, &|| counter.enter())).await.expect("an end")
}

/// An address that ignores connections, like a dead machine: a listener whose accept queue is full.
async fn dead(address: SocketAddr) -> (TcpListener, Vec<std::net::TcpStream>) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(address).unwrap();
    let listener = socket.listen(0).unwrap();
    let address = listener.local_addr().unwrap();
    let mut queued = Vec::new();
    while let Ok(stream) = std::net::TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
        queued.push(stream);
        assert!(queued.len() < 16, "the queue is not limited");
    }
    (listener, queued)
}

#[tokio::test]
#[allow(clippy::disallowed_methods, reason = "a duration is measured, not a point in time")]
async fn a_dead_address_costs_no_more_than_the_delay() {
    let live = TcpListener::bind("127.0.0.3:0").await.unwrap();
    let port = live.local_addr().unwrap().port();
    let _dead = dead((Ipv4Addr::new(127, 0, 0, 2), port).into()).await;
    let (start, counter) = (Instant::now(), Counter::new(10));
    let dialled = race(&[ip("127.0.0.2"), ip("127.0.0.3")], port, &counter).await.unwrap();
    assert_eq!(dialled.tcp.peer_addr().unwrap().ip(), ip("127.0.0.3"));
    let took = start.elapsed();
    assert!((ATTEMPT_DELAY..Duration::from_secs(10)).contains(&took), "{took:?}");
    assert_eq!(counter.open(), 1, "the other try is cancelled");
}

#[tokio::test]
#[allow(clippy::disallowed_methods, reason = "a duration is measured, not a point in time")]
async fn a_refused_address_is_followed_by_the_next_at_once() {
    let live = TcpListener::bind("127.0.0.3:0").await.unwrap();
    let port = live.local_addr().unwrap().port();
    let (start, counter) = (Instant::now(), Counter::new(10));
    let addresses = [ip("127.0.0.2"), ip("127.0.0.4"), ip("127.0.0.5"), ip("127.0.0.3")];
    let dialled = race(&addresses, port, &counter).await.unwrap();
    assert_eq!(dialled.tcp.peer_addr().unwrap().ip(), ip("127.0.0.3"));
    assert!(start.elapsed() < ATTEMPT_DELAY * 2, "{:?}", start.elapsed());
}

#[tokio::test]
async fn when_all_addresses_fail_the_most_informative_error_is_returned() {
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let counter = Counter::new(10);
    // 2001:db8:: has no route on any machine; no process listens at this port of 127.0.0.1.
    for addresses in [vec!["127.0.0.1"], vec!["2001:db8::1", "127.0.0.1"], vec!["127.0.0.1", "2001:db8::1"]] {
        let addresses: Vec<IpAddr> = addresses.into_iter().map(ip).collect();
        match race(&addresses, port, &counter).await {
            Err(Fault::Connect(fault)) => assert_eq!(fault.kind(), io::ErrorKind::ConnectionRefused),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(counter.open(), 0);
}

#[tokio::test]
async fn a_shortage_of_this_machine_outranks_errors_of_the_addresses() {
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    match race(&[ip("127.0.0.1"), ip("127.0.0.2")], port, &Counter::new(0)).await {
        Err(Fault::Local(LocalFault::Connections)) => {}
        other => panic!("{other:?}"),
    }
    let refused = || Fault::Connect(Errno::CONNREFUSED.into());
    let unreachable = || Fault::Connect(Errno::NETUNREACH.into());
    let kind = |fault: Fault| match fault {
        Fault::Connect(fault) => Errno::from_io_error(&fault),
        _ => None,
    };
    assert_eq!(kind(more_telling(None, unreachable())), Some(Errno::NETUNREACH));
    assert_eq!(kind(more_telling(Some(unreachable()), refused())), Some(Errno::CONNREFUSED));
    assert_eq!(kind(more_telling(Some(refused()), unreachable())), Some(Errno::CONNREFUSED));
    let local = more_telling(Some(refused()), LocalFault::Descriptors.into());
    assert!(matches!(more_telling(Some(local), refused()), Fault::Local(LocalFault::Descriptors)));
}

#[test]
fn a_missing_source_address_is_distinguished_from_missing_ports() {
    assert!(has_source_address("127.0.0.1:9".parse().unwrap()));
    let v6 = UdpSocket::bind("[::1]:0").is_ok();
    assert_eq!(has_source_address("[::1]:9".parse().unwrap()), v6, "there is no ::1 where IPv6 is off");
}

#[test]
fn address_families_alternate_and_the_number_of_addresses_is_bounded() {
    let of = |list: &[&str]| by_turns(&list.iter().map(|text| ip(text)).collect::<Vec<_>>());
    assert_eq!(
        of(&["10.0.0.1", "10.0.0.2", "2001:db8::1", "10.0.0.3"]),
        [ip("2001:db8::1"), ip("10.0.0.1"), ip("10.0.0.2"), ip("10.0.0.3")]
    );
    assert_eq!(of(&["2001:db8::1", "2001:db8::2", "10.0.0.1"])[1], ip("10.0.0.1"));
    assert_eq!(of(&[]), [] as [IpAddr; 0]);
    let many: Vec<IpAddr> = (0..1_000u32).map(|n| Ipv4Addr::from(n).into()).collect();
    assert_eq!(by_turns(&many), many[..ADDRESSES_MAX]);
}

#[tokio::test]
async fn only_families_with_a_source_address_are_dialled_from_it() {
    let live = TcpListener::bind("127.0.0.3:0").await.unwrap();
    let port = live.local_addr().unwrap().port();
    let counter = Counter::new(10);
    let from = |texts: &[&str]| {
        let all: Vec<IpAddr> = texts.iter().map(|text| ip(text)).collect();
        Dialling::From(SourceAddresses::try_new(&all).unwrap())
    };
    let both = [ip("::1"), ip("127.0.0.3")];
    for (source, expected) in [
        (from(&["127.0.0.2"]), Ok("127.0.0.2")),
        // Nothing listens on ::1, so the race goes on with IPv4.
        (from(&["::1", "127.0.0.2"]), Ok("127.0.0.2")),
        (from(&["203.0.113.7"]), Err(SourceFault::NotOurs(ip("203.0.113.7")))),
    ] {
        let place = || counter.enter();
        let dialled = dial(&both, port, source, &place).await;
        match (dialled, expected) {
            (Ok(dialled), Ok(source)) => {
                assert_eq!(dialled.tcp.local_addr().unwrap().ip(), ip(source));
                assert_eq!(live.accept().await.unwrap().1.ip(), ip(source));
            }
            (Err(Fault::Source(fault)), Err(expected)) => assert_eq!(fault, expected),
            (dialled, _) => panic!("{dialled:?}"),
        }
    }
    let v6_only = dial(&[ip("127.0.0.3")], port, from(&["::1"]), &|| counter.enter()).await;
    assert!(matches!(v6_only, Err(Fault::Source(SourceFault::Family { is_ipv6: true }))));
}
