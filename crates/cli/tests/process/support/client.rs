//! A minimal HTTP client of the API.

use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{self, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::{Value, json};
use std::net::SocketAddr;

type Http = legacy::Client<HttpConnector, Full<Bytes>>;
type Fault = Box<dyn std::error::Error + Send + Sync>;

/// A client of a server with a key, optionally in a tenant.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    http: Http,
    server: SocketAddr,
    key: String,
    tenant: Option<String>,
    /// Further headers of each request.
    headers: Vec<(&'static str, String)>,
}

/// A response.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// Null when the body is not JSON.
    pub(crate) body: Value,
    /// Path and query of the next page.
    next: Option<String>,
    /// The response's `x-request-id`.
    pub(crate) request_id: Option<String>,
}

impl Client {
    pub(crate) fn new(server: SocketAddr, key: &str) -> Self {
        // Without automatic retries, which could send a request twice.
        let http = legacy::Client::builder(TokioExecutor::new()).retry_canceled_requests(false).build_http();
        Self { http, server, key: key.to_owned(), tenant: None, headers: Vec::new() }
    }

    pub(crate) const fn server(&self) -> SocketAddr {
        self.server
    }

    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// The same client in a tenant.
    pub(crate) fn in_tenant(&self, id: &str) -> Self {
        Self { tenant: Some(id.to_owned()), ..self.clone() }
    }

    /// The same client with a further header.
    pub(crate) fn with(&self, name: &'static str, value: &str) -> Self {
        let mut client = self.clone();
        client.headers.push((name, value.to_owned()));
        client
    }

    /// The same client for a restarted server.
    pub(crate) fn at(&self, server: SocketAddr) -> Self {
        Self { server, ..self.clone() }
    }

    /// Returns a response, or the error of the connection.
    pub(crate) async fn try_call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Answer, Fault> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.server))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.key))
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(tenant) = &self.tenant {
            request = request.header("x-tenant-id", tenant);
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let body = body.map(Value::to_string).unwrap_or_default();
        let response = self.http.request(request.body(Full::new(body.into()))?).await?;
        let status = response.status();
        let link = response.headers().get(header::LINK).and_then(|value| value.to_str().ok());
        let next = link.and_then(|link| Some(link.strip_prefix('<')?.split_once('>')?.0.to_owned()));
        let request_id = response.headers().get("x-request-id").and_then(|id| Some(id.to_str().ok()?.to_owned()));
        let bytes = response.into_body().collect().await?.to_bytes();
        Ok(Answer { status, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null), next, request_id })
    }

    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let answer = self.try_call(method.clone(), path, body).await;
        answer.unwrap_or_else(|fault| panic!("{method} {path}: {fault:?}"))
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::PUT, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.call(Method::DELETE, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::PATCH, path, Some(body)).await
    }

    /// Creates a subscription, to all events unless `more` says otherwise.
    pub(crate) async fn subscribe(&self, url: &str, more: &Value) -> Subscription {
        let mut body = json!({ "url": url, "events": ["*"] });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let made = self.post("/api/v1/webhooks/subscriptions", &body).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let text = |name: &str| made.body[name].as_str().unwrap().to_owned();
        Subscription { id: text("id"), secret: text("secret") }
    }

    /// Publishes an event with this `seq`; returns its id if it was acknowledged.
    pub(crate) async fn try_publish(&self, event_type: &str, seq: u64) -> Option<String> {
        let event = event(event_type, seq);
        let answer = self.try_call(Method::POST, "/api/v1/events", Some(&event)).await.ok()?;
        (answer.status == 202).then(|| answer.body["id"].as_str().unwrap().to_owned())
    }

    /// The same, but panics on an error.
    pub(crate) async fn publish(&self, event_type: &str, seq: u64) -> String {
        let answer = self.post("/api/v1/events", &event(event_type, seq)).await;
        assert_eq!(answer.status, 202, "{}", answer.body);
        answer.body["id"].as_str().unwrap().to_owned()
    }

    /// Publishes many events in a few calls.
    pub(crate) async fn publish_batch(&self, event_type: &str, seqs: std::ops::Range<u64>) {
        let seqs: Vec<u64> = seqs.collect();
        for some in seqs.chunks(1_000) {
            let events: Vec<Value> = some.iter().map(|seq| event(event_type, *seq)).collect();
            let answer = self.post("/api/v1/events/batch", &json!({ "events": events })).await;
            assert_eq!(answer.status, 202, "{}", answer.body);
        }
    }

    /// All deliveries with this status, from all pages.
    pub(crate) async fn deliveries(&self, status: &str) -> Vec<Value> {
        let mut all = Vec::new();
        let mut next = Some(format!("/api/v1/webhooks/deliveries?limit=200&status={status}"));
        while let Some(path) = next {
            let page = self.get(&path).await;
            assert_eq!(page.status, 200, "{}", page.body);
            all.extend(page.body.as_array().unwrap().iter().cloned());
            next = page.next;
        }
        all
    }

    /// True when no delivery has this status.
    pub(crate) async fn none(&self, status: &str) -> bool {
        let page = self.get(&format!("/api/v1/webhooks/deliveries?limit=1&status={status}")).await;
        assert_eq!(page.status, 200, "{}", page.body);
        page.body == json!([])
    }
}

/// A created subscription.
#[derive(Debug)]
pub(crate) struct Subscription {
    pub(crate) id: String,
    pub(crate) secret: String,
}

impl Subscription {
    pub(crate) fn path(&self, action: &str) -> String {
        format!("/api/v1/webhooks/subscriptions/{}{action}", self.id)
    }
}

/// An event of about 300 bytes that receivers identify by its `seq`.
fn event(event_type: &str, seq: u64) -> Value {
    let data = json!({
        "seq": seq, "invoice_id": "inv_06f8k2m4q9v1x3z5b7d9f1h3k5", "amount": 1234.56, "currency": "EUR",
        "customer": { "id": "cus_06f8k2m4q9v1x3z5b7d9f1h3k5", "name": "Example GmbH & Co. KG", "country": "AT" },
    });
    json!({ "type": event_type, "data": data })
}
