//! Tenants: created, updated, listed. (For their deletion see [`super::deletion`].)

use super::fixtures::{World, object};
use crate::{Page, PutOutcome, Store};
use model::{
    AllowLists, HostPattern, JsonObject, Patch, Tenant, TenantChange, TenantEgress, TenantId, TenantLimits,
    tenant::allow::parse_network,
};
use serde_json::json;

pub async fn a_tenant_is_created_once_and_then_updated(store: &dyn Store) {
    let world = World::new(store, "tenants.put");
    let (id, made) = (world.id("acme"), world.tick());
    let metadata = object(json!({ "plan": "gold", "seats": 12, "deep": { "ü": [null, true] } }));
    let (first, put) = store
        .put_tenant(
            &id,
            TenantChange {
                name: Patch::Value("Acme".into()),
                metadata: Some(metadata.clone()),
                ..TenantChange::default()
            },
            made,
        )
        .await
        .unwrap();
    assert_eq!(put, PutOutcome::Created);
    assert_eq!(
        first,
        Tenant {
            id: id.clone(),
            name: Some("Acme".into()),
            metadata,
            limits: TenantLimits::default(),
            egress: None,
            allow: AllowLists::default(),
            created_at: made,
            updated_at: made,
        }
    );
    assert_eq!(store.tenant(&id).await.unwrap(), Some(first.clone()));

    let (later, other) = (world.tick(), object(json!({ "plan": "lead" })));
    let (second, put) = store
        .put_tenant(
            &id,
            TenantChange {
                name: Patch::Value("Acme & Co".into()),
                metadata: Some(other.clone()),
                ..TenantChange::default()
            },
            later,
        )
        .await
        .unwrap();
    assert_eq!(put, PutOutcome::Updated);
    let expected = Tenant { name: Some("Acme & Co".into()), metadata: other, updated_at: later, ..first };
    assert_eq!(second, expected);
    assert_eq!(store.tenant(&id).await.unwrap(), Some(expected));
}

pub async fn fields_absent_from_an_update_are_kept(store: &dyn Store) {
    let world = World::new(store, "tenants.keep");
    let id = world.id("acme");
    let bare = store.put_tenant(&id, TenantChange::default(), world.tick()).await.unwrap().0;
    assert_eq!((&bare.name, &bare.metadata), (&None, &JsonObject::default()));

    let metadata = object(json!({ "plan": "gold" }));
    store
        .put_tenant(&id, TenantChange { name: Patch::Value("Acme".into()), ..TenantChange::default() }, world.tick())
        .await
        .unwrap();
    store
        .put_tenant(&id, TenantChange { metadata: Some(metadata.clone()), ..TenantChange::default() }, world.tick())
        .await
        .unwrap();
    let now = world.tick();
    store.put_tenant(&id, TenantChange::default(), now).await.unwrap();
    let expected = Tenant { name: Some("Acme".into()), metadata, updated_at: now, ..bare };
    assert_eq!(store.tenant(&id).await.unwrap(), Some(expected));
}

pub async fn limits_are_stored_and_kept(store: &dyn Store) {
    let world = World::new(store, "tenants.limits");
    let id = world.id("acme");
    let limits = TenantLimits { subscriptions: Some(3), payload_bytes: Some(1_000), ..TenantLimits::default() };
    let change = TenantChange { limits: Some(limits.clone()), ..TenantChange::default() };
    let (put, _) = store.put_tenant(&id, change, world.tick()).await.unwrap();
    assert_eq!(put.limits, limits);
    store.put_tenant(&id, TenantChange::default(), world.tick()).await.unwrap();
    assert_eq!(store.tenant(&id).await.unwrap().unwrap().limits, limits);
    let none = TenantChange { limits: Some(TenantLimits::default()), ..TenantChange::default() };
    store.put_tenant(&id, none, world.tick()).await.unwrap();
    assert_eq!(store.tenant(&id).await.unwrap().unwrap().limits, TenantLimits::default());
}

pub async fn egress_and_allow_lists_are_stored_kept_and_removed(store: &dyn Store) {
    egress_is_stored_kept_and_removed(store).await;
    allow_lists_are_stored_kept_and_removed_one_by_one(store).await;
}

async fn egress_is_stored_kept_and_removed(store: &dyn Store) {
    let world = World::new(store, "tenants.egress");
    let id = world.id("acme");
    for text in [
        r#"{"source_addresses":["203.0.113.7","2001:db8::7"]}"#,
        r#"{"proxy":{"url":"socks5://proxy:1080","credentials":{"username":"me","password":"hush"}}}"#,
    ] {
        let egress = TenantEgress::parse(text).unwrap();
        let change = TenantChange { egress: Patch::Value(egress.clone()), ..TenantChange::default() };
        let (put, _) = store.put_tenant(&id, change, world.tick()).await.unwrap();
        assert_eq!(put.egress, Some(egress.clone()));
        store.put_tenant(&id, TenantChange::default(), world.tick()).await.unwrap();
        assert_eq!(store.tenant(&id).await.unwrap().unwrap().egress, Some(egress));
    }
    let none = TenantChange { egress: Patch::Null, ..TenantChange::default() };
    store.put_tenant(&id, none, world.tick()).await.unwrap();
    assert_eq!(store.tenant(&id).await.unwrap().unwrap().egress, None);
}

async fn allow_lists_are_stored_kept_and_removed_one_by_one(store: &dyn Store) {
    let world = World::new(store, "tenants.allow");
    let id = world.id("acme");
    let networks =
        ["10.1.2.0/24", "2001:db8::/32", "169.254.169.254"].map(|text| parse_network(text).unwrap()).to_vec();
    let hosts = ["*.example.com", "münchen.example", "[2001:db8::1]"].map(|text| HostPattern::parse(text).unwrap());
    let change = TenantChange { allow_networks: Some(networks.clone()), ..TenantChange::default() };
    let (put, _) = store.put_tenant(&id, change, world.tick()).await.unwrap();
    assert_eq!(put.allow, AllowLists { networks: networks.clone(), hosts: Vec::new() });
    let change = TenantChange { allow_hosts: Some(hosts.to_vec()), ..TenantChange::default() };
    let (put, _) = store.put_tenant(&id, change, world.tick()).await.unwrap();
    let both = AllowLists { networks, hosts: hosts.to_vec() };
    assert_eq!(put.allow, both);
    store.put_tenant(&id, TenantChange::default(), world.tick()).await.unwrap();
    assert_eq!(store.tenant(&id).await.unwrap().unwrap().allow, both);
    let listed = store.tenants(Page::first(1_000)).await.unwrap();
    assert_eq!(listed.into_iter().find(|one| one.id == id).unwrap().allow, both);
    let none = TenantChange { allow_networks: Some(Vec::new()), ..TenantChange::default() };
    store.put_tenant(&id, none, world.tick()).await.unwrap();
    let stored = store.tenant(&id).await.unwrap().unwrap();
    assert_eq!(stored.allow, AllowLists { networks: Vec::new(), ..both });
    assert_eq!(stored.egress, None);
}

pub async fn a_name_can_be_cleared(store: &dyn Store) {
    let world = World::new(store, "tenants.clear");
    let id = world.id("acme");
    store
        .put_tenant(
            &id,
            TenantChange {
                name: Patch::Value("Acme".into()),
                metadata: Some(object(json!({ "a": 1 }))),
                ..TenantChange::default()
            },
            world.tick(),
        )
        .await
        .unwrap();
    let (cleared, _) = store
        .put_tenant(
            &id,
            TenantChange { name: Patch::Null, metadata: Some(JsonObject::default()), ..TenantChange::default() },
            world.tick(),
        )
        .await
        .unwrap();
    assert_eq!((&cleared.name, &cleared.metadata), (&None, &JsonObject::default()));
    assert_eq!(store.tenant(&id).await.unwrap(), Some(cleared));
}

pub async fn a_tenant_that_was_never_created_is_not_found(store: &dyn Store) {
    let world = World::new(store, "tenants.none");
    assert_eq!(store.tenant(&world.id("nobody")).await.unwrap(), None);
}

/// Byte order, like all comparisons of ids; a database's collation may differ.
pub async fn tenants_are_listed_by_id_ascending(store: &dyn Store) {
    let world = World::new(store, "tenants.list");
    let mut ids = Vec::new();
    for which in ["b", "Z", "a.b", "A-1", "a_b", "a", "ab", "a:b", "B", "10", "9"] {
        ids.push(world.tenant(which).await);
    }
    ids.sort();
    let page = Page { limit: ids.len() as u32, offset: 0, cursor: Some(before_all(&world)) };
    let listed = store.tenants(page).await.unwrap();
    assert_eq!(listed.iter().map(|tenant| tenant.id.clone()).collect::<Vec<_>>(), ids);
    assert_eq!(store.tenant(&ids[3]).await.unwrap().as_ref(), listed.get(3));
}

pub async fn tenants_are_paged_by_the_last_id_and_by_offset(store: &dyn Store) {
    let world = World::new(store, "tenants.page");
    for which in ["a", "b", "c", "d", "e"] {
        world.tenant(which).await;
    }
    let read = async |limit, offset, cursor: &TenantId| -> Vec<TenantId> {
        let page = Page { limit, offset, cursor: Some(cursor.clone()) };
        store.tenants(page).await.unwrap().into_iter().map(|tenant| tenant.id).collect()
    };
    let (start, id) = (before_all(&world), |which| world.id(which));
    assert_eq!(read(2, 0, &start).await, [id("a"), id("b")]);
    assert_eq!(read(2, 0, &id("b")).await, [id("c"), id("d")]);
    assert_eq!(read(1, 0, &id("d")).await, [id("e")]);
    assert_eq!(read(2, 2, &start).await, [id("c"), id("d")]);
    assert_eq!(read(2, 1, &id("b")).await, [id("d"), id("e")]);
    assert_eq!(read(0, 0, &start).await, []);

    world.tenant("aa").await;
    assert_eq!(read(3, 0, &id("b")).await, [id("c"), id("d"), id("e")], "a row added before the page does not move it");
}

/// A cursor before the first tenant of this case in the list of all tenants.
fn before_all(world: &World<'_>) -> TenantId {
    TenantId::trusted(world.id("-").as_str().trim_end_matches('-'))
}

pub async fn the_system_tenant_is_no_customer(store: &dyn Store) {
    let world = World::new(store, "tenants.system");
    let (system, acme) = (TenantId::system(), world.tenant("acme").await);
    store.put_tenant(&system, TenantChange::default(), world.tick()).await.unwrap();
    assert!(store.tenant(&system).await.unwrap().is_some());
    let mut page = Page::first(1_000);
    let mut listed = Vec::new();
    loop {
        let piece = store.tenants(page.clone()).await.unwrap();
        let Some(last) = piece.last() else { break };
        page.cursor = Some(last.id.clone());
        listed.extend(piece.into_iter().map(|tenant| tenant.id));
    }
    assert!(listed.contains(&acme) && !listed.contains(&system));
}
