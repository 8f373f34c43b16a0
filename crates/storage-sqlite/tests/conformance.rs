//! The conformance suite on a fresh file per case, and once more with all cases on one file. (Properties of SQLite
//! alone are tested in `file.rs`.)

use rusqlite::Connection;
use std::sync::Arc;
use storage::{
    MasterKey, Vault,
    conformance::{
        Seeded,
        corrupt::{self, Names},
    },
};
use storage_sqlite::SqliteStore;
use tempfile::TempDir;

async fn fresh() -> (SqliteStore, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::new(&MasterKey::try_new(&[7; 32]).unwrap(), Arc::new(Seeded::named("vault")));
    (SqliteStore::open(&folder.path().join("postrider.db"), vault).unwrap(), folder)
}

storage::conformance_suite!(fresh);

/// No case depends on the data of other cases.
#[tokio::test]
async fn all_cases_share_one_store() {
    let (store, _folder) = fresh().await;
    for (name, case) in storage::conformance::CASES {
        println!("{name}");
        case(&store).await;
    }
}

#[tokio::test]
async fn invalid_values_are_reported_with_their_row() {
    let (store, folder) = fresh().await;
    let path = folder.path().join("postrider.db");
    let names = Names { schema: "", waiting: "deliveries", bytes: "x'010203'" };
    let run = |sql: String| {
        let changed = Connection::open(&path).unwrap().execute(&sql, []).unwrap();
        assert!(changed > 0, "{sql}");
    };
    corrupt::invalid_values_are_reported_with_their_row(&store, names, &run).await;
}
