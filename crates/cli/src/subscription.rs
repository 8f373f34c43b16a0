//! `postrider subscription`: lists subscriptions with the health of their receivers, and changes their protection, over
//! HTTP.

mod shape;

use crate::{
    client::{Caller, Server, escape, print},
    config::parse_rate,
};
use anyhow::{anyhow, bail, ensure};
use clap::Subcommand;
use http::Method;
use model::policy::RateLimit;
use serde_json::{Value, json};

/// List subscriptions and their receivers' health, pause and activate them, limit and shape them
///
/// With the operator's key --tenant is required, except for `list --all-tenants`.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// List subscriptions, newest first
    List {
        #[command(flatten)]
        filter: Filter,
        /// List all tenants; requires the operator's key
        #[arg(long)]
        all_tenants: bool,
        #[command(flatten)]
        server: Server,
    },
    /// Show a subscription, with the number of deliveries that wait for it
    Show {
        id: String,
        #[command(flatten)]
        server: Server,
    },
    /// Send nothing to a subscription until it is activated; its deliveries wait
    Pause {
        id: String,
        #[command(flatten)]
        server: Server,
    },
    /// Activate a subscription that is paused or was disabled; waiting deliveries are sent
    Activate {
        id: String,
        #[command(flatten)]
        server: Server,
    },
    /// Close a subscription's circuit breaker: waiting deliveries are sent at once
    ResetBreaker {
        id: String,
        #[command(flatten)]
        server: Server,
    },
    /// Show the times of all attempts of a delivery that fails each time, by the subscription's retry rules
    Retries {
        id: String,
        /// When the event is accepted, such as 2031-01-01T00:00:00Z [default: now]
        #[arg(long, value_name = "TIME")]
        from: Option<String>,
        /// The event type, if it has retry rules of its own
        #[arg(long, value_name = "TYPE")]
        event_type: Option<String>,
        #[command(flatten)]
        server: Server,
    },
    /// Set or remove the rate limit and the concurrency cap of a subscription
    Limit {
        id: String,
        /// Requests per period and perhaps a burst: 100/second, 600/minute/20; `none` removes the limit
        #[arg(long, value_name = "RATE")]
        rate: Option<String>,
        /// Maximum number of concurrent requests, 1 to 64; `none` removes the cap
        #[arg(long, value_name = "N")]
        max_in_flight: Option<String>,
        #[command(flatten)]
        server: Server,
    },
    /// Choose which events a subscription gets, and the form of its requests
    Shape {
        id: String,
        #[command(flatten)]
        shape: shape::Shape,
        #[command(flatten)]
        server: Server,
    },
    /// Show what blocks an ordered subscription, and how many deliveries wait behind it
    Order {
        id: String,
        #[command(flatten)]
        server: Server,
    },
    /// Try a filter, a script or a template on an event; nothing is stored or sent
    Try {
        #[command(flatten)]
        trial: shape::Try,
        #[command(flatten)]
        server: Server,
    },
}

#[derive(clap::Args)]
struct Filter {
    /// Only subscriptions that need attention: disabled, with a circuit breaker that is not closed, or whose receiver
    /// has answered nothing but failures since some time
    #[arg(long)]
    failing: bool,
    /// Only subscriptions that receive this event type
    #[arg(long, value_name = "TYPE")]
    event_type: Option<String>,
    /// Part of the subscription's URL (--url is the server)
    #[arg(long, value_name = "TEXT")]
    receiver: Option<String>,
    /// Maximum number of rows
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    limit: u32,
}

impl Filter {
    /// The query parameters, each preceded by `&`.
    fn query(&self) -> String {
        let given = [("event_type", &self.event_type), ("url", &self.receiver)];
        let given = given.into_iter().filter_map(|(name, value)| value.as_ref().map(|value| (name, value)));
        given.map(|(name, value)| format!("&{name}={}", escape(value))).collect()
    }
}

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    let (server, method, path, body) = match args.action {
        Action::List { filter, all_tenants, server } => return list(&filter, all_tenants, &server),
        Action::Show { id, server } => (server, Method::GET, path(&id, "?backlog=true"), None),
        Action::Pause { id, server } => (server, Method::POST, path(&id, "/pause"), None),
        Action::Activate { id, server } => (server, Method::POST, path(&id, "/activate"), None),
        Action::ResetBreaker { id, server } => (server, Method::POST, path(&id, "/breaker/reset"), None),
        Action::Order { id, server } => (server, Method::GET, path(&id, "/order"), None),
        Action::Retries { id, from, event_type, server } => {
            (server, Method::GET, path(&id, &schedule(from.as_deref(), event_type.as_deref())), None)
        }
        Action::Limit { id, rate, max_in_flight, server } => {
            let change = limits(rate.as_deref(), max_in_flight.as_deref())?;
            (server, Method::PATCH, path(&id, ""), Some(change.to_string()))
        }
        Action::Shape { id, shape, server } => {
            (server, Method::PATCH, path(&id, ""), Some(shape.change()?.to_string()))
        }
        Action::Try { trial, server } => {
            let (name, body) = trial.request()?;
            (server, Method::POST, format!("/api/v1/webhooks/subscriptions/{name}"), Some(body.to_string()))
        }
    };
    print(&server.call(method, &path, body, &[])?);
    Ok(())
}

fn path(id: &str, rest: &str) -> String {
    format!("/api/v1/webhooks/subscriptions/{}{rest}", escape(id))
}

/// The rest of the path of a retry schedule.
fn schedule(from: Option<&str>, event_type: Option<&str>) -> String {
    let given = [("from", from), ("event_type", event_type)];
    let given = given.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", escape(value?))));
    format!("/retry-schedule?{}", given.collect::<Vec<_>>().join("&"))
}

fn list(filter: &Filter, all_tenants: bool, server: &Server) -> anyhow::Result<()> {
    let (caller, path) = if all_tenants {
        (Caller::AllTenants, "/api/v1/admin/subscriptions")
    } else {
        (Caller::Tenant, "/api/v1/webhooks/subscriptions")
    };
    let limit = filter.limit as usize;
    // The API has no filter by health, so all rows are read, and the failing ones are chosen here.
    let read = if filter.failing { usize::MAX } else { limit };
    let mut rows = server.rows(caller, &format!("{path}?limit={}{}", read.min(500), filter.query()), read)?;
    if filter.failing {
        rows.retain(needs_attention);
        rows.truncate(limit);
    }
    print(&rows);
    Ok(())
}

/// True for a disabled subscription, and for one whose receiver fails.
fn needs_attention(subscription: &Value) -> bool {
    let is_set = |name: &str| subscription.get(name).is_some_and(|value| !value.is_null());
    let breaker = subscription.pointer("/breaker/state").and_then(Value::as_str);
    is_set("disabled_at") || is_set("failing_since") || breaker.is_some_and(|state| state != "closed")
}

/// The change of `limit`.
fn limits(rate: Option<&str>, max_in_flight: Option<&str>) -> anyhow::Result<Value> {
    ensure!(rate.is_some() || max_in_flight.is_some(), "give --rate, --max-in-flight or both");
    let mut change = json!({});
    if let Some(rate) = rate {
        change["rate_limit"] = match rate {
            "none" => Value::Null,
            "" => bail!("--rate must be a rate, for example 100/second, or `none`"),
            _ => rate_json(parse_rate(rate).map_err(|fault| anyhow!("--rate {fault}; `none` removes it"))?),
        };
    }
    if let Some(number) = max_in_flight {
        change["max_in_flight"] = match number {
            "none" => Value::Null,
            _ => number
                .parse::<u16>()
                .map_err(|_| anyhow!("--max-in-flight is {number:?} but must be a number from 1 to 64, or `none`"))?
                .into(),
        };
    }
    Ok(change)
}

fn rate_json(rate: Option<RateLimit>) -> Value {
    rate.map_or(
        Value::Null,
        |rate| json!({ "limit": rate.limit(), "period": rate.period().name(), "burst": rate.burst() }),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_set_and_removed() {
        for (rate, most, change) in [
            (
                Some("100/second"),
                Some("5"),
                json!({"rate_limit": {"limit": 100, "period": "second", "burst": 10}, "max_in_flight": 5}),
            ),
            (Some("600/minute/20"), None, json!({"rate_limit": {"limit": 600, "period": "minute", "burst": 20}})),
            (Some("none"), Some("none"), json!({"rate_limit": null, "max_in_flight": null})),
        ] {
            assert_eq!(limits(rate, most).unwrap(), change);
        }
        for (rate, most, fault) in [
            (None, None, "give --rate, --max-in-flight or both"),
            (Some(""), None, "--rate must be a rate"),
            (Some("100"), None, "--rate is \"100\" but must be a number, a period"),
            (None, Some("many"), "--max-in-flight is \"many\" but must be a number from 1 to 64"),
        ] {
            let got = limits(rate, most).unwrap_err().to_string();
            assert!(got.starts_with(fault), "{got}");
        }
    }

    #[test]
    fn a_retry_schedule_is_asked_for_by_time_and_type() {
        assert_eq!(schedule(None, None), "/retry-schedule?");
        let both = schedule(Some("2031-01-01T00:00:00+01:00"), Some("invoice.paid"));
        assert_eq!(both, "/retry-schedule?from=2031-01-01T00%3A00%3A00%2B01%3A00&event_type=invoice.paid");
    }

    #[test]
    fn disabled_failing_and_broken_subscriptions_need_attention() {
        let well = json!({"disabled_at": null, "failing_since": null, "breaker": {"state": "closed"}});
        assert!(!needs_attention(&well));
        for (pointer, value) in
            [("disabled_at", json!("2026-01-01T00:00:00Z")), ("failing_since", json!("2026-01-01T00:00:00Z"))]
        {
            let mut one = well.clone();
            one[pointer] = value;
            assert!(needs_attention(&one), "{one}");
        }
        for state in ["open", "half_open"] {
            let mut one = well.clone();
            one["breaker"]["state"] = state.into();
            assert!(needs_attention(&one), "{one}");
        }
    }
}
