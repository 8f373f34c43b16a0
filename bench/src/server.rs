//! The server under test: a separate process with its own store, started like an operator would.

use crate::{
    child::Child,
    context::Context,
    http_client::{Client, client, json},
    load::{Target, template::Template},
};
use anyhow::{Context as _, bail};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// The tenant of scenarios with one tenant.
pub(crate) const TENANT: &str = "dev";

const OPERATOR: &str = "bench-operator-key-0123456789";

/// Master key of a run's stores, shared by the bulk loader and the server.
pub(crate) const MASTER_KEY: [u8; 32] = [7; 32];

/// Timeout of a start, longer than any start in the scenarios.
const PATIENCE: Duration = Duration::from_secs(60);

/// Timeout of a graceful shutdown.
const STOPS: Duration = Duration::from_secs(20);

pub(crate) struct Server {
    keeper: Child,
    pub(crate) pid: u32,
    base: String,
    client: Client,
    folder: PathBuf,
    store: PathBuf,
    /// Time from the start of the process until it was ready.
    pub(crate) started_in: Duration,
}

impl Server {
    /// Starts the server on `folder/store.db`, which is created if it does not exist.
    pub(crate) async fn start(context: &Context, folder: &Path) -> anyhow::Result<Self> {
        Self::start_with(context, folder, &[]).await
    }

    /// The same with additional environment variables.
    pub(crate) async fn start_with(
        context: &Context,
        folder: &Path,
        environment: &[(&str, String)],
    ) -> anyhow::Result<Self> {
        Self::start_at(context, folder, &free_address()?, environment).await
    }

    /// The same at a known address.
    pub(crate) async fn start_at(
        context: &Context,
        folder: &Path,
        address: &str,
        environment: &[(&str, String)],
    ) -> anyhow::Result<Self> {
        let url = format!("sqlite:{}", folder.join("store.db").display());
        Self::start_node(context, folder, &url, address, environment).await
    }

    /// Starts a node on a database; each has its own folder.
    pub(crate) async fn start_on(context: &Context, folder: &Path, url: &str) -> anyhow::Result<Self> {
        Self::start_node(context, folder, url, &free_address()?, &[]).await
    }

    async fn start_node(
        context: &Context,
        folder: &Path,
        store_url: &str,
        address: &str,
        environment: &[(&str, String)],
    ) -> anyhow::Result<Self> {
        let store = folder.join("store.db");
        let began = Instant::now();
        let path = |path: &Path| path.display().to_string();
        let log = path(&folder.join("server.log"));
        let mut arguments = vec!["keeper".to_owned(), "--log".into(), log, "--folder".into(), path(folder)];
        let keys = [("POSTRIDER_ADMIN_KEY", OPERATOR.into()), ("POSTRIDER_MASTER_KEY", STANDARD.encode(MASTER_KEY))];
        for (name, value) in keys.iter().chain(environment) {
            arguments.extend(["--env".to_owned(), format!("{name}={value}")]);
        }
        arguments.extend(["--".to_owned(), path(&context.server)]);
        arguments.extend(["serve", "--dev", "--listen", address, "--store", store_url].map(str::to_owned));
        let keeper = Child::start(&context.own, &arguments).await?;
        let pid = keeper.hello["pid"].as_u64().and_then(|pid| pid.try_into().ok()).context("the server has no pid")?;
        let base = format!("http://{address}");
        let mut server =
            Self { keeper, pid, base, client: client(16), folder: folder.into(), store, started_in: Duration::ZERO };
        server.wait_until_ready(began).await?;
        server.started_in = began.elapsed();
        Ok(server)
    }

    async fn wait_until_ready(&self, began: Instant) -> anyhow::Result<()> {
        let url = format!("{}/readyz", self.base);
        while json(&self.client, Method::GET, &url, &HeaderMap::new(), None).await.is_err() {
            if began.elapsed() > PATIENCE || crate::proc::rss_mib(self.pid).is_err() {
                bail!("the server did not start:\n{}", self.last_words());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }

    /// The server's output since its start.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("server.log")).unwrap_or_default()
    }

    fn last_words(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(15)..].join("\n")
    }

    /// Headers of a publisher in this tenant. The development tenant uses its own key, like a customer's product; other
    /// tenants are created by the operator's first request for them.
    pub(crate) fn headers(&self, tenant: &str) -> anyhow::Result<HeaderMap> {
        let mut headers = HeaderMap::new();
        let mut file = self.store.clone().into_os_string();
        file.push(".dev-key");
        // On a database there is no such file.
        let key = if tenant == TENANT && self.store.exists() {
            std::fs::read_to_string(&file).context("failed to read the key of --dev")?.trim().to_owned()
        } else {
            headers.insert(HeaderName::from_static("x-tenant-id"), HeaderValue::from_str(tenant)?);
            OPERATOR.to_owned()
        };
        headers.insert(http::header::AUTHORIZATION, HeaderValue::from_str(&format!("Bearer {key}"))?);
        headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Ok(headers)
    }

    /// Address and headers for publishing the template's events.
    pub(crate) fn target(&self, tenant: &str, template: Template) -> anyhow::Result<Target> {
        let path = if template.events == 1 { "/api/v1/events" } else { "/api/v1/events/batch" };
        Ok(Target { url: format!("{}{path}", self.base).parse()?, headers: self.headers(tenant)?, template })
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub(crate) async fn call(
        &self,
        tenant: &str,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<Value> {
        json(&self.client, method, &self.url(path), &self.headers(tenant)?, body).await
    }

    /// Subscribes a URL to one type; returns the subscription's id.
    pub(crate) async fn subscribe(&self, tenant: &str, url: &str, event_type: &str) -> anyhow::Result<String> {
        self.subscribe_as(tenant, &json!({ "url": url, "events": [event_type] })).await
    }

    pub(crate) async fn subscribe_as(&self, tenant: &str, fields: &Value) -> anyhow::Result<String> {
        let made = self.call(tenant, Method::POST, "/api/v1/webhooks/subscriptions", Some(fields)).await?;
        made["id"].as_str().map(str::to_owned).context("a subscription without id")
    }

    fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        let pid = i32::try_from(self.pid).ok().and_then(Pid::from_raw).context("no pid")?;
        kill_process(pid, signal).context("failed to signal the server")
    }

    /// Shuts the server down gracefully, or kills it after the timeout.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        self.signal(Signal::TERM)?;
        if let Ok(ended) = tokio::time::timeout(STOPS, self.keeper.wait()).await {
            return ended;
        }
        println!("the server did not stop within {} s and was killed", STOPS.as_secs());
        self.kill().await
    }

    /// Kills the server, like a crash.
    pub(crate) async fn kill(mut self) -> anyhow::Result<()> {
        self.signal(Signal::KILL)?;
        self.keeper.wait().await
    }
}

/// A free address.
pub(crate) fn free_address() -> anyhow::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").context("no free port")?;
    Ok(listener.local_addr()?.to_string())
}
