//! The address of the API: free, or held by the server, whose readiness is checked then.

use super::{
    process,
    report::{Check, Report},
    store::Seen,
};
use serde_json::Value;
use std::{
    io::{self, ErrorKind, Read, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream},
    time::Duration,
};

const CHECK: Check = Check::Listen;
/// Longest wait for each step of a request.
const WAIT: Duration = Duration::from_secs(5);
/// Bytes read of a response.
const RESPONSE_MAX: u64 = 64 * 1024;

/// A Postrider server at the address.
#[derive(Clone, Copy, Debug)]
pub(super) struct Running {
    pub(super) process: Option<u32>,
}

pub(super) fn check(report: &mut Report, address: SocketAddr, seen: &Seen) -> Option<Running> {
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
        Err(fault) if fault.kind() == ErrorKind::AddrInUse => in_use(report, address, seen),
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

fn in_use(report: &mut Report, address: SocketAddr, seen: &Seen) -> Option<Running> {
    let process = process::listening_on(address);
    let who = process.map_or_else(|| "another process".to_owned(), process::named);
    let other = |report: &mut Report, found: String| {
        report.problem(CHECK, found, "Stop that process, or choose another address in POSTRIDER_LISTEN.");
        None
    };
    let is_postrider =
        get(address, "/healthz").is_ok_and(|(code, body)| code == 200 && body.get("status") == Some(&"ok".into()));
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
    ready(report, address);
    Some(Running { process })
}

fn ready(report: &mut Report, address: SocketAddr) {
    match get(address, "/readyz") {
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

/// A GET request; returns the status and the body, null unless it is JSON.
fn get(address: SocketAddr, path: &str) -> io::Result<(u16, Value)> {
    let here = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    let address = SocketAddr::new(here, address.port());
    let mut stream = TcpStream::connect_timeout(&address, WAIT)?;
    stream.set_read_timeout(Some(WAIT))?;
    stream.set_write_timeout(Some(WAIT))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut bytes = Vec::new();
    stream.take(RESPONSE_MAX).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let code = text.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
    let code = code.ok_or_else(|| io::Error::new(ErrorKind::InvalidData, "not an HTTP response"))?;
    let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    Ok((code, serde_json::from_str(body).unwrap_or(Value::Null)))
}
