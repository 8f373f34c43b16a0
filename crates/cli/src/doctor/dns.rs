//! Name resolution, with the resolver of deliveries.

use super::report::{Check, Report};
use delivery::{AddressSource, Egress, ExamineError, ResolveError};
use std::{net::IpAddr, time::Duration};
use url::Url;

const CHECK: Check = Check::Dns;
/// A name that exists on the public internet (RFC 2606).
const EXAMPLE: &str = "example.com";

/// Resolves `host`, or [`EXAMPLE`].
pub(super) async fn check(report: &mut Report, egress: &Egress, host: Option<&str>, timeout: Duration) {
    let name = host.unwrap_or(EXAMPLE);
    let Ok(url) = Url::parse(&format!("https://{name}/")) else {
        return report.problem(CHECK, format!("{name:?} is not a host name."), "Give another name to --resolve.");
    };
    let servers = Egress::name_servers();
    let shown: Vec<String> = servers.iter().map(IpAddr::to_string).collect();
    let shown = if shown.is_empty() { "none".to_owned() } else { shown.join(", ") };
    let found = match egress.examine(&url, timeout).await {
        Ok(found) => found,
        Err(fault) => return failed(report, name, host.is_some(), &shown, &fault),
    };
    let addresses: Vec<String> = found.addresses.iter().map(|one| one.address.to_string()).collect();
    let addresses = addresses.join(", ");
    let found = match found.source {
        AddressSource::Literal => format!("{name} needs no name server ({addresses})"),
        AddressSource::HostsFile => format!("/etc/hosts has {name} ({addresses})"),
        AddressSource::NameServers => format!("{name} has the addresses {addresses}"),
    };
    report.ok(CHECK, format!("{found}; name servers: {shown}."));
}

fn failed(report: &mut Report, name: &str, is_given: bool, servers: &str, fault: &ExamineError) {
    let of_network = "Check /etc/resolv.conf, and that a firewall lets queries pass (port 53, UDP and TCP).";
    let found = format!("{name} cannot be resolved: {fault} (name servers: {servers}).");
    match fault {
        ExamineError::Resolve(ResolveError::Unknown | ResolveError::Empty) if !is_given => report.warning(
            CHECK,
            format!("The name servers ({servers}) answer, but know no {name}."),
            "If receivers are on the internet, use name servers that resolve public names; else use --resolve.",
        ),
        ExamineError::Resolve(ResolveError::Unknown | ResolveError::Empty) => {
            report.problem(CHECK, found, "Check the spelling of the name, or ask the receiver's owner.")
        }
        ExamineError::Resolve(ResolveError::NoResolver) => {
            report.problem(CHECK, found, "Add a name server to /etc/resolv.conf, and restart the server.")
        }
        ExamineError::Resolve(ResolveError::TimedOut | ResolveError::Failed) => {
            report.problem(CHECK, found, of_network)
        }
        ExamineError::Local(_) | ExamineError::Url(_) => {
            report.problem(CHECK, found, "See the limits of this machine.")
        }
    }
}
