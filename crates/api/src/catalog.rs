//! The catalog of event types in memory, with compiled schemas.

use model::{
    EventType,
    catalog::{Catalog, CatalogEntry},
    schema::PayloadSchema,
};
use parking_lot::RwLock;
use std::{
    collections::HashMap,
    ops::Deref,
    sync::{Arc, OnceLock},
};

/// The catalog, with schemas compiled when they are first needed. Replaced as a whole when it changes.
#[derive(Debug, Default)]
pub(crate) struct CompiledCatalog {
    catalog: Catalog,
    schemas: HashMap<EventType, OnceLock<Option<PayloadSchema>>>,
}

impl Deref for CompiledCatalog {
    type Target = Catalog;

    fn deref(&self) -> &Catalog {
        &self.catalog
    }
}

impl CompiledCatalog {
    fn new(catalog: Catalog) -> Self {
        let with_schema = catalog.iter().filter(|entry| entry.schema.is_some());
        let schemas = with_schema.map(|entry| (entry.event_type.clone(), OnceLock::new())).collect();
        Self { catalog, schemas }
    }

    pub(crate) fn schema(&self, entry: &CatalogEntry) -> Option<&PayloadSchema> {
        // The schema was checked when it was registered or read, so it compiles.
        let compile = || PayloadSchema::compile(entry.schema.as_ref()?).ok();
        self.schemas.get(&entry.event_type)?.get_or_init(compile).as_ref()
    }
}

/// The current catalog.
#[derive(Debug)]
pub(crate) struct CurrentCatalog(RwLock<Arc<CompiledCatalog>>);

impl CurrentCatalog {
    pub(crate) fn new(catalog: Catalog) -> Self {
        Self(RwLock::new(Arc::new(CompiledCatalog::new(catalog))))
    }

    pub(crate) fn get(&self) -> Arc<CompiledCatalog> {
        self.0.read().clone()
    }

    /// Adds entries, or replaces those of the same names.
    pub(crate) fn put(&self, entries: impl IntoIterator<Item = CatalogEntry>) {
        let mut current = self.0.write();
        let mut catalog = current.catalog.clone();
        for entry in entries {
            catalog.put(entry);
        }
        *current = Arc::new(CompiledCatalog::new(catalog));
    }
}
