//! A database for each test, created from a migrated template.

use std::sync::{Arc, OnceLock};
use storage::{MasterKey, Vault, conformance::Seeded};
use storage_postgres::PgStore;
use testing::Postgres;

/// A database that is dropped with the test.
pub(crate) struct Database(pub(crate) String);

impl Drop for Database {
    fn drop(&mut self) {
        Postgres::shared().drop_database(&self.0);
    }
}

impl Database {
    /// Leaves the database until the server stops.
    pub(crate) fn keep(self) -> String {
        let name = self.0.clone();
        std::mem::forget(self);
        name
    }
}

pub(crate) fn vault(name: &str) -> Vault {
    Vault::new(&MasterKey::try_new(&[7; 32]).unwrap(), Arc::new(Seeded::named(name)))
}

/// A database with all migrations.
pub(crate) fn migrated() -> Database {
    static TEMPLATE: OnceLock<String> = OnceLock::new();
    let server = Postgres::shared();
    let template = TEMPLATE.get_or_init(|| {
        let name = server.database();
        let url = server.url(&name);
        // On a separate thread, because the test's runtime is blocked here.
        let migrate = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(PgStore::migrate(&url)).unwrap();
            runtime.block_on(async {
                let store = PgStore::open(&url, None, vault("template")).await.unwrap();
                storage::Store::close(&store).await.unwrap();
            });
        };
        std::thread::spawn(migrate).join().unwrap();
        name
    });
    Database(server.database_from(template))
}

pub(crate) async fn fresh(name: &str) -> (PgStore, Database) {
    let database = migrated();
    let url = Postgres::shared().url(&database.0);
    (PgStore::open(&url, None, vault(name)).await.unwrap(), database)
}
