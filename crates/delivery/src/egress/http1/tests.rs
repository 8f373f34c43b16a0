//! One HTTP/1.1 connection against malformed responses of every kind.

use super::*;
use crate::egress::{
    Origin,
    response::Answer,
    socket::{Counter, Dialled},
    tests::support::{LONG, request},
    way::Way,
};
use bytes::Bytes;
use http::{HeaderMap, Uri};
use model::shape::Method;
use proptest::prelude::*;
use std::sync::OnceLock;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// The result of an exchange.
struct Outcome {
    result: Result<Keep, Fault>,
    answer: Option<Answer>,
    buffer: usize,
}

impl Outcome {
    #[track_caller]
    fn answer(self) -> Answer {
        self.result.expect("no fault");
        self.answer.expect("an answer")
    }
}

async fn connect(listener: &TcpListener) -> (Connection, TcpStream) {
    let address = listener.local_addr().unwrap();
    let (tcp, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
    let place = Counter::new(1).enter().unwrap();
    (Connection::new(Socket::plain(Dialled { tcp: tcp.unwrap(), address: address.ip(), place })), accepted.unwrap().0)
}

async fn exchange(connection: &mut Connection, body: Bytes) -> Outcome {
    static PARTS: OnceLock<(Origin, Uri)> = OnceLock::new();
    let (origin, uri) = PARTS.get_or_init(|| {
        let url = url::Url::parse("http://receiver.test/hook").unwrap();
        (Origin::new(&url).unwrap(), url.as_str().parse().unwrap())
    });
    let request = Request { method: Method::Post, way: Way::new(origin, None), uri, headers: HeaderMap::new(), body };
    let mut receipt = Receipt::default();
    let result = tokio::time::timeout(LONG, connection.exchange(&request, &mut receipt)).await.expect("an end");
    Outcome { result, answer: receipt.into_answer(), buffer: connection.buffer.filled().len() }
}

/// Runs an exchange with a server that sends `response` in pieces of `step` bytes and then closes the connection.
async fn respond(response: &[u8], step: usize) -> Outcome {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (mut connection, mut peer) = connect(&listener).await;
    let serve = async {
        request(&mut peer).await.expect("a request");
        for piece in response.chunks(step.max(1)) {
            if peer.write_all(piece).await.is_err() {
                break;
            }
            if step < response.len() {
                tokio::task::yield_now().await;
            }
        }
        let _ = peer.shutdown().await;
        // Waits until the client has read everything, or has closed.
        let _ = peer.read_to_end(&mut Vec::new()).await;
    };
    let client = async {
        let outcome = exchange(&mut connection, Bytes::from_static(b"{}")).await;
        drop(connection);
        outcome
    };
    tokio::join!(serve, client).1
}

#[tokio::test]
async fn a_response_whose_status_was_read_is_a_response() {
    let many: String = (0..500).map(|n| format!("X-Header-{n}: {n}\r\n")).collect();
    let rows: [(String, u16, &str, &str); 26] = [
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".into(), 200, "ok", ""),
        ("HTTP/1.1 200 OK\r\nX: a\x01\x02b\r\nContent-Length: 2\r\n\r\nok".into(), 200, "ok", "control characters"),
        ("HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\tc\r\nContent-Length: 2\r\n\r\nok".into(), 200, "ok", "folded"),
        ("HTTP/1.1 200 OK\r\nX : a\r\nContent-Length : 2\r\n\r\nok".into(), 200, "ok", "space before"),
        ("HTTP/1.1 200 OK\r\nPHP Warning: foo in bar.php\r\nContent-Length: 2\r\n\r\nok".into(), 200, "ok", "lines"),
        ("HTTP/1.1 200 OK\r\nnonsense\r\n\r\nok".into(), 200, "ok", "lines"),
        (format!("HTTP/1.1 200 OK\r\n{many}Content-Length: 2\r\n\r\nok"), 200, "ok", "not kept"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nok".into(), 200, "ok", "ended after 2 of 10 bytes"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n".into(), 200, "ok", "last chunk is missing"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nok".into(), 200, "ok", "within a chunk"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nok".into(), 200, "", "chunks are malformed"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n".into(), 200, "ok", ""),
        ("HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\nok".into(), 200, "", "Content-Length is malformed"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nok".into(), 200, "", "malformed"),
        ("HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\n\x0b\x02".into(), 200, "", "\"br\""),
        ("HTTP/1.1 200 OK\r\n\r\nup to the end".into(), 200, "up to the end", ""),
        ("HTTP/1.0 200 OK\r\n\r\nup to the end".into(), 200, "up to the end", ""),
        ("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n".into(), 204, "", ""),
        ("HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nX: \x00".into(), 503, "", "ended within its headers"),
        ("HTTP/1.1 202".into(), 202, "", "ended within its headers"),
        ("HTTP/1.1 202 Accepted\r\n".into(), 202, "", "ended within its headers"),
        (
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\nHTTP/1.1 201 C\r\n\r\nok".into(),
            201,
            "ok",
            "",
        ),
        ("\r\nHTTP/1.1 200 OK\nContent-Length: 2\n\nok".into(), 200, "ok", ""),
        ("HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\nbytes".into(), 101, "", ""),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok".into(), 200, "ok", ""),
        ("HTTP/1.1 299 caf\u{e9}\r\nContent-Length: 2, 2\r\n\r\nok".into(), 299, "ok", ""),
    ];
    for (response, status, body, note) in rows {
        for step in [1, 7, response.len()] {
            let answer = respond(response.as_bytes(), step).await.answer();
            let shown = &response[..response.len().min(60)];
            assert_eq!(answer.status, status, "{shown:?}");
            // With unclear framing only the bytes that arrived with the head are taken.
            if !note.contains("Content-Length is") && note != "malformed" {
                assert_eq!(answer.body, body.as_bytes(), "{shown:?}");
            }
            match answer.note {
                Some(said) => assert!(!note.is_empty() && said.contains(note), "{shown:?}: {said}"),
                None => assert_eq!(note, "", "{shown:?}"),
            }
        }
    }
}

#[tokio::test]
async fn the_error_for_a_response_that_is_not_http_quotes_its_first_bytes() {
    for (bytes, expected) in [
        (&b"SSH-2.0-OpenSSH_9.9\r\n\r\n"[..], r#"it begins with "SSH-2.0-OpenSSH_9.9\r\n\r\n""#),
        (b"\x15\x03\x01\x00\x02\x02\x46", "https://"),
        (b"HTTP/1.1 OK\r\n\r\n", "it begins with"),
    ] {
        let outcome = respond(bytes, bytes.len()).await;
        assert!(outcome.answer.is_none());
        let message = outcome.result.unwrap_err().explain("r.test").unwrap().message;
        assert!(message.starts_with("Not an HTTP response from r.test") && message.contains(expected), "{message}");
    }
    for bytes in [&b""[..], b"HTTP/1.1 20", b"HT"] {
        let outcome = respond(bytes, 1).await;
        let message = outcome.result.unwrap_err().explain("r.test").unwrap().message;
        assert_eq!(message, "Connection closed by r.test before a complete response", "{bytes:?}");
    }
}

#[tokio::test]
async fn endless_headers_keep_the_status_and_take_bounded_memory() {
    let mut response = b"HTTP/1.1 503 Busy\r\nRetry-After: 7\r\n".to_vec();
    response.extend(b"X-Filler: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n".repeat(20_000));
    let outcome = respond(&response, 5_000).await;
    assert!(outcome.buffer <= 2 * HEAD_MAX, "{}", outcome.buffer);
    let answer = outcome.answer();
    assert_eq!((answer.status, answer.retry_after.is_some()), (503, true));
    assert!(answer.note.unwrap().contains("more than 64 KiB"));
    let one_line = [b"HTTP/1.1 200 OK\r\nX: ".to_vec(), vec![b'a'; 200_000]].concat();
    assert_eq!(respond(&one_line, 5_000).await.answer().status, 200);
    let interim = b"HTTP/1.1 100 Continue\r\n\r\n".repeat(10_000);
    assert!(respond(&interim, 5_000).await.answer.is_none());
}

#[tokio::test]
async fn a_connection_is_reused_only_when_the_end_of_the_response_is_clear() {
    for (response, keep) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", Keep::Open),
        ("HTTP/1.1 204 No Content\r\n\r\n", Keep::Open),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", Keep::Open),
        ("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok", Keep::Open),
        ("HTTP/1.1 200 OK\r\nX : odd\r\nContent-Length: 2\r\n\r\nok", Keep::Open),
        ("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", Keep::Close),
        ("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", Keep::Close),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more", Keep::Close),
        ("HTTP/1.1 204 No Content\r\n\r\nunexpected", Keep::Close),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", Keep::Close),
        ("HTTP/1.1 101 Switching Protocols\r\n\r\n", Keep::Close),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\nok", Keep::Close),
        ("HTTP/1.1 200 OK\r\n\r\nok", Keep::Close),
    ] {
        assert_eq!(respond(response.as_bytes(), response.len()).await.result.unwrap(), keep, "{response:?}");
    }
}

#[tokio::test]
async fn a_long_body_is_not_read_to_its_end() {
    for head in ["HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n"] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (mut connection, mut peer) = connect(&listener).await;
        let serve = async {
            request(&mut peer).await;
            peer.write_all(head.as_bytes()).await.unwrap();
            let mut written = 0;
            while peer.write_all(&[b'x'; 16 * 1024]).await.is_ok() {
                written += 16 * 1024;
            }
            written
        };
        let client = async {
            let outcome = exchange(&mut connection, Bytes::from_static(b"{}")).await;
            drop(connection);
            outcome
        };
        let (written, outcome) = tokio::join!(serve, client);
        assert_eq!(*outcome.result.as_ref().unwrap(), Keep::Close);
        assert_eq!(outcome.answer().body.len(), 4 * 1024);
        assert!(written < 20_000_000, "{head:?}: {written}");
    }
}

#[tokio::test]
async fn a_response_is_read_while_the_request_is_still_being_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    for closes in [false, true] {
        let (mut connection, mut peer) = connect(&listener).await;
        let (seen, was_seen) = tokio::sync::oneshot::channel::<()>();
        let serve = async move {
            peer.read_exact(&mut [0; 100]).await.unwrap();
            peer.write_all(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n").await.unwrap();
            if !closes {
                let _ = was_seen.await;
            }
        };
        let client = async {
            let outcome = exchange(&mut connection, vec![b'a'; 50_000_000].into()).await;
            drop(seen);
            outcome
        };
        let outcome = tokio::join!(serve, client).1;
        assert_eq!(*outcome.result.as_ref().unwrap(), Keep::Close);
        assert_eq!(outcome.answer().status, 413);
    }
}

#[tokio::test]
async fn a_large_request_arrives_whole_and_the_connection_is_reused() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (mut connection, mut peer) = connect(&listener).await;
    let serve = async move {
        for size in [1_000_000, 3, 20_000] {
            assert_eq!(request(&mut peer).await.unwrap(), vec![b'a'; size]);
            peer.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await.unwrap();
        }
    };
    let client = async {
        for size in [1_000_000, 3, 20_000] {
            let outcome = exchange(&mut connection, vec![b'a'; size].into()).await;
            assert_eq!(outcome.result.unwrap(), Keep::Open);
        }
    };
    tokio::join!(serve, client);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn arbitrary_bytes_after_a_status_line_never_lose_the_status(
        code in 200u16..=599,
        rest in prop::collection::vec(
            prop_oneof![
                prop::collection::vec(any::<u8>(), 0..60),
                prop::sample::select(vec![
                    &b"\r\n"[..], b"\n", b"Content-Length: ", b"7\r\n", b"Transfer-Encoding: chunked\r\n", b"\r\n\r\n",
                    b"Retry-After: 5\r\n", b"ff\r\n", b"0\r\n\r\n", b" folded\r\n", b": \r\n", b"Connection: close\r\n",
                    b"Content-Encoding: gzip\r\n", b"\x1f\x8b\x08",
                ]).prop_map(<[u8]>::to_vec),
            ],
            0..12,
        ),
        step in 1usize..100,
    ) {
        let mut response = format!("HTTP/1.1 {code} Whatever\r\n").into_bytes();
        response.extend(rest.concat());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let outcome = runtime.block_on(respond(&response, step));
        prop_assert!(outcome.result.is_ok(), "{:?}", outcome.result);
        let answer = outcome.answer.unwrap();
        prop_assert_eq!(answer.status, code);
        prop_assert!(answer.body.len() <= 4 * 1024 && answer.headers.len() <= 4 * 1024);
        prop_assert!(!answer.headers.contains('\r') && answer.headers.lines().all(|line| line.contains(": ")));
    }

    #[test]
    fn arbitrary_bytes_never_panic(response in prop::collection::vec(any::<u8>(), 0..300), step in 1usize..100) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let outcome = runtime.block_on(respond(&response, step));
        prop_assert_eq!(outcome.answer.is_some(), outcome.result.is_ok());
    }
}
