//! `--dev`: everything that lets somebody try Postrider in a minute on their own machine.

use super::keys::{beside, write_private};
use crate::config::Config;
use anyhow::{Context, ensure};
use model::{IdSource, Scope, TenantId, Timestamp};
use std::{net::SocketAddr, path::Path};
use storage::Store;

const TENANT: &str = "dev";
const KEY_NAME: &str = "made by --dev";

/// Allows what only a machine of one's own should.
pub(super) fn relax(config: &mut Config) {
    config.allow_http = true;
    config.tenants_on_first_use = true;
    config.allow_networks.extend(["127.0.0.0/8", "::1/128"].iter().filter_map(|net| net.parse::<ipnet::IpNet>().ok()));
}

/// Makes the tenant and a key for it; the key of an earlier start stops working.
pub(super) async fn make_key(
    store: &dyn Store,
    ids: &IdSource,
    now: Timestamp,
    path: Option<&Path>,
) -> anyhow::Result<String> {
    let tenant = TenantId::trusted(TENANT);
    store.put_tenant(&tenant, None, None, now).await?;
    for old in store.keys(&tenant).await?.into_iter().filter(|key| key.name == KEY_NAME) {
        store.delete_key(&tenant, old.id).await?;
    }
    let (key, text) = api::new_key(ids, now, tenant, KEY_NAME.into(), Scope::ALL.into_iter().collect());
    ensure!(store.insert_key(&key).await?, "the tenant dev is being deleted; start again");
    let Some(path) = path else { return Ok(text) };
    let file = beside(path, "dev-key");
    if file.exists() {
        std::fs::remove_file(&file).with_context(|| format!("{} cannot be replaced", file.display()))?;
    }
    write_private(&file, &format!("{text}\n"))?;
    Ok(text)
}

/// Prints lines that work as pasted.
pub(super) fn greet(address: SocketAddr, key: &str, path: Option<&Path>) {
    let file =
        path.map_or_else(|| "shown only now".into(), |path| format!("also in {}", beside(path, "dev-key").display()));
    println!(
        "\n  Development mode: http:// and loopback receivers are allowed. Not for production.
  Swagger UI   http://{address}/docs
  Tenant       {TENANT}
  Key          {key}
               ({file})

  Try it. Subscribe a URL; the answer has the signing secret:

    curl -s http://{address}/api/v1/webhooks/subscriptions \\
      -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' \\
      -d '{{\"url\": \"http://127.0.0.1:9000/\", \"events\": [\"invoice.*\"]}}'

  Receive, in another terminal:  postrider sink --port 9000 --secret <the secret>

  Publish:

    curl -s http://{address}/api/v1/events \\
      -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' \\
      -d '{{\"type\": \"invoice.created\", \"data\": {{\"invoice_id\": \"inv_123\", \"amount\": 100.0, \"currency\": \"USD\"}}}}'
"
    );
}
