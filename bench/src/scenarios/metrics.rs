//! `/metrics` of an installation with 10,000 tenants that use 50 event types each, and on a store with a million waiting
//! deliveries.

use super::dead;
use crate::{
    bulk,
    context::Context,
    http_client::{Client, client, read},
    receiver::Receiver,
    report::{
        outcome::{Outcome, Row, Target},
        percentile::Percentiles,
    },
    server::{Server, TENANT},
};
use anyhow::{Context as _, ensure};
use bytes::Bytes;
use http::{Method, Request};
use http_body_util::Full;
use model::{Clock, SystemClock};
use serde_json::{Value, json};
use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

const TENANTS: u64 = 10_000;
const TYPES: usize = 50;
const WAITING: u64 = 1_000_000;
const SCRAPES: usize = 30;
/// Concurrent publishers, and concurrent inserts.
const AT_ONCE: usize = 32;
const PATIENCE: Duration = Duration::from_secs(600);

pub(super) async fn run(context: &Context) -> anyhow::Result<Outcome> {
    let mut outcome = Outcome::of("30 scrapes one after the other, default settings of the labels");
    let tenants = context.scaled(TENANTS);
    outcome.setting("tenants", tenants as f64);
    outcome.setting("event_types", TYPES as f64);
    let (took, bytes) = many_tenants(context, tenants).await?;
    outcome.latency("scrape, 10,000 tenants with 50 types", &took, &[("p99", Target::below(100.0))]);
    outcome.row(Row::new("size", "MB", bytes as f64 / 1e6).goal(Target::below(5.0)));

    let waiting = context.scaled(WAITING);
    outcome.setting("waiting", waiting as f64);
    let (first_ms, took) = large_backlog(context, waiting).await?;
    outcome.row(Row::new("first scrape, a million waiting", "ms", first_ms).goal(Target::below(1_100.0)));
    outcome.latency("further scrapes, a million waiting", &took, &[("p99", Target::below(100.0))]);
    Ok(outcome)
}

async fn many_tenants(context: &Context, tenants: u64) -> anyhow::Result<(Percentiles, usize)> {
    let receiver = Receiver::start(context).await?;
    let folder = context.folder()?;
    subscribe(&folder.path().join("store.db"), tenants, &receiver.url("/all")).await?;
    let server = Arc::new(Server::start(context, folder.path()).await?);
    let batch = Arc::new(batch(&server).await?);
    let mut publishers = JoinSet::new();
    for first in 0..AT_ONCE as u64 {
        let (server, batch) = (server.clone(), batch.clone());
        publishers.spawn(async move {
            for number in (first..tenants).step_by(AT_ONCE) {
                server.call(&name(number), Method::POST, "/api/v1/events/batch", Some(&batch)).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(published) = publishers.join_next().await {
        published??;
    }
    receiver.wait_for("/all", tenants * TYPES as u64, PATIENCE).await?;
    let (took, text) = scrapes(&server, SCRAPES).await?;
    let counted: f64 = values(&text, "webhook_deliveries_total").sum();
    ensure!(counted >= (tenants * TYPES as u64) as f64 * 0.99, "only {counted} deliveries are counted");
    Arc::into_inner(server).context("a publisher is left")?.stop().await?;
    Ok((took, text.len()))
}

fn name(number: u64) -> String {
    format!("0190b3a2-7c4d-7e1f-8a2b-{number:012}")
}

/// Tenants with a subscription to all events each.
async fn subscribe(file: &Path, tenants: u64, url: &str) -> anyhow::Result<()> {
    let store = bulk::open(file)?;
    let (now, ids) = (SystemClock.now(), bulk::ids(31));
    let numbers: Vec<u64> = (0..tenants).collect();
    for some in numbers.chunks(AT_ONCE) {
        let mut inserts = JoinSet::new();
        for number in some {
            let tenant = bulk::tenant(&store, &name(*number), now).await?;
            let (store, one) = (store.clone(), bulk::subscription(&ids, &tenant, url.to_owned(), "*", now)?);
            inserts.spawn(async move { bulk::subscribe(&store, &one).await });
        }
        while let Some(inserted) = inserts.join_next().await {
            inserted??;
        }
    }
    bulk::close(store).await
}

/// An event of each of 50 types of the catalog.
async fn batch(server: &Server) -> anyhow::Result<Value> {
    let catalog = server.call(TENANT, Method::GET, "/api/v1/webhooks/events", None).await?;
    let entries = catalog["events"].as_array().context("no catalog")?;
    let types = entries.iter().filter_map(|entry| entry["event_type"].as_str());
    let types: Vec<&str> = types.filter(|kind| !kind.starts_with("postrider.")).take(TYPES).collect();
    ensure!(types.len() == TYPES, "the catalog has {} types", types.len());
    let event = |(seq, kind): (usize, &&str)| json!({ "type": kind, "data": { "seq": seq, "t0": 0 } });
    Ok(json!({ "events": types.iter().enumerate().map(event).collect::<Vec<_>>() }))
}

/// The milliseconds of the first scrape, and the further ones.
async fn large_backlog(context: &Context, waiting: u64) -> anyhow::Result<(f64, Percentiles)> {
    let folder = context.folder()?;
    dead::fill(&folder.path().join("store.db"), 20, 5, waiting / 5).await?;
    let server = Server::start(context, folder.path()).await?;
    let (first, text) = scrapes(&server, 1).await?;
    let counted: f64 = values(&text, "postrider_deliveries_waiting").sum();
    let (further, _) = scrapes(&server, SCRAPES).await?;
    server.kill().await?;
    // A first read that takes longer than a scrape waits leaves the gauge out.
    ensure!(counted == 0.0 || counted >= waiting as f64 * 0.9, "{counted} deliveries wait");
    println!("counted {counted} waiting deliveries in the first scrape");
    Ok((first.max_ms, further))
}

/// The times of scrapes, and the last text.
async fn scrapes(server: &Server, count: usize) -> anyhow::Result<(Percentiles, String)> {
    let client = client(1);
    let (mut took, mut last) = (Vec::new(), Bytes::new());
    for _ in 0..count {
        let began = Instant::now();
        last = scrape(&client, &server.url("/metrics")).await?;
        took.push(u32::try_from(began.elapsed().as_micros()).unwrap_or(u32::MAX));
    }
    let text = String::from_utf8(last.to_vec()).context("not UTF-8")?;
    Ok((Percentiles::of(took.into_iter()), text))
}

async fn scrape(client: &Client, url: &str) -> anyhow::Result<Bytes> {
    let request = Request::get(url).body(Full::default())?;
    let (status, body) = read(client.request(request).await?).await?;
    ensure!(status == 200, "{url} returned {status}");
    Ok(body)
}

/// The values of a family's series.
fn values<'t>(text: &'t str, family: &'t str) -> impl Iterator<Item = f64> + 't {
    let lines = text.lines().filter(move |line| line.starts_with(family));
    lines.filter_map(|line| line.rsplit_once(' ')?.1.parse::<f64>().ok())
}
