//! The suite that every backend passes: all cases side by side on one database (it takes a second to make one), each
//! with a store and connections of its own; and once more one after the other on one store.

mod support;

use std::sync::OnceLock;
use storage_postgres::PgStore;
use support::{fresh, migrated, vault};
use testing::Postgres;

async fn store() -> (PgStore, ()) {
    static DATABASE: OnceLock<String> = OnceLock::new();
    let name = DATABASE.get_or_init(|| migrated().keep());
    (PgStore::open(&Postgres::shared().url(name), None, vault("vault")).await.unwrap(), ())
}

storage::conformance_suite!(store);

/// No case relies on what others leave, or leave out.
#[tokio::test]
async fn all_cases_share_one_store() {
    let (store, _database) = fresh("vault").await;
    for (name, case) in storage::conformance::CASES {
        println!("{name}");
        case(&store).await;
    }
}
