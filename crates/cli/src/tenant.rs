//! `postrider tenant`: tenants, over HTTP.

use crate::client::{Server, escape, print};
use anyhow::Context;
use clap::Subcommand;
use http::Method;
use serde_json::{Value, json};

/// Make, show, list and delete tenants.
///
/// Needs the operator's key.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Make or change a tenant
    Put {
        /// Its id: 1 to 100 of letters, digits and -_.:
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
    /// Delete a tenant and everything it owns
    Delete {
        id: String,
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
            print(&server.call(Method::PUT, &path(&id), Some(body.to_string()), &[])?);
        }
        Action::Get { id, server } => print(&server.call(Method::GET, &path(&id), None, &[])?),
        Action::List { server } => list(&server)?,
        Action::Delete { id, server } => {
            server.call(Method::DELETE, &path(&id), None, &[])?;
            println!("{id} is deleted");
        }
    }
    Ok(())
}

/// All pages.
fn list(server: &Server) -> anyhow::Result<()> {
    let mut all = Vec::new();
    loop {
        let after = all.last().and_then(|one: &Value| one["id"].as_str()).map(escape).unwrap_or_default();
        let page = server.call(Method::GET, &format!("/api/v1/tenants?limit=500&cursor={after}"), None, &[])?;
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
