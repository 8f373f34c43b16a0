//! The store: reachable, sound, migrated, and encrypted with the configured master key. It is only read.

use super::{
    egress::Receiver,
    master_keys, process,
    report::{Check, Report, bytes},
};
use crate::{
    config::{Config, Examined},
    store::{StoreUrl, keys},
};
use anyhow::anyhow;
use model::{Clock, SubscriptionId, SystemClock, Timestamp, url_rules::SubscriptionUrl};
use secrecy::ExposeSecret;
use std::{path::Path, time::Duration};
use storage::{
    StorageError, Vault,
    inspection::{Destination, Inspection},
};
use storage_postgres::{CONNECTIONS, Facts, LiveNode, PgInspector};
use storage_sqlite::{Integrity, LockState, SqliteInspector};

/// Longest time of the check of a file's structure.
const INTEGRITY: Duration = Duration::from_secs(3);
/// Longest time of all queries to a database.
const QUERIES: Duration = Duration::from_secs(20);
/// Oldest PostgreSQL that is supported.
const OLDEST: u32 = 14;
/// Seconds without a heartbeat after which a node is lost.
const LEASE: u32 = storage::LEASE.as_secs() as u32;

/// Facts for the other checks.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) inspection: Option<Inspection>,
    /// The process that has the file open.
    pub(super) process: Option<u32>,
    /// Some process has the store open.
    pub(super) is_held: bool,
    /// Facts about the database.
    pub(super) facts: Option<Facts>,
    /// The wanted subscription's; `None` when it is not known whether it exists.
    destination: Option<Option<Destination>>,
}

pub(super) async fn check(report: &mut Report, examined: &Examined, wanted: Option<SubscriptionId>) -> Seen {
    let config = &examined.config;
    let vault = master_key(report, examined);
    let (result, advice) = match &config.store {
        StoreUrl::Sqlite(path) if !path.exists() => return absent(report, path),
        StoreUrl::Sqlite(path) => {
            let advice = format!(
                "Run this command as the user of the server, and check that {} is a Postrider store.",
                path.display()
            );
            (sqlite(report, path, vault.as_ref(), wanted), advice)
        }
        StoreUrl::Postgres(url) => {
            let advice =
                "Check that the database runs and accepts this login, and the URL in POSTRIDER_STORE.".to_owned();
            let examined = postgres(report, url.expose_secret(), vault.as_ref(), wanted);
            let result = tokio::time::timeout(QUERIES, examined).await;
            (result.unwrap_or_else(|_| Err(StorageError::unavailable("no answer within 20 s"))), advice)
        }
    };
    let seen = match result {
        Ok(seen) => seen,
        Err(fault) => {
            report.problem(Check::Store, format!("The store cannot be read: {:#}.", anyhow!(fault)), advice);
            return Seen::default();
        }
    };
    if let Some(found) = &seen.inspection {
        compare(report, config, vault.as_ref(), found);
    }
    if let Some(url) = &config.read_store
        && config.store.path().is_none()
    {
        replica(report, url.expose_secret()).await;
    }
    seen
}

/// The configured key; a missing or malformed one is a problem.
fn master_key(report: &mut Report, examined: &Examined) -> Option<Vault> {
    if examined.faulty.iter().any(|name| name.contains("master_key")) {
        return None;
    }
    match keys::existing_master_keys(&examined.config, &examined.config.store) {
        Ok(keys) => keys.map(|keys| keys.vault()),
        Err(fault) => {
            let advice = "Restore the key from your backup: without it no secret in the store can be read.";
            report.problem(Check::MasterKey, format!("{fault:#}."), advice);
            None
        }
    }
}

fn absent(report: &mut Report, path: &Path) -> Seen {
    let shown = path.display();
    match path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()) {
        Some(folder) => report.problem(
            Check::Store,
            format!("The folder {} of the store does not exist.", folder.display()),
            "Create the folder, owned by the user of the server, or correct POSTRIDER_STORE.",
        ),
        None => report.warning(
            Check::Store,
            format!("{shown} does not exist."),
            "If this is a new installation, `postrider serve` creates it; otherwise correct POSTRIDER_STORE or the \
             working folder.",
        ),
    }
    Seen::default()
}

fn sqlite(
    report: &mut Report,
    path: &Path,
    vault: Option<&Vault>,
    wanted: Option<SubscriptionId>,
) -> Result<Seen, StorageError> {
    let shown = path.display();
    let inspector = SqliteInspector::open(path)?;
    let inspection = inspector.inspect(vault)?;
    let holder = match inspector.lock() {
        LockState::Free => "no server has it open".to_owned(),
        LockState::Held(None) => "a server has it open, so it was only read".to_owned(),
        LockState::Held(Some(pid)) => format!("open in {}, so it was only read", process::named(pid)),
    };
    let paused = paused(inspection.is_paused);
    match inspector.check_integrity(INTEGRITY)? {
        Integrity::Sound => report.ok(Check::Store, format!("{shown} is sound ({holder}){paused}.")),
        Integrity::Damaged(complaint) => report.problem(
            Check::Store,
            format!("{shown} is damaged: {complaint}."),
            "Stop the server, keep the damaged file, and restore a backup (docs/operations.md).",
        ),
        Integrity::Unfinished => report.ok(
            Check::Store,
            format!(
                "{shown} can be read ({holder}){paused}; it is too large for a check of its structure in {} s, which \
                 `sqlite3 {shown} 'PRAGMA quick_check'` makes on a copy.",
                INTEGRITY.as_secs()
            ),
        ),
        Integrity::Disturbed => {
            report.ok(Check::Store, format!("{shown} can be read; a server opened it just now{paused}."))
        }
    }
    let (process, is_held) = match inspector.lock() {
        LockState::Free => (None, false),
        LockState::Held(process) => (process, true),
    };
    let destination = wanted.map(|id| inspector.destination(id)).transpose()?;
    Ok(Seen { inspection: Some(inspection), process, is_held, facts: None, destination })
}

const fn paused(is_paused: bool) -> &'static str {
    if is_paused { "; deliveries are paused until `postrider resume`" } else { "" }
}

async fn postgres(
    report: &mut Report,
    url: &str,
    vault: Option<&Vault>,
    wanted: Option<SubscriptionId>,
) -> Result<Seen, StorageError> {
    let inspector = PgInspector::connect(url).await?;
    let facts = inspector.facts(|| SystemClock.now()).await?;
    let inspection = inspector.inspect(vault).await?;
    database(report, &facts, inspection.is_paused);
    let mut destination = None;
    if inspection.migrations.found > 0 {
        if let Err(fault) = inspector.check_roles().await {
            let advice = "Correct the roles as docs/postgres.md says: `serve` refuses to start with them.";
            report.problem(Check::Store, format!("{:#}.", anyhow!(fault)), advice);
        }
        nodes(report, &inspector.nodes().await?);
        if let Some(id) = wanted {
            destination = Some(inspector.destination(id).await?);
        }
    }
    Ok(Seen { inspection: Some(inspection), process: None, is_held: false, facts: Some(facts), destination })
}

fn database(report: &mut Report, facts: &Facts, is_paused: bool) {
    let Facts { version, major, connections_max: most, connections_used: used, .. } = facts;
    if *major < OLDEST {
        report.problem(
            Check::Store,
            format!("The database is PostgreSQL {version}."),
            format!("Upgrade it to PostgreSQL {OLDEST} or newer."),
        );
    }
    if facts.is_read_only {
        report.problem(
            Check::Store,
            "The database takes no writes: it is a replica, or set to read-only.",
            "Let POSTRIDER_STORE name the primary; a replica belongs into POSTRIDER_READ_STORE.",
        );
    }
    let free = most.saturating_sub(*used);
    if (free as usize) < CONNECTIONS {
        report.warning(
            Check::Store,
            format!("{used} of {most} connections of the database server are in use; a node needs {CONNECTIONS}."),
            "Raise max_connections, or use PgBouncer (docs/postgres.md).",
        );
    }
    let (size, paused) = (bytes(facts.size), paused(is_paused));
    report.ok(
        Check::Store,
        format!(
            "PostgreSQL {version} answers; the database has {size}, {used} of {most} connections are in use{paused}."
        ),
    );
}

fn nodes(report: &mut Report, nodes: &[LiveNode]) {
    let silent: Vec<String> = nodes
        .iter()
        .filter(|node| node.silent_for > LEASE)
        .map(|node| format!("{} (for {} s)", node.name, node.silent_for))
        .collect();
    let live: Vec<&LiveNode> = nodes.iter().filter(|node| node.silent_for <= LEASE).collect();
    if !silent.is_empty() {
        let advice = if live.is_empty() {
            "Start a node, which takes over their deliveries."
        } else {
            "Restart them; meanwhile the other nodes take over their deliveries."
        };
        report.problem(Check::Nodes, format!("Nodes without a heartbeat: {}.", silent.join(", ")), advice);
    }
    let mut versions: Vec<&str> = live.iter().map(|node| node.version.as_str()).collect();
    versions.sort_unstable();
    versions.dedup();
    let names: Vec<&str> = live.iter().map(|node| node.name.as_str()).collect();
    match versions[..] {
        [] => report.ok(Check::Nodes, "No node is running."),
        [version] => report.ok(Check::Nodes, format!("Live nodes: {} (version {version}).", names.join(", "))),
        _ => report.warning(
            Check::Nodes,
            format!("Live nodes have different versions: {}.", versions.join(", ")),
            "Finish the upgrade: restart the older ones.",
        ),
    }
}

/// Compares migrations and key with this binary and the configured key.
fn compare(report: &mut Report, config: &Config, vault: Option<&Vault>, found: &Inspection) {
    let migrations = found.migrations;
    let (newest, known) = (migrations.found, migrations.known);
    if !migrations.is_compatible {
        report.problem(
            Check::Migrations,
            format!("The store has migration {newest}, but this version only knows {known}."),
            "Use the newer version of postrider that wrote the store; there is no way back but a backup.",
        );
    } else if newest > known {
        report.warning(
            Check::Migrations,
            format!("The store has migration {newest}, which only adds to the {known} that this version knows."),
            "Finish the upgrade: run the newer version everywhere.",
        );
    } else if newest < known {
        report.warning(
            Check::Migrations,
            format!("The store has migration {newest} of {known}: {} are pending.", known - newest),
            "Make a backup, and run `postrider migrate`; `postrider serve` migrates at its start, too.",
        );
    } else {
        report.ok(Check::Migrations, format!("The store has migration {newest}, as this version needs."));
    }
    master_keys::compare(report, config, vault, found);
}

async fn replica(report: &mut Report, url: &str) {
    let look = async {
        let inspector = PgInspector::connect(url).await?;
        inspector.inspect(None).await
    };
    match tokio::time::timeout(QUERIES, look).await {
        Ok(Ok(_)) => report.ok(Check::Store, "The replica (POSTRIDER_READ_STORE) answers."),
        Ok(Err(fault)) => report.warning(
            Check::Store,
            format!("The replica (POSTRIDER_READ_STORE) cannot be read: {:#}.", anyhow!(fault)),
            "Repair it, or remove the setting; meanwhile lists are read from the primary.",
        ),
        Err(_) => report.warning(
            Check::Store,
            "The replica (POSTRIDER_READ_STORE) does not answer.",
            "Repair it, or remove the setting; meanwhile lists are read from the primary, after a timeout each.",
        ),
    }
}

/// The receiver of a subscription.
pub(super) fn receiver(report: &mut Report, id: SubscriptionId, seen: &Seen) -> Option<Receiver> {
    match &seen.destination {
        Some(Some(found)) => match SubscriptionUrl::stored(&found.url) {
            Ok(url) => Some(Receiver {
                name: format!("{id} ({url}) of tenant {}", found.tenant),
                url: url.to_url(),
                tenant: Some((found.tenant.clone(), found.allow.clone())),
            }),
            Err(fault) => {
                let advice = "Correct the subscription's URL with PATCH.";
                report.problem(Check::Egress, format!("The URL of {id} {fault}."), advice);
                None
            }
        },
        Some(None) => {
            let advice = "List the subscriptions with `postrider subscription list --all-tenants`.";
            report.problem(Check::Egress, format!("The store has no subscription {id}."), advice);
            None
        }
        None => {
            let advice = "Repair the store first, or give the receiver's --url.";
            report.problem(Check::Egress, format!("The URL of {id} cannot be read from the store."), advice);
            None
        }
    }
}

/// A difference of times in words.
pub(super) fn apart(one: Timestamp, other: Timestamp) -> String {
    let seconds = one.since(other).max(other.since(one)).as_secs();
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}
