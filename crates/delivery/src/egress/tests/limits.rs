//! Connection limits, shortages of this machine, and timeouts.

use super::support::{answered, egress_with, failed, post, post_within, request, server, settings};
use crate::egress::{EgressSettings, LocalFault};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};
use tokio::io::AsyncWriteExt;

/// A receiver with keep-alive, and the number of connections made to it.
async fn keeper() -> (SocketAddr, Arc<AtomicUsize>) {
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = connections.clone();
    let address = server(move |_, mut stream| {
        counted.fetch_add(1, SeqCst);
        async move {
            while request(&mut stream).await.is_some() {
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await.unwrap();
            }
        }
    })
    .await;
    (address, connections)
}

#[tokio::test]
async fn idle_connections_never_exceed_their_limit_and_the_oldest_are_evicted() {
    let egress = egress_with(EgressSettings { connections: 8, ..settings() });
    let mut receivers = Vec::new();
    for _ in 0..20 {
        receivers.push(keeper().await);
    }
    for (address, _) in &receivers {
        assert_eq!(answered(post(&egress, &format!("http://{address}/"), "1").await).0, 200);
        assert!(egress.parts.counter.open() <= 5, "half of them idle, and one in use");
    }
    // The last four connections are still open; the others are made again.
    for (at, (address, connections)) in receivers.iter().enumerate().rev() {
        assert_eq!(answered(post(&egress, &format!("http://{address}/"), "2").await).0, 200);
        assert_eq!(connections.load(SeqCst), if at >= 16 { 1 } else { 2 }, "receiver {at}");
    }
}

#[tokio::test]
async fn idle_connections_are_evicted_for_new_connections() {
    let egress = egress_with(EgressSettings { connections: 8, ..settings() });
    let mut idle = Vec::new();
    for _ in 0..4 {
        idle.push(keeper().await.0);
        post(&egress, &format!("http://{}/", idle.last().unwrap()), "1").await.unwrap().result.unwrap();
    }
    let (arrived, mut arrivals) = tokio::sync::mpsc::unbounded_channel();
    let hanging = server(move |_, mut stream| {
        let arrived = arrived.clone();
        async move {
            request(&mut stream).await;
            arrived.send(()).unwrap();
            std::future::pending().await
        }
    })
    .await;
    let url = format!("http://{hanging}/");
    let busy: Vec<_> = (0..8)
        .map(|_| {
            let (egress, url) = (egress.clone(), url.clone());
            tokio::spawn(async move { post(&egress, &url, "1").await })
        })
        .collect();
    for _ in 0..8 {
        arrivals.recv().await.unwrap();
    }
    assert_eq!(egress.parts.counter.open(), 8);
    // At the limit the error is a shortage of this machine, and no fault of the receiver.
    assert_eq!(post(&egress, &url, "1").await.err(), Some(LocalFault::Connections));
    busy.iter().for_each(tokio::task::JoinHandle::abort);
    for one in busy {
        assert!(one.await.unwrap_err().is_cancelled());
    }
    assert_eq!(answered(post(&egress, &format!("http://{}/", idle[0]), "2").await).0, 200);
}

#[tokio::test]
async fn an_idle_connection_is_closed_when_it_is_too_old() {
    let keep_alive = Duration::from_millis(300);
    let egress = egress_with(EgressSettings { keep_alive, ..settings() });
    let (closed, mut was_closed) = tokio::sync::mpsc::unbounded_channel();
    let address = server(move |_, mut stream| {
        let closed = closed.clone();
        async move {
            while request(&mut stream).await.is_some() {
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await.unwrap();
            }
            closed.send(()).unwrap();
        }
    })
    .await;
    assert_eq!(answered(post(&egress, &format!("http://{address}/"), "1").await).0, 200);
    // Closed by the sweep, since there is no further request.
    was_closed.recv().await.unwrap();
    assert_eq!(egress.parts.counter.open(), 0);
}

#[tokio::test]
async fn without_keep_alive_every_request_has_its_own_connection() {
    let egress = egress_with(EgressSettings { keep_alive: Duration::ZERO, ..settings() });
    let (address, connections) = keeper().await;
    for turn in 1..=3 {
        assert_eq!(answered(post(&egress, &format!("http://{address}/"), "1").await).0, 200);
        assert_eq!(connections.load(SeqCst), turn);
    }
}

#[test]
fn the_connection_limit_follows_from_the_limit_of_open_files() {
    for (descriptors, connections) in [(0, 8), (128, 8), (256, 64), (1_024, 448), (65_536, 32_704), (u64::MAX, 65_536)]
    {
        assert_eq!(settings().with_descriptors(descriptors).connections, connections, "{descriptors}");
    }
}

#[tokio::test]
async fn a_body_that_never_ends_is_noted_and_the_status_counts() {
    let address = server(|_, mut stream| async move {
        request(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\nhalf of ").await.unwrap();
        std::future::pending().await
    })
    .await;
    let egress = egress_with(settings());
    let sent = post_within(&egress, &format!("http://{address}/"), "1", Duration::from_millis(300)).await.unwrap();
    let answer = sent.result.unwrap();
    assert_eq!((answer.status, &answer.body[..]), (200, &b"half of "[..]));
    assert_eq!(answer.note.as_deref(), Some("the response did not end within 0.3 s"));
}

#[tokio::test]
async fn a_receiver_that_sends_nothing_is_a_timeout() {
    let address = server(|_, mut stream| async move {
        request(&mut stream).await;
        std::future::pending().await
    })
    .await;
    let egress = egress_with(settings());
    let message = failed(post_within(&egress, &format!("http://{address}/"), "1", Duration::from_millis(300)).await);
    assert_eq!(message, format!("Timeout: no complete response from {address} within 0.3 s"));
}
