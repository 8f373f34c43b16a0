//! The HTTP client of the commands that talk to a running server.

use crate::{config, output, serve::dev::TENANT, store::files::DevFiles};
use anyhow::{Context, anyhow, bail, ensure};
use bytes::Bytes;
use http::{Method, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt, Full};
use hyper_rustls::HttpsConnector;
use hyper_util::{
    client::legacy::{self, connect::HttpConnector},
    rt::TokioExecutor,
};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// Address and credentials of a server.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Server {
    /// The server's URL [default: that of the server that `serve --dev` started in this folder, else
    /// http://127.0.0.1:8080]
    #[arg(long, env = "POSTRIDER_URL", value_name = "URL")]
    url: Option<String>,
    /// The operator's key or a tenant's [default: the one that `serve --dev` keeps in this folder]
    #[arg(long, env = "POSTRIDER_KEY", hide_env_values = true, value_name = "KEY")]
    key: Option<String>,
    /// The tenant to act in; required with the operator's key
    #[arg(long, env = "POSTRIDER_TENANT", value_name = "ID")]
    tenant: Option<String>,
    /// A file of certificate authorities in PEM to trust besides the system's, for an https:// URL
    #[arg(long, env = "POSTRIDER_CA_FILE", value_name = "FILE")]
    ca_file: Option<PathBuf>,
}

/// The caller's identity when no key is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    Operator,
    /// The operator, for all tenants: no tenant is named.
    AllTenants,
    Tenant,
}

/// JSON of a response; null for an empty body.
struct Answer {
    value: Value,
    /// The path of the next page.
    next: Option<String>,
}

/// Address and credentials of a call.
#[derive(Clone)]
struct Target {
    url: String,
    key: String,
    tenant: Option<String>,
    /// The file that contains the key.
    file: Option<PathBuf>,
}

impl Server {
    /// A server with a URL from another option than `--url`.
    pub(crate) fn at(url: &str, key: Option<String>, tenant: Option<String>) -> Self {
        Self {
            url: Some(url.to_owned()),
            key,
            tenant,
            ca_file: std::env::var_os("POSTRIDER_CA_FILE").map(PathBuf::from),
        }
    }

    /// The given tenant.
    pub(crate) fn tenant(&self) -> Option<&str> {
        self.tenant.as_deref()
    }

    /// Fills absent options from the files that a server with `--dev` keeps next to its store.
    fn target(&self, caller: Caller) -> anyhow::Result<Target> {
        let files = DevFiles::beside(&config::store_path());
        let read = |path: &Path| std::fs::read_to_string(path).map(|text| text.trim().to_owned()).ok();
        let url = self.url.clone().or_else(|| read(&files.url)).unwrap_or_else(|| "http://127.0.0.1:8080".into());
        let tenant = self.tenant.clone().filter(|_| caller != Caller::AllTenants);
        if let Some(key) = self.key.clone() {
            return Ok(Target { url, key, tenant, file: None });
        }
        let file = if caller == Caller::Tenant { files.tenant_key } else { files.operator_key };
        let key = read(&file).ok_or_else(|| {
            anyhow!("a key is required: give --key or POSTRIDER_KEY (the operator's key or a tenant's)")
        })?;
        // A tenant's key needs no tenant; the operator's key acts in the development tenant.
        let tenant = tenant.or_else(|| (caller == Caller::Operator).then(|| TENANT.to_owned()));
        Ok(Target { url, key, tenant, file: Some(file) })
    }

    /// Sends a request as a tenant; returns the response's JSON, null for an empty body.
    pub(crate) fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
        headers: &[(&'static str, String)],
    ) -> anyhow::Result<Value> {
        Ok(self.call_as(Caller::Tenant, method, path, body, headers)?.value)
    }

    /// Sends a request without a body.
    pub(crate) fn call_by(&self, caller: Caller, method: Method, path: &str) -> anyhow::Result<Value> {
        Ok(self.call_as(caller, method, path, None, &[])?.value)
    }

    /// Sends a request that requires the operator's key.
    pub(crate) fn call_as_operator(&self, method: Method, path: &str, body: Option<String>) -> anyhow::Result<Value> {
        Ok(self.call_as(Caller::Operator, method, path, body, &[])?.value)
    }

    /// Reads an object.
    pub(crate) fn get(&self, caller: Caller, path: &str) -> anyhow::Result<Value> {
        Ok(self.call_as(caller, Method::GET, path, None, &[])?.value)
    }

    /// The first `limit` rows of a list, read page by page.
    pub(crate) fn rows(&self, caller: Caller, path: &str, limit: usize) -> anyhow::Result<Vec<Value>> {
        let mut rows = Vec::new();
        let mut next = Some(path.to_owned());
        while let Some(path) = next.filter(|_| rows.len() < limit) {
            let page = self.call_as(caller, Method::GET, &path, None, &[])?;
            rows.extend(page.value.as_array().into_iter().flatten().cloned());
            next = page.next;
        }
        rows.truncate(limit);
        Ok(rows)
    }

    fn call_as(
        &self,
        caller: Caller,
        method: Method,
        path: &str,
        body: Option<String>,
        headers: &[(&'static str, String)],
    ) -> anyhow::Result<Answer> {
        // A misspelt variable would select another tenant or key.
        config::check_environment()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (target, http) = (self.target(caller)?, http(self.ca_file.as_deref())?);
        runtime.block_on(target.exchange(&http, method, path, body, headers))
    }

    /// The operator's calls for all tenants over kept connections, for a command that makes many.
    pub(crate) fn session(&self) -> anyhow::Result<Session> {
        config::check_environment()?;
        Ok(Session { target: self.target(Caller::AllTenants)?, http: http(self.ca_file.as_deref())? })
    }
}

type Http = legacy::Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// Trusts the authorities of the system and of the file.
fn http(ca_file: Option<&Path>) -> anyhow::Result<Http> {
    let mut roots = RootCertStore::empty();
    // Without any, https:// URLs fail with the reason; http:// URLs need none.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(file) = ca_file {
        let shown = file.display();
        let pem = std::fs::read(file).with_context(|| format!("--ca-file: {shown} cannot be read"))?;
        let before = roots.len();
        for certificate in CertificateDer::pem_slice_iter(&pem) {
            let added = certificate.map_err(anyhow::Error::from).and_then(|one| Ok(roots.add(one)?));
            added.with_context(|| format!("--ca-file: {shown} has a certificate that cannot be used"))?;
        }
        ensure!(roots.len() > before, "--ca-file: {shown} has no certificate in PEM");
    }
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let https = hyper_rustls::HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().build();
    Ok(legacy::Client::builder(TokioExecutor::new()).build(https))
}

/// A server, with kept connections.
pub(crate) struct Session {
    target: Target,
    http: Http,
}

impl Session {
    pub(crate) fn url(&self) -> &str {
        &self.target.url
    }

    /// Sends a request as the operator, in a tenant if one is named; returns the response's JSON.
    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        tenant: Option<&str>,
        body: Option<String>,
    ) -> anyhow::Result<Value> {
        let target = Target { tenant: tenant.map(str::to_owned), ..self.target.clone() };
        Ok(target.exchange(&self.http, method, path, body, &[]).await?.value)
    }
}

impl Target {
    async fn exchange(
        &self,
        http: &Http,
        method: Method,
        path: &str,
        body: Option<String>,
        headers: &[(&'static str, String)],
    ) -> anyhow::Result<Answer> {
        let uri: Uri = format!("{}{path}", self.url.trim_end_matches('/'))
            .parse()
            .with_context(|| format!("--url {:?} is not a URL, for example http://127.0.0.1:8080", self.url))?;
        let mut request = Request::builder()
            .method(method)
            .uri(uri)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.key))
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(tenant) = &self.tenant {
            request = request.header("x-tenant-id", tenant);
        }
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let request = request
            .body(Full::new(Bytes::from(body.unwrap_or_default())))
            .context("--key, --tenant or --idempotency-key has a character that is not allowed in a header")?;
        let response = http
            .request(request)
            .await
            .with_context(|| format!("no response from {}; is the server running there?", self.url))?;
        let status = response.status();
        let link = response.headers().get(header::LINK).and_then(|link| link.to_str().ok());
        let next = link.and_then(|link| link.strip_prefix('<')?.strip_suffix(">; rel=\"next\"")).map(str::to_owned);
        let bytes = response.into_body().collect().await?.to_bytes();
        let answered = answer(status, &bytes).map(|value| Answer { value, next });
        match &self.file {
            Some(file) if status == StatusCode::UNAUTHORIZED => {
                answered.with_context(|| format!("the server does not know the key in {}", file.display()))
            }
            _ => answered,
        }
    }
}

fn answer(status: StatusCode, bytes: &[u8]) -> anyhow::Result<Value> {
    let value = serde_json::from_slice(bytes).unwrap_or(Value::Null);
    if status.is_success() {
        return Ok(value);
    }
    match value.get("detail").and_then(Value::as_str) {
        Some(detail) => bail!("{detail} ({status})"),
        None => bail!("the server responded with {status}"),
    }
}

/// Prints a response as indented JSON.
pub(crate) fn print(value: &impl serde::Serialize) {
    output::line!("{}", serde_json::to_string_pretty(value).unwrap_or_default());
}

/// Percent-encodes a path segment.
pub(crate) fn escape(text: &str) -> String {
    let plain = |c: u8| c.is_ascii_alphanumeric() || b"-_.~".contains(&c);
    text.bytes().map(|c| if plain(c) { char::from(c).to_string() } else { format!("%{c:02X}") }).collect()
}
