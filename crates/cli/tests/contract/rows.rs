//! The test harness: rows, clients, and waiting for conditions.

use crate::server::Server;
use bytes::Bytes;
use http::{HeaderMap, Request, header};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{self, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::{Value, json};
use std::{
    future::Future,
    ops::Index,
    panic::resume_unwind,
    pin::Pin,
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::Semaphore,
    task::{JoinSet, LocalSet},
};

/// Timeout of a condition, reached by failing rows only.
const PATIENCE: Duration = Duration::from_secs(30);
/// Interval of polling a condition.
const PAUSE: Duration = Duration::from_millis(20);
/// Timeout of a row, so that a hanging row fails.
const ROW_LIMIT: Duration = Duration::from_secs(50);

type Run = Box<dyn FnOnce(World) -> Pin<Box<dyn Future<Output = ()>>>>;

/// A rule of the contracts, and the test that checks it.
pub(crate) struct Row {
    /// Place of the rule: its section, and the call or the line of a table.
    rule: &'static str,
    /// Text of the rule.
    says: &'static str,
    run: Run,
}

pub(crate) fn row<F, Running>(rule: &'static str, says: &'static str, run: F) -> Row
where
    F: FnOnce(World) -> Running + 'static,
    Running: Future<Output = ()> + 'static,
{
    Row { rule, says, run: Box::new(move |world| Box::pin(run(world))) }
}

/// Runs all rows, each in its own tenant and at most `at_once` concurrently; prints every result; fails with the list
/// of failed rows.
pub(crate) async fn run(server: &Server, at_once: usize, rows: Vec<Row>) {
    // Rows need not be `Send`, which asynchronous closures are not known to be.
    LocalSet::new().run_until(run_here(server, at_once, rows)).await;
}

async fn run_here(server: &Server, at_once: usize, rows: Vec<Row>) {
    let permits = Arc::new(Semaphore::new(at_once));
    let mut running = JoinSet::new();
    let mut results: Vec<_> = rows.iter().map(|row| (format!("{}: {}", row.rule, row.says), None)).collect();
    for (index, row) in rows.into_iter().enumerate() {
        let (world, permits) = (server.world(&format!("row-{index}")), permits.clone());
        running.spawn_local(async move {
            let _permit = permits.acquire_owned().await;
            let row = tokio::task::spawn_local(tokio::time::timeout(ROW_LIMIT, (row.run)(world)));
            (index, row.await)
        });
    }
    while let Some(done) = running.join_next().await {
        let (index, done) = done.unwrap_or_else(|fault| resume_unwind(fault.into_panic()));
        results[index].1 = Some(match done {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(format!("not finished after {ROW_LIMIT:?}")),
            Err(fault) => Err(message(fault)),
        });
    }
    let mut failures = Vec::new();
    for (name, result) in &results {
        match result {
            Some(Ok(())) => println!("ok      {name}"),
            Some(Err(why)) => {
                println!("FAILED  {name}");
                failures.push(format!("{name}\n    {}", why.replace('\n', "\n    ")));
            }
            None => failures.push(format!("{name}\n    was not run")),
        }
    }
    println!("{} of {} rows failed", failures.len(), results.len());
    assert!(failures.is_empty(), "{} rows failed:\n{}\n{}", failures.len(), failures.join("\n"), server.log());
}

fn message(fault: tokio::task::JoinError) -> String {
    let panic = fault.into_panic();
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("panicked").to_owned()
}

/// Polls until `look` returns a value.
pub(crate) async fn wait_until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let looking = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    match tokio::time::timeout(PATIENCE, looking).await {
        Ok(found) => found,
        Err(_) => panic!("timed out waiting until {what}"),
    }
}

type Http = legacy::Client<HttpConnector, Full<Bytes>>;

/// A client of one server with one credential.
#[derive(Clone)]
pub(crate) struct World {
    http: Http,
    server: String,
    key: Option<String>,
    pub(crate) tenant: Option<String>,
}

/// A request body: nothing, JSON, or literal text.
pub(crate) trait Payload {
    fn text(self) -> String;
}

impl Payload for () {
    fn text(self) -> String {
        String::new()
    }
}

impl Payload for Value {
    fn text(self) -> String {
        self.to_string()
    }
}

impl Payload for &str {
    fn text(self) -> String {
        self.to_owned()
    }
}

impl Payload for String {
    fn text(self) -> String {
        self
    }
}

impl World {
    pub(crate) fn new(server: String, key: &str, tenant: &str) -> Self {
        // Without automatic retries, which could send a request twice.
        let http = legacy::Client::builder(TokioExecutor::new()).retry_canceled_requests(false).build_http();
        Self { http, server, key: Some(key.to_owned()), tenant: Some(tenant.to_owned()) }
    }

    pub(crate) fn with_key(&self, key: Option<&str>) -> Self {
        Self { key: key.map(str::to_owned), ..self.clone() }
    }

    pub(crate) fn in_tenant(&self, tenant: Option<&str>) -> Self {
        Self { tenant: tenant.map(str::to_owned), ..self.clone() }
    }

    pub(crate) fn tenant(&self) -> &str {
        self.tenant.as_deref().unwrap()
    }

    /// A client with a tenant key that has these scopes.
    pub(crate) async fn with_scopes(&self, scopes: &[&str]) -> Self {
        let made = self.call("POST /api/v1/keys", json!({ "name": "row", "scopes": scopes })).await.is(201);
        self.with_key(made["key"].as_str())
    }

    /// Sends `METHOD path`, relative to the server's root.
    pub(crate) async fn call(&self, call: &str, body: impl Payload) -> Answer {
        let (method, path) = call.split_once(' ').unwrap();
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.server))
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(key) = &self.key {
            request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
        }
        if let Some(tenant) = &self.tenant {
            request = request.header("x-tenant-id", tenant);
        }
        let request = request.body(Full::new(body.text().into())).unwrap();
        let response = self.http.request(request).await.unwrap_or_else(|fault| panic!("{call}: {fault:?}"));
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Answer { call: call.to_owned(), status, headers, body: serde_json::from_str(&text).unwrap_or_default(), text }
    }

    /// A call of the platform API.
    pub(crate) async fn p(&self, call: &str, body: impl Payload) -> Answer {
        self.call(&call.replacen(' ', " /api/v1/webhooks", 1), body).await
    }

    /// A call of the tenant API.
    pub(crate) async fn t(&self, call: &str, body: impl Payload) -> Answer {
        self.call(&call.replacen(' ', " /api/v1/tenant/webhooks", 1), body).await
    }

    /// Subscribes through the platform API; `more` adds or replaces fields.
    pub(crate) async fn subscribe(&self, url: &str, more: Value) -> Answer {
        let mut body = json!({ "url": url, "events": ["invoice.created"] });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.p("POST /subscriptions", body).await.is(201)
    }

    /// Asserts that a subscription to this type is refused.
    pub(crate) async fn subscribe_refused(&self, event_type: &str) {
        let body = json!({ "url": "https://example.com/refused", "events": [event_type] });
        let expected = format!("Unsupported event types: {event_type}");
        self.p("POST /subscriptions", body).await.is(422).says(&expected);
    }

    /// Publishes an event of this type with the data `{}`; returns its id.
    pub(crate) async fn publish(&self, event_type: &str) -> String {
        self.publish_data(event_type, "{}").await
    }

    /// Publishes an event with exactly this `data`; returns its id.
    pub(crate) async fn publish_data(&self, event_type: &str, data: &str) -> String {
        let body = format!("{{\"type\":\"{event_type}\",\"data\":{data}}}");
        self.call("POST /api/v1/events", body).await.is(202).text_of("id")
    }

    /// Waits until the tenant's newest delivery has this status; returns it in the platform API's form.
    pub(crate) async fn delivery(&self, status: &str) -> Value {
        wait_until(&format!("a delivery is {status}"), async || {
            let list = self.p(&format!("GET /deliveries?status={status}"), ()).await.is(200);
            list.body.as_array().unwrap().first().cloned()
        })
        .await
    }
}

/// A response.
pub(crate) struct Answer {
    call: String,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// Null when the body is not JSON.
    pub(crate) body: Value,
    pub(crate) text: String,
}

impl Answer {
    /// Asserts the status, and the form of an error response.
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}: {}", self.call, self.text);
        if status >= 400 {
            assert_eq!(self.headers[header::CONTENT_TYPE], "application/problem+json", "{}", self.call);
            assert!(self.body["detail"].is_string(), "{}: detail is no string: {}", self.call, self.text);
            assert_eq!(self.body["status"], status, "{}", self.call);
            assert!(self.body["type"].is_string() && self.body["title"].is_string(), "{}", self.text);
        }
        self
    }

    /// Asserts that `detail` contains this text.
    #[track_caller]
    pub(crate) fn says(self, part: &str) -> Self {
        let detail = self.body["detail"].as_str().unwrap_or_default();
        assert!(detail.contains(part), "{}: {part:?} is not in {detail:?}", self.call);
        self
    }

    #[track_caller]
    pub(crate) fn text_of(&self, field: &str) -> String {
        text(&self.body, field)
    }

    #[track_caller]
    pub(crate) fn list(&self) -> &Vec<Value> {
        self.body.as_array().unwrap_or_else(|| panic!("{}: no array: {}", self.call, self.text))
    }

    /// A field of all items of a list.
    #[track_caller]
    pub(crate) fn all(&self, field: &str) -> Vec<String> {
        self.list().iter().map(|one| text(one, field)).collect()
    }
}

impl Index<&str> for Answer {
    type Output = Value;

    fn index(&self, field: &str) -> &Value {
        &self.body[field]
    }
}

#[track_caller]
pub(crate) fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_else(|| panic!("{field} is no text in {value}")).to_owned()
}

/// Asserts that the object has exactly these fields.
#[track_caller]
pub(crate) fn has_fields(value: &Value, fields: &str) {
    let mut wanted: Vec<_> = fields.split_whitespace().collect();
    let mut there: Vec<_> = value.as_object().expect("an object").keys().map(String::as_str).collect();
    wanted.sort_unstable();
    there.sort_unstable();
    assert_eq!(there, wanted);
}

/// Asserts ISO 8601 in UTC with `Z`.
#[track_caller]
pub(crate) fn is_time(value: &Value) {
    let text = value.as_str().unwrap_or_else(|| panic!("{value} is no time"));
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    assert_eq!(shape, "0000-00-00T00:00:00.000Z");
}

/// The hyphenated form of `sub_…`, `evt_…` or `dlv_…`.
pub(crate) fn hyphenated(id: &str) -> String {
    const DIGITS: &str = "0123456789abcdefghjkmnpqrstvwxyz";
    let (_, text) = id.split_once('_').unwrap();
    assert_eq!(text.len(), 26, "{id}");
    let number = text.chars().fold(0u128, |number, c| number << 5 | DIGITS.find(c).unwrap() as u128);
    let hex = format!("{number:032x}");
    assert_eq!(&hex[12..13], "7", "{id} is no UUIDv7");
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// HMAC-SHA256 by Python's standard library, as an independent implementation. `encoding` is `hex` or `base64`.
pub(crate) async fn python_hmac(encoding: &str, key: &[u8], message: &[u8]) -> String {
    const SCRIPT: &str = "import sys, hmac, hashlib, base64\n\
        encoding, key, message = (line.strip() for line in sys.stdin)\n\
        mac = hmac.new(base64.b64decode(key), base64.b64decode(message), hashlib.sha256).digest()\n\
        print(mac.hex() if encoding == 'hex' else base64.b64encode(mac).decode())";
    use base64::{Engine, engine::general_purpose::STANDARD};
    let input = format!("{encoding}\n{}\n{}\n", STANDARD.encode(key), STANDARD.encode(message));
    let calculate = move || {
        use std::io::Write;
        let mut python = Command::new("python3")
            .args(["-c", SCRIPT])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 is needed");
        python.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = python.wait_with_output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    tokio::task::spawn_blocking(calculate).await.unwrap()
}
