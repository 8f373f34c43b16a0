//! `postrider delivery`: the delivery log and the backlog, over HTTP.

use crate::client::{Caller, Server, escape, print};
use clap::Subcommand;

/// List deliveries, and count waiting ones
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
            let path = if scope.all_tenants { "/api/v1/admin/deliveries" } else { "/api/v1/webhooks/deliveries" };
            let path = format!("{path}?limit={}{}", limit.min(200), filter.query());
            print(&scope.server.rows(scope.caller(), &path, limit as usize)?);
        }
        Action::Backlog { scope } => {
            print(&scope.server.rows(scope.caller(), "/api/v1/backlog?limit=500", usize::MAX)?);
        }
    }
    Ok(())
}
