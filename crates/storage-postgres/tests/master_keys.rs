//! The conformance suite of several master keys, and the order in which nodes get a new one.

#[allow(dead_code, reason = "other tests use more of it")]
mod support;

use async_trait::async_trait;
use std::sync::Arc;
use storage::{
    MasterKey, MasterKeys, NewNode, NodeRole, RotationBegin, Shared, StorageError, Store, Tenants, Vault,
    conformance::{
        Seeded,
        master_keys::{OLD, Reopened},
    },
};
use storage_postgres::PgStore;
use support::{Database, migrated};
use testing::Postgres;

struct Fresh(Database);

impl Fresh {
    async fn try_open(&self, vault: Vault) -> Result<PgStore, StorageError> {
        PgStore::open(&Postgres::shared().url(&self.0.0), None, vault).await
    }
}

#[async_trait]
impl Reopened for Fresh {
    async fn open(&self, vault: Vault) -> Result<Arc<dyn Store>, StorageError> {
        Ok(Arc::new(self.try_open(vault).await?))
    }
}

async fn fresh() -> Fresh {
    Fresh(migrated())
}

storage::master_keys_conformance_suite!(fresh);

const NEW: u8 = 8;

fn vault(keys: &[u8]) -> Vault {
    let keys: Vec<MasterKey> = keys.iter().map(|byte| MasterKey::try_new(&[*byte; 32]).unwrap()).collect();
    Vault::with_others(&keys[0], &keys[1..], Arc::new(Seeded::named("nodes")))
}

async fn join(store: &PgStore, name: &str) -> Result<(), StorageError> {
    let node = NewNode { name: name.into(), role: NodeRole::All, version: "1".into() };
    store.join(&node, None).await.map(drop)
}

async fn node(database: &Fresh, name: &str, keys: &[u8]) -> PgStore {
    let store = database.try_open(vault(keys)).await.unwrap();
    join(&store, name).await.unwrap();
    store
}

async fn stop(store: PgStore) {
    store.leave().await.unwrap();
    store.close().await.unwrap();
}

fn unknown_to(result: Result<PgStore, StorageError>) -> Vec<String> {
    match result {
        Err(StorageError::UnknownToNodes { nodes, .. }) => nodes,
        Err(fault) => panic!("{fault}"),
        Ok(_) => panic!("the key was accepted"),
    }
}

#[tokio::test]
async fn nodes_get_a_new_key_one_after_the_other_in_two_rounds() {
    let database = fresh().await;
    let (a, b) = (node(&database, "a", &[OLD]).await, node(&database, "b", &[OLD]).await);
    assert_eq!(unknown_to(database.try_open(vault(&[NEW, OLD])).await), ["a", "b"]);
    stop(a).await;
    let a = node(&database, "a", &[OLD, NEW]).await;
    assert_eq!(unknown_to(database.try_open(vault(&[NEW, OLD])).await), ["b"]);
    stop(b).await;
    let b = node(&database, "b", &[OLD, NEW]).await;
    // The second round.
    stop(a).await;
    let a = node(&database, "a", &[NEW, OLD]).await;
    assert_eq!(a.begin_rotation().await.unwrap(), RotationBegin::OtherNodes(vec!["b".into()]));
    assert!(!a.master_key_use().await.unwrap().is_rotating);
    stop(b).await;
    let b = node(&database, "b", &[NEW, OLD]).await;
    assert_eq!(a.begin_rotation().await.unwrap(), RotationBegin::Begun);
    stop(a).await;
    stop(b).await;
}

#[tokio::test]
async fn a_node_that_opened_the_store_before_a_key_was_recorded_does_not_join() {
    let database = fresh().await;
    let late = database.try_open(vault(&[OLD])).await.unwrap();
    let first = node(&database, "first", &[NEW, OLD]).await;
    assert!(matches!(join(&late, "late").await, Err(StorageError::MissingMasterKey { .. })));
    stop(first).await;
    late.close().await.unwrap();
}

#[tokio::test]
async fn a_secret_that_is_sealed_again_is_no_change_for_other_nodes() {
    let database = fresh().await;
    let store = database.try_open(vault(&[OLD])).await.unwrap();
    let tenant = model::TenantId::parse("acme").unwrap();
    let egress = model::TenantEgress::parse(r#"{"source_addresses":["203.0.113.7"]}"#).unwrap();
    let change = model::TenantChange { egress: model::Patch::Value(egress), ..model::TenantChange::default() };
    store.put_tenant(&tenant, change, model::Timestamp::from_millis(1)).await.unwrap();
    store.close().await.unwrap();
    let store = database.try_open(vault(&[NEW, OLD])).await.unwrap();
    let before = store.version().await.unwrap();
    let step = store.reseal(storage::ResealPlace::BEGIN, 10).await.unwrap();
    assert_eq!((step.rows, store.version().await.unwrap()), (1, before));
    store.put_tenant(&tenant, model::TenantChange::default(), model::Timestamp::from_millis(3)).await.unwrap();
    assert!(store.version().await.unwrap() > before, "any other change is one");
    store.close().await.unwrap();
}
