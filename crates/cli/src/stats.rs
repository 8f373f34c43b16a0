//! `postrider stats`: statistics of deliveries as a table, over HTTP.

use crate::{
    client::{Caller, Server, escape, print},
    output,
};
use http::Method;
use serde_json::Value;

/// Show statistics of deliveries: counts, success rate, latency
///
/// Of the last 24 hours, unless --from and --to say otherwise. For one tenant, or with --all-tenants and the operator's
/// key for all of them.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Beginning of the time, for example 2026-01-31T00:00:00Z
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// End of the time
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
    /// Also show each subscription, each event type, or (with --all-tenants) each tenant
    #[arg(long, value_name = "PROPERTY", value_parser = ["subscription", "event_type", "tenant"])]
    by: Option<String>,
    /// Also show each hour or each day
    #[arg(long, value_name = "PERIOD", value_parser = ["hour", "day"], conflicts_with = "by")]
    step: Option<String>,
    /// Only this subscription
    #[arg(long, value_name = "ID", conflicts_with = "all_tenants")]
    subscription: Option<String>,
    /// Only this event type
    #[arg(long, value_name = "TYPE", conflicts_with = "all_tenants")]
    event_type: Option<String>,
    /// Maximum number of subscriptions, event types or tenants
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=500))]
    limit: u32,
    /// Count all tenants; requires the operator's key
    #[arg(long)]
    all_tenants: bool,
    /// Print the response of the server
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: Server,
}

/// Columns of the table: the heading, and the place of the value in the response.
const COLUMNS: [(&str, &str); 11] = [
    ("created", "/created"),
    ("success", "/by_status/success"),
    ("failed", "/by_status/failed"),
    ("exhausted", "/by_status/exhausted"),
    ("disabled", "/by_status/disabled"),
    ("cancelled", "/by_status/cancelled"),
    ("attempts", "/attempts"),
    ("rate", "/success_rate"),
    ("p50 ms", "/latency_ms/p50"),
    ("p95 ms", "/latency_ms/p95"),
    ("p99 ms", "/latency_ms/p99"),
];

impl Args {
    fn path(&self) -> String {
        let base = if self.all_tenants { "/api/v1/admin/stats" } else { "/api/v1/webhooks/stats" };
        let limit = self.limit.to_string();
        let parameters = [
            ("limit", Some(&limit)),
            ("from", self.from.as_ref()),
            ("to", self.to.as_ref()),
            ("by", self.by.as_ref()),
            ("step", self.step.as_ref()),
            ("subscription_id", self.subscription.as_ref()),
            ("event_type", self.event_type.as_ref()),
        ];
        let given = parameters.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", escape(value?))));
        format!("{base}?{}", given.collect::<Vec<_>>().join("&"))
    }
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let caller = if args.all_tenants { Caller::AllTenants } else { Caller::Tenant };
    let stats = args.server.call_by(caller, Method::GET, &args.path())?;
    if args.json {
        print(&stats);
        return Ok(());
    }
    output::line!("{} to {}", text(&stats["from"]), text(&stats["to"]));
    output::line!("{}", table(&stats));
    Ok(())
}

/// A value as a cell shows it.
fn text(value: &Value) -> String {
    match value {
        Value::Null => "-".into(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The rows of the response: groups or periods, then the total.
fn rows(stats: &Value) -> Vec<(String, &Value)> {
    let list = |name: &str| stats[name].as_array().into_iter().flatten();
    let name = |row: &Value| {
        let names = ["subscription_id", "event_type", "tenant_id", "at"];
        text(names.iter().map(|name| &row[*name]).find(|value| !value.is_null()).unwrap_or(&Value::Null))
    };
    let parts = if stats["groups"].is_array() { list("groups") } else { list("series") };
    let parts = parts.map(|row| (name(row), row));
    parts.chain([("total".to_owned(), &stats["total"])]).collect()
}

fn table(stats: &Value) -> String {
    let mut cells: Vec<Vec<String>> =
        vec![["".to_owned()].into_iter().chain(COLUMNS.map(|(head, _)| head.into())).collect()];
    for (name, row) in rows(stats) {
        let values = COLUMNS.map(|(_, place)| text(row.pointer(place).unwrap_or(&Value::Null)));
        cells.push([name].into_iter().chain(values).collect());
    }
    let width = |column: usize| cells.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..=COLUMNS.len()).map(width).collect();
    let line = |row: &Vec<String>| {
        let aligned = row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| match column {
            0 => format!("{cell:<width$}"),
            _ => format!("{cell:>width$}"),
        });
        aligned.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    cells.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_table_has_a_row_for_each_group_and_the_total() {
        let counts = |attempts: u64| {
            json!({"created": 1, "by_status": {"success": 1, "failed": 0, "exhausted": 0, "disabled": 0, "cancelled": 0},
                   "attempts": attempts, "success_rate": 0.5, "latency_ms": {"p50": 1.5, "p95": 2.0, "p99": 3.25}})
        };
        let mut group = counts(20);
        group["event_type"] = "invoice.paid".into();
        let mut empty = counts(0);
        (empty["success_rate"], empty["latency_ms"]) = (Value::Null, Value::Null);
        let shown = table(&json!({"groups": [group], "total": empty}));
        let lines: Vec<Vec<&str>> = shown.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(lines[1], ["invoice.paid", "1", "1", "0", "0", "0", "0", "20", "0.5", "1.5", "2.0", "3.25"]);
        assert_eq!(lines[2], ["total", "1", "1", "0", "0", "0", "0", "0", "-", "-", "-", "-"]);
    }
}
