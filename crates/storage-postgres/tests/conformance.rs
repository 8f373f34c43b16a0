//! The conformance suite: all cases in parallel on one database (creating one takes a second), each with its own store
//! and connections; and once more sequentially on one store.

mod support;

use std::sync::OnceLock;
use storage::conformance::corrupt::{self, Names};
use storage_postgres::PgStore;
use support::{fresh, migrated, vault};
use testing::Postgres;

async fn store() -> (PgStore, ()) {
    static DATABASE: OnceLock<String> = OnceLock::new();
    let name = DATABASE.get_or_init(|| migrated().keep());
    (PgStore::open(&Postgres::shared().url(name), None, vault("vault")).await.unwrap(), ())
}

storage::conformance_suite!(store);

/// No case depends on the data of other cases.
#[tokio::test]
async fn all_cases_share_one_store() {
    let (store, _database) = fresh("vault").await;
    for (name, case) in storage::conformance::CASES {
        println!("{name}");
        case(&store).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_values_are_reported_with_their_row() {
    let (store, database) = fresh("vault").await;
    let names = Names { schema: "postrider.", waiting: "waiting", bytes: "'\\x010203'" };
    let run = |sql: String| {
        let changed =
            Postgres::shared().sql(&database.0, &format!("WITH one AS ({sql} RETURNING 1) SELECT count(*) FROM one"));
        assert_ne!(changed, "0", "{sql}");
    };
    corrupt::invalid_values_are_reported_with_their_row(&store, names, &run).await;
}
