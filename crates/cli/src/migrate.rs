//! `postrider migrate`: brings the store up to date without serving it.

use crate::{config::Config, output::line, store};
use std::path::PathBuf;

/// Bring the store up to date.
///
/// `serve` does this by itself at the start; this is for those who want it as a step of its own, or with a login that may
/// more than the servers' does. On a SQLite file the server must not be running; in a PostgreSQL database older nodes
/// may, unless the changelog says otherwise.
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
