//! Ports that are free.

use std::{
    net::{Ipv4Addr, TcpListener},
    sync::atomic::{AtomicU32, Ordering::Relaxed},
};

/// How often a server that finds its port taken gets another.
pub(crate) const TRIES: usize = 20;

/// A port where nothing listens now. It is from below those that the system gives to outgoing connections: while a
/// server is down to be started again, a client that calls it may not get the server's own port for its end.
pub(crate) fn free() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    // Processes that start one after the other begin at a distance.
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
