//! Requests to the collector (OTLP 1.x, *OTLP/HTTP*).

use crate::{config::TraceSettings, output::chain};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::HttpsConnector;
use hyper_util::{
    client::legacy::{self, connect::HttpConnector},
    rt::TokioExecutor,
};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message;
use std::time::Duration;

/// Maximum size of a response.
const RESPONSE_MAX: usize = 64 * 1024;

/// The collector's address, and a client.
pub(super) struct Collector {
    client: legacy::Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    endpoint: Uri,
    headers: HeaderMap,
    timeout: Duration,
}

/// Why a batch was not taken.
pub(super) enum Refused {
    /// The specification allows another try.
    ForNow {
        error: String,
        /// From `Retry-After`.
        after: Option<Duration>,
    },
    Finally(String),
}

impl Collector {
    pub(super) fn new(settings: &TraceSettings) -> anyhow::Result<Self> {
        let https = hyper_rustls::HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(rustls::crypto::ring::default_provider())?
            .https_or_http()
            .enable_http1()
            .build();
        let mut headers = settings.headers.clone();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-protobuf"));
        headers.insert(header::USER_AGENT, HeaderValue::from_static(concat!("Postrider/", env!("CARGO_PKG_VERSION"))));
        Ok(Self {
            client: legacy::Client::builder(TokioExecutor::new()).build(https),
            endpoint: settings.endpoint.clone(),
            headers,
            timeout: settings.timeout,
        })
    }

    pub(super) async fn send(&self, body: Bytes) -> Result<(), Refused> {
        let for_now = |error: String| Refused::ForNow { error, after: None };
        match tokio::time::timeout(self.timeout, self.exchange(body)).await {
            Ok(sent) => sent,
            Err(_) => Err(for_now(format!("no answer within {} ms", self.timeout.as_millis()))),
        }
    }

    async fn exchange(&self, body: Bytes) -> Result<(), Refused> {
        let for_now = |error: String| Refused::ForNow { error, after: None };
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = http::Method::POST;
        request.uri_mut().clone_from(&self.endpoint);
        request.headers_mut().clone_from(&self.headers);
        let response = self.client.request(request).await.map_err(|fault| for_now(chain(&fault)))?;
        let (head, body) = response.into_parts();
        if !head.status.is_success() {
            return Err(refused(head.status, &head.headers));
        }
        let body = Limited::new(body, RESPONSE_MAX).collect().await.map(|body| body.to_bytes());
        let answer = body.ok().and_then(|body| ExportTraceServiceResponse::decode(body).ok());
        match answer.and_then(|answer| answer.partial_success) {
            Some(partial) if partial.rejected_spans > 0 => {
                Err(Refused::Finally(format!("the collector rejected {} spans", partial.rejected_spans)))
            }
            _ => Ok(()),
        }
    }
}

fn refused(status: StatusCode, headers: &HeaderMap) -> Refused {
    let error = format!("the collector answered {}", status.as_u16());
    match status.as_u16() {
        429 | 502..=504 => {
            let after = headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
            Refused::ForNow { error, after: after.map(Duration::from_secs) }
        }
        _ => Refused::Finally(error),
    }
}
