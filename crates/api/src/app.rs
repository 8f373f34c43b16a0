//! The state that all handlers share, and how it is made from its parts.

use crate::{
    Settings,
    auth::Directory,
    catalog::{CompiledCatalog, CurrentCatalog},
    catalog_check::CatalogCheck,
    memory::Memory,
    probe::Probe,
    problem::{Problem, kinds::NoSuchTenant},
    request_ids::RequestIds,
    request_log::RequestLog,
};
use delivery::Engine;
use model::{Clock, EventPattern, IdSource, TenantId, Timestamp, catalog::Catalog};
use std::{
    ops::Deref,
    sync::{Arc, atomic::AtomicI64},
};
use storage::{StorageError, Store};

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

/// The state that all handlers share.
#[derive(Clone)]
pub struct App(Arc<AppState>);

pub struct AppState {
    pub(crate) engine: Arc<Engine>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<IdSource>,
    pub(crate) directory: Directory,
    pub(crate) catalog: Arc<CurrentCatalog>,
    pub(crate) catalog_check: CatalogCheck,
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
    type Target = AppState;

    fn deref(&self) -> &AppState {
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
        let catalog = Arc::new(CurrentCatalog::new(catalog));
        let app = Self(Arc::new(AppState {
            started_at: parts.clock.now(),
            request_ids: RequestIds::new((parts.ids.event(parts.clock.now()).uuid().as_u128() >> 16) as u64),
            request_log: RequestLog::default(),
            probe: Probe::default(),
            version: tokio::sync::Mutex::new(version),
            looked_at: AtomicI64::new(0),
            engine: parts.engine,
            store: parts.store,
            clock: parts.clock.clone(),
            ids: parts.ids,
            directory,
            catalog_check: CatalogCheck::new(parts.settings.strict_catalog, catalog.clone(), parts.clock.clone()),
            catalog,
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
    pub(crate) fn catalog(&self) -> Arc<CompiledCatalog> {
        self.catalog.get()
    }

    /// 404 when the tenant does not exist; with `tenants_on_first_use` it is created instead.
    pub(crate) async fn require_tenant(&self, id: &TenantId) -> Result<(), Problem> {
        if self.directory.has_tenant(id) || (self.look().await && self.directory.has_tenant(id)) {
            return Ok(());
        }
        if !self.settings.tenants_on_first_use {
            return Err(NoSuchTenant::problem(format!(
                "Tenant not found: {id}. Create it with PUT /api/v1/tenants/{id}"
            )));
        }
        let _changing = self.changing_directory.read().await;
        self.store.put_tenant(id, model::Patch::Absent, None, self.clock.now()).await?;
        self.directory.add_tenant(id);
        Ok(())
    }

    /// The patterns that cover no event type to which clients can subscribe.
    pub(crate) fn unsupported(&self, patterns: &[EventPattern]) -> Vec<String> {
        let catalog = self.catalog();
        patterns.iter().filter(|one| !catalog.can_subscribe(one)).map(ToString::to_string).collect()
    }
}

/// Runs `work` on a task of its own, to its end even when the client hangs up.
pub(crate) async fn finish<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> Result<T, Problem> {
    tokio::spawn(work).await.map_err(|fault| Problem::internal().because(&fault))
}
