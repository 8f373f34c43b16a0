//! DNS rebinding: a name server that changes its answers between a check and a connection, or mixes good and bad ones.
//! A receiver that may be reached and one that may not listen on the same port of two addresses of loopback.

use super::{
    name_server::{A, AAAA, Say, name_server, resolver},
    support::{LONG, answered, failed, post_within, request, settings},
};
use crate::egress::{AddressPolicy, Egress, EgressSettings};
use parking_lot::Mutex;
use rustls::RootCertStore;
use std::{
    io::ErrorKind,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::io::AsyncWriteExt;

/// The address that stands for a public one: the only one that the policy of the tests exempts.
const OUTER: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
const INNER: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const BLOCKED: &str = "Not sent: the address policy does not allow loopback addresses";

/// The queries that the name server has got.
type Asked = Arc<Mutex<Vec<(String, u16)>>>;

struct Scene {
    egress: Egress,
    inner: TcpListener,
    outer: Option<TcpListener>,
    asked: Asked,
}

impl Scene {
    async fn new(keep_alive: Duration, say: impl Fn(&str, u16) -> Say + Send + 'static) -> Self {
        let (inner, outer) = std::iter::repeat_with(|| {
            let inner = TcpListener::bind((INNER, 0)).unwrap();
            let outer = TcpListener::bind(SocketAddr::new(OUTER, inner.local_addr().unwrap().port()));
            outer.ok().map(|outer| (inner, outer))
        })
        .take(50)
        .flatten()
        .next()
        .expect("a port that is free on both addresses");
        inner.set_nonblocking(true).unwrap();
        outer.set_nonblocking(true).unwrap();
        let (server, asked) = name_server(say).await;
        let policy = AddressPolicy::new(vec![OUTER.into()]);
        let settings = EgressSettings { policy, keep_alive, ..settings() };
        let egress = Egress::with_resolver(settings, RootCertStore::empty(), resolver(server, "/nonexistent")).unwrap();
        Self { egress, inner, outer: Some(outer), asked }
    }

    /// Starts the receiver that may be reached.
    fn serve(&mut self) {
        let outer = tokio::net::TcpListener::from_std(self.outer.take().unwrap()).unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = outer.accept().await {
                tokio::spawn(async move {
                    while request(&mut stream).await.is_some() {
                        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await.unwrap();
                    }
                });
            }
        });
    }

    async fn post(&self) -> Result<crate::egress::Sent, crate::egress::LocalFault> {
        let url = format!("http://rebind.example:{}/", self.inner.local_addr().unwrap().port());
        post_within(&self.egress, &url, "1", LONG).await
    }

    /// Asserts that nobody has connected to the receiver that must not be reached.
    #[track_caller]
    fn inner_is_untouched(&self) {
        // The kernel completes connections of loopback before `connect` returns, so that one would be in the queue.
        let accepted = self.inner.accept().map(|(_, peer)| peer);
        assert_eq!(accepted.unwrap_err().kind(), ErrorKind::WouldBlock);
    }
}

/// A name server whose first answer is good, and all others are not.
fn rebinding() -> impl Fn(&str, u16) -> Say + Send + 'static {
    let queries = AtomicU32::new(0);
    move |_, kind| match kind {
        A if queries.fetch_add(1, Relaxed) == 0 => Say::Addresses(vec![OUTER]),
        A => Say::Addresses(vec![INNER]),
        _ => Say::Nothing,
    }
}

#[tokio::test]
async fn a_name_that_is_bound_to_another_address_is_checked_again_and_not_dialled() {
    let mut scene = Scene::new(Duration::ZERO, rebinding()).await;
    scene.serve();
    let sent = scene.post().await;
    assert_eq!(sent.as_ref().unwrap().remote_ip, Some(OUTER));
    assert_eq!(answered(sent).0, 200);
    // One look-up of each family: the addresses that were checked are those that are dialled.
    let mut kinds: Vec<u16> = scene.asked.lock().iter().map(|(_, kind)| *kind).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, [A, AAAA]);
    for _ in 0..3 {
        assert_eq!(failed(scene.post().await), BLOCKED);
    }
    scene.inner_is_untouched();
}

/// The second answer would lead to the inner receiver, but the pooled connection goes to the address that passed.
#[tokio::test]
async fn a_pooled_connection_stays_at_the_address_that_passed() {
    let mut scene = Scene::new(LONG, rebinding()).await;
    scene.serve();
    for _ in 0..3 {
        let sent = scene.post().await;
        assert_eq!(sent.as_ref().unwrap().remote_ip, Some(OUTER));
        assert_eq!(answered(sent).0, 200);
    }
    scene.inner_is_untouched();
}

#[tokio::test]
async fn of_good_and_bad_addresses_only_the_good_ones_are_dialled() {
    let say = |_: &str, kind| match kind {
        A => Say::Addresses(vec![INNER, OUTER, INNER]),
        _ => Say::Addresses(vec![IpAddr::V6(Ipv6Addr::LOCALHOST)]),
    };
    let mut scene = Scene::new(Duration::ZERO, say).await;
    let port = scene.inner.local_addr().unwrap().port();
    // Nobody listens at the good address at first: a bad one is no second choice.
    drop(scene.outer.take());
    assert_eq!(failed(scene.post().await), format!("Connection refused by rebind.example:{port}"));
    scene.inner_is_untouched();
    let again = TcpListener::bind((OUTER, port)).unwrap();
    again.set_nonblocking(true).unwrap();
    scene.outer = Some(again);
    scene.serve();
    assert_eq!(answered(scene.post().await).0, 200);
    scene.inner_is_untouched();
}

#[tokio::test]
async fn an_alias_of_localhost_and_mapped_addresses_are_not_dialled() {
    const MAPPED: IpAddr = IpAddr::V6(Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0x7f00, 1));
    const TRANSLATED: IpAddr = IpAddr::V6(Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0x7f00, 1));
    type Script = fn(&str, u16) -> Say;
    let rows: [(&str, Script); 4] = [
        ("an alias, with the address", |_, kind| match kind {
            A => Say::Alias("localhost", vec![INNER]),
            _ => Say::Nothing,
        }),
        ("an alias alone", |_, _| Say::Alias("localhost", Vec::new())),
        ("a mapped address", |_, kind| if kind == AAAA { Say::Addresses(vec![MAPPED]) } else { Say::Nothing }),
        ("a translated address", |_, kind| if kind == AAAA { Say::Addresses(vec![TRANSLATED]) } else { Say::Nothing }),
    ];
    for (name, say) in rows {
        let scene = Scene::new(Duration::ZERO, say).await;
        let message = failed(scene.post().await);
        // Whether an alias alone is followed is the resolver's affair: either way nobody is reached.
        let is_expected = message == BLOCKED || (name == "an alias alone" && message.starts_with("DNS error"));
        assert!(is_expected, "{name}: {message}");
        scene.inner_is_untouched();
    }
}
