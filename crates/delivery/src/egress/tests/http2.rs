//! HTTP/2, frame by frame: which requests are sent again within an attempt.

use super::{
    peer::{DATA, END_HEADERS, HEADERS, Peer, STATUS_200, acceptor, answer_all, http2},
    support::{LONG, answered, egress_trusting, failed, post, post_within, server, settings},
};
use bytes::Bytes;
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};
use tokio::io::AsyncWriteExt;

#[tokio::test]
async fn requests_that_a_goaway_leaves_unprocessed_are_sent_again_at_once() {
    // Each of the first three connections serves one request, and refuses further ones with a GOAWAY.
    let (address, certificate) = http2(|number, mut peer| async move {
        if number > 2 {
            return answer_all(peer).await;
        }
        let first = peer.request().await.unwrap();
        peer.answer(first).await;
        let _ = peer.request().await;
        peer.go_away(first, 0).await;
        peer.linger().await;
    })
    .await;
    let (egress, url) = (egress_trusting(settings(), &[certificate]), format!("https://{address}/"));
    assert_eq!(answered(post(&egress, &url, "1").await), (200, None));
    let all = (0..8).map(|_| post(&egress, &url, "2"));
    for sent in futures_util::future::join_all(all).await {
        assert_eq!(answered(sent), (200, None));
    }
}

#[tokio::test]
async fn a_request_that_a_goaway_reports_as_processed_is_not_sent_again() {
    for (says_goodbye, reused) in [(false, false), (true, false), (false, true), (true, true)] {
        let requests = Arc::new(AtomicUsize::new(0));
        let counted = requests.clone();
        let (address, certificate) = http2(move |_, mut peer| {
            let counted = counted.clone();
            async move {
                if reused {
                    let first = peer.request().await.unwrap();
                    peer.answer(first).await;
                }
                let stream = peer.request().await.unwrap();
                counted.fetch_add(1, SeqCst);
                peer.go_away(stream, 0).await;
                if says_goodbye {
                    let _ = peer.0.shutdown().await;
                }
            }
        })
        .await;
        let (egress, url) = (egress_trusting(settings(), &[certificate]), format!("https://{address}/"));
        if reused {
            assert_eq!(answered(post(&egress, &url, "0").await).0, 200);
        }
        let message = failed(post(&egress, &url, "1").await);
        assert!(!message.is_empty());
        assert_eq!(requests.load(SeqCst), 1, "{says_goodbye} {reused}: {message}");
    }
}

#[tokio::test]
async fn a_refused_stream_is_sent_again_a_bounded_number_of_times() {
    const REFUSED_STREAM: u32 = 7;
    for (refusals, succeeds) in [(1, true), (3, true), (1_000, false)] {
        let requests = Arc::new(AtomicUsize::new(0));
        let counted = requests.clone();
        let (address, certificate) = http2(move |_, mut peer| {
            let counted = counted.clone();
            async move {
                while let Some(stream) = peer.request().await {
                    if counted.fetch_add(1, SeqCst) < refusals {
                        peer.reset(stream, REFUSED_STREAM).await;
                    } else {
                        peer.answer(stream).await;
                    }
                }
            }
        })
        .await;
        let egress = egress_trusting(settings(), &[certificate]);
        let sent = post(&egress, &format!("https://{address}/"), "1").await;
        if succeeds {
            assert_eq!(answered(sent), (200, None));
            assert_eq!(requests.load(SeqCst), refusals + 1);
        } else {
            assert!(failed(sent).contains("refused"));
            assert_eq!(requests.load(SeqCst), 6);
        }
    }
}

#[tokio::test]
async fn a_request_that_is_reset_for_another_reason_is_not_sent_again() {
    const INTERNAL_ERROR: u32 = 2;
    let requests = Arc::new(AtomicUsize::new(0));
    let counted = requests.clone();
    let (address, certificate) = http2(move |_, mut peer| {
        let counted = counted.clone();
        async move {
            while let Some(stream) = peer.request().await {
                counted.fetch_add(1, SeqCst);
                peer.reset(stream, INTERNAL_ERROR).await;
            }
        }
    })
    .await;
    let egress = egress_trusting(settings(), &[certificate]);
    let message = failed(post(&egress, &format!("https://{address}/"), "1").await);
    assert!(message.starts_with("HTTP/2 error with"), "{message}");
    assert_eq!(requests.load(SeqCst), 1);
}

#[tokio::test]
async fn a_reused_connection_that_closes_without_a_response_is_replaced_at_once() {
    let (address, certificate) = http2(|number, mut peer| async move {
        if number > 0 {
            return answer_all(peer).await;
        }
        let first = peer.request().await.unwrap();
        peer.answer(first).await;
        let _ = peer.request().await;
    })
    .await;
    let (egress, url) = (egress_trusting(settings(), &[certificate]), format!("https://{address}/"));
    assert_eq!(answered(post(&egress, &url, "1").await), (200, None));
    let (status, note) = answered(post(&egress, &url, "2").await);
    assert_eq!(status, 200);
    assert!(note.unwrap().starts_with("sent again at once"));
}

/// The end of the connection is a reset, which may destroy a GOAWAY that was sent before it.
#[tokio::test]
async fn a_request_beside_others_is_sent_again_when_the_receiver_shows_no_sign_of_it() {
    let (sent, was_sent) = tokio::sync::oneshot::channel();
    let sent = Arc::new(std::sync::Mutex::new(Some(sent)));
    let (address, certificate) = http2(move |number, mut peer| {
        let sent = sent.clone();
        async move {
            if number > 0 {
                return answer_all(peer).await;
            }
            let first = peer.request().await.unwrap();
            let ready = sent.lock().unwrap().take().unwrap();
            ready.send(()).unwrap();
            // The second request is under way when the first one is answered, on a connection that had answered none.
            let _ = peer.request().await.unwrap();
            peer.answer(first).await;
        }
    })
    .await;
    let (egress, url) = (egress_trusting(settings(), &[certificate]), format!("https://{address}/"));
    let second = async {
        was_sent.await.unwrap();
        post(&egress, &url, "2").await
    };
    let (first, second) = futures_util::future::join(post(&egress, &url, "1"), second).await;
    assert_eq!(answered(first), (200, None));
    let (status, note) = answered(second);
    assert_eq!(status, 200);
    assert!(note.unwrap().starts_with("sent again at once"));
}

/// Go's server does this when its idle timeout meets a request: the GOAWAY names no last stream, and the request is
/// ignored.
#[tokio::test]
async fn a_reused_connection_that_a_graceful_goaway_closes_is_replaced_at_once() {
    const ANY_STREAM: u32 = (1 << 31) - 1;
    for says_goodbye in [false, true] {
        let (address, certificate) = http2(move |number, mut peer| async move {
            if number > 0 {
                return answer_all(peer).await;
            }
            let first = peer.request().await.unwrap();
            peer.answer(first).await;
            let _ = peer.request().await;
            peer.go_away(ANY_STREAM, 0).await;
            if says_goodbye {
                let _ = peer.0.shutdown().await;
            }
        })
        .await;
        let (egress, url) = (egress_trusting(settings(), &[certificate]), format!("https://{address}/"));
        assert_eq!(answered(post(&egress, &url, "1").await), (200, None));
        let (status, note) = answered(post(&egress, &url, "2").await);
        assert_eq!(status, 200);
        assert!(note.unwrap().starts_with("sent again at once"));
    }
}

/// Otherwise every further request would also time out on the dead connection.
#[tokio::test]
async fn a_connection_that_received_nothing_before_a_timeout_is_not_reused() {
    let (address, certificate) = http2(|number, mut peer| async move {
        if number > 0 {
            return answer_all(peer).await;
        }
        let first = peer.request().await.unwrap();
        peer.answer(first).await;
        std::future::pending().await
    })
    .await;
    let (egress, url) = (egress_trusting(settings(), &[certificate]), format!("https://{address}/"));
    assert_eq!(answered(post(&egress, &url, "1").await).0, 200);
    let message = failed(post_within(&egress, &url, "2", Duration::from_millis(300)).await);
    assert_eq!(message, format!("Timeout: no complete response from {address} within 0.3 s"));
    assert_eq!(answered(post(&egress, &url, "3").await).0, 200);
}

#[tokio::test]
async fn a_receiver_that_requires_http1_gets_it_in_the_same_attempt() {
    const HTTP_1_1_REQUIRED: u32 = 13;
    let (tls, certificate) = acceptor(&["h2", "http/1.1"]);
    let address = server(move |number, tcp| {
        let tls = tls.clone();
        async move {
            if number == 0 {
                let mut peer = Peer::accept(tls, tcp).await;
                let stream = peer.request().await.unwrap();
                peer.reset(stream, HTTP_1_1_REQUIRED).await;
                return peer.linger().await;
            }
            let mut stream = tls.accept(tcp).await.unwrap();
            assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
            while super::support::request(&mut stream).await.is_some() {
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await.unwrap();
            }
        }
    })
    .await;
    let (egress, url) = (egress_trusting(settings(), &[certificate]), format!("https://{address}/"));
    for body in ["1", "2"] {
        assert_eq!(answered(post(&egress, &url, body).await), (200, None));
    }
}

#[tokio::test]
async fn a_response_that_is_cut_after_its_status_is_a_response() {
    let (address, certificate) = http2(|_, mut peer| async move {
        let stream = peer.request().await.unwrap();
        peer.write(HEADERS, END_HEADERS, stream, &STATUS_200).await;
        peer.write(DATA, 0, stream, b"half of ").await;
    })
    .await;
    let egress = egress_trusting(settings(), &[certificate]);
    let sent = post(&egress, &format!("https://{address}/"), "1").await.unwrap();
    let answer = sent.result.unwrap();
    assert_eq!((answer.status, &answer.body[..]), (200, &b"half of "[..]));
    assert!(answer.note.unwrap().contains("ended early"));
}

#[tokio::test]
async fn concurrent_requests_share_one_connection() {
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = connections.clone();
    let (address, certificate) = http2(move |_, peer| {
        counted.fetch_add(1, SeqCst);
        answer_all(peer)
    })
    .await;
    let (egress, url) = (egress_trusting(settings(), &[certificate]), format!("https://{address}/"));
    let all = (0..50).map(|_| post(&egress, &url, vec![b'a'; 1_000]));
    for sent in tokio::time::timeout(LONG, futures_util::future::join_all(all)).await.unwrap() {
        assert_eq!(answered(sent), (200, None));
    }
    assert_eq!(connections.load(SeqCst), 1);
}

/// The requests exceed the flow-control windows and the receiver's limit of concurrent streams.
#[tokio::test]
async fn large_requests_wait_for_the_window_and_arrive() {
    let (tls, certificate) = acceptor(&["h2"]);
    let address = server(move |_, tcp| {
        let tls = tls.clone();
        async move {
            let stream = tls.accept(tcp).await.unwrap();
            let mut builder = h2::server::Builder::new();
            let mut server = builder.max_concurrent_streams(4).handshake::<_, Bytes>(stream).await.unwrap();
            while let Some(Ok((request, mut respond))) = server.accept().await {
                tokio::spawn(async move {
                    let (mut body, mut length) = (request.into_body(), 0);
                    while let Some(Ok(piece)) = body.data().await {
                        length += piece.len();
                        body.flow_control().release_capacity(piece.len()).unwrap();
                    }
                    let response = http::Response::new(());
                    let mut send = respond.send_response(response, false).unwrap();
                    send.send_data(length.to_string().into(), true).unwrap();
                });
            }
        }
    })
    .await;
    let (egress, url) = (egress_trusting(settings(), &[certificate]), format!("https://{address}/"));
    let all = (0..20).map(|_| post(&egress, &url, vec![b'a'; 500_000]));
    for sent in tokio::time::timeout(LONG, futures_util::future::join_all(all)).await.unwrap() {
        assert_eq!(&sent.unwrap().result.unwrap().body[..], b"500000");
    }
}
