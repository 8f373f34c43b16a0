//! `postrider key`: API keys of tenants, over HTTP.

use crate::{
    client::{Server, escape, print},
    output::line,
};
use clap::Subcommand;
use http::Method;
use serde_json::json;

/// Create, list and revoke API keys of a tenant
///
/// Requires the operator's key and --tenant.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Create a key; it is shown only once
    Create {
        /// A description of its purpose
        #[arg(long)]
        name: Option<String>,
        /// A permission; repeat for more. One of events:publish, webhooks:manage, webhooks:read, webhooks.secret.view,
        /// webhooks.secret.rotate [default: the first three]
        #[arg(long)]
        scope: Vec<String>,
        #[command(flatten)]
        server: Server,
    },
    /// List a tenant's keys
    List {
        #[command(flatten)]
        server: Server,
    },
    /// Revoke a key, with immediate effect
    Revoke {
        /// The key's id (key_…), from the list
        id: String,
        #[command(flatten)]
        server: Server,
    },
}

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    match args.action {
        Action::Create { name, scope, server } => {
            let mut body = json!({ "name": name });
            if !scope.is_empty() {
                body["scopes"] = scope.into();
            }
            print(&server.call_as_operator(Method::POST, "/api/v1/keys", Some(body.to_string()))?);
        }
        Action::List { server } => print(&server.call_as_operator(Method::GET, "/api/v1/keys", None)?),
        Action::Revoke { id, server } => {
            server.call_as_operator(Method::DELETE, &format!("/api/v1/keys/{}", escape(&id)), None)?;
            line!("{id} is revoked");
        }
    }
    Ok(())
}
