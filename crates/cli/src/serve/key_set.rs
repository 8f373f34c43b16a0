//! The key set of an identity provider, read over HTTP.

use crate::config::{TokenKeys, TokenSettings};
use api::{KeySource, Tokens};
use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Uri, header};
use http_body_util::{BodyExt, Empty, Limited};
use hyper_rustls::HttpsConnector;
use hyper_util::{
    client::legacy::{self, connect::HttpConnector},
    rt::TokioExecutor,
};
use std::{fmt, sync::Arc, time::Duration};

/// Timeout of a read. Requests with tokens of an unknown key wait for it.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Verifies tokens by the settings.
pub(super) fn tokens(settings: TokenSettings) -> anyhow::Result<Arc<Tokens>> {
    Ok(Arc::new(match settings.keys {
        TokenKeys::Given(keys) => Tokens::with_keys(settings.rules, keys),
        TokenKeys::Url(url) => Tokens::with_source(settings.rules, Box::new(Provider::new(url)?)),
    }))
}

struct Provider {
    client: legacy::Client<HttpsConnector<HttpConnector>, Empty<Bytes>>,
    url: Uri,
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Provider {
    fn new(url: Uri) -> anyhow::Result<Self> {
        let https = hyper_rustls::HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(rustls::crypto::ring::default_provider())?
            .https_or_http()
            .enable_http1()
            .build();
        Ok(Self { client: legacy::Client::builder(TokioExecutor::new()).build(https), url })
    }

    async fn exchange(&self) -> Result<Bytes, String> {
        let mut request = Request::new(Empty::new());
        request.uri_mut().clone_from(&self.url);
        request.headers_mut().insert(header::ACCEPT, header::HeaderValue::from_static("application/json"));
        let response = self.client.request(request).await.map_err(|fault| crate::output::chain(&fault))?;
        if !response.status().is_success() {
            return Err(format!("{} answered {}", self.url, response.status().as_u16()));
        }
        let body = Limited::new(response.into_body(), identity::KEY_SET_MAX_BYTES + 1).collect().await;
        body.map(|body| body.to_bytes()).map_err(|fault| format!("{} failed in its answer: {fault}", self.url))
    }
}

#[async_trait]
impl KeySource for Provider {
    async fn read(&self) -> Result<Bytes, String> {
        match tokio::time::timeout(TIMEOUT, self.exchange()).await {
            Ok(read) => read,
            Err(_) => Err(format!("{} did not answer within {} s", self.url, TIMEOUT.as_secs())),
        }
    }
}
