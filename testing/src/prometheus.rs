//! Prometheus, which scrapes the server under test and evaluates rules and queries.

use crate::{
    keeper::{Keeper, Signal, State},
    port, programs,
};
use std::net::{Ipv4Addr, SocketAddr};

/// Number of readiness checks, at least 10 ms apart: a minute.
const LOOKS: usize = 6_000;

/// A Prometheus on loopback; ended when dropped, and when the process ends.
#[derive(Debug)]
pub struct Prometheus {
    keeper: Keeper,
    address: SocketAddr,
}

impl Prometheus {
    /// Starts Prometheus with files in its folder, name and contents, of which one is `prometheus.yml`.
    ///
    /// # Panics
    ///
    /// When the start fails; the message shows the log.
    pub fn start(files: &[(&str, &str)]) -> Self {
        let program = programs::prometheus();
        let keeper = Keeper::new();
        for (name, contents) in files {
            keeper.append(name, contents);
        }
        let configuration = format!("--config.file={}", keeper.path("prometheus.yml"));
        let data = format!("--storage.tsdb.path={}", keeper.path("data"));
        for _ in 0..port::TRIES {
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port::free()));
            let listen = format!("--web.listen-address={address}");
            // The data is thrown away; a graceful end would only write it once more.
            keeper.start(Signal::Kill, &[&program, &configuration, &data, &listen]);
            match ready(&keeper) {
                State::Running => return Self { keeper, address },
                // Another process has taken the port since the check.
                State::Ended if keeper.log().contains("address already in use") => {}
                State::Ended => break,
            }
        }
        panic!("Prometheus did not start:\n{}", keeper.log());
    }

    /// Address of its HTTP API.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The last lines of its log.
    pub fn log(&self) -> String {
        self.keeper.log()
    }
}

/// Waits until it serves requests or has ended.
fn ready(keeper: &Keeper) -> State {
    for _ in 0..LOOKS {
        if keeper.look() == State::Ended {
            return State::Ended;
        }
        if keeper.log().contains("Server is ready to receive web requests") {
            return State::Running;
        }
    }
    panic!("Prometheus is not ready after a minute:\n{}", keeper.log());
}
