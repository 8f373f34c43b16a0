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

/// What the API is made of.
pub struct Parts {
    pub engine: Arc<Engine>,
    pub store: Arc<dyn Store>,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<IdSource>,
    /// The shipped catalog; what the store adds is read here.
    pub catalog: Catalog,
    pub admin_key_hash: [u8; 32],
    pub settings: Settings,
}

/// What an installation sets for the API.
#[derive(Clone, Debug)]
pub struct Settings {
    pub allow_http: bool,
    /// Make a tenant when the operator's key first names it.
    pub tenants_on_first_use: bool,
    /// Retries of profiles whose policy counts them, where a subscription does not say.
    pub max_retries: u8,
    /// Timeout of subscriptions that cannot say.
    pub timeout: Duration,
    /// Refuse events whose type is not in the catalog, and payloads that break their schema.
    pub strict_catalog: bool,
    /// How event ids of ours are written.
    pub ids: IdStyle,
    /// The cookie in which browsers may send a key.
    pub cookie: String,
    /// Origins whose pages may call the API (CORS).
    pub cors_origins: Arc<[String]>,
    /// Paths under which the API is mounted beside `/api/v1`, without a slash at the end.
    pub prefixes: Arc<[String]>,
    /// Bytes that request bodies and large answers may hold at once.
    pub request_memory: usize,
    /// Within this a body must have arrived.
    pub body_timeout: Duration,
    /// Subscriptions of one tenant: an event can go to no more than 65,535.
    pub subscriptions_max: usize,
    /// A key that `/docs` fills in: whoever can open the page has it.
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
    /// Held from reading an event type until its change is known: two changes at once must see each other.
    pub(crate) changing_types: tokio::sync::Mutex<()>,
    /// Shared from changing a tenant or a key in the store until the directory has it; alone from reading what others
    /// have changed. Else what was read before such a change would undo it here.
    pub(crate) changing_directory: tokio::sync::RwLock<()>,
    pub(crate) admin_key_hash: [u8; 32],
    pub(crate) settings: Settings,
    pub(crate) memory: Arc<Memory>,
    pub(crate) started_at: Timestamp,
    pub(crate) request_ids: RequestIds,
    pub(crate) request_log: RequestLog,
    pub(crate) probe: Probe,
    /// Up to where the changes of other nodes are known here.
    pub(crate) version: tokio::sync::Mutex<i64>,
    /// When somebody who is not known last made us look.
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
        // Before anything is read: what changes while it is read is told again.
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

    /// The catalog as it is now.
    pub(crate) fn catalog(&self) -> Arc<Known> {
        self.known.read().clone()
    }

    /// Whether the tenant exists; where the installation makes tenants on first use, it then does.
    async fn require_tenant(&self, id: &TenantId) -> Result<(), Problem> {
        if self.directory.has_tenant(id) || (self.look().await && self.directory.has_tenant(id)) {
            return Ok(());
        }
        if !self.settings.tenants_on_first_use {
            return Err(Problem::not_found(format!("Tenant not found: {id}. Create it with PUT /api/v1/tenants/{id}")));
        }
        let _changing = self.changing_directory.read().await;
        self.store.put_tenant(id, None, None, self.clock.now()).await?;
        self.directory.add_tenant(id);
        Ok(())
    }

    /// The patterns among these that cover no event type one can subscribe to.
    pub(crate) fn unsupported(&self, patterns: &[EventPattern]) -> Vec<String> {
        let known = self.catalog();
        patterns.iter().filter(|one| !known.catalog.can_subscribe(one)).map(ToString::to_string).collect()
    }
}

/// Runs something to its end even when the client hangs up.
async fn finish<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> Result<T, Problem> {
    tokio::spawn(work).await.map_err(|fault| Problem::internal().because(&fault))
}
