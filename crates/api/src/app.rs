//! The state that all handlers share, and how it is made from its parts.

use crate::{
    Settings,
    admin::overview::Measuring,
    admission::Admission,
    auth::Directory,
    catalog::{CompiledCatalog, CurrentCatalog},
    catalog_check::CatalogCheck,
    health::Probe,
    key_uses::KeyUses,
    log_control::LogControl,
    memory::Memory,
    problem::{Problem, kinds::NoSuchTenant},
    request_ids::RequestIds,
    request_log::RequestLog,
    scrape::StoreFigures,
    session::OneTimeCodes,
    stream::Places,
};
use delivery::Engine;
use metrics::Metrics;
use model::{Clock, EventPattern, IdSource, Patch, TenantChange, TenantId, Timestamp, catalog::Catalog};
use std::{
    ops::Deref,
    sync::{Arc, Weak, atomic::AtomicI64},
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
    pub log: Arc<dyn LogControl>,
    /// The same as the engine's.
    pub metrics: Arc<Metrics>,
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
    /// Held from counting the subscriptions or keys of a limited tenant until a further one is stored, and while the
    /// limits of a tenant are changed.
    pub(crate) counting: tokio::sync::Mutex<()>,
    pub(crate) admin_key_hash: [u8; 32],
    pub(crate) settings: Settings,
    pub(crate) memory: Arc<Memory>,
    pub(crate) admission: Arc<Admission>,
    pub(crate) started_at: Timestamp,
    pub(crate) request_ids: RequestIds,
    pub(crate) request_log: RequestLog,
    pub(crate) log: Arc<dyn LogControl>,
    pub(crate) probe: Probe,
    /// Codes that sign the operator in.
    pub(crate) codes: OneTimeCodes,
    pub(crate) key_uses: KeyUses,
    /// The open streams.
    pub(crate) streams: Places,
    /// The last state of the store for the overview.
    pub(crate) measuring: Measuring,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) store_figures: StoreFigures,
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
            log: parts.log,
            probe: Probe::default(),
            codes: OneTimeCodes::default(),
            key_uses: KeyUses::default(),
            streams: Places::default(),
            measuring: Measuring::default(),
            metrics: parts.metrics,
            store_figures: StoreFigures::default(),
            version: tokio::sync::Mutex::new(version),
            looked_at: AtomicI64::new(0),
            admission: Admission::new(parts.engine.contention.clone(), parts.engine.background.clone()),
            engine: parts.engine,
            store: parts.store,
            clock: parts.clock.clone(),
            ids: parts.ids,
            directory,
            catalog_check: CatalogCheck::new(parts.settings.strict_catalog, catalog.clone(), parts.clock.clone()),
            catalog,
            changing_types: tokio::sync::Mutex::new(()),
            changing_directory: tokio::sync::RwLock::new(()),
            counting: tokio::sync::Mutex::new(()),
            admin_key_hash: parts.admin_key_hash,
            memory: Memory::new(parts.settings.request_memory),
            settings: parts.settings,
        }));
        app.follow();
        app.tidy_metrics();
        app.store_key_uses();
        app.read_token_keys();
        Ok(app)
    }

    /// A reference that does not keep the API alive.
    pub(crate) fn downgrade(&self) -> Weak<AppState> {
        Arc::downgrade(&self.0)
    }

    /// The current catalog.
    pub(crate) fn catalog(&self) -> Arc<CompiledCatalog> {
        self.catalog.get()
    }

    /// 404 when the tenant does not exist; with `tenants_on_first_use` it is created instead, and so is the system tenant.
    /// Only for the operator, and for users whose identity provider names the tenant; a role that only reads creates none
    /// (`may_create`).
    pub(crate) async fn require_tenant(&self, id: &TenantId, may_create: bool) -> Result<(), Problem> {
        if self.directory.has_tenant(id) || (self.look().await && self.directory.has_tenant(id)) {
            return Ok(());
        }
        if !may_create || (!self.settings.tenants_on_first_use && !id.is_system()) {
            return Err(NoSuchTenant::problem(format!(
                "Tenant not found: {id}. Create it with PUT /api/v1/tenants/{id}"
            )));
        }
        let _changing = self.changing_directory.read().await;
        let name = if id.is_system() { Patch::Value("Postrider".to_owned()) } else { Patch::Absent };
        let change = TenantChange { name, ..TenantChange::default() };
        let _in_order = self.engine.limits.in_order().await;
        let (tenant, _) = self.store.put_tenant(id, change, self.clock.now()).await?;
        self.engine.control.adopt_tenant(&tenant);
        self.directory.add_tenant(id);
        Ok(())
    }

    /// True when subscriptions of the tenant may name the type: operational events are for the operator and, if the
    /// installation allows it, for the tenants. The system tenant has no other events.
    pub(crate) fn offers(&self, tenant: &TenantId, is_operational: bool) -> bool {
        if is_operational { tenant.is_system() || self.settings.operational_to_tenants } else { !tenant.is_system() }
    }

    /// The patterns that cover no event type to which clients of the tenant can subscribe.
    pub(crate) fn unsupported(&self, tenant: &TenantId, patterns: &[EventPattern]) -> Vec<String> {
        let catalog = self.catalog();
        let can = |one: &EventPattern| {
            catalog.can_subscribe(one) && (*one == EventPattern::All || self.offers(tenant, one.is_operational()))
        };
        patterns.iter().filter(|one| !can(one)).map(ToString::to_string).collect()
    }
}

/// Runs `work` on a task of its own, to its end even when the client hangs up.
pub(crate) async fn finish<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> Result<T, Problem> {
    tokio::spawn(work).await.map_err(|fault| Problem::internal().because(&fault))
}
