//! The HTTP API: the router on one page, one file per endpoint, and the only place that knows wire types.

mod admin;
mod audit;
mod auth;
mod backlog;
mod body;
mod cors;
mod docs;
mod events;
mod family;
mod follow;
mod health;
mod keys;
mod list;
mod log;
mod memory;
mod nodes;
mod prefixes;
mod problem;
mod query;
mod router;
mod schemas;
mod singular;
mod tenant_webhooks;
mod tenants;
mod types;
mod webhooks;

pub use auth::hash_key;
pub use keys::new_key;
pub use router::{health_router, openapi, router};

use auth::Directory;
use delivery::Engine;
use health::Probe;
use log::RequestLog;
use memory::Memory;
use model::{Clock, EventPattern, IdSource, IdStyle, TenantId, Timestamp, catalog::Catalog};
use parking_lot::RwLock;
use problem::{Problem, RequestIds};
use std::{
    ops::Deref,
    sync::{Arc, atomic::AtomicI64},
    time::Duration,
};
use storage::{StorageError, Store};
use types::{Known, Types};

/// The dependencies of the API; `cli` composes them.
pub struct Parts {
    pub engine: Arc<Engine>,
    pub store: Arc<dyn Store>,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<IdSource>,
    /// The shipped catalog; [`App::load`] adds the custom types of the store.
    pub catalog: Catalog,
    pub admin_key_hash: [u8; 32],
    pub settings: Settings,
}

/// Configuration of the API.
#[derive(Clone, Debug)]
pub struct Settings {
    pub allow_http: bool,
    /// Create a tenant when the operator's key first names it.
    pub tenants_on_first_use: bool,
    /// Default of `max_retries` for profiles with exponential backoff.
    pub max_retries: u8,
    /// Timeout of subscriptions of the tenant API, which has no field for it.
    pub timeout: Duration,
    /// Refuse events whose type is not in the catalog, and payloads that violate their schema.
    pub strict_catalog: bool,
    /// Spelling of generated event ids.
    pub ids: IdStyle,
    /// Name of the cookie in which browsers may send a key.
    pub cookie: String,
    /// Origins whose pages may call the API (CORS).
    pub cors_origins: Arc<[String]>,
    /// Path prefixes under which the API is mounted beside `/api/v1`, without a trailing slash.
    pub prefixes: Arc<[String]>,
    /// Bytes that request bodies and large answers may hold at once.
    pub request_memory: usize,
    /// Deadline for a request body to arrive completely.
    pub body_timeout: Duration,
    /// Maximum number of subscriptions per tenant; an event has at most 65,535 deliveries.
    pub subscriptions_max: usize,
    /// Key that `/docs` fills in; everybody who can open the page can read it.
    pub dev_key: Option<String>,
}

impl Settings {
    /// Defaults for everything but the timeout of receivers.
    pub fn new(timeout: Duration) -> Self {
        Self {
            allow_http: false,
            tenants_on_first_use: false,
            max_retries: 3,
            timeout,
            strict_catalog: false,
            ids: IdStyle::Prefixed,
            cookie: "access_token".into(),
            cors_origins: Arc::default(),
            prefixes: Arc::default(),
            request_memory: 128 * 1024 * 1024,
            body_timeout: Duration::from_secs(30),
            subscriptions_max: delivery::SUBSCRIPTIONS_MAX,
            dev_key: None,
        }
    }
}

/// The state that all handlers share.
#[derive(Clone)]
pub struct App(Arc<Inner>);

pub struct Inner {
    pub(crate) engine: Arc<Engine>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<IdSource>,
    pub(crate) directory: Directory,
    pub(crate) known: RwLock<Arc<Known>>,
    pub(crate) types: Types,
    /// Serialises changes of event types: held from reading a type until the catalog in memory has the change.
    pub(crate) changing_types: tokio::sync::Mutex<()>,
    /// Read lock: from changing a tenant or a key in the store until the directory has it. Write lock: while changes of
    /// other nodes are read and applied; rows read before a local change would undo it in the directory.
    pub(crate) changing_directory: tokio::sync::RwLock<()>,
    pub(crate) admin_key_hash: [u8; 32],
    pub(crate) settings: Settings,
    pub(crate) memory: Arc<Memory>,
    pub(crate) started_at: Timestamp,
    pub(crate) request_ids: RequestIds,
    pub(crate) request_log: RequestLog,
    pub(crate) probe: Probe,
    /// Version of the last change of other nodes that was applied here.
    pub(crate) version: tokio::sync::Mutex<i64>,
    /// Time (µs) at which an unknown key or tenant last caused a look-up of changes.
    pub(crate) looked_at: AtomicI64,
}

impl Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl App {
    /// Reads tenants, keys and custom event types.
    pub async fn load(parts: Parts) -> Result<Self, StorageError> {
        // Read first: changes made during the reads below have a later version and are applied again.
        let version = match parts.store.shared() {
            Some(shared) => shared.version().await?,
            None => 0,
        };
        let directory = Directory::load(&*parts.store).await?;
        let mut catalog = parts.catalog;
        for entry in parts.store.custom_types().await? {
            catalog.put(entry);
        }
        let app = Self(Arc::new(Inner {
            started_at: parts.clock.now(),
            request_ids: RequestIds::new((parts.ids.event(parts.clock.now()).uuid().as_u128() >> 16) as u64),
            request_log: RequestLog::default(),
            probe: Probe::default(),
            version: tokio::sync::Mutex::new(version),
            looked_at: AtomicI64::new(0),
            engine: parts.engine,
            store: parts.store,
            clock: parts.clock,
            ids: parts.ids,
            directory,
            known: RwLock::new(Arc::new(Known::new(catalog))),
            types: Types::new(parts.settings.strict_catalog),
            changing_types: tokio::sync::Mutex::new(()),
            changing_directory: tokio::sync::RwLock::new(()),
            admin_key_hash: parts.admin_key_hash,
            memory: Memory::new(parts.settings.request_memory),
            settings: parts.settings,
        }));
        app.follow();
        Ok(app)
    }

    /// The current catalog.
    pub(crate) fn catalog(&self) -> Arc<Known> {
        self.known.read().clone()
    }

    /// 404 when the tenant does not exist; with `tenants_on_first_use` it is created instead.
    async fn require_tenant(&self, id: &TenantId) -> Result<(), Problem> {
        if self.directory.has_tenant(id) || (self.look().await && self.directory.has_tenant(id)) {
            return Ok(());
        }
        if !self.settings.tenants_on_first_use {
            return Err(Problem::not_found(format!("Tenant not found: {id}. Create it with PUT /api/v1/tenants/{id}")));
        }
        let _changing = self.changing_directory.read().await;
        self.store.put_tenant(id, model::Patch::Absent, None, self.clock.now()).await?;
        self.directory.add_tenant(id);
        Ok(())
    }

    /// The patterns that cover no event type to which clients can subscribe.
    pub(crate) fn unsupported(&self, patterns: &[EventPattern]) -> Vec<String> {
        let known = self.catalog();
        patterns.iter().filter(|one| !known.catalog.can_subscribe(one)).map(ToString::to_string).collect()
    }
}

/// Runs `work` on a task of its own, to its end even when the client hangs up.
async fn finish<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> Result<T, Problem> {
    tokio::spawn(work).await.map_err(|fault| Problem::internal().because(&fault))
}
