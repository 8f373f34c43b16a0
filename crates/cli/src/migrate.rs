//! `postrider migrate`: migrates the store without serving it.

use crate::{config::Config, output::line, store};
use std::path::PathBuf;

/// Migrate the store to this version
///
/// `serve` does this at its start. Use this command to migrate in a separate step, or with a login that has more rights
/// than the servers' login. The server must not be running on a SQLite file; in a PostgreSQL database older nodes may
/// run, unless the changelog says otherwise.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Configuration file [default: postrider.toml, if it exists]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The store, e.g. sqlite:postrider.db; overrides POSTRIDER_STORE
    #[arg(long, value_name = "URL")]
    store: Option<String>,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let config = Config::read(args.config.as_deref(), vec![("store", args.store.clone())])?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (from, to) = runtime.block_on(store::migrate(&config))?;
    let shown = config.store.shown();
    if from == to {
        line!("{shown} is up to date: migration {to}");
    } else {
        line!("{shown} was brought from migration {from} to {to}");
    }
    Ok(())
}
