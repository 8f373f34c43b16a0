//! Free ports.

use std::{
    net::{Ipv4Addr, TcpListener},
    sync::atomic::{AtomicU32, Ordering::Relaxed},
};

/// Number of attempts with another port when a server finds its port taken.
pub(crate) const TRIES: usize = 20;

/// A free port, below the range that the system assigns to outgoing connections: while a server restarts, a client that
/// connects to it must not get the server's own port for its end.
pub(crate) fn free() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    // Processes that start one after the other begin at different ports.
    let start = std::process::id().wrapping_mul(37);
    for _ in 0..10_000 {
        let offset = start.wrapping_add(NEXT.fetch_add(1, Relaxed)) % 10_000;
        let port = 10_000 + u16::try_from(offset).expect("less than 10,000");
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
    panic!("no port is free");
}
