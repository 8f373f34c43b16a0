//! `postrider pause` and `postrider resume`: stop and resume all deliveries.

use crate::{
    client::Server,
    config::Config,
    output::line,
    store::{self, StoreUrl, keys},
};
use anyhow::{anyhow, ensure};
use http::Method;
use std::path::PathBuf;

/// Pause all deliveries
///
/// No node sends deliveries of any tenant until `postrider resume`. Events are accepted, and their deliveries wait.
/// With --store it pauses a store that no server works on, such as a backup or a restored copy, so that a server
/// started on it sends nothing.
#[derive(clap::Args)]
pub(crate) struct Pause {
    /// A store that no server works on, e.g. sqlite:backup.db
    #[arg(long, value_name = "URL")]
    store: Option<String>,
    /// Configuration file, for --store [default: postrider.toml, if it exists]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    server: Server,
}

/// Resume all deliveries
///
/// Sends the waiting deliveries. Resume a restored copy only if no other copy sends.
#[derive(clap::Args)]
pub(crate) struct Resume {
    #[command(flatten)]
    server: Server,
}

pub(crate) fn pause(args: Pause) -> anyhow::Result<()> {
    let Some(url) = &args.store else {
        args.server.call_as_operator(Method::POST, "/api/v1/nodes/pause", None)?;
        line!("Deliveries are paused.");
        return Ok(());
    };
    let config = Config::read(args.config.as_deref(), Vec::new())?;
    let url = StoreUrl::parse(url).map_err(|fault| anyhow!("--store {fault}"))?;
    if let StoreUrl::Sqlite(path) = &url {
        ensure!(path.exists(), "--store: {} does not exist", path.display());
    }
    let vault = keys::master_keys(&config, &url)?.vault();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let opened = store::open(&config, &url, vault).await?;
        let paused = opened.set_paused(true).await;
        opened.close().await?;
        paused?;
        line!("{} is paused: a server sends nothing from it until `postrider resume`.", url.shown());
        Ok(())
    })
}

pub(crate) fn resume(args: Resume) -> anyhow::Result<()> {
    args.server.call_as_operator(Method::POST, "/api/v1/nodes/resume", None)?;
    line!("Deliveries are resumed.");
    Ok(())
}
