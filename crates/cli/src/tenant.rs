//! `postrider tenant`: manages tenants over HTTP.

use crate::{
    client::{Server, escape, print},
    config::parse_publish,
    output::{complaint, line},
};
use anyhow::{Context, anyhow, ensure};
use clap::Subcommand;
use http::Method;
use serde_json::{Value, json};
use std::{
    io::IsTerminal,
    path::{Path, PathBuf},
};

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
        limits: Box<Limits>,
        #[command(flatten)]
        egress: Box<Egress>,
        #[command(flatten)]
        allow: Box<AllowLists>,
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

/// Limits and retention; `default` restores the installation's.
#[derive(clap::Args)]
struct Limits {
    /// Events per period, such as 100/second, or 600/minute/50 with a burst of 50
    #[arg(long, value_name = "RATE")]
    publish_limit: Option<String>,
    /// Maximum number of subscriptions
    #[arg(long, value_name = "NUMBER")]
    max_subscriptions: Option<String>,
    /// Maximum number of keys
    #[arg(long, value_name = "NUMBER")]
    max_keys: Option<String>,
    /// Maximum size of an event's data
    #[arg(long, value_name = "BYTES")]
    max_payload: Option<String>,
    /// Days after which payloads are erased
    #[arg(long, value_name = "DAYS")]
    payload_days: Option<String>,
    /// Days after which events and deliveries are removed
    #[arg(long, value_name = "DAYS")]
    rows_days: Option<String>,
}

/// Egress: source addresses, or a proxy.
#[derive(clap::Args)]
struct Egress {
    /// Send requests from this address of the server's machine; once for IPv4 and once for IPv6
    #[arg(long, value_name = "ADDRESS", conflicts_with_all = ["proxy", "no_egress"])]
    source_address: Vec<String>,
    /// Send requests through this proxy: http://host:port (CONNECT) or socks5://host:port
    #[arg(long, value_name = "URL", conflicts_with = "no_egress")]
    proxy: Option<String>,
    /// User name for the proxy
    #[arg(long, value_name = "NAME", requires = "proxy")]
    proxy_username: Option<String>,
    /// File with the password for the proxy, or - for standard input; without it the known password is kept
    #[arg(long, value_name = "FILE", requires = "proxy_username")]
    proxy_password_file: Option<PathBuf>,
    /// Address that receivers see, for the list that customers read; can be repeated
    #[arg(long, value_name = "ADDRESS", requires = "proxy")]
    proxy_address: Vec<String>,
    /// Send requests as the machine does
    #[arg(long)]
    no_egress: bool,
}

impl Egress {
    /// Adds the given egress to the body of a change.
    fn add_to(&self, body: &mut Value) -> anyhow::Result<()> {
        if self.no_egress {
            body["egress"] = Value::Null;
        }
        if !self.source_address.is_empty() {
            body["egress"] = json!({ "source_addresses": self.source_address });
        }
        if let Some(url) = &self.proxy {
            let mut proxy = json!({ "url": url, "addresses": self.proxy_address });
            if let Some(username) = &self.proxy_username {
                proxy["username"] = json!(username);
            }
            if let Some(file) = &self.proxy_password_file {
                proxy["password"] = json!(first_line(file)?);
            }
            body["egress"] = json!({ "proxy": proxy });
        }
        Ok(())
    }
}

/// The networks and hosts that requests may go to.
#[derive(clap::Args)]
struct AllowLists {
    /// Network that the address policy exempts for this tenant alone, such as 10.1.2.0/24; can be repeated
    #[arg(long, value_name = "CIDR", conflicts_with = "no_allow_networks")]
    allow_network: Vec<String>,
    /// Exempt no network
    #[arg(long)]
    no_allow_networks: bool,
    /// Host that requests may go to, such as hooks.example.com or *.example.com; can be repeated. All others are refused
    #[arg(long, value_name = "HOST", conflicts_with = "no_allow_hosts")]
    allow_host: Vec<String>,
    /// Let requests go to any host
    #[arg(long)]
    no_allow_hosts: bool,
}

impl AllowLists {
    /// Adds the given lists to the body of a change.
    fn add_to(&self, body: &mut Value) {
        for (field, given, is_emptied) in [
            ("allow_networks", &self.allow_network, self.no_allow_networks),
            ("allow_hosts", &self.allow_host, self.no_allow_hosts),
        ] {
            if is_emptied || !given.is_empty() {
                body[field] = json!(given);
            }
        }
    }
}

/// The first line of a file, or of standard input for `-`.
fn first_line(file: &Path) -> anyhow::Result<String> {
    let text = if file == Path::new("-") {
        std::io::read_to_string(std::io::stdin()).context("failed to read standard input")?
    } else {
        std::fs::read_to_string(file).with_context(|| format!("failed to read {}", file.display()))?
    };
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

impl Limits {
    /// Adds the given limits to the body of a change.
    fn add_to(&self, body: &mut Value) -> anyhow::Result<()> {
        if let Some(text) = &self.publish_limit {
            body["limits"]["publish"] = match text.as_str() {
                "default" => Value::Null,
                text => rate(text)?,
            };
        }
        for (object, field, given, flag) in [
            ("limits", "subscriptions", &self.max_subscriptions, "--max-subscriptions"),
            ("limits", "keys", &self.max_keys, "--max-keys"),
            ("limits", "payload_bytes", &self.max_payload, "--max-payload"),
            ("retention", "payload_days", &self.payload_days, "--payload-days"),
            ("retention", "rows_days", &self.rows_days, "--rows-days"),
        ] {
            let Some(text) = given else { continue };
            body[object][field] = match text.as_str() {
                "default" => Value::Null,
                text => {
                    text.parse::<u32>().with_context(|| format!("{flag} must be a whole number or default"))?.into()
                }
            };
        }
        Ok(())
    }
}

/// A publish limit as the API takes it.
fn rate(text: &str) -> anyhow::Result<Value> {
    let limit = parse_publish(text).map_err(|fault| anyhow!("--publish-limit {fault}"))?;
    let limit = limit.context("--publish-limit is empty; it must be a rate such as 100/second, or default")?;
    Ok(json!({"limit": limit.limit(), "period": limit.period().name(), "burst": limit.burst()}))
}

fn path(id: &str) -> String {
    format!("/api/v1/tenants/{}", escape(id))
}

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    match args.action {
        Action::Put { id, name, metadata, limits, egress, allow, server } => {
            let mut body = json!({});
            if let Some(name) = name {
                body["name"] = name.into();
            }
            if let Some(metadata) = metadata {
                body["metadata"] = serde_json::from_str(&metadata).context("--metadata must be a JSON object")?;
            }
            limits.add_to(&mut body)?;
            egress.add_to(&mut body)?;
            allow.add_to(&mut body);
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
