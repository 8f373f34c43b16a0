//! `postrider key`: API keys of tenants and the master key, over HTTP.

mod rotate_master;

use crate::{
    client::{Server, escape, print},
    output::line,
    store::{files::write_private, keys},
};
use clap::Subcommand;
use http::Method;
use serde_json::json;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// Create, list and revoke API keys of a tenant; generate and rotate the master key
///
/// Requires the operator's key, and --tenant for API keys.
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
    /// Print a new master key
    GenerateMaster {
        /// Write it to a new file that only its owner may read, instead
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Seal all secrets again with the current master key, while the server serves
    ///
    /// Restart the server with the new key in POSTRIDER_MASTER_KEY and the former one in POSTRIDER_OTHER_MASTER_KEYS
    /// first (docs/master-key.md). Shows the progress until nothing needs the former key. It can be interrupted and
    /// repeated.
    RotateMaster {
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
        Action::GenerateMaster { file: Some(path) } => {
            write_private(&path, &Zeroizing::new(format!("{}\n", *keys::generate())))?;
            line!("{} has a new master key; keep a copy in a safe place.", path.display());
        }
        Action::GenerateMaster { file: None } => line!("{}", *keys::generate()),
        Action::RotateMaster { server } => rotate_master::run(&server)?,
    }
    Ok(())
}
