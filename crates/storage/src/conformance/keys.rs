//! API keys of tenants.

use super::fixtures::World;
use crate::{DeleteOutcome, KeyUse, Store};
use model::{Networks, Scope, TenantKey, key::Scopes};

pub async fn a_key_is_kept_whole(store: &dyn Store) {
    let world = World::new(store, "keys.whole");
    let tenant = world.tenant("acme").await;
    let plain = world.key(&tenant);
    let bounded = TenantKey {
        expires_at: Some(world.tick()),
        networks: Networks::parse("203.0.113.0/24 2001:db8::/32").unwrap(),
        ..world.key(&tenant)
    };
    assert!(store.insert_key(&plain).await.unwrap() && store.insert_key(&bounded).await.unwrap());
    assert_eq!(store.keys(&tenant).await.unwrap(), [bounded.clone(), plain]);
    assert!(store.all_keys().await.unwrap().contains(&bounded));
    every_set_of_scopes_is_kept(store).await;
}

pub async fn a_replaced_key_expires(store: &dyn Store) {
    let world = World::new(store, "keys.replace");
    let (acme, globex) = (world.tenant("acme").await, world.tenant("globex").await);
    let [old, new, newer, later] = [world.key(&acme), world.key(&acme), world.key(&acme), world.key(&acme)];
    let theirs = world.key(&globex);
    assert!(store.insert_key(&old).await.unwrap() && store.insert_key(&theirs).await.unwrap());
    let (early, late) = (world.tick(), world.tick());
    assert!(store.replace_key(old.id, &new, late).await.unwrap());
    let ends = |key: &TenantKey, at| TenantKey { expires_at: Some(at), ..key.clone() };
    assert_eq!(store.keys(&acme).await.unwrap(), [new.clone(), ends(&old, late)]);
    // An end moves to the front and never back.
    assert!(store.replace_key(old.id, &newer, early).await.unwrap());
    assert!(store.replace_key(old.id, &later, late).await.unwrap());
    let expected = [later.clone(), newer, new, ends(&old, early)];
    assert_eq!(store.keys(&acme).await.unwrap(), expected);
    // Neither a key that is gone nor another tenant's is replaced, and then nothing is inserted.
    let extra = world.key(&acme);
    assert!(!store.replace_key(theirs.id, &extra, late).await.unwrap());
    assert!(!store.replace_key(extra.id, &extra, late).await.unwrap());
    assert_eq!(store.keys(&acme).await.unwrap(), expected);
    assert_eq!(store.keys(&globex).await.unwrap(), [theirs]);
}

async fn every_set_of_scopes_is_kept(store: &dyn Store) {
    let world = World::new(store, "keys.scopes");
    let tenant = world.tenant("acme").await;
    let mut made = Vec::new();
    for bits in 0..1 << Scope::ALL.len() {
        let mut key = world.key(&tenant);
        key.scopes = (0..).zip(Scope::ALL).filter(|(at, _)| bits >> at & 1 == 1).map(|(_, scope)| scope).collect();
        assert!(store.insert_key(&key).await.unwrap());
        made.insert(0, key);
    }
    assert!(
        made.iter().any(|key| key.scopes == Scopes::default()) && made.iter().any(|key| key.scopes == Scopes::all())
    );
    assert_eq!(store.keys(&tenant).await.unwrap(), made);
}

pub async fn keys_are_listed_newest_first(store: &dyn Store) {
    let world = World::new(store, "keys.list");
    let tenant = world.tenant("acme").await;
    let (first, second, third) = (world.key(&tenant), world.key(&tenant), world.key(&tenant));
    for key in [&second, &third, &first] {
        assert!(store.insert_key(key).await.unwrap());
    }
    assert_eq!(store.keys(&tenant).await.unwrap(), [third, second, first]);
}

pub async fn a_deleted_key_is_gone(store: &dyn Store) {
    let world = World::new(store, "keys.delete");
    let tenant = world.tenant("acme").await;
    let (gone, stays) = (world.key(&tenant), world.key(&tenant));
    assert!(store.insert_key(&gone).await.unwrap() && store.insert_key(&stays).await.unwrap());
    assert_eq!(store.delete_key(&tenant, gone.id).await.unwrap(), DeleteOutcome::Done);
    assert_eq!(store.delete_key(&tenant, gone.id).await.unwrap(), DeleteOutcome::Missing);
    assert_eq!(store.keys(&tenant).await.unwrap(), [stays]);
    assert!(!store.all_keys().await.unwrap().contains(&gone));
}

pub async fn the_last_use_of_a_key_is_kept(store: &dyn Store) {
    let world = World::new(store, "keys.use");
    let (acme, globex) = (world.tenant("acme").await, world.tenant("globex").await);
    let [mut used, unused, other, gone] = [world.key(&acme), world.key(&acme), world.key(&globex), world.key(&acme)];
    for key in [&used, &unused, &other] {
        assert!(store.insert_key(key).await.unwrap());
    }
    let (early, late) = (world.tick(), world.tick());
    let of = |key: &TenantKey, at| KeyUse { tenant: key.tenant.clone(), key: key.id, at };
    // A key of another tenant is not touched.
    let crossed = KeyUse { tenant: acme.clone(), ..of(&other, late) };
    store.use_keys(&[of(&used, late), of(&gone, late), crossed]).await.unwrap();
    store.use_keys(&[of(&used, early)]).await.unwrap();
    store.use_keys(&[]).await.unwrap();
    used.last_used_at = Some(late);
    assert_eq!(store.keys(&acme).await.unwrap(), [unused, used.clone()]);
    assert_eq!(store.keys(&globex).await.unwrap(), [other]);
    // A key that is copied from another store keeps it.
    let copied = TenantKey { id: gone.id, hash: gone.hash, ..used };
    assert!(store.insert_key(&copied).await.unwrap());
    assert!(store.keys(&acme).await.unwrap().contains(&copied));
}

pub async fn all_keys_returns_the_keys_of_every_tenant(store: &dyn Store) {
    let world = World::new(store, "keys.all");
    let (acme, globex) = (world.tenant("acme").await, world.tenant("globex").await);
    let made = [world.key(&acme), world.key(&globex), world.key(&acme)];
    for key in &made {
        assert!(store.insert_key(key).await.unwrap());
    }
    let all = store.all_keys().await.unwrap();
    assert!(made.iter().all(|key| all.iter().filter(|one| *one == key).count() == 1));
}
