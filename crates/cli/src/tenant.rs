//! `postrider tenant`: manages tenants over HTTP.

use crate::{
    client::{Server, escape, print},
    output::{complaint, line},
};
use anyhow::{Context, ensure};
use clap::Subcommand;
use http::Method;
use serde_json::{Value, json};
use std::io::IsTerminal;

/// Create, show, list and delete tenants
///
/// Requires the operator's key.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Create or update a tenant
    Put {
        /// The tenant's id: 1 to 100 letters, digits and -_.:
        id: String,
        #[arg(long)]
        name: Option<String>,
        /// A JSON object
        #[arg(long, value_name = "JSON")]
        metadata: Option<String>,
        #[command(flatten)]
        server: Server,
    },
    /// Show a tenant
    Get {
        id: String,
        #[command(flatten)]
        server: Server,
    },
    /// List all tenants
    List {
        #[command(flatten)]
        server: Server,
    },
    /// Delete a tenant and everything it owns: subscriptions, events, deliveries, keys. Asks for confirmation
    Delete {
        id: String,
        /// Skip the confirmation; required without a terminal
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        server: Server,
    },
}

fn path(id: &str) -> String {
    format!("/api/v1/tenants/{}", escape(id))
}

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    match args.action {
        Action::Put { id, name, metadata, server } => {
            let mut body = json!({});
            if let Some(name) = name {
                body["name"] = name.into();
            }
            if let Some(metadata) = metadata {
                body["metadata"] = serde_json::from_str(&metadata).context("--metadata must be a JSON object")?;
            }
            print(&server.call_as_operator(Method::PUT, &path(&id), Some(body.to_string()))?);
        }
        Action::Get { id, server } => print(&server.call_as_operator(Method::GET, &path(&id), None)?),
        Action::List { server } => list(&server)?,
        Action::Delete { id, yes, server } => {
            if !yes {
                confirm(&id)?;
            }
            server.call_as_operator(Method::DELETE, &path(&id), None)?;
            line!("{id} is deleted");
        }
    }
    Ok(())
}

/// Asks for the tenant's id, because a deletion cannot be undone.
fn confirm(id: &str) -> anyhow::Result<()> {
    ensure!(
        std::io::stdin().is_terminal(),
        "this deletes the tenant {id} with everything it owns; without a terminal to confirm, it requires --yes"
    );
    complaint!("This deletes the tenant {id} with all its subscriptions, events, deliveries and keys, for good.");
    complaint!("Type its id to continue:");
    let mut typed = String::new();
    std::io::stdin().read_line(&mut typed).context("failed to read the confirmation")?;
    ensure!(typed.trim() == id, "nothing was deleted: {:?} is not {id:?}", typed.trim());
    Ok(())
}

/// Lists all pages.
///
fn list(server: &Server) -> anyhow::Result<()> {
    let mut all = Vec::new();
    loop {
        let after = all.last().and_then(|one: &Value| one["id"].as_str()).map(escape).unwrap_or_default();
        let page = server.call_as_operator(Method::GET, &format!("/api/v1/tenants?limit=500&cursor={after}"), None)?;
        let rows = page.as_array().cloned().unwrap_or_default();
        let last = rows.len() < 500;
        all.extend(rows);
        if last {
            break;
        }
    }
    print(&Value::Array(all));
    Ok(())
}
