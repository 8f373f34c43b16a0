//! A small HTTP client: a caller with its key, and the checks that every answer must pass.

use super::documented::check_documented;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full, combinators::UnsyncBoxBody};
use hyper_util::{
    client::legacy::{self, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::Value;
use std::time::Duration;

/// Maximum time that a test waits for anything.
pub(crate) const LONGEST: Duration = Duration::from_secs(30);

/// The result of `work`; panics when it does not come in time.
pub(crate) async fn within<T>(what: &str, work: impl Future<Output = T>) -> T {
    tokio::time::timeout(LONGEST, work).await.unwrap_or_else(|_| panic!("{what}: waited {LONGEST:?} in vain"))
}

/// A caller of the API, with the headers that identify it.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    client: legacy::Client<HttpConnector, Full<Bytes>>,
    base: String,
    headers: HeaderMap,
}

impl Caller {
    /// A caller without a key.
    pub(crate) fn new(base: String) -> Self {
        let client = legacy::Client::builder(TokioExecutor::new()).build_http();
        Self { client, base, headers: HeaderMap::new() }
    }

    /// The same caller, with a further header.
    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut caller = self.clone();
        caller.headers.insert(name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap());
        caller
    }

    pub(crate) fn authority(&self) -> &str {
        self.base.trim_start_matches("http://")
    }

    /// The key that this caller sends.
    pub(crate) fn key(&self) -> String {
        let bearer = self.headers["authorization"].to_str().unwrap();
        bearer.strip_prefix("Bearer ").unwrap().to_owned()
    }

    /// A header that this caller sends.
    pub(crate) fn sends(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    pub(crate) fn bearing(&self, key: &str) -> Self {
        self.with("Authorization", &format!("Bearer {key}"))
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: impl Into<Bytes>) -> Answer {
        let mut request = Request::new(Full::new(body.into()));
        let uri = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) };
        *request.uri_mut() = uri.parse().unwrap_or_else(|fault| panic!("{uri}: {fault}"));
        *request.method_mut() = method.clone();
        *request.headers_mut() = self.headers.clone();
        let call = format!("{method} {path}");
        let exchange = async {
            let response = self.client.request(request).await.unwrap_or_else(|fault| panic!("{call}: {fault}"));
            let (parts, body) = response.into_parts();
            // A stream has no end.
            if parts.headers.get("content-type").is_some_and(|kind| kind == "text/event-stream") {
                return (parts, Bytes::new());
            }
            let body = body.collect().await.unwrap_or_else(|fault| panic!("{call}: {fault}")).to_bytes();
            (parts, body)
        };
        let (parts, body) = within(&call, exchange).await;
        let answer = Answer { status: parts.status, headers: parts.headers, body, call };
        check_documented(&method, path, &answer);
        answer
    }

    /// Opens a stream of server-sent events.
    pub(crate) async fn stream(&self, path: &str) -> EventStream {
        let mut request = Request::new(Full::default());
        *request.uri_mut() = format!("{}{path}", self.base).parse().unwrap();
        *request.headers_mut() = self.headers.clone();
        let response = within(path, self.client.request(request)).await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        let (parts, body) = response.into_parts();
        EventStream {
            headers: parts.headers,
            body: body.map_err(|fault| fault.to_string()).boxed_unsync(),
            text: String::new(),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, "").await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, "").await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, body.to_string()).await
    }

    /// For calls that need no body.
    pub(crate) async fn post_nothing(&self, path: &str) -> Answer {
        self.send(Method::POST, path, "").await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, body.to_string()).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PATCH, path, body.to_string()).await
    }
}

/// An event of a stream.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct StreamEvent {
    pub(crate) id: Option<String>,
    pub(crate) name: String,
    pub(crate) data: Value,
}

/// A stream of server-sent events.
pub(crate) struct EventStream {
    pub(crate) headers: HeaderMap,
    body: UnsyncBoxBody<Bytes, String>,
    text: String,
}

impl EventStream {
    /// The next event, or `None` at the end of the stream. Comments are left out.
    pub(crate) async fn next(&mut self) -> Option<StreamEvent> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let mut event = StreamEvent::default();
                for line in block.lines() {
                    match line.split_once(": ") {
                        Some(("id", id)) => event.id = Some(id.to_owned()),
                        Some(("event", name)) => name.clone_into(&mut event.name),
                        Some(("data", data)) => event.data = serde_json::from_str(data).expect("JSON"),
                        _ => {}
                    }
                }
                self.text = rest.to_owned();
                if event != StreamEvent::default() {
                    return Some(event);
                }
                continue;
            }
            let frame = within("an event", self.body.frame()).await?.expect("a readable stream");
            self.text.push_str(std::str::from_utf8(&frame.into_data().expect("data")).expect("UTF-8"));
        }
    }

    /// The next event of this name; others are passed over.
    pub(crate) async fn expect(&mut self, name: &str) -> StreamEvent {
        loop {
            let event = self.next().await.unwrap_or_else(|| panic!("the stream ended before {name}"));
            if event.name == name {
                return event;
            }
        }
    }
}

/// The answer to a call.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(super) call: String,
}

impl Answer {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("UTF-8")
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("visible ASCII"))
    }

    /// The JSON of an answer with this status.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}: {}", self.call, self.text());
        assert_eq!(self.header("content-type"), Some("application/json"), "{}", self.call);
        serde_json::from_slice(&self.body).unwrap_or_else(|fault| panic!("{}: {fault}: {}", self.call, self.text()))
    }

    /// Checks that this is a 204 without a body.
    #[track_caller]
    pub(crate) fn expect_nothing(&self) {
        assert_eq!((self.status.as_u16(), self.text()), (204, ""), "{}", self.call);
    }

    /// The body of an error, after the checks that all errors must pass (RFC 9457 with `detail` as a plain string; see
    /// `docs/contracts.md`).
    #[track_caller]
    pub(crate) fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}: {}", self.call, self.text());
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.call);
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_else(|fault| panic!("{}: {fault}", self.call));
        assert_eq!(body["status"], status, "{}", self.call);
        assert_eq!(body["code"], code, "{}: {body}", self.call);
        assert_eq!(body["type"], "about:blank");
        assert_eq!(body["title"], self.status.canonical_reason().unwrap());
        assert!(body["detail"].as_str().is_some_and(|text| !text.is_empty()), "{}: {body}", self.call);
        let id = body["request_id"].as_str().filter(|id| !id.is_empty());
        assert_eq!(id, self.header("x-request-id"), "{}: {body}", self.call);
        body
    }

    /// The `detail` of an error.
    #[track_caller]
    pub(crate) fn detail(&self, status: u16, code: &str) -> String {
        self.problem(status, code)["detail"].as_str().unwrap().to_owned()
    }

    /// The fields that a 422 names, with what is wrong with each.
    #[track_caller]
    pub(crate) fn faults(&self) -> Vec<(String, String)> {
        let body = self.problem(422, "invalid");
        let text = |fault: &Value, name: &str| fault[name].as_str().expect("a string").to_owned();
        let faults = body["errors"].as_array().expect("the fields at fault");
        faults.iter().map(|fault| (text(fault, "field"), text(fault, "message"))).collect()
    }

    /// The only field that a 422 names.
    #[track_caller]
    pub(crate) fn fault(&self) -> (String, String) {
        let mut faults = self.faults();
        assert_eq!(faults.len(), 1, "{}: {faults:?}", self.call);
        faults.remove(0)
    }

    /// The next page's path, from the `Link` header.
    pub(crate) fn next_page(&self) -> Option<&str> {
        self.header("link")?.strip_prefix('<')?.strip_suffix(">; rel=\"next\"")
    }
}
