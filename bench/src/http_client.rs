//! A minimal HTTP client: raw for loads, with JSON for calls that are not measured.

use anyhow::{Context, ensure};
use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::{client::legacy::connect::HttpConnector, rt::TokioExecutor};
use serde_json::Value;

pub(crate) type Client = hyper_util::client::legacy::Client<HttpConnector, Full<Bytes>>;

pub(crate) fn client(connections: usize) -> Client {
    hyper_util::client::legacy::Client::builder(TokioExecutor::new()).pool_max_idle_per_host(connections).build_http()
}

/// Sends a request and returns the response as JSON (null for an empty body); any status other than 2xx is an error.
pub(crate) async fn json(
    client: &Client,
    method: Method,
    url: &str,
    headers: &HeaderMap,
    body: Option<&Value>,
) -> anyhow::Result<Value> {
    let bytes = body.map(ToString::to_string).unwrap_or_default();
    let mut request = Request::new(Full::new(Bytes::from(bytes)));
    *request.method_mut() = method.clone();
    *request.uri_mut() = url.parse().with_context(|| format!("{url} is not a URL"))?;
    *request.headers_mut() = headers.clone();
    if body.is_some() {
        request.headers_mut().insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
    }
    let answer = client.request(request).await.with_context(|| format!("{method} {url}"))?;
    let (status, body) = read(answer).await?;
    ensure!(
        (200..300).contains(&status),
        "{method} {url} returned {status}: {}",
        String::from_utf8_lossy(&body[..body.len().min(500)])
    );
    if body.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(&body).with_context(|| format!("{method} {url} did not return JSON"))
}

/// The status and the whole body.
pub(crate) async fn read(answer: Response<Incoming>) -> anyhow::Result<(u16, Bytes)> {
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await?.to_bytes();
    Ok((status, body))
}
