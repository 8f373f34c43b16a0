//! `postrider publish`: publishes one event over HTTP.

use crate::client::{Server, print};
use anyhow::{Context, ensure};
use http::Method;
use serde_json::value::RawValue;
use std::{collections::BTreeMap, io::Read};

/// Publish an event.
///
/// Prints the answer, which comes when the event is durable. Example:
///
/// postrider publish customer.created --data '{"customer_id": "cus_123"}'
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The event type, e.g. invoice.created
    #[arg(value_name = "TYPE")]
    event_type: String,
    /// A JSON object, @FILE with one, or - for standard input
    #[arg(long, value_name = "JSON|@FILE|-")]
    data: String,
    /// Your own id of the event; an event with a known id is not delivered again
    #[arg(long)]
    id: Option<String>,
    /// When the event happened, e.g. 2026-01-31T09:30:00Z [default: now]
    #[arg(long, value_name = "TIME")]
    timestamp: Option<String>,
    /// A JSON object sent in addition to the data
    #[arg(long, value_name = "JSON")]
    metadata: Option<String>,
    /// low, normal or high
    #[arg(long)]
    priority: Option<String>,
    /// A channel of the event; may be given up to ten times
    #[arg(long = "channel", value_name = "NAME")]
    channels: Vec<String>,
    /// Send nothing before this time, at most 30 days ahead
    #[arg(long, value_name = "TIME")]
    deliver_at: Option<String>,
    /// An idempotency key: the event is published at most once under it
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
    #[command(flatten)]
    server: Server,
}

/// Reads a value of a flag: the text itself, `@FILE`, or - for standard input.
pub(crate) fn read_data(flag: &str, given: &str) -> anyhow::Result<String> {
    if given == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("failed to read standard input")?;
        return Ok(text);
    }
    match given.strip_prefix('@') {
        Some(file) => std::fs::read_to_string(file).with_context(|| format!("{flag}: {file} cannot be read")),
        None => Ok(given.to_owned()),
    }
}

/// The user's exact bytes, not a re-serialised form.
fn raw(flag: &str, text: String) -> anyhow::Result<Box<RawValue>> {
    let raw: Box<RawValue> = serde_json::from_str(text.trim()).with_context(|| format!("{flag} is not valid JSON"))?;
    ensure!(raw.get().starts_with('{'), "{flag} must be a JSON object, for example '{{\"note\": \"paid in cash\"}}'");
    Ok(raw)
}

fn text(value: &str) -> anyhow::Result<Box<RawValue>> {
    Ok(serde_json::value::to_raw_value(value)?)
}

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    let mut body =
        BTreeMap::from([("type", text(&args.event_type)?), ("data", raw("--data", read_data("--data", &args.data)?)?)]);
    let texts =
        [("id", args.id), ("timestamp", args.timestamp), ("priority", args.priority), ("deliver_at", args.deliver_at)];
    for (name, value) in texts {
        if let Some(value) = value {
            body.insert(name, text(&value)?);
        }
    }
    if !args.channels.is_empty() {
        body.insert("channels", serde_json::value::to_raw_value(&args.channels)?);
    }
    if let Some(metadata) = args.metadata {
        body.insert("metadata", raw("--metadata", metadata)?);
    }
    let headers: Vec<_> = args.idempotency_key.map(|key| ("idempotency-key", key)).into_iter().collect();
    let answer = args.server.call(Method::POST, "/api/v1/events", Some(serde_json::to_string(&body)?), &headers)?;
    print(&answer);
    Ok(())
}
