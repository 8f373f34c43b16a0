//! `postrider copy`: copies all data of one store into another.

use crate::{
    config::Config,
    output::line,
    store::{self, StoreUrl, files, keys},
};
use anyhow::{Context, bail, ensure};
use model::{Tenant, TenantChange, TenantId};
use std::path::PathBuf;
use storage::{InsertOutcome, ListScope, Page, Store};

/// Copy all data of one store into another
///
/// For moving from a SQLite file to a PostgreSQL database. No server may work on either store: stop the server first,
/// and start it on the new store afterwards, which then sends the waiting deliveries. After a failure the command can
/// be repeated: rows that exist already are left as they are.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The store to read, e.g. sqlite:postrider.db
    #[arg(long, value_name = "URL")]
    from: String,
    /// The store to write, e.g. postgres://postrider@localhost/postrider
    #[arg(long, value_name = "URL")]
    to: String,
    /// Configuration file [default: postrider.toml, if it exists]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Events per transaction.
const PIECE: usize = 500;

/// Numbers of copied objects.
#[derive(Default)]
struct Copied {
    tenants: usize,
    keys: usize,
    subscriptions: usize,
    events: usize,
    deliveries: usize,
    waiting: usize,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let config = Config::read(args.config.as_deref(), Vec::new())?;
    let parse = |flag: &str, text: &str| StoreUrl::parse(text).map_err(|fault| anyhow::anyhow!("{flag} {fault}"));
    let (from, to) = (parse("--from", &args.from)?, parse("--to", &args.to)?);
    if let StoreUrl::Sqlite(path) = &from {
        ensure!(path.exists(), "--from: {} does not exist", path.display());
    }
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        // Secrets are sealed for their row, not for their store, so the same keys open and seal both.
        let keys = keys::master_keys(&config, &from)?;
        let source = store::open(&config, &from, keys.vault()).await.context("--from")?;
        let target = store::open(&config, &to, keys.vault()).await.context("--to")?;
        let copied = copy(&*source, &*target).await;
        source.close().await?;
        target.close().await?;
        let Copied { tenants, keys, subscriptions, events, deliveries, waiting } = copied?;
        line!(
            "Copied {tenants} tenants, {keys} keys, {subscriptions} subscriptions, {events} events and {deliveries} \
             deliveries, {waiting} of which wait to be sent."
        );
        if let StoreUrl::Sqlite(path) = &from {
            line!(
                "Start the server with POSTRIDER_STORE set to the new store and POSTRIDER_MASTER_KEY to the same key \
                 (that of {}, unless it was given), and never again with the old one.",
                files::beside(path, "key").display()
            );
        }
        Ok(())
    })
}

/// All tenants, the system's own included.
async fn all_tenants(source: &dyn Store) -> anyhow::Result<Vec<Tenant>> {
    let mut tenants: Vec<_> = source.tenant(&TenantId::system()).await?.into_iter().collect();
    let mut page = Page::first(500);
    loop {
        let piece = source.tenants(page.clone()).await?;
        let Some(last) = piece.last() else { return Ok(tenants) };
        page.cursor = Some(last.id.clone());
        tenants.extend(piece);
    }
}

async fn copy_statistics(source: &dyn Store, target: &dyn Store, tenant: &TenantId) -> anyhow::Result<()> {
    let mut last = None;
    loop {
        let piece = source.read_statistics(tenant, last.as_ref(), PIECE).await?;
        let Some(end) = piece.last() else { return Ok(()) };
        last = Some(end.clone());
        target.write_statistics(tenant, piece).await?;
    }
}

/// Copies the portal links of a tenant. (Sign-in sessions are not copied: people sign in again.)
async fn copy_portal_links(source: &dyn Store, target: &dyn Store, tenant: &TenantId) -> anyhow::Result<()> {
    let mut page = Page::first(PIECE as u32);
    loop {
        let piece = source.portal_sessions(ListScope::Tenant(tenant), page).await?;
        let Some(last) = piece.last() else { return Ok(()) };
        page.cursor = Some(last.id);
        for link in &piece {
            if target.portal_session(link.id).await?.is_none() {
                target.insert_portal_session(link, u32::MAX).await?;
            }
        }
    }
}

/// Writes a tenant unless the target has it.
async fn copy_tenant(target: &dyn Store, tenant: &Tenant) -> anyhow::Result<()> {
    if target.tenant(&tenant.id).await?.is_some() {
        return Ok(());
    }
    let Tenant { id, name, metadata, limits, egress, allow, created_at, .. } = tenant.clone();
    let change = TenantChange {
        name: name.into(),
        metadata: Some(metadata),
        limits: Some(limits),
        egress: egress.into(),
        allow_networks: Some(allow.networks),
        allow_hosts: Some(allow.hosts),
    };
    target.put_tenant(&id, change, created_at).await?;
    Ok(())
}

async fn copy(source: &dyn Store, target: &dyn Store) -> anyhow::Result<Copied> {
    let mut copied = Copied::default();
    if !source.half_deleted_tenants().await?.is_empty() {
        bail!("the deletion of a tenant in the source store is incomplete; start the server on it once to complete it");
    }
    if source.is_paused().await? {
        // A paused source makes a paused copy.
        target.set_paused(true).await?;
    }
    for entry in source.custom_types().await? {
        target.put_custom_type(&entry).await?;
    }
    for name in source.document_names().await? {
        if target.document_digest(&name).await?.is_none()
            && let Some(document) = source.document(&name).await?
        {
            target.put_document(&name, &document).await?;
        }
    }
    let tenants = all_tenants(source).await?;
    for tenant in &tenants {
        copy_tenant(target, tenant).await?;
        if !tenant.id.is_system() {
            copied.tenants += 1;
        }
    }
    for key in source.all_keys().await? {
        if !target.keys(&key.tenant).await?.iter().any(|known| known.id == key.id) {
            target.insert_key(&key).await?;
        }
        copied.keys += 1;
    }
    let mut subscriptions = Vec::new();
    source.each_subscription(&mut |one| subscriptions.push((one.tenant, one.id))).await?;
    for (tenant, id) in subscriptions {
        if target.subscriptions_ever(&tenant, &[id]).await?.is_empty() {
            for one in source.subscriptions_ever(&tenant, &[id]).await? {
                let inserted = target.insert_subscription(&one).await?;
                ensure!(inserted == InsertOutcome::Done, "failed to copy the subscription {id}: {inserted:?}");
                target.write_stats(&one).await?;
            }
        }
        copied.subscriptions += 1;
    }
    for tenant in &tenants {
        let mut after = None;
        loop {
            let piece = source.read_events(&tenant.id, after, PIECE).await?;
            let Some(last) = piece.last() else { break };
            after = Some(last.event.id);
            copied.events += piece.len();
            for stored in &piece {
                copied.deliveries += stored.deliveries.len();
                copied.waiting += stored.deliveries.iter().filter(|(one, _)| one.next_attempt_at.is_some()).count();
            }
            target.write_events(&tenant.id, piece).await?;
        }
        target.write_publications(&tenant.id, source.read_publications(&tenant.id).await?).await?;
        copy_statistics(source, target, &tenant.id).await?;
        copy_portal_links(source, target, &tenant.id).await?;
    }
    Ok(copied)
}
