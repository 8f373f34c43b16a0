//! The address of the API: free, or held by the server, whose readiness is checked then.

use super::{
    process,
    report::{Check, Report},
    request::get,
    store::Seen,
};
use serde_json::Value;
use std::{
    io::ErrorKind,
    net::{SocketAddr, TcpListener},
};

const CHECK: Check = Check::Listen;
/// A Postrider server at the address.
#[derive(Clone, Copy, Debug)]
pub(super) struct Running {
    pub(super) process: Option<u32>,
}

/// `has_tls`: the server is configured to speak TLS.
pub(super) fn check(report: &mut Report, (address, has_tls): (SocketAddr, bool), seen: &Seen) -> Option<Running> {
    match TcpListener::bind(address) {
        Ok(_) => {
            if seen.is_held {
                let who = seen.process.map_or_else(|| "a server".to_owned(), process::named);
                report.warning(
                    CHECK,
                    format!("{address} is free, but {who} works on the store at another address."),
                    "Run this command with the server's configuration (--listen, POSTRIDER_LISTEN).",
                );
            } else {
                report.ok(CHECK, format!("{address} is free."));
            }
            None
        }
        Err(fault) if fault.kind() == ErrorKind::AddrInUse => in_use(report, (address, has_tls), seen),
        Err(fault) => {
            let advice = match fault.kind() {
                ErrorKind::AddrNotAvailable => {
                    "Use an address of this machine, or 0.0.0.0 for all, in POSTRIDER_LISTEN."
                }
                ErrorKind::PermissionDenied => {
                    "Use a port from 1024 on in POSTRIDER_LISTEN, behind a proxy, or give the program \
                     CAP_NET_BIND_SERVICE."
                }
                _ => "Correct POSTRIDER_LISTEN.",
            };
            report.problem(CHECK, format!("A server cannot listen on {address}: {fault}."), advice);
            None
        }
    }
}

fn in_use(report: &mut Report, (address, has_tls): (SocketAddr, bool), seen: &Seen) -> Option<Running> {
    let process = process::listening_on(address);
    let who = process.map_or_else(|| "another process".to_owned(), process::named);
    let other = |report: &mut Report, found: String| {
        report.problem(CHECK, found, "Stop that process, or choose another address in POSTRIDER_LISTEN.");
        None
    };
    let is_postrider = get(address, has_tls, "/healthz")
        .is_ok_and(|(code, body)| code == 200 && body.get("status") == Some(&"ok".into()));
    if !is_postrider {
        return other(report, format!("{address} is in use by {who}, which does not answer like Postrider."));
    }
    if let (Some(holder), Some(listener)) = (seen.process, process)
        && holder != listener
    {
        let holder = process::named(holder);
        return other(report, format!("{address} is in use by {who}, but the store is open in {holder}."));
    }
    report.ok(CHECK, format!("The server ({who}) listens on {address}."));
    ready(report, address, has_tls);
    Some(Running { process })
}

fn ready(report: &mut Report, address: SocketAddr, has_tls: bool) {
    match get(address, has_tls, "/readyz") {
        Ok((200, body)) => {
            let count = |name: &str| body.get(name).and_then(Value::as_u64).unwrap_or(0);
            let paused = match body.get("paused") {
                Some(Value::Bool(true)) => "; deliveries are paused until `postrider resume`",
                _ => "",
            };
            report.ok(
                Check::Server,
                format!(
                    "The server is ready: {} requests in flight, {} journal entries wait{paused}.",
                    count("in_flight"),
                    count("journal_depth")
                ),
            );
        }
        Ok((code, body)) => {
            let detail = body.get("detail").and_then(Value::as_str).unwrap_or("it gave no reason").to_owned();
            report.problem(
                Check::Server,
                format!("The server is not ready ({code}): {}.", detail.trim_end_matches('.')),
                "See the other findings and the server's log.",
            );
        }
        Err(fault) => report.problem(
            Check::Server,
            format!("The server does not answer GET /readyz: {fault}."),
            "See the server's log; restart it when it hangs.",
        ),
    }
}
