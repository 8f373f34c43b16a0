//! `--dev`: defaults, keys and hints for trying Postrider on a local machine.

use crate::{
    config::Config,
    output::notice,
    store::files::{DevFiles, read, replace_private},
};
use anyhow::ensure;
use api::SettingSource;
use delivery::PortPolicy;
use model::{IdSource, Scope, TenantChange, TenantId, Timestamp};
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::Path,
};
use storage::Store;

pub(crate) const TENANT: &str = "dev";
const KEY_NAME: &str = "made by --dev";

/// Relaxes settings that are unsafe on any other than a local machine.
pub(crate) fn relax(config: &mut Config) {
    config.allow_http = true;
    config.tenants_on_first_use = true;
    config.allow_networks.extend(["127.0.0.0/8", "::1/128"].iter().filter_map(|net| net.parse::<ipnet::IpNet>().ok()));
    if config.allow_ports.is_default() {
        config.allow_ports = PortPolicy::all();
    }
    let networks: Vec<String> = config.allow_networks.iter().map(ToString::to_string).collect();
    for (name, value) in [
        ("POSTRIDER_ALLOW_HTTP", "true".to_owned()),
        ("POSTRIDER_TENANTS_ON_FIRST_USE", "true".to_owned()),
        ("POSTRIDER_ALLOW_NETWORKS", networks.join(",")),
        ("POSTRIDER_ALLOW_PORTS", config.allow_ports.to_string()),
    ] {
        if let Some(shown) = config.shown.iter_mut().find(|shown| shown.name == name) {
            (shown.value, shown.source) = (Some(value), SettingSource::Flag);
        }
    }
}

/// The tenant's key: that of an earlier start, else a new one. Creates the tenant if it does not exist.
pub(super) async fn tenant_key(
    store: &dyn Store,
    ids: &IdSource,
    now: Timestamp,
    path: Option<&Path>,
) -> anyhow::Result<String> {
    let tenant = TenantId::trusted(TENANT);
    store.put_tenant(&tenant, TenantChange::default(), now).await?;
    let file = path.map(|path| DevFiles::beside(path).tenant_key);
    let kept = file.as_deref().map(read).transpose()?.flatten();
    let known = store.keys(&tenant).await?;
    if let (Some(file), Some(text)) = (&file, kept) {
        let hash = api::hash_key(&text);
        if known.iter().any(|key| key.hash == hash) {
            // Also removes other users' permissions from an existing file.
            replace_private(file, &format!("{text}\n"))?;
            return Ok(text);
        }
    }
    for old in known.into_iter().filter(|key| key.name == KEY_NAME) {
        store.delete_key(&tenant, old.id).await?;
    }
    let (key, text) = api::new_key(ids, now, tenant, KEY_NAME.into(), Scope::ALL.into_iter().collect());
    ensure!(store.insert_key(&key).await?, "the tenant dev is being deleted; start again");
    if let Some(file) = file {
        replace_private(&file, &format!("{text}\n"))?;
    }
    Ok(text)
}

/// The server's URL on this machine.
pub(super) fn url(config: &Config, address: SocketAddr) -> String {
    let here = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::from(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::from(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    format!("{}://{}", config.front.scheme(), SocketAddr::new(here, address.port()))
}

/// Stores the server's URL for the commands, and returns it.
pub(super) fn keep_url(config: &Config, address: SocketAddr, path: Option<&Path>) -> anyhow::Result<String> {
    let url = url(config, address);
    if let Some(path) = path {
        replace_private(&DevFiles::beside(path).url, &format!("{url}\n"))?;
    }
    Ok(url)
}

/// Warns when other machines can reach a development server.
pub(super) fn warn_if_reachable(address: SocketAddr) {
    if address.ip().is_loopback() {
        return;
    }
    tracing::warn!(%address, "--dev listens on an address that other machines can reach");
    notice!(
        "
  !!  WARNING: --dev listens on {address}, which other machines can reach.
  !!  In development mode a tenant's key is enough to send requests to programs on this machine, and nothing is
  !!  encrypted on the way. Listen on 127.0.0.1, or leave --dev out."
    );
}

/// Addresses and keys with which a developer begins.
pub(super) struct Developer<'p> {
    /// The tenant's key.
    pub(super) key: String,
    /// A one-time code, which signs a browser in as the operator.
    pub(super) code: String,
    /// The SQLite file, if there is one.
    pub(super) path: Option<&'p Path>,
}

impl<'p> Developer<'p> {
    pub(super) fn new(key: String, app: &api::App, path: Option<&'p Path>) -> Self {
        Self { key, code: app.sign_in_code(), path }
    }
}

/// Prints links to open and commands that can be pasted into a shell. `outside` is the address for browsers.
pub(super) fn greet(url: &str, outside: &str, Developer { key, code, path }: &Developer<'_>) {
    let files = path.map(DevFiles::beside);
    let kept = files.as_ref().map_or_else(
        || "shown only once".into(),
        |files| format!("kept in {}; postrider publish finds it there", files.tenant_key.display()),
    );
    let operator = files.as_ref().filter(|files| files.operator_key.exists()).map_or_else(String::new, |files| {
        format!("\n  Operator     key kept in {}; postrider tenant list finds it there", files.operator_key.display())
    });
    notice!(
        "
  Development mode: http:// and loopback receivers are allowed. Not for production.
  Dashboard    {outside}/sign-in#code={code}
               (signs you in as the operator; valid once, for 10 minutes)
  Swagger UI   {url}/docs
  Tenant       {TENANT}
  Key          {key}
               ({kept}){operator}

  Try it. Subscribe a URL; the answer has the signing secret:

    curl -s {url}/api/v1/webhooks/subscriptions \\
      -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' \\
      -d '{{\"url\": \"http://127.0.0.1:9000/\", \"events\": [\"invoice.*\"]}}'

  Receive, in another terminal:  postrider sink --port 9000 --secret <the secret>

  Publish:

    postrider publish invoice.created --data '{{\"invoice_id\": \"inv_123\", \"amount\": 100.0, \"currency\": \"USD\"}}'
"
    );
}
