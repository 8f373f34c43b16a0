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

/// Create, list, replace and revoke API keys of a tenant; generate and rotate the master key
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
        /// Seconds after which the key is refused [default: never]
        #[arg(long, value_name = "SECONDS")]
        expires_in: Option<u64>,
        /// A network from which the key may be used, e.g. 203.0.113.0/24; repeat for more [default: all]
        #[arg(long, value_name = "CIDR")]
        network: Vec<String>,
        #[command(flatten)]
        server: Server,
    },
    /// List a tenant's keys
    List {
        #[command(flatten)]
        server: Server,
    },
    /// Replace a key by a new one; the old one stays valid for a while
    Rotate {
        /// The key's id (key_…), from the list
        id: String,
        /// Seconds for which the old key stays valid; 0 ends it at once [default: 86400]
        #[arg(long, value_name = "SECONDS")]
        overlap: Option<u64>,
        /// Seconds after which the new key is refused [default: never]
        #[arg(long, value_name = "SECONDS")]
        expires_in: Option<u64>,
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
        Action::Create { name, scope, expires_in, network, server } => {
            let mut body = json!({ "name": name, "expires_in_seconds": expires_in, "networks": network });
            if !scope.is_empty() {
                body["scopes"] = scope.into();
            }
            print(&server.call_as_operator(Method::POST, "/api/v1/keys", Some(body.to_string()))?);
        }
        Action::List { server } => print(&server.call_as_operator(Method::GET, "/api/v1/keys", None)?),
        Action::Rotate { id, overlap, expires_in, server } => {
            let body = json!({ "overlap_seconds": overlap, "expires_in_seconds": expires_in });
            let path = format!("/api/v1/keys/{}/rotate", escape(&id));
            print(&server.call_as_operator(Method::POST, &path, Some(body.to_string()))?);
        }
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
