//! `postrider serve`: connects store, engine and API, serves, and shuts down gracefully.

mod api_settings;
pub(crate) mod dev;
mod front;
mod http;
mod key_set;
mod metrics;
mod reload;
mod signals;

use self::metrics::Serving;
use crate::{
    config::{self, Config, Flags},
    entropy::SystemEntropy,
    logging::{self, LogSettings},
    output::notice,
    store::{self, keys},
    traces::Export,
};
use ::metrics::Metrics;
use anyhow::{Context, anyhow, bail, ensure};
use api::App;
use api_settings::{outside, settings};
use delivery::{
    AddressPolicy, Defaults, Egress, EgressSettings, Engine, LogSample, References, StartError, SteadyClock, Stopped,
    Traces, Watched,
};
use dev::Developer;
use model::{Clock, IdSource};
use reload::Origins;
use signals::StopSignals;
use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};
use storage::{NewNode, Node, NodeRole, NodeState, Store};
use tokio::{net::TcpListener, sync::Notify};
use transform::{Program, Scripts};

/// Serve the API and send deliveries
///
/// Settings come from defaults, postrider.toml, the environment and flags; later sources override earlier ones. With
/// --dev it accepts http:// URLs and loopback receivers, creates a tenant and a key, and prints commands to try.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Development mode: allows http:// and loopback receivers, creates tenants on first use, prints a key
    #[arg(long)]
    dev: bool,
    /// Send nothing until `postrider resume`, even after a restart without this flag: for a restored copy
    #[arg(long)]
    paused: bool,
    /// Configuration file [default: postrider.toml, if it exists]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The API's address; overrides POSTRIDER_LISTEN
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// The store, e.g. sqlite:postrider.db or postgres://…; overrides POSTRIDER_STORE
    #[arg(long, value_name = "URL")]
    store: Option<String>,
    /// This node's role: all, api or worker; overrides POSTRIDER_ROLE
    #[arg(long, value_name = "ROLE")]
    role: Option<String>,
    /// The log filter, e.g. info or warn,postrider::delivery=info; overrides POSTRIDER_LOG
    #[arg(long, value_name = "FILTER")]
    log: Option<String>,
    /// The log format: text or json; overrides POSTRIDER_LOG_FORMAT
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<String>,
}

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    let flags: Flags = vec![
        ("listen", args.listen),
        ("store", args.store),
        ("role", args.role),
        ("log", args.log),
        ("log_format", args.log_format),
    ];
    let mut config = Config::read(args.config.as_deref(), flags.clone())?;
    if args.dev {
        dev::relax(&mut config);
    }
    let logging = logging::start(&config.log, config.log_sample, config.log_format)?;
    for (name, near) in config::suspicious_variables() {
        tracing::warn!("unknown variable {name}; did you mean {near}?");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let (origins, settings) = (Origins { file: args.config, flags }, logging.settings.clone());
    let certificate = Arc::new(Notify::new());
    runtime.block_on(async {
        // A development server ends with its terminal, which sends SIGHUP.
        if !args.dev {
            tokio::spawn(reload::follow(signals::hangup()?, origins, settings.clone(), certificate.clone()));
        }
        serve(config, Mode { dev: args.dev, paused: args.paused }, settings, certificate).await
    })
}

/// Settings that only flags can set.
#[derive(Clone, Copy)]
struct Mode {
    dev: bool,
    paused: bool,
}

async fn serve(
    config: Config,
    Mode { dev, paused }: Mode,
    log: Arc<LogSettings>,
    certificate: Arc<Notify>,
) -> anyhow::Result<()> {
    let path = config.store.path();
    ensure!(
        path.is_none() || config.role == NodeRole::All,
        "POSTRIDER_ROLE is {:?} but a SQLite file has one node, with the role all; several nodes need PostgreSQL, for \
         example POSTRIDER_STORE=postgres://…",
        config.role.name()
    );
    let catalog = crate::catalog::load(config.catalog_folder.as_deref())?;
    let master_keys = keys::master_keys(&config, &config.store)?;
    let protocol = front::protocol(&config, certificate)?;
    // Bound before the store is opened, so that a second server started by mistake fails here.
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("POSTRIDER_LISTEN: cannot listen on {}", config.listen))?;
    let address = listener.local_addr()?;
    let metrics_listener = metrics::bind(&config).await?;
    let store = store::open(&config, &config.store, master_keys.vault()).await?;
    // After the store is open: a key that is shown once must not be shown by a start that fails.
    let admin_key_hash = keys::admin_key_hash(&config, &*store, dev).await?;
    if paused {
        pause(&*store).await?;
    }
    // Nodes that share a store also share its clock.
    let steady = SteadyClock::new(if store.shared().is_some() { Watched::Store } else { Watched::Machine });
    let clock: Arc<dyn Clock> = steady.clone();
    let ids = Arc::new(IdSource::new(Box::new(SystemEntropy)));
    // Raises the limit of file descriptors, which the limits of receiver connections depend on, too.
    let limits =
        http::limits(config.max_connections, config.max_connections_per_address, config.trusted_proxies.clone());
    let export = config.traces.as_ref().map(Export::start).transpose()?;
    let traces = export.as_ref().map(|export| export.traces(clock.clone(), ids.clone())).unwrap_or_default();
    let metrics = Arc::new(Metrics::new(config.metrics));
    let observed = Observed { log_sample: log.sample.clone(), traces, metrics: metrics.clone() };
    let references = references(&config, address, master_keys);
    let engine = start_engine(&config, store.clone(), steady, ids.clone(), (address, references), observed).await?;
    let dev_key = if dev { Some(dev::tenant_key(&*store, &ids, clock.now(), path.as_deref()).await?) } else { None };
    let app = App::load(api::Parts {
        engine: engine.clone(),
        store: store.clone(),
        clock,
        ids,
        catalog,
        admin_key_hash,
        metrics,
        settings: settings(&config, dev_key.as_deref(), address)?,
        log,
    })
    .await?;
    let mut signals = StopSignals::new()?;
    let dev = dev_key.filter(|_| config.role.serves()).map(|key| Developer::new(key, &app, path.as_deref()));
    announce(&engine, address, dev, &config)?;
    let serving = metrics::serve(metrics_listener, || api::metrics_router(app.clone()), &limits, &protocol)?;
    let router = if config.role.serves() { api::router(app) } else { api::health_router(app) };
    let mut is_displaced = false;
    let stop = async {
        tokio::select! {
            () = signals.next() => drain(&engine, config.drain, &mut signals).await,
            () = engine.displaced() => is_displaced = true,
        }
    };
    http::serve(listener, router, limits, protocol, stop).await;

    shut_down(&engine, serving, config.shutdown).await;
    if let Some(export) = export {
        export.stop(EXPORT).await;
    }
    store.close().await?;
    if is_displaced {
        bail!("the node {:?} may not register again, as the log says; it has stopped", engine.node().name);
    }
    tracing::info!("stopped");
    Ok(())
}

/// Signs URLs with the current key, and verifies those of the others too.
fn references(config: &Config, address: SocketAddr, keys: keys::MasterKeys) -> References {
    let others = keys.others.iter().map(|key| &key.expose()[..]);
    References::new(&outside(config, address), keys.current.expose(), others)
}

/// Prints where the server listens, and what a developer or operator needs to know first.
fn announce(engine: &Engine, address: SocketAddr, dev: Option<Developer<'_>>, config: &Config) -> anyhow::Result<()> {
    notice!("Postrider {} listens on {}://{address}", env!("CARGO_PKG_VERSION"), config.front.scheme());
    if let Some(developer) = dev {
        let url = dev::keep_url(config, address, developer.path)?;
        let outside = config.public_url.as_ref().map_or_else(|| url.clone(), ToString::to_string);
        dev::greet(&url, &outside, &developer);
        dev::warn_if_reachable(address);
    }
    if engine.control.is_paused() {
        notice!("Deliveries are paused: nothing is sent until `postrider resume` (POST /api/v1/nodes/resume).");
    }
    Ok(())
}

/// Makes the node not ready, and serves on for `wait` (or until a second signal), so that load balancers notice before
/// connections are refused.
async fn drain(engine: &Engine, wait: Duration, signals: &mut StopSignals) {
    engine.start_draining();
    if !wait.is_zero() {
        tracing::info!(seconds = wait.as_secs(), "draining: not ready any more; serving until the stop");
        signals.next_within(wait).await;
    }
}

/// Finishes the requests to receivers. Metrics are served until then.
async fn shut_down(engine: &Engine, serving: Option<Serving>, deadline: Duration) {
    tracing::info!("stopping: finishing requests in flight");
    match engine.stop(deadline).await {
        Stopped::Clean => {}
        Stopped::CutOff(requests) => tracing::warn!(requests, "requests were cut off; their deliveries stay due"),
    }
    if let Some(serving) = serving {
        serving.stop().await;
    }
}

/// Where the engine reports what it does.
struct Observed {
    log_sample: Arc<LogSample>,
    traces: Traces,
    metrics: Arc<Metrics>,
}

async fn start_engine(
    config: &Config,
    store: Arc<dyn Store>,
    clock: Arc<SteadyClock>,
    ids: Arc<IdSource>,
    (address, references): (SocketAddr, References),
    Observed { log_sample, traces, metrics }: Observed,
) -> anyhow::Result<Arc<Engine>> {
    let parts = delivery::Parts {
        metrics,
        store,
        clock: clock.clone(),
        sleeper: clock.clone(),
        ids,
        egress: Egress::new(egress_settings(config))?,
        scripts: Arc::new(scripts(config)?),
        script_workers: config.transformations.workers,
        defaults: Defaults {
            user_agent: config.user_agent.clone(),
            retry_base: config.retry_base,
            ids: config.ids,
            policies: config.policies,
            source: config.public_url.as_ref().map_or_else(|| "postrider".into(), ToString::to_string),
            references: Some(references),
        },
        max_concurrency: config.max_concurrency,
        retention: config.retention,
        statistics: config.statistics,
        limits: config.tenant_limits.clone(),
        operational_to_tenants: config.operational_events_to_tenants,
        node: NewNode {
            name: config.node.clone().unwrap_or_else(|| format!("{}:{}", host(), address.port())),
            role: config.role,
            version: env!("CARGO_PKG_VERSION").into(),
        },
        log_sample,
        traces,
        steady_clock: Some(clock),
    };
    Engine::start(parts).await.map_err(start_failed)
}

fn start_failed(fault: StartError) -> anyhow::Error {
    match fault {
        StartError::NameHeld(name) => anyhow!(
            "POSTRIDER_NODE: another node with the name {name:?} works on this database; give each node a unique name, \
             for example POSTRIDER_NODE=worker-2"
        ),
        StartError::Store(fault) => keys::explain_keys(&fault)
            .unwrap_or_else(|| anyhow!(fault).context("failed to recover the waiting deliveries")),
    }
}

/// Runs scripts in further processes of this program.
fn scripts(config: &Config) -> anyhow::Result<Scripts> {
    let path = std::env::current_exe().context("failed to find the path of this program")?;
    let program = Program { path, arguments: vec![crate::TRANSFORM_WORKER.into()] };
    Ok(Scripts::new(program, config.transformations.clone()))
}

/// Limits receiver connections by the limit of open files.
pub(crate) fn egress_settings(config: &Config) -> EgressSettings {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    let settings = EgressSettings::new(AddressPolicy::new(config.allow_networks.clone()));
    let (ports, keep_alive) = (config.allow_ports.clone(), config.keep_alive);
    EgressSettings { ports, keep_alive, ..settings }.with_descriptors(limit.unwrap_or(u64::MAX))
}

/// Time that the last spans get at a stop.
const EXPORT: Duration = Duration::from_secs(5);

/// Long enough for several heartbeats of every node.
const HEARTBEATS: Duration = Duration::from_secs(3);

/// Pauses the store before anything is read from it, so that nothing is sent. Refused while other nodes deliver from
/// it: the flag is meant for a copy. (A copy also contains the original's nodes, but they send no heartbeats.)
async fn pause(store: &dyn Store) -> anyhow::Result<()> {
    if let Some(shared) = store.shared()
        && !store.is_paused().await?
    {
        let before = shared.nodes().await?;
        let mut live: Vec<Node> = before.into_iter().filter(|node| node.state == NodeState::Live).collect();
        if !live.is_empty() {
            tokio::time::sleep(HEARTBEATS).await;
            let after = shared.nodes().await?;
            live.retain(|one| after.iter().any(|node| node.id == one.id && node.heartbeat_at > one.heartbeat_at));
        }
        let live: Vec<&str> = live.iter().map(|node| node.name.as_str()).collect();
        ensure!(
            live.is_empty(),
            "--paused is for a restored copy, but other nodes deliver from this database ({}); to pause them all, run: \
             postrider pause",
            live.join(", ")
        );
    }
    store.set_paused(true).await?;
    Ok(())
}

/// The machine's host name.
fn host() -> String {
    let read = |path: &str| std::fs::read_to_string(path).ok().map(|text| text.trim().to_owned());
    let name = read("/proc/sys/kernel/hostname").or_else(|| read("/etc/hostname"));
    name.filter(|name| !name.is_empty()).unwrap_or_else(|| "localhost".into())
}
