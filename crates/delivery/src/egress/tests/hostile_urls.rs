//! The table of hostile URLs: each is refused when a subscription gets it, and again when a request is to be sent.

use super::support::{LONG, acme, settings};
use crate::{
    egress::{AddressPolicy, Egress, EgressSettings, Origin, fault::Fault, hosts::Hosts, resolve::Resolver},
    urls,
};
use bytes::Bytes;
use http::{HeaderMap, Uri};
use model::{
    SubscriptionUrl,
    attempt::{AttemptError, AttemptErrorKind},
    shape::Method,
};
use rustls::RootCertStore;
use serde::Deserialize;
use std::{collections::BTreeMap, path::Path};

/// Rows of a URL and a part of the error, or of a URL and the host that it leads to.
#[derive(Deserialize)]
struct Table {
    refused: BTreeMap<String, Vec<(String, String)>>,
    /// With the address that the host name resolves to.
    refused_when_resolved: Vec<(String, String, String)>,
    accepted: Vec<(String, String)>,
}

fn table() -> Table {
    serde_json::from_str(include_str!("../../../../../testing/urls/hostile.json")).unwrap()
}

/// An egress with the default rules, which resolves names by this hosts file alone.
pub(super) fn strict(hosts: &Path) -> Egress {
    let settings = EgressSettings { policy: AddressPolicy::default(), ..settings() };
    Egress::with_resolver(settings, RootCertStore::empty(), Resolver::new(Hosts::new(hosts), None)).unwrap()
}

/// The checks of a URL that the API makes when a subscription gets it.
pub(super) fn created(egress: &Egress, text: &str) -> Result<SubscriptionUrl, String> {
    let url = SubscriptionUrl::parse(text, true).map_err(|fault| fault.to_string())?;
    urls::check(egress, &acme(), &url).map_err(|fault| fault.to_string())?;
    Ok(url)
}

/// The error of a request to a URL that a subscription has had since earlier; `None` when HTTP cannot express it.
async fn sent(egress: &Egress, url: &url::Url) -> Option<AttemptError> {
    let (origin, uri) = (Origin::new(url).ok()?, url.as_str().parse::<Uri>().ok()?);
    let (tenant, body) = (acme(), Bytes::from_static(b"1"));
    let sent = egress.send((&tenant, &origin), (Method::Post, &uri), HeaderMap::new(), body, (LONG, 0)).await;
    Some(sent.unwrap().result.unwrap_err())
}

/// A hosts file with one line for each URL.
fn hosts_file<'r>(rows: impl Iterator<Item = (&'r str, &'r str)>) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    let line = |(url, address): (&str, &str)| {
        let url = url::Url::parse(url).unwrap();
        format!("{address} {}\n", url.host_str().unwrap())
    };
    std::fs::write(file.path(), rows.map(line).collect::<String>()).unwrap();
    file
}

#[test]
fn every_hostile_url_is_refused_at_creation_with_its_reason() {
    let egress = strict(Path::new("/nonexistent"));
    let mut wrong = Vec::new();
    for (url, reason) in table().refused.values().flatten() {
        match created(&egress, url) {
            Err(fault) if fault.contains(reason.as_str()) => {}
            other => wrong.push(format!("{url:?}: expected {reason:?}, but {other:?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(table().refused.values().map(Vec::len).sum::<usize>() >= 150);
}

/// Subscriptions of earlier versions, or of an installation whose rules have become stricter, may have such a URL.
#[tokio::test]
async fn no_request_is_sent_to_a_stored_hostile_url() {
    let egress = strict(Path::new("/nonexistent"));
    let mut count = 0;
    for (text, _) in table().refused.values().flatten() {
        let Ok(url) = SubscriptionUrl::stored(text) else { continue };
        let url = url.to_url();
        // A URL whose spelling alone is refused leads to a public host.
        let Err(refused) = egress.check_url(&url) else { continue };
        let Some(error) = sent(&egress, &url).await else { continue };
        assert_eq!(
            (error.kind, error.message),
            (AttemptErrorKind::Blocked, format!("Not sent: {refused}")),
            "{text:?}"
        );
        count += 1;
    }
    assert!(count >= 150, "{count}");
}

#[tokio::test]
async fn names_that_resolve_to_a_refused_address_are_accepted_and_not_dialled() {
    let rows = table().refused_when_resolved;
    let hosts = hosts_file(rows.iter().map(|(url, address, _)| (url.as_str(), address.as_str())));
    let egress = strict(hosts.path());
    for (text, _, reason) in &rows {
        let url = created(&egress, text).unwrap_or_else(|fault| panic!("{text:?}: {fault}"));
        let error = sent(&egress, &url.to_url()).await.unwrap();
        assert_eq!(error.kind, AttemptErrorKind::Blocked, "{text:?}: {error}");
        assert!(error.message.contains(reason.as_str()), "{text:?}: {error}");
        let resolved = egress.resolve(&acme(), &url.to_url(), LONG).await.unwrap();
        assert_eq!(resolved, Err(error), "{text:?}");
    }
}

#[tokio::test]
async fn accepted_urls_lead_to_their_host_and_their_public_addresses_may_be_dialled() {
    let rows = table().accepted;
    assert!(rows.len() >= 25);
    let hosts = hosts_file(rows.iter().map(|(url, _)| (url.as_str(), "93.184.215.14")));
    let egress = strict(hosts.path());
    for (text, host) in &rows {
        let url = created(&egress, text).unwrap_or_else(|fault| panic!("{text:?}: {fault}")).to_url();
        assert_eq!(url.host_str(), Some(host.as_str()), "{text:?}");
        let uri: Uri = url.as_str().parse().unwrap();
        let target = uri.path_and_query().unwrap().as_str();
        assert!(target.bytes().all(|c| c.is_ascii_graphic()), "a request line cannot be split: {target:?}");
        assert_eq!(egress.resolve(&acme(), &url, LONG).await.unwrap(), Ok(()), "{text:?}");
        let origin = Origin::new(&url).unwrap();
        let found = egress.parts.resolver.resolve(&origin.host, &AddressPolicy::default()).await;
        assert!(!found.map_err(|fault: Fault| format!("{fault:?}")).unwrap().is_empty());
    }
}
