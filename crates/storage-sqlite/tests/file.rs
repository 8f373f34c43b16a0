//! Properties of the SQLite store alone: its file, lock, master key and migrations.

use bytes::Bytes;
use model::{
    Attempt, Credentials, Event, EventPattern, EventType, IdSource, KeyId, Priority, Profile, Queue, Subscription,
    SubscriptionState, TenantChange, TenantId, TenantKey, Timestamp,
    catalog::{CatalogEntry, Origin},
    credentials::Authentication,
    delivery::{EndStatus, Next},
    key::Scopes,
    statistics::Hour,
    subscription::{SigningSecret, SubscriptionStats},
};
use rusqlite::Connection;
use std::{fs, path::Path, sync::Arc, time::Duration};
use storage::{
    Append, Appended, CustomTypes, DedupeKey, DeleteOutcome, Deliveries, DeliveryFilter, Done, Events, Journal, Keys,
    ListScope::Tenant, MasterKey, NewDelivery, NewEvent, Outcome, Page, Statistics, StorageError, Store,
    SubscriptionFilter, Subscriptions, Tenants, Vault, Write, conformance::Seeded,
};
use storage_sqlite::{Migrated, SqliteStore};

const NOW: Timestamp = Timestamp::from_millis(1_760_000_000_000);
const SECRETS: [&str; 4] = ["whsec_never-in-plain", "whsec_nor-this-older", "Bearer no-header", "nor-this-token"];

fn place() -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("postrider.db");
    (folder, path)
}

fn open(path: &Path, key: u8) -> Result<SqliteStore, StorageError> {
    let vault = Vault::new(&MasterKey::try_new(&[key; 32]).unwrap(), Arc::new(Seeded::named("vault")));
    SqliteStore::open(path, vault)
}

fn key(tenant: &TenantId) -> TenantKey {
    TenantKey {
        id: KeyId::from_bytes([3; 16]),
        tenant: tenant.clone(),
        name: "office".into(),
        hint: "pk_1234".into(),
        hash: std::array::from_fn(|at| tenant.as_str().as_bytes()[at % tenant.as_str().len()]),
        scopes: Scopes::all(),
        created_at: NOW,
        last_used_at: None,
        expires_at: None,
        networks: model::Networks::default(),
    }
}

fn subscription(tenant: &TenantId, ids: &IdSource) -> Subscription {
    let [current, former, header, token] = SECRETS.map(str::to_owned);
    Subscription {
        id: ids.subscription(NOW),
        tenant: tenant.clone(),
        url: model::SubscriptionUrl::stored("https://receiver.example/plain-text").unwrap(),
        description: None,
        events: vec![EventPattern::All],
        headers: vec![("Authorization".into(), header)],
        state: SubscriptionState::Active,
        profile: Profile::Standard,
        retry_enabled: true,
        max_retries: 3,
        timeout: Duration::from_secs(30),
        policies: Default::default(),
        health: Default::default(),
        credentials: Credentials { authentication: Some(Authentication::Bearer { token }), ..Default::default() },
        secrets: vec![
            SigningSecret { value: current, until: None },
            SigningSecret { value: former, until: Some(NOW.after(Duration::from_secs(60))) },
        ],
        metadata: model::JsonObject::default(),
        stats: SubscriptionStats::default(),
        is_unique: false,
        revision: 0,
        created_at: NOW,
        updated_at: NOW,
    }
}

/// An event with a waiting and a failed delivery, as two batches.
fn traffic(tenant: &TenantId, to: &Subscription, ids: &IdSource) -> [Vec<Write>; 2] {
    let id = ids.event(NOW);
    let deliveries =
        [1, 2].map(|number| NewDelivery { id: id.delivery(number).unwrap(), subscription: to.id, order: None });
    let event = Event {
        id,
        given_id: Some("order-1".into()),
        tenant: tenant.clone(),
        event_type: EventType::parse("invoice.created").unwrap(),
        timestamp: NOW,
        data: Bytes::from_static(b"{\"total\" : 1.0}"),
        metadata: Bytes::new(),
        priority: Priority::Normal,
        deliveries: 2,
        deliver_at: None,
        payload_erased_at: None,
        trace: None,
        channels: Default::default(),
    };
    let keys = vec![DedupeKey::GivenId("order-1".into()), DedupeKey::Idempotency("try-1".into())];
    let new = NewEvent::new(Arc::new(event), keys, deliveries.into());
    let attempt = Attempt {
        number: 1,
        started_at: NOW,
        duration: Duration::from_millis(5),
        response_code: Some(400),
        error: Some("HTTP 400 Bad Request".into()),
        request_headers: "webhook-id: order-1".into(),
        response_headers: String::new(),
        response_body: Bytes::new(),
        request_body: None,
        note: None,
        remote_ip: None,
        timings: Default::default(),
    };
    let next = Next::End(EndStatus::Failed);
    let (delivery, raises) = (deliveries[1].id, Vec::new());
    let (subscription, event_type) = (to.id, EventType::trusted("invoice.created"));
    let (of, order) = (tenant.clone(), None);
    let outcome = Outcome { tenant: of, delivery, subscription, event_type, order, attempt, next, raises };
    let append = Append { tenant: tenant.clone(), events: Arc::new(vec![new]) };
    [vec![Write::Append(append)], vec![Write::Outcome(Box::new(outcome))]]
}

/// Writes something into every table.
async fn fill(store: &SqliteStore, name: &str) -> TenantId {
    let (tenant, ids) = (TenantId::parse(name).unwrap(), IdSource::new(Box::new(Seeded::named(name))));
    store
        .put_tenant(&tenant, TenantChange { name: model::Patch::Value("Acme".into()), ..TenantChange::default() }, NOW)
        .await
        .unwrap();
    assert!(store.insert_key(&key(&tenant)).await.unwrap());
    let subscription = subscription(&tenant, &ids);
    assert_eq!(store.insert_subscription(&subscription).await.unwrap(), storage::InsertOutcome::Done);
    for batch in traffic(&tenant, &subscription, &ids) {
        let done = store.commit(batch).await.unwrap().1;
        assert!(matches!(&done[..], [Done::Appended(_) | Done::Recorded]), "{done:?}");
    }
    let event_type = EventType::parse("ledger.closed").unwrap();
    let (category, description) = ("Ledger".into(), "Closed".into());
    let (schema, example, origin) = (None, None, Origin::Custom);
    let entry = CatalogEntry { event_type, category, description, schema, example, origin, retired: false };
    store.put_custom_type(&entry).await.unwrap();
    tenant
}

/// All readable data of a tenant and of the installation, as text for comparisons.
async fn shown(store: &SqliteStore, tenant: &TenantId) -> String {
    let subscriptions =
        store.subscriptions(Tenant(tenant), &SubscriptionFilter::default(), Page::first(9)).await.unwrap().rows;
    let secrets: Vec<_> = subscriptions.iter().flat_map(|one| &one.secrets).map(|secret| &secret.value).collect();
    let deliveries = store.deliveries(Tenant(tenant), &DeliveryFilter::default(), Page::first(9)).await.unwrap().rows;
    let mut attempts = Vec::new();
    for delivery in &deliveries {
        attempts.extend(store.attempts(tenant, delivery.id, u32::MAX).await.unwrap());
    }
    assert_eq!((subscriptions.len(), deliveries.len(), attempts.len()), (1, 2, 1));
    let due = store.due(tenant, subscriptions[0].id, Queue::Normal, NOW, 9, &[]).await.unwrap();
    assert_eq!(due.deliveries.len(), 1);
    let event = store.event_by_given_id(tenant, "order-1").await.unwrap().unwrap();
    let (keys, types) = (store.keys(tenant).await.unwrap(), store.custom_types().await.unwrap());
    let tenant = store.tenant(tenant).await.unwrap();
    format!("{tenant:?}{keys:?}{subscriptions:?}{secrets:?}{event:?}{deliveries:?}{attempts:?}{due:?}{types:?}")
}

fn contains(path: &Path, text: &str) -> bool {
    fs::read(path).unwrap().windows(text.len()).any(|window| window == text.as_bytes())
}

#[tokio::test]
async fn a_reopened_file_has_all_data() {
    let (_folder, path) = place();
    let store = open(&path, 1).unwrap();
    let tenant = fill(&store, "acme").await;
    let before = shown(&store, &tenant).await;
    store.close().await.unwrap();
    drop(store);

    let store = open(&path, 1).unwrap();
    assert_eq!(shown(&store, &tenant).await, before);
    // Deduplication survives a restart.
    let ids = IdSource::new(Box::new(Seeded::named("again")));
    let [append, _] = traffic(&tenant, &subscription(&tenant, &ids), &ids);
    let done = store.commit(append).await.unwrap().1;
    assert!(matches!(&done[..], [Done::Appended(all)] if matches!(all[..], [Appended::Duplicate(_)])), "{done:?}");
    store.close().await.unwrap();
}

#[tokio::test]
async fn after_close_the_database_file_alone_is_the_complete_store() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (folder.path().join("postrider.db"), folder.path().join("copy.db"));
    let store = open(&path, 1).unwrap();
    let tenant = fill(&store, "acme").await;
    let before = shown(&store, &tenant).await;
    store.close().await.unwrap();
    fs::copy(&path, &copy).unwrap();
    assert_eq!(shown(&open(&copy, 1).unwrap(), &tenant).await, before);
}

/// A killed process leaves the file and its log as they were after the last commit.
#[tokio::test]
async fn commits_survive_a_crash() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (folder.path().join("postrider.db"), folder.path().join("copy.db"));
    let store = open(&path, 1).unwrap();
    let tenant = fill(&store, "acme").await;
    fs::copy(&path, &copy).unwrap();
    fs::copy(folder.path().join("postrider.db-wal"), folder.path().join("copy.db-wal")).unwrap();
    assert_eq!(shown(&open(&copy, 1).unwrap(), &tenant).await, shown(&store, &tenant).await);
}

#[tokio::test]
async fn a_wrong_master_key_is_refused_when_the_file_is_opened() {
    let (_folder, path) = place();
    open(&path, 1).unwrap().close().await.unwrap();
    assert!(matches!(open(&path, 2), Err(StorageError::WrongMasterKey)));
    open(&path, 1).unwrap();
}

#[tokio::test]
async fn a_sealed_value_opens_only_in_its_own_row() {
    let (_folder, path) = place();
    let store = open(&path, 1).unwrap();
    let (acme, globex) = (fill(&store, "acme").await, fill(&store, "globex").await);
    store.close().await.unwrap();
    let sql = "UPDATE subscriptions SET secrets =
        (SELECT secrets FROM subscriptions WHERE tenant_id = 'globex') WHERE tenant_id = 'acme'";
    assert_eq!(Connection::open(&path).unwrap().execute(sql, []).unwrap(), 1);
    let store = open(&path, 1).unwrap();
    let list = async |tenant| store.subscriptions(Tenant(tenant), &SubscriptionFilter::default(), Page::first(9)).await;
    assert!(list(&acme).await.is_err());
    assert_eq!(list(&globex).await.unwrap().rows.len(), 1);
}

#[tokio::test]
async fn a_file_of_a_newer_version_is_refused() {
    let (_folder, path) = place();
    let known = SqliteStore::migrate(&path).unwrap().to;
    Connection::open(&path).unwrap().pragma_update(None, "user_version", known + 1).unwrap();
    for refused in [open(&path, 1).map(drop), SqliteStore::migrate(&path).map(drop)] {
        let Err(StorageError::TooNew { found, known: knows }) = refused else { panic!("{refused:?}") };
        assert_eq!((found, knows), (known + 1, known));
    }
}

#[tokio::test]
async fn a_file_that_is_already_open_is_refused() {
    let (_folder, path) = place();
    let store = open(&path, 1).unwrap();
    for refused in [open(&path, 1).map(drop), SqliteStore::migrate(&path).map(drop)] {
        let message = refused.unwrap_err().to_string();
        assert!(
            message.contains("is open in another process (this process)") && message.contains("postrider.db"),
            "{message}"
        );
    }
    store.check_writable().await.unwrap();
    store.close().await.unwrap();
    open(&path, 1).unwrap();
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_unchanged() {
    let (folder, path) = place();
    let text = "This is not a database. ".repeat(400);
    fs::write(&path, &text).unwrap();
    assert!(matches!(open(&path, 1), Err(StorageError::Open(..))));
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    assert!(matches!(open(&folder.path().join("no/such/folder.db"), 1), Err(StorageError::Open(..))));
}

#[tokio::test]
async fn a_migration_reports_its_first_and_last_version() {
    let (_folder, path) = place();
    let Migrated { from, to } = SqliteStore::migrate(&path).unwrap();
    assert!(from == 0 && to > 0, "{from} {to}");
    assert_eq!(SqliteStore::migrate(&path).unwrap(), Migrated { from: to, to });
    let store = open(&path, 1).unwrap();
    let tenant = fill(&store, "acme").await;
    store.close().await.unwrap();
    assert_eq!(SqliteStore::migrate(&path).unwrap(), Migrated { from: to, to });
    shown(&open(&path, 1).unwrap(), &tenant).await;
}

#[tokio::test]
async fn secrets_and_header_values_are_never_in_plain_text() {
    let (folder, path) = place();
    let store = open(&path, 1).unwrap();
    let tenant = fill(&store, "acme").await;
    let mut changed = store
        .subscriptions(Tenant(&tenant), &SubscriptionFilter::default(), Page::first(1))
        .await
        .unwrap()
        .rows
        .remove(0);
    assert_eq!((&*changed.secrets[0].value, &*changed.headers[0].1), (SECRETS[0], SECRETS[2]));
    changed.rotate_secret("whsec_rotated-in".into(), NOW, NOW.after(Duration::from_secs(60)));
    store.update_subscription(&changed).await.unwrap();
    let none_in = |path: &Path| SECRETS.iter().chain(&["whsec_rotated-in"]).all(|secret| !contains(path, secret));

    let log = folder.path().join("postrider.db-wal");
    assert!(contains(&log, "receiver.example/plain-text"), "unsealed values show where plain text would be");
    assert!(none_in(&log) && none_in(&path));
    store.close().await.unwrap();
    assert!(contains(&path, "receiver.example/plain-text"));
    assert!(none_in(&path) && (!log.exists() || none_in(&log)));
}

/// Enough events for marks in the list of events.
async fn fill_long(store: &SqliteStore, tenant: &TenantId) {
    let ids = IdSource::new(Box::new(Seeded::named("long")));
    let later = NOW.after(Duration::from_secs(1));
    let event = |id| Event {
        id,
        given_id: None,
        tenant: tenant.clone(),
        event_type: EventType::trusted("invoice.created"),
        timestamp: later,
        data: Bytes::from_static(b"{}"),
        metadata: Bytes::new(),
        priority: Priority::Normal,
        deliveries: 0,
        deliver_at: None,
        payload_erased_at: None,
        trace: None,
        channels: Default::default(),
    };
    let new = |_| NewEvent::new(Arc::new(event(ids.event(later))), vec![], vec![]);
    let append = Append { tenant: tenant.clone(), events: Arc::new((0..2_100).map(new).collect()) };
    store.commit(vec![Write::Append(append)]).await.unwrap();
}

/// Number of a tenant's rows in each table, for all tables of the database.
fn rows_of(path: &Path, tenant: &str) -> Vec<(String, u64)> {
    let connection = Connection::open(path).unwrap();
    let sql = "SELECT t.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c
        WHERE t.type = 'table' AND c.name = 'tenant_id' ORDER BY t.name";
    let mut tables = connection.prepare(sql).unwrap();
    let count_of = |name: String| {
        let sql = format!("SELECT count(*) FROM {name} WHERE tenant_id = ?1");
        (name, connection.query_row(&sql, [tenant], |row| row.get(0)).unwrap())
    };
    tables.query_map([], |row| row.get(0)).unwrap().map(|name| count_of(name.unwrap())).collect()
}

#[tokio::test]
async fn a_deletion_leaves_no_row_in_any_table() {
    let (_folder, path) = place();
    let store = open(&path, 1).unwrap();
    let (acme, globex) = (fill(&store, "acme").await, fill(&store, "globex").await);
    for tenant in [&acme, &globex] {
        fill_long(&store, tenant).await;
    }
    // Folds the pending statistics.
    store.tidy_statistics(Hour::of(NOW), Hour::of(NOW).after(-24)).await.unwrap();
    // A crash has interrupted an erasure of each; and a replay, a link and a session.
    for rows in [
        "INSERT INTO erasures SELECT tenant_id, min(id) FROM events GROUP BY tenant_id",
        "INSERT INTO replays (tenant_id, id, subscription_id, statuses, event_types, missed, before_at, state,
         found, found_capped, queued, skipped, part, created_at, updated_at)
         SELECT tenant_id, id, id, '', '', '', 0, 0, 0, 0, 0, 0, 0, 0, 0 FROM subscriptions",
        "INSERT INTO portal_sessions
         SELECT tenant_id, randomblob(16), randomblob(32), 0, '', '{}', NULL, NULL, '', 0, 0, NULL, NULL, 0 FROM subscriptions",
        "INSERT INTO sessions SELECT randomblob(32), randomblob(32), tenant_id, 0, 0, 0 FROM subscriptions",
    ] {
        Connection::open(&path).unwrap().execute(rows, []).unwrap();
    }
    let before = rows_of(&path, "globex");
    assert!(before.len() >= 7 && before.iter().all(|(_, count)| *count > 0), "{before:?}");
    assert_eq!(rows_of(&path, "acme"), before);
    assert_eq!(store.delete_tenant(&acme).await.unwrap(), DeleteOutcome::Done);
    assert!(rows_of(&path, "acme").iter().all(|(_, count)| *count == 0), "{:?}", rows_of(&path, "acme"));
    assert_eq!(rows_of(&path, "globex"), before);
}

#[tokio::test]
async fn a_deletion_interrupted_by_a_crash_is_known_at_the_next_start() {
    let (_folder, path) = place();
    let store = open(&path, 1).unwrap();
    let (acme, globex) = (fill(&store, "acme").await, fill(&store, "globex").await);
    store.close().await.unwrap();
    Connection::open(&path).unwrap().execute("UPDATE tenants SET deleting = 1 WHERE id = 'acme'", []).unwrap();

    let store = open(&path, 1).unwrap();
    assert_eq!(store.half_deleted_tenants().await.unwrap(), std::slice::from_ref(&acme));
    assert_eq!(store.tenants(Page::first(9)).await.unwrap().len(), 1);
    assert!(
        store.all_keys().await.unwrap().iter().all(|key| key.tenant == globex),
        "keys of a half-deleted tenant are not loaded"
    );
    assert_eq!(store.delete_tenant(&acme).await.unwrap(), DeleteOutcome::Done);
    assert_eq!(store.half_deleted_tenants().await.unwrap(), []);
    assert!(rows_of(&path, "acme").iter().all(|(_, count)| *count == 0));
    shown(&store, &globex).await;
}
