//! `postrider delivery`: the delivery log and the backlog, over HTTP.

use crate::client::{Caller, Server, escape, print};
use clap::Subcommand;
use serde_json::Value;

/// List and count deliveries, and count waiting ones
///
/// For one tenant, or with --all-tenants and the operator's key for all of them.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// List deliveries, newest first
    List {
        #[command(flatten)]
        filter: Box<Filter>,
        /// Maximum number of rows
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100_000))]
        limit: u32,
        #[command(flatten)]
        scope: Scope,
    },
    /// Count deliveries by status
    Counts {
        #[command(flatten)]
        filter: Box<Filter>,
        #[command(flatten)]
        scope: Scope,
    },
    /// Rates of deliveries by event type, of the last hour unless --after is given
    Rates {
        #[command(flatten)]
        filter: Box<Filter>,
        #[command(flatten)]
        scope: Scope,
    },
    /// Count waiting deliveries by subscription, longest waiting first
    Backlog {
        #[command(flatten)]
        scope: Scope,
    },
}

#[derive(clap::Args)]
struct Scope {
    /// List all tenants; requires the operator's key
    #[arg(long)]
    all_tenants: bool,
    #[command(flatten)]
    server: Server,
}

impl Scope {
    const fn caller(&self) -> Caller {
        if self.all_tenants { Caller::AllTenants } else { Caller::Tenant }
    }

    const fn path(&self) -> &'static str {
        if self.all_tenants { "/api/v1/admin/deliveries" } else { "/api/v1/webhooks/deliveries" }
    }

    /// The response of a call below the list of deliveries.
    fn get(&self, name: &str, filter: &Filter) -> anyhow::Result<Value> {
        let path = format!("{}/{name}?{}", self.path(), filter.query().trim_start_matches('&'));
        self.server.get(self.caller(), &path)
    }
}

#[derive(clap::Args)]
struct Filter {
    /// pending, success, failed, retrying or disabled
    #[arg(long)]
    status: Option<String>,
    /// Only deliveries of this event type
    #[arg(long, value_name = "TYPE")]
    event_type: Option<String>,
    /// Only deliveries to this subscription
    #[arg(long, value_name = "ID")]
    subscription: Option<String>,
    /// Only deliveries of this event
    #[arg(long, value_name = "ID")]
    event: Option<String>,
    /// Status of the last response: 503, 5xx or 500-504
    #[arg(long, value_name = "CODE")]
    code: Option<String>,
    /// Part of the subscription's URL (--url is the server)
    #[arg(long, value_name = "TEXT")]
    receiver: Option<String>,
    /// Part of the last error
    #[arg(long, value_name = "TEXT")]
    error: Option<String>,
    /// Part of the last error, the subscription's URL or the publisher's event id; or a generated event id
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Minimum duration of the last attempt
    #[arg(long, value_name = "MS")]
    min_duration_ms: Option<String>,
    /// Waiting, and due for at least so many minutes without an attempt since
    #[arg(long, value_name = "MINUTES")]
    overdue_minutes: Option<String>,
    /// Path of a value in the payload: data.customer.id, data.items[*].sku
    #[arg(long, value_name = "PATH", requires = "payload_value")]
    payload_path: Option<String>,
    /// The value at the path: 42 is a number, '"42"' a string
    #[arg(long, value_name = "VALUE", requires = "payload_path", allow_hyphen_values = true)]
    payload_value: Option<String>,
    /// Created at or after this time
    #[arg(long, value_name = "TIME")]
    after: Option<String>,
    /// Created before this time
    #[arg(long, value_name = "TIME")]
    before: Option<String>,
}

impl Filter {
    /// The query parameters, each preceded by `&`.
    fn query(&self) -> String {
        let all = [
            ("status", &self.status),
            ("event_type", &self.event_type),
            ("subscription_id", &self.subscription),
            ("event_id", &self.event),
            ("response_code", &self.code),
            ("url", &self.receiver),
            ("error", &self.error),
            ("search", &self.search),
            ("min_duration_ms", &self.min_duration_ms),
            ("overdue_minutes", &self.overdue_minutes),
            ("payload_path", &self.payload_path),
            ("payload_value", &self.payload_value),
            ("after", &self.after),
            ("before", &self.before),
        ];
        let given = all.into_iter().filter_map(|(name, value)| value.as_ref().map(|value| (name, value)));
        given.map(|(name, value)| format!("&{name}={}", escape(value))).collect()
    }
}

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    match args.action {
        Action::List { filter, limit, scope } => {
            let path = format!("{}?limit={}{}", scope.path(), limit.min(200), filter.query());
            print(&scope.server.rows(scope.caller(), &path, limit as usize)?);
        }
        Action::Counts { filter, scope } => print(&scope.get("counts", &filter)?),
        Action::Rates { filter, scope } => print(&scope.get("rates", &filter)?),
        Action::Backlog { scope } => {
            print(&scope.server.rows(scope.caller(), "/api/v1/backlog?limit=500", usize::MAX)?);
        }
    }
    Ok(())
}
