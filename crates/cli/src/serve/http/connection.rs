//! A client connection from its first byte to its end. Every connection without progress is closed: when the client
//! sends nothing, stops within a request line or the HTTP/2 preface, has no further request, or does not read the
//! response.

use super::{
    framing::Checked,
    quiet::{EVERY, Quiet},
    stream::{Activity, Stream, Streaming},
};
use axum::{Router, extract::ConnectInfo, response::Response};
use bytes::Bytes;
use http::{HeaderValue, header::HOST};
use hyper::{
    Request,
    body::{Body, Frame, Incoming, SizeHint},
    service::{Service, service_fn},
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use std::{
    net::SocketAddr,
    pin::{Pin, pin},
    sync::{Arc, LazyLock},
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::watch,
    time::sleep,
};

/// Timeout of the first request's beginning.
const FIRST: Duration = Duration::from_secs(20);
/// Interval between checks of a connection, which is closed if it had no request between two checks. (HTTP/1
/// connections are closed earlier, see `HEADERS`.)
const LOOK: Duration = Duration::from_secs(75);
/// The same for a closing connection, which must make progress by reading the response.
const LAST_LOOK: Duration = Duration::from_secs(5);
/// Maximum number of those checks.
const LAST_LOOKS: u32 = 120;

/// Serves `router` on a connection until the client, a timeout or `stopping` ends it.
pub(super) async fn serve(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    peer: SocketAddr,
    http: auto::Builder<TokioExecutor>,
    router: Router,
    mut stopping: watch::Receiver<()>,
) {
    let activity = Arc::<Activity>::default();
    let (router, noted) = (TowerToHyperService::new(router), activity.clone());
    let service = service_fn(move |request: Request<Incoming>| {
        let running = noted.begin();
        let mut request = request.map(|body| Received { body, activity: noted.clone() });
        name_host(&mut request);
        request.extensions_mut().insert(ConnectInfo(peer));
        let (answer, noted) = (router.call(request), noted.clone());
        async move {
            let response = answer.await.map(|response| streamed(response, &noted));
            running.answered();
            response
        }
    });
    let stream = TokioIo::new(Stream::new(Checked::new(stream), activity.clone()));
    let mut connection = pin!(http.serve_connection(stream, service));
    let mut timer = pin!(sleep(FIRST));
    let (mut begun, mut written, mut last_looks) = (0, 0, None);
    loop {
        tokio::select! {
            ended = connection.as_mut() => {
                if let Err(fault) = ended {
                    tracing::debug!(%peer, error = %fault, "client connection failed");
                }
                return;
            }
            () = activity.flooded() => {
                // Dropping the connection ends its requests too.
                let more = |count| tracing::warn!(count, seconds = EVERY.as_secs(), "disconnected more such clients");
                if FLOODS.may_say(more) {
                    tracing::warn!(%peer, "disconnected a client that cancels most of its requests (HTTP/2 rapid reset)");
                }
                return;
            }
            _ = stopping.changed(), if last_looks.is_none() => {
                connection.as_mut().graceful_shutdown();
                last_looks = Some(0);
                timer.set(sleep(LAST_LOOK));
            }
            () = timer.as_mut() => match last_looks {
                // A stream whose client reads: its heartbeats are written.
                None if activity.has_streams() && activity.written() != written => {
                    (begun, written) = (activity.begun(), activity.written());
                    timer.set(sleep(LOOK));
                }
                None if activity.is_idle() && activity.begun() == begun => {
                    connection.as_mut().graceful_shutdown();
                    (written, last_looks) = (activity.written(), Some(0));
                    timer.set(sleep(LAST_LOOK));
                }
                None => {
                    (begun, written) = (activity.begun(), activity.written());
                    timer.set(sleep(LOOK));
                }
                Some(looks) if activity.is_idle() && (activity.written() == written || looks >= LAST_LOOKS) => {
                    tracing::debug!(%peer, "disconnected an idle client");
                    return;
                }
                Some(looks) => {
                    (written, last_looks) = (activity.written(), Some(looks + 1));
                    timer.set(sleep(LAST_LOOK));
                }
            },
        }
    }
}

/// Log messages about clients that cancel most of their requests.
static FLOODS: LazyLock<Arc<Quiet>> = LazyLock::new(Arc::default);

/// Names the host of the request's target in `Host`, where handlers look for it. HTTP/2 has it in the target alone, and
/// over HTTP/1.1 that of the target counts (RFC 9112, section 3.2.2).
fn name_host<B>(request: &mut Request<B>) {
    let Some(authority) = request.uri().authority() else { return };
    let is_repeated = request.headers().get_all(HOST).iter().nth(1).is_some();
    if let Ok(host) = HeaderValue::from_str(authority.as_str())
        && !is_repeated
    {
        request.headers_mut().insert(HOST, host);
    }
}

/// Counts a response without an end until it was sent.
fn streamed(response: Response, activity: &Arc<Activity>) -> Response {
    let kind = response.headers().get(http::header::CONTENT_TYPE);
    if kind.is_none_or(|kind| kind.as_bytes() != b"text/event-stream") {
        return response;
    }
    let streaming = activity.begin_stream();
    response.map(|body| axum::body::Body::new(Streamed { body, _streaming: streaming }))
}

/// The body of a response without an end.
struct Streamed {
    body: axum::body::Body,
    _streaming: Streaming,
}

impl Body for Streamed {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }
}

/// A request body that records when it was read to its end.
struct Received {
    body: Incoming,
    activity: Arc<Activity>,
}

impl Body for Received {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        if matches!(frame, Poll::Ready(None)) || self.body.is_end_stream() {
            self.activity.body_ended();
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests use tokio's paused clock")]
mod tests {
    use super::*;
    use axum::routing::{get, post};
    use http_body_util::{BodyExt, Empty};
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
        task::JoinHandle,
        time::Instant,
    };

    /// Longer than any timeout here.
    const LONG: Duration = Duration::from_secs(400);

    const STREAMS: u32 = 20;

    const TICK: Duration = Duration::from_secs(15);

    /// A comment every 15 seconds.
    struct Comments(Pin<Box<tokio::time::Sleep>>);

    impl Body for Comments {
        type Data = Bytes;
        type Error = hyper::Error;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
            std::task::ready!(self.0.as_mut().poll(cx));
            self.0 = Box::pin(sleep(TICK));
            Poll::Ready(Some(Ok(Frame::data(format!(":{:1000}\n\n", "").into()))))
        }
    }

    fn builder() -> auto::Builder<TokioExecutor> {
        super::super::Protocol { tls: None, streams: STREAMS, header_bytes: 16_384 }.builder()
    }

    /// The client's end of a served connection; the task ends with the connection.
    fn connect() -> (DuplexStream, JoinHandle<()>, watch::Sender<()>) {
        let large = || async { vec![b'x'; 4 * 1024 * 1024] };
        let slow = || async {
            sleep(LONG).await;
            "at last"
        };
        let events = || async {
            ([("content-type", "text/event-stream")], axum::body::Body::new(Comments(Box::pin(sleep(TICK)))))
        };
        let router = Router::new()
            .route("/", get(async || "here"))
            .route("/large", get(large))
            .route("/slow", get(slow))
            .route("/events", get(events))
            .route("/host", get(async |headers: http::HeaderMap| format!("{:?}", headers.get(HOST))))
            .route("/refuses", post(async || http::StatusCode::UNAUTHORIZED));
        let (client, server) = duplex(64 * 1024);
        let stopping = watch::Sender::new(());
        let peer = SocketAddr::from(([192, 0, 2, 1], 1));
        let served = tokio::spawn(serve(server, peer, builder(), router, stopping.subscribe()));
        (client, served, stopping)
    }

    /// Lifetime of the connection while the client remains idle.
    async fn lasts(served: JoinHandle<()>) -> Duration {
        let began = Instant::now();
        tokio::time::timeout(Duration::from_secs(3_600), served).await.expect("the connection ends").unwrap();
        began.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_without_a_complete_request_is_disconnected() {
        let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
        for said in ["", "P", &preface[..20], preface, "G", "GET / HTT", "GET / HTTP/1.1\r\nhost: a\r\n"] {
            let (mut client, served, _stopping) = connect();
            client.write_all(said.as_bytes()).await.unwrap();
            let lasted = lasts(served).await;
            assert!(lasted <= FIRST + 2 * LAST_LOOK, "{said:?} {lasted:?}");
            drop(client);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_without_a_further_request_is_closed_gracefully() {
        let (mut client, served, _stopping) = connect();
        client.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        let lasted = lasts(served).await;
        assert!((Duration::from_secs(60)..3 * LOOK).contains(&lasted), "{lasted:?}");
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert!(answer.ends_with("here"), "{answer}");
    }

    /// The client answers pings, as client libraries do.
    #[tokio::test(start_paused = true)]
    async fn an_idle_connection_of_http2_is_closed_and_one_with_a_request_is_not() {
        for (path, least) in [("http://a/", Duration::from_secs(60)), ("http://a/slow", LONG)] {
            let (client, served, _stopping) = connect();
            let (mut send, connection) =
                hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(client)).await.unwrap();
            tokio::spawn(connection);
            let request = Request::get(path).body(Empty::<Bytes>::new()).unwrap();
            let answer = send.send_request(request);
            let began = Instant::now();
            let body = answer.await.unwrap().into_body().collect().await.unwrap().to_bytes();
            assert!(body == "here" || body == "at last");
            let lasted = began.elapsed() + lasts(served).await;
            assert!((least..least + 3 * LOOK).contains(&lasted), "{path} {lasted:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_does_not_read_its_answer_is_disconnected() {
        let (mut client, served, _stopping) = connect();
        client.write_all(b"GET /large HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        let lasted = lasts(served).await;
        assert!(lasted < 3 * LOOK, "{lasted:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_lasts_while_its_client_reads() {
        let (mut client, served, _stopping) = connect();
        client.write_all(b"GET /events HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        let (mut piece, began) = (vec![0; 1024], Instant::now());
        while began.elapsed() < 2 * LONG {
            assert!(client.read(&mut piece).await.unwrap() > 0, "cut off after {:?}", began.elapsed());
        }
        // The client stops reading: comments fill the pipe, and then nothing is written any more.
        let lasted = tokio::time::timeout(Duration::from_secs(5_000), served).await;
        assert!(lasted.is_ok(), "a stream that nobody reads ends");
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_reads_slowly_gets_all_of_its_answer() {
        let (mut client, served, _stopping) = connect();
        client.write_all(b"GET /large HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        let (mut piece, mut read) = (vec![0; 64 * 1024], 0);
        while read < 4 * 1024 * 1024 {
            sleep(Duration::from_secs(4)).await;
            let more = client.read(&mut piece).await.unwrap();
            assert!(more > 0, "cut off after {read} bytes");
            read += more;
        }
        drop(client);
        served.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_stop_lets_a_running_request_finish() {
        let (mut client, served, stopping) = connect();
        client.write_all(b"GET /slow HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        sleep(Duration::from_secs(1)).await;
        stopping.send_replace(());
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert!(answer.ends_with("at last"), "{answer}");
        served.await.unwrap();
    }

    /// A client of HTTP/2 that decides about each frame. The task ends with the connection.
    async fn connect_h2() -> (h2::client::SendRequest<Bytes>, JoinHandle<Result<(), h2::Error>>, JoinHandle<()>) {
        let (client, served, stopping) = connect();
        let (send, connection) = h2::client::handshake(client).await.unwrap();
        let ended = tokio::spawn(async move {
            let _stopping = stopping;
            connection.await
        });
        (send, ended, served)
    }

    fn get_of(path: &str) -> Request<()> {
        Request::get(format!("http://named.example{path}")).body(()).unwrap()
    }

    /// Requests that the server has begun to answer, unlike those of the next test.
    #[tokio::test(start_paused = true)]
    async fn a_client_that_cancels_most_of_its_requests_is_disconnected() {
        let (mut send, ended, served) = connect_h2().await;
        let mut cancelled = 0;
        while !served.is_finished() {
            let Ok(ready) = send.ready().await else { break };
            send = ready;
            let Ok((_, mut stream)) = send.send_request(get_of("/slow"), true) else { break };
            sleep(Duration::from_millis(10)).await;
            stream.send_reset(h2::Reason::CANCEL);
            sleep(Duration::from_millis(10)).await;
            cancelled += 1;
            assert!(cancelled < 150, "the server goes on after {cancelled} cancelled requests");
        }
        assert!(cancelled >= 100, "the server ended the connection after {cancelled} cancelled requests");
        served.await.unwrap();
        let _ = ended.await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_cancels_some_of_its_requests_is_served() {
        let (mut send, _ended, served) = connect_h2().await;
        for number in 0..400 {
            send = send.ready().await.unwrap();
            let path = if number % 3 == 0 { "/slow" } else { "/" };
            let (answer, mut stream) = send.send_request(get_of(path), true).unwrap();
            sleep(Duration::from_millis(10)).await;
            if path == "/slow" {
                stream.send_reset(h2::Reason::CANCEL);
            } else {
                assert_eq!(answer.await.unwrap().status(), 200);
            }
        }
        assert!(!served.is_finished());
    }

    #[tokio::test(start_paused = true)]
    async fn requests_that_are_cancelled_at_once_end_the_connection() {
        let (mut send, ended, served) = connect_h2().await;
        let mut sent = 0;
        // The resets of all these requests arrive together.
        while sent < 5_000
            && let Ok((_, mut stream)) = send.send_request(get_of("/slow"), true)
        {
            stream.send_reset(h2::Reason::CANCEL);
            sent += 1;
            if sent % 50 == 0 {
                match send.ready().await {
                    Ok(ready) => send = ready,
                    Err(_) => break,
                }
                tokio::task::yield_now().await;
            }
        }
        let fault = ended.await.unwrap().unwrap_err();
        assert_eq!(fault.reason(), Some(h2::Reason::ENHANCE_YOUR_CALM), "{fault} after {sent}");
        served.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn requests_at_once_and_headers_have_limits() {
        let (mut send, _ended, _served) = connect_h2().await;
        let (answer, _) = send.send_request(get_of("/host"), true).unwrap();
        let body = answer.await.unwrap().into_body().data().await.unwrap().unwrap();
        assert_eq!(body, "Some(\"named.example\")", "handlers find the host of the target");
        assert_eq!(send.current_max_send_streams(), STREAMS as usize);
        let mut large = get_of("/");
        for number in 0..30 {
            let name: http::HeaderName = format!("x-{number}").parse().unwrap();
            large.headers_mut().insert(name, HeaderValue::try_from("y".repeat(1_000)).unwrap());
        }
        send = send.ready().await.unwrap();
        let (answer, _) = send.send_request(large, true).unwrap();
        assert_eq!(answer.await.unwrap().status(), 431);
    }

    /// The server reads the body to its end, or for some seconds, so that the client receives the refusal (RFC 9112,
    /// section 9.6).
    #[tokio::test(start_paused = true)]
    async fn the_body_of_a_refused_request_is_read_for_a_while() {
        let (mut client, served, _stopping) = connect();
        client.write_all(b"POST /refuses HTTP/1.1\r\nhost: a\r\ncontent-length: 1000000\r\n\r\n").await.unwrap();
        let (mut reader, mut writer) = tokio::io::split(client);
        let writes = tokio::spawn(async move {
            let piece = vec![b'x'; 1_000];
            for _ in 0..1_000 {
                writer.write_all(&piece).await.expect("the server continues to read");
                sleep(Duration::from_millis(1)).await;
            }
        });
        let mut answer = String::new();
        reader.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
        writes.await.unwrap();
        assert!(lasts(served).await < Duration::from_secs(5));
    }
}
