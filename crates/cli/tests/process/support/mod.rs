//! Helpers of the tests: servers, receivers, clients, and waiting for conditions.

pub(crate) mod client;
pub(crate) mod collector;
pub(crate) mod disk;
pub(crate) mod faketime;
pub(crate) mod load;
pub(crate) mod markdown;
pub(crate) mod nginx;
pub(crate) mod orderly;
pub(crate) mod raw;
pub(crate) mod receiver;
pub(crate) mod server;
pub(crate) mod terminal;

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    sync::atomic::{AtomicU16, Ordering::Relaxed},
    time::Duration,
};
use tokio::sync::{Mutex, MutexGuard};

/// Timeout of a condition, reached by failing tests only.
const PATIENCE: Duration = Duration::from_secs(300);
/// Interval of polling a condition.
const PAUSE: Duration = Duration::from_millis(10);

/// Polls until `look` returns a value.
pub(crate) async fn wait_until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let looking = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    match tokio::time::timeout(PATIENCE, looking).await {
        Ok(found) => found,
        Err(_) => panic!("timed out waiting until {what}"),
    }
}

/// Locks the machine for a test that needs it alone.
pub(crate) async fn alone() -> MutexGuard<'static, ()> {
    static HEAVY: Mutex<()> = Mutex::const_new(());
    HEAVY.lock().await
}

/// A free port, below those that the system assigns to connections, and where the port policy lists none.
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = std::process::id() as u16;
    for _ in 0..10_000 {
        let port = 28_000 + start.wrapping_add(NEXT.fetch_add(1, Relaxed)) % 4_000;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
    panic!("no port is free");
}

/// `port` on loopback.
pub(crate) fn loopback(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}
