//! Scripted servers, and a client.

use crate::egress::{AddressPolicy, Egress, EgressSettings, LocalFault, Origin, Sent, hosts::Hosts, resolve::Resolver};
use bytes::Bytes;
use http::HeaderMap;
use model::{TenantId, shape::HttpVersion};
use rustls::{RootCertStore, pki_types::CertificateDer};
use std::{net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    net::{TcpListener, TcpStream},
};

/// Timeout that only a failing test reaches.
pub(in crate::egress) const LONG: Duration = Duration::from_secs(30);

/// Runs `serve` for each connection, with its number.
pub(in crate::egress) async fn server<F>(serve: impl Fn(usize, TcpStream) -> F + Send + 'static) -> SocketAddr
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        for number in 0.. {
            let Ok((stream, _)) = listener.accept().await else { return };
            tokio::spawn(serve(number, stream));
        }
    });
    address
}

/// Reads one request and returns its body; `None` at the end of the connection.
pub(in crate::egress) async fn request(stream: &mut (impl AsyncRead + Unpin)) -> Option<Vec<u8>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let text = String::from_utf8(head).unwrap().to_ascii_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    stream.read_exact(&mut body).await.ok()?;
    Some(body)
}

/// Settings for receivers on loopback.
pub(in crate::egress) fn settings() -> EgressSettings {
    EgressSettings::new(AddressPolicy::new(vec!["127.0.0.0/8".parse().unwrap()]))
}

pub(in crate::egress) fn egress_with(settings: EgressSettings) -> Egress {
    let resolver = Resolver::new(Hosts::new("/nonexistent"), None);
    Egress::with_resolver(settings, RootCertStore::empty(), resolver).unwrap()
}

pub(in crate::egress) fn egress() -> Egress {
    egress_with(settings())
}

pub(in crate::egress) fn egress_trusting(settings: EgressSettings, roots: &[CertificateDer<'static>]) -> Egress {
    let mut store = RootCertStore::empty();
    roots.iter().for_each(|root| store.add(root.clone()).unwrap());
    Egress::with_resolver(settings, store, Resolver::new(Hosts::new("/nonexistent"), None)).unwrap()
}

/// Sends one request.
pub(in crate::egress) async fn post(egress: &Egress, url: &str, body: impl Into<Bytes>) -> Result<Sent, LocalFault> {
    post_within(egress, url, body, LONG).await
}

pub(in crate::egress) async fn post_within(
    egress: &Egress,
    url: &str,
    body: impl Into<Bytes>,
    timeout: Duration,
) -> Result<Sent, LocalFault> {
    post_of(egress, &acme(), url, HttpVersion::Auto, body, timeout).await
}

/// The tenant of the requests.
pub(in crate::egress) fn acme() -> TenantId {
    TenantId::parse("acme").unwrap()
}

pub(in crate::egress) async fn post_of(
    egress: &Egress,
    tenant: &TenantId,
    url: &str,
    version: HttpVersion,
    body: impl Into<Bytes>,
    timeout: Duration,
) -> Result<Sent, LocalFault> {
    let url = url::Url::parse(url).unwrap();
    let uri = url.as_str().parse().unwrap();
    let origin = Origin::new(&url).unwrap().with_version(version);
    let request = ((tenant, &origin), (model::shape::Method::Post, &uri));
    egress.send(request.0, request.1, HeaderMap::new(), body.into(), (timeout, 0)).await
}

/// The status and the note of a response.
#[track_caller]
pub(in crate::egress) fn answered(sent: Result<Sent, LocalFault>) -> (u16, Option<String>) {
    let answer = sent.expect("no local fault").result.expect("an answer");
    (answer.status, answer.note)
}

/// The error message of a request without a response.
#[track_caller]
pub(in crate::egress) fn failed(sent: Result<Sent, LocalFault>) -> String {
    sent.expect("no local fault").result.expect_err("no answer").message
}
