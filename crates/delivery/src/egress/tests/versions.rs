//! The version of HTTP that a subscription chooses.

use super::{
    peer::{Peer, acceptor, answer_all, http2},
    support::{LONG, acme, answered, egress, egress_trusting, failed, post_of, request, server, settings},
};
use crate::egress::{Egress, LocalFault, Sent};
use model::shape::HttpVersion::{self, Auto, Http1, Http2};
use rustls::pki_types::CertificateDer;
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::mpsc,
};

const NOT_HTTP2: &str = "it did not answer in HTTP/2, which the subscription requires";

async fn send(egress: &Egress, url: &str, version: HttpVersion) -> Result<Sent, LocalFault> {
    post_of(egress, &acme(), url, version, "1", LONG).await
}

/// A receiver over TLS that speaks these protocols, and reports the one that was chosen.
async fn receiver(
    protocols: &[&str],
) -> (SocketAddr, CertificateDer<'static>, mpsc::UnboundedReceiver<Option<String>>) {
    let (tls, certificate) = acceptor(protocols);
    let (sender, chosen) = mpsc::unbounded_channel();
    let address = server(move |_, tcp| {
        let (tls, sender) = (tls.clone(), sender.clone());
        async move {
            let Ok(mut stream) = tls.accept(tcp).await else { return };
            let protocol = stream.get_ref().1.alpn_protocol().map(|name| String::from_utf8(name.to_vec()).unwrap());
            sender.send(protocol.clone()).unwrap();
            if protocol.as_deref() == Some("h2") {
                return answer_all(Peer::begin(stream).await).await;
            }
            while request(&mut stream).await.is_some() {
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await.unwrap();
            }
        }
    })
    .await;
    (address, certificate, chosen)
}

#[tokio::test]
async fn over_tls_only_the_chosen_version_is_offered() {
    for (protocols, version, expected) in [
        (&["h2", "http/1.1"][..], Auto, Some("h2")),
        (&["h2", "http/1.1"], Http1, Some("http/1.1")),
        (&["h2", "http/1.1"], Http2, Some("h2")),
        (&["http/1.1"], Http1, Some("http/1.1")),
        (&["http/1.1"], Auto, Some("http/1.1")),
        (&[], Http1, None),
    ] {
        let (address, certificate, mut chosen) = receiver(protocols).await;
        let egress = egress_trusting(settings(), &[certificate]);
        for _ in 0..2 {
            assert_eq!(answered(send(&egress, &format!("https://{address}/"), version).await).0, 200);
        }
        assert_eq!(chosen.recv().await, Some(expected.map(str::to_owned)), "{protocols:?} {version:?}");
        assert!(chosen.try_recv().is_err(), "the connection is kept");
    }
}

#[tokio::test]
async fn versions_share_no_connection() {
    let (address, certificate, mut chosen) = receiver(&["h2", "http/1.1"]).await;
    let egress = egress_trusting(settings(), &[certificate]);
    for (version, expected) in [(Auto, "h2"), (Http1, "http/1.1"), (Http2, "h2")] {
        assert_eq!(answered(send(&egress, &format!("https://{address}/"), version).await).0, 200);
        assert_eq!(chosen.recv().await, Some(Some(expected.to_owned())));
    }
}

#[tokio::test]
async fn a_receiver_that_does_not_speak_http2_over_tls_is_told_so() {
    // The first refuses the handshake, the second chooses no version.
    for protocols in [&["http/1.1"][..], &[]] {
        let (address, certificate, _chosen) = receiver(protocols).await;
        let egress = egress_trusting(settings(), &[certificate]);
        let message = failed(send(&egress, &format!("https://{address}/"), Http2).await);
        assert_eq!(message, format!("HTTP/2 error with {address}: {NOT_HTTP2}"));
    }
}

#[tokio::test]
async fn http2_without_tls_uses_prior_knowledge_and_shares_its_connection() {
    let (sender, mut connections) = mpsc::unbounded_channel();
    let address = server(move |_, tcp| {
        sender.send(()).unwrap();
        async move { answer_all(Peer::begin(tcp).await).await }
    })
    .await;
    let (egress, url) = (egress(), format!("http://{address}/"));
    let all = (0..8).map(|_| send(&egress, &url, Http2));
    for sent in futures_util::future::join_all(all).await {
        assert_eq!(answered(sent).0, 200);
    }
    assert_eq!(connections.recv().await, Some(()));
    assert!(connections.try_recv().is_err());
}

#[tokio::test]
async fn a_receiver_that_does_not_speak_http2_without_tls_is_told_so() {
    let answers: [&[u8]; 3] =
        [b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", b"HTTP/1.1 505 x\r\n\r\n<html>", b""];
    for answer in answers {
        let connections = Arc::new(AtomicUsize::new(0));
        let counter = connections.clone();
        let address = server(move |_, mut stream| {
            counter.fetch_add(1, SeqCst);
            async move {
                let _ = stream.read_exact(&mut [0; 24]).await;
                let _ = stream.write_all(answer).await;
            }
        })
        .await;
        let message = failed(send(&egress(), &format!("http://{address}/"), Http2).await);
        assert_eq!(message, format!("HTTP/2 error with {address}: {NOT_HTTP2}"));
        assert_eq!(connections.load(SeqCst), 1, "it is not sent again");
    }
}

#[tokio::test]
async fn a_receiver_that_requires_http1_by_an_error_of_http2_is_told_that_it_must_not() {
    const HTTP_1_1_REQUIRED: u32 = 13;
    let (address, certificate) = http2(|_, mut peer| async move {
        while let Some(stream) = peer.request().await {
            peer.reset(stream, HTTP_1_1_REQUIRED).await;
        }
    })
    .await;
    let egress = egress_trusting(settings(), &[certificate]);
    let message = failed(send(&egress, &format!("https://{address}/"), Http2).await);
    assert_eq!(message, format!("HTTP/2 error with {address}: {NOT_HTTP2}"));
}
