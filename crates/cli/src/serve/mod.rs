//! `postrider serve`: puts store, engine and API together, serves, and stops in good order.

mod dev;
mod http;
pub(crate) mod keys;

use crate::{
    config::{Config, Flags, StoreUrl},
    entropy::SystemEntropy,
    logging,
};
use anyhow::Context;
use api::{App, Settings};
use delivery::{AddressPolicy, Defaults, Egress, Engine, Stopped};
use model::{Clock, IdSource, SystemClock};
use std::{path::PathBuf, sync::Arc};
use storage::{Store, Vault};
use storage_sqlite::SqliteStore;
use tokio::net::TcpListener;

/// Serve the API and deliver.
///
/// Settings come from defaults, postrider.toml, the environment and flags, later over earlier. With --dev it takes
/// http:// URLs on loopback, makes a tenant and a key, and prints lines to try.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// For trying things out: allows http:// and loopback receivers, makes tenants on first use, prints a key
    #[arg(long)]
    dev: bool,
    /// Configuration file [default: postrider.toml, if it is there]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Address of the API; overrides POSTRIDER_LISTEN
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// Where everything is kept, e.g. sqlite:postrider.db; overrides POSTRIDER_STORE
    #[arg(long, value_name = "URL")]
    store: Option<String>,
    /// What to log, e.g. info or warn,postrider::delivery=info; overrides POSTRIDER_LOG
    #[arg(long, value_name = "FILTER")]
    log: Option<String>,
    /// text or json; overrides POSTRIDER_LOG_FORMAT
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<String>,
}

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    let flags: Flags =
        vec![("listen", args.listen), ("store", args.store), ("log", args.log), ("log_format", args.log_format)];
    let mut config = Config::read(args.config.as_deref(), flags)?;
    if args.dev {
        dev::relax(&mut config);
    }
    let _logs = logging::start(&config.log, config.log_format)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve(config, args.dev))
}

async fn serve(config: Config, dev: bool) -> anyhow::Result<()> {
    let StoreUrl::Sqlite(path) = &config.store;
    let path = path.clone();
    let catalog = crate::catalog::load(config.catalog_folder.as_deref())?;
    let master_key = keys::master_key(&config, &path)?;
    // Bound before anything is opened: of two servers by mistake the second one ends here.
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("POSTRIDER_LISTEN: {} cannot be listened on", config.listen))?;
    let vault = Vault::new(&master_key, Arc::new(SystemEntropy));
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&path, vault).map_err(|fault| keys::explain(fault, &path))?);
    // Not before: a key shown by a start that failed is easily overlooked, and it is shown only once.
    let admin_key_hash = keys::admin_key_hash(&config, &path)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ids = Arc::new(IdSource::new(Box::new(SystemEntropy)));
    let engine = Engine::start(delivery::Parts {
        store: store.clone(),
        clock: clock.clone(),
        sleeper: Arc::new(SystemClock),
        ids: ids.clone(),
        egress: Egress::new(AddressPolicy::new(config.allow_networks.clone()))?,
        defaults: Defaults { user_agent: config.user_agent.clone(), retry_base: config.retry_base },
        max_concurrency: config.max_concurrency,
        retention: config.retention,
    })
    .await
    .context("the deliveries that wait could not be taken up")?;
    let dev_key = if dev { Some(dev::make_key(&*store, &ids, clock.now(), &path).await?) } else { None };
    let app = App::load(api::Parts {
        engine: engine.clone(),
        store: store.clone(),
        clock,
        ids,
        catalog,
        admin_key_hash,
        settings: Settings {
            allow_http: config.allow_http,
            tenants_on_first_use: config.tenants_on_first_use,
            max_retries: config.max_retries,
            timeout: config.timeout,
            strict_catalog: config.strict_catalog,
        },
    })
    .await?;
    let address = listener.local_addr()?;
    let stop = http::stop_signal()?;
    println!("Postrider {} listens on http://{address}", env!("CARGO_PKG_VERSION"));
    if let Some(key) = dev_key {
        dev::greet(address, &key, &path);
    }
    http::serve(listener, api::router(app), stop).await;

    tracing::info!("stopping: finishing what is under way");
    match engine.stop(config.shutdown).await {
        Stopped::Clean => {}
        Stopped::CutOff(requests) => tracing::warn!(requests, "cut off; their deliveries stay due"),
    }
    store.close().await?;
    tracing::info!("stopped");
    Ok(())
}
