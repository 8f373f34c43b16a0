//! A real request to a receiver, with the address policy, TLS and protocols of deliveries.

use super::report::{Check, Report};
use crate::config::Config;
use bytes::Bytes;
use delivery::{Egress, Examination, Examined, Refused};
use model::{
    AllowLists, TenantId,
    attempt::{AttemptError, AttemptErrorKind},
};
use std::net::IpAddr;
use url::Url;

const CHECK: Check = Check::Egress;
/// The body of the request. Receivers verify signatures, so that it is nothing to them.
const BODY: &[u8] = br#"{"type":"postrider.doctor","data":{}}"#;

/// A receiver to examine.
#[derive(Debug)]
pub(super) struct Receiver {
    /// The URL, or the subscription with its URL.
    pub(super) name: String,
    pub(super) url: Url,
    /// The tenant of a subscription, with its allow lists.
    pub(super) tenant: Option<(TenantId, AllowLists)>,
}

pub(super) async fn check(report: &mut Report, egress: &Egress, receiver: &Receiver, config: &Config) {
    let name = &receiver.name;
    if receiver.url.scheme() == "http" && !config.allow_http {
        return report.problem(
            CHECK,
            format!("{name} is refused: only https:// URLs are allowed."),
            "Use an https:// URL, or set POSTRIDER_ALLOW_HTTP=true if the network is trusted.",
        );
    }
    if let Err(fault @ (Refused::Port(_) | Refused::Host(_))) = egress.check_url(&receiver.url) {
        return report.problem(CHECK, format!("{name} is refused: {fault}."), advice(&fault, receiver));
    }
    // A failed resolution is reported by the request, too.
    if let Ok(found) = egress.examine(&receiver.url, config.timeout).await
        && let Some(refused) = refused_address(&found)
    {
        return report.problem(
            CHECK,
            format!(
                "{name} is refused: it leads to {}, and the address policy (SSRF) does not allow {}.",
                refused.address, refused.kind
            ),
            address_advice(refused.address, receiver),
        );
    }
    match egress.knock(&receiver.url, &config.user_agent, Bytes::from_static(BODY), config.timeout).await {
        Ok((Ok(status), took)) => answered(report, name, status, took.as_millis()),
        Ok((Err(fault), _)) => failed(report, name, &fault),
        Err(fault) => report.problem(
            CHECK,
            format!("No request to {name} could be made: {fault}."),
            "See the limits of this machine.",
        ),
    }
}

struct RefusedAddress {
    address: IpAddr,
    kind: &'static str,
}

/// The first address, when the policy allows none.
fn refused_address(found: &Examination) -> Option<RefusedAddress> {
    let of = |one: &Examined| Some(RefusedAddress { address: one.address, kind: one.refused? });
    let all: Option<Vec<RefusedAddress>> = found.addresses.iter().map(of).collect();
    all?.into_iter().next()
}

fn address_advice(address: IpAddr, receiver: &Receiver) -> String {
    let own = receiver.tenant.as_ref().map_or_else(String::new, |(tenant, _)| {
        format!(", and if {tenant} alone may, run `postrider tenant put {tenant}` with it as --allow-network")
    });
    format!(
        "Use a public address; if every tenant may send requests there, add {address} to POSTRIDER_ALLOW_NETWORKS{own}."
    )
}

/// The way to allow a port or a host.
fn advice(fault: &Refused, receiver: &Receiver) -> String {
    match (fault, &receiver.tenant) {
        (Refused::Host(host), Some((tenant, allow))) => {
            let known: Vec<String> = allow.hosts.iter().map(ToString::to_string).collect();
            format!(
                "Use one of {tenant}'s hosts ({}), or add {host} to them: `postrider tenant put {tenant}` with each of \
                 them as --allow-host.",
                known.join(", ")
            )
        }
        (Refused::Port(port), _) => {
            format!(
                "Use another port, such as 443; if an HTTP server listens there, list {port} in POSTRIDER_ALLOW_PORTS."
            )
        }
        (Refused::Host(_) | Refused::Address(_), _) => "Use another host.".to_owned(),
    }
}

fn answered(report: &mut Report, name: &str, status: u16, millis: u128) {
    let found = format!("{name} answered with {status} in {millis} ms");
    match status {
        200..300 => report.ok(CHECK, format!("{found}.")),
        400 | 401 | 403 | 422 => {
            report.ok(CHECK, format!("{found}, as a receiver does that verifies signatures: the request has none."))
        }
        300..400 => report.warning(
            CHECK,
            format!("{found}, a redirect, which is never followed."),
            "Give the subscription the URL that the receiver redirects to.",
        ),
        404 | 405 => {
            report.warning(CHECK, format!("{found}."), "Check the path of the URL; it must take POST requests.")
        }
        410 => report.warning(
            CHECK,
            format!("{found}."),
            "The receiver is gone; a delivery would disable the subscription.",
        ),
        429 => report.warning(CHECK, format!("{found}."), "Limit the subscription: `postrider subscription limit`."),
        _ => report.warning(CHECK, format!("{found}."), "Ask the receiver's owner: the way there is free."),
    }
}

fn failed(report: &mut Report, name: &str, fault: &AttemptError) {
    let advice = match fault.kind {
        AttemptErrorKind::Timeout => "Check that a firewall lets requests to the receiver pass, and whether it hangs.",
        AttemptErrorKind::Dns => "Check the host name, and the finding about DNS.",
        AttemptErrorKind::Refused => "Check the port of the URL, and that the receiver runs.",
        AttemptErrorKind::Connection => "Check routes, firewalls and proxies between here and the receiver.",
        AttemptErrorKind::Tls => {
            "Check the receiver's certificate and its chain, and the certificate authorities of this machine."
        }
        AttemptErrorKind::Blocked => "Use a public address, or see POSTRIDER_ALLOW_NETWORKS.",
        AttemptErrorKind::Protocol => "Check that an HTTP server answers there, and not for example a TLS port.",
        AttemptErrorKind::Proxy => "Check the proxy of the tenant's egress.",
        AttemptErrorKind::Unsendable => "Correct the URL.",
    };
    report.problem(CHECK, format!("{name}: {fault}."), advice);
}
