//! A scenario's handle of the receiver: a child process, its URLs, and its statistics.

use crate::{
    child::Child,
    context::Context,
    http_client::{Client, client, json},
    report::percentile::Percentiles,
};
use anyhow::{Context as _, bail};
use http::{HeaderMap, Method};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{
    path::Path,
    time::{Duration, Instant},
};

/// Selects requests by a prefix of the path and a range of numbers (end exclusive).
#[derive(Clone, Debug)]
pub(crate) struct Select {
    pub(super) prefix: String,
    from: u32,
    to: u32,
}

impl Select {
    pub(crate) fn below(prefix: &str) -> Self {
        Self { prefix: prefix.to_owned(), from: 0, to: u32::MAX }
    }

    pub(crate) fn from(mut self, seq: u32) -> Self {
        self.from = seq;
        self
    }

    /// Sets the end of the range (exclusive).
    pub(crate) fn to(mut self, seq: u32) -> Self {
        self.to = seq;
        self
    }

    pub(super) fn takes(&self, seq: u32) -> bool {
        // The greatest number stands for "no number", which belongs to an open-ended range.
        seq >= self.from && (seq < self.to || self.to == u32::MAX)
    }

    fn query(&self) -> String {
        format!("prefix={}&from={}&to={}", self.prefix, self.from, self.to)
    }
}

/// Statistics of the selected requests.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Stats {
    pub(crate) count: u64,
    /// Without repetitions on the same path.
    pub(crate) unique: u64,
    pub(crate) refused: u64,
    pub(crate) first_us: u64,
    pub(crate) last_us: u64,
    pub(crate) latency: Percentiles,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Second {
    pub(crate) second: u64,
    pub(crate) latency: Percentiles,
}

/// Behaviour of a path.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rule {
    pub(crate) status: u16,
    pub(crate) delay_ms: u64,
}

pub(crate) struct Receiver {
    child: Child,
    control: String,
    port: u16,
    client: Client,
}

impl Receiver {
    pub(crate) async fn start(context: &Context) -> anyhow::Result<Self> {
        Self::start_with(context, None).await
    }

    /// Starts a receiver that also has HTTPS, with a certificate that is written to `file`.
    pub(crate) async fn start_with(context: &Context, certificate: Option<&Path>) -> anyhow::Result<Self> {
        let mut arguments = vec!["receiver".to_owned()];
        if let Some(file) = certificate {
            arguments.extend(["--certificate".to_owned(), file.display().to_string()]);
        }
        let child = Child::start(&context.own, &arguments).await?;
        let control = format!("http://127.0.0.1:{}", child.port("control")?);
        let port = child.port("port")?;
        Ok(Self { child, control, port, client: client(4) })
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub(crate) fn tls_url(&self, path: &str) -> anyhow::Result<String> {
        Ok(format!("https://127.0.0.1:{}{path}", self.child.port("tls")?))
    }

    async fn ask<T: DeserializeOwned>(&self, what: &str) -> anyhow::Result<T> {
        let url = format!("{}/{what}", self.control);
        let answer = json(&self.client, Method::GET, &url, &HeaderMap::new(), None).await?;
        serde_json::from_value(answer).with_context(|| format!("unexpected response of the receiver to {what}"))
    }

    pub(crate) async fn reset(&self) -> anyhow::Result<()> {
        self.ask("reset").await
    }

    pub(crate) async fn set(&self, prefix: &str, rule: Rule) -> anyhow::Result<()> {
        self.ask(&format!("rule?prefix={prefix}&status={}&delay_ms={}", rule.status, rule.delay_ms)).await
    }

    /// Numbers of accepted and refused requests.
    pub(crate) async fn count(&self, prefix: &str) -> anyhow::Result<(u64, u64)> {
        #[derive(Deserialize)]
        struct Count {
            accepted: u64,
            refused: u64,
        }
        let count: Count = self.ask(&format!("count?prefix={prefix}")).await?;
        Ok((count.accepted, count.refused))
    }

    pub(crate) async fn stats(&self, select: &Select) -> anyhow::Result<Stats> {
        self.ask(&format!("stats?{}", select.query())).await
    }

    pub(crate) async fn seconds(&self, select: &Select) -> anyhow::Result<Vec<Second>> {
        self.ask(&format!("seconds?{}", select.query())).await
    }

    pub(crate) async fn arrivals(&self, select: &Select) -> anyhow::Result<Vec<u32>> {
        self.ask(&format!("arrivals?{}", select.query())).await
    }

    /// Waits until this many requests were accepted; an error after the timeout.
    pub(crate) async fn wait_for(&self, prefix: &str, wanted: u64, within: Duration) -> anyhow::Result<()> {
        let deadline = Instant::now() + within;
        loop {
            let (accepted, _) = self.count(prefix).await?;
            if accepted >= wanted {
                return Ok(());
            }
            if Instant::now() > deadline {
                bail!("{accepted} of {wanted} deliveries arrived within {} s", within.as_secs());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}
