//! `postrider migrate`: brings the store up to date without serving it.

use crate::{
    config::{Config, StoreUrl},
    serve::keys,
};
use std::path::PathBuf;
use storage_sqlite::SqliteStore;

/// Bring the store up to date.
///
/// `serve` does this by itself at the start; this is for those who want it as a step of its own. The server must not
/// be running.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Configuration file [default: postrider.toml, if it is there]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where everything is kept, e.g. sqlite:postrider.db; overrides POSTRIDER_STORE
    #[arg(long, value_name = "URL")]
    store: Option<String>,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let config = Config::read(args.config.as_deref(), vec![("store", args.store.clone())])?;
    let StoreUrl::Sqlite(path) = &config.store;
    if !path.exists() {
        // As at a first start: `serve` refuses a store that is there without its key.
        keys::master_key(&config, path)?;
    }
    let done = SqliteStore::migrate(path).map_err(|fault| keys::explain(fault, path))?;
    if done.from == done.to {
        println!("{} is up to date: migration {}", path.display(), done.to);
    } else {
        println!("{} was brought from migration {} to {}", path.display(), done.from, done.to);
    }
    Ok(())
}
