//! HTTP/1.1: which requests are sent again within an attempt.

use super::support::{answered, egress, failed, post, request, server};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::SeqCst},
};
use tokio::io::AsyncWriteExt;

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// A server that responds to the first request of each connection, and writes `then` after the second.
async fn answers_once(then: &'static [u8]) -> (String, Arc<AtomicUsize>) {
    let requests = Arc::new(AtomicUsize::new(0));
    let counted = requests.clone();
    let address = server(move |_, mut stream| {
        let counted = counted.clone();
        async move {
            if request(&mut stream).await.is_some() {
                counted.fetch_add(1, SeqCst);
                stream.write_all(OK).await.unwrap();
            }
            if request(&mut stream).await.is_some() {
                counted.fetch_add(1, SeqCst);
                let _ = stream.write_all(then).await;
            }
        }
    })
    .await;
    (format!("http://{address}/"), requests)
}

#[tokio::test]
async fn a_reused_connection_that_closes_without_a_response_is_replaced_at_once() {
    let (url, requests) = answers_once(b"").await;
    let egress = egress();
    assert_eq!(answered(post(&egress, &url, "1").await), (200, None));
    for turn in 1..=5 {
        let (status, note) = answered(post(&egress, &url, "2").await);
        assert_eq!(status, 200);
        assert!(note.unwrap().starts_with("sent again at once"), "the log says so");
        assert_eq!(requests.load(SeqCst), 1 + 2 * turn);
    }
}

#[tokio::test]
async fn a_request_whose_response_has_begun_is_not_sent_again() {
    let (url, requests) = answers_once(b"HTTP/1.").await;
    let egress = egress();
    assert_eq!(answered(post(&egress, &url, "1").await), (200, None));
    assert!(failed(post(&egress, &url, "2").await).starts_with("Connection closed by 127.0.0.1:"));
    assert_eq!(requests.load(SeqCst), 2);
}

#[tokio::test]
async fn a_request_that_an_interim_response_confirmed_is_not_sent_again() {
    for interim in [&b"HTTP/1.1 100 Continue\r\n\r\n"[..], b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"] {
        let (url, requests) = answers_once(interim).await;
        let egress = egress();
        assert_eq!(answered(post(&egress, &url, "1").await), (200, None));
        assert!(failed(post(&egress, &url, "2").await).starts_with("Connection closed by 127.0.0.1:"));
        assert_eq!(requests.load(SeqCst), 2);
    }
}

#[tokio::test]
async fn a_new_connection_that_closes_without_a_response_is_an_error() {
    let requests = Arc::new(AtomicUsize::new(0));
    let counted = requests.clone();
    let address = server(move |_, mut stream| {
        let counted = counted.clone();
        async move {
            request(&mut stream).await;
            counted.fetch_add(1, SeqCst);
        }
    })
    .await;
    let message = failed(post(&egress(), &format!("http://{address}/"), "1").await);
    assert_eq!(message, format!("Connection closed by {address} before a complete response"));
    assert_eq!(requests.load(SeqCst), 1);
}

#[tokio::test]
async fn a_request_is_sent_again_after_408_on_a_reused_connection_only() {
    let (url, requests) = answers_once(b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n").await;
    let egress = egress();
    assert_eq!(answered(post(&egress, &url, "1").await), (200, None));
    assert_eq!(answered(post(&egress, &url, "2").await).0, 200);
    assert_eq!(requests.load(SeqCst), 3);
    let address = server(|_, mut stream| async move {
        request(&mut stream).await;
        stream.write_all(b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n").await.unwrap();
    })
    .await;
    assert_eq!(answered(post(&egress, &format!("http://{address}/"), "1").await).0, 408, "a new connection");
}

/// The closed connection is detected before a request is sent over it.
#[tokio::test]
async fn an_idle_connection_that_was_closed_is_not_used() {
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = connections.clone();
    let (closed, mut was_closed) = tokio::sync::mpsc::unbounded_channel();
    let address = server(move |_, mut stream| {
        let (counted, closed) = (counted.clone(), closed.clone());
        async move {
            counted.fetch_add(1, SeqCst);
            request(&mut stream).await;
            stream.write_all(OK).await.unwrap();
            drop(stream);
            closed.send(()).unwrap();
        }
    })
    .await;
    let egress = egress();
    for turn in 1..=3 {
        let (status, _) = answered(post(&egress, &format!("http://{address}/"), "1").await);
        was_closed.recv().await.unwrap();
        assert_eq!((status, connections.load(SeqCst)), (200, turn));
    }
}

#[tokio::test]
async fn unsolicited_bytes_are_not_the_response_to_the_next_request() {
    let (sent, mut was_sent) = tokio::sync::mpsc::unbounded_channel();
    let address = server(move |number, mut stream| {
        let sent = sent.clone();
        async move {
            request(&mut stream).await;
            stream.write_all(OK).await.unwrap();
            if number == 0 {
                stream.write_all(b"HTTP/1.1 500 Unasked\r\nContent-Length: 0\r\n\r\n").await.unwrap();
                sent.send(()).unwrap();
            }
            request(&mut stream).await;
        }
    })
    .await;
    let (egress, url) = (egress(), format!("http://{address}/"));
    assert_eq!(answered(post(&egress, &url, "1").await).0, 200);
    was_sent.recv().await.unwrap();
    assert_eq!(answered(post(&egress, &url, "2").await).0, 200);
}
