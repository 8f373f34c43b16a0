//! API keys of tenants.

use super::fixtures::World;
use crate::{DeleteOutcome, Store};
use model::{Scope, key::Scopes};

pub async fn a_key_is_kept_whole(store: &dyn Store) {
    let world = World::new(store, "keys.whole");
    let tenant = world.tenant("acme").await;
    let key = world.key(&tenant);
    assert!(store.insert_key(&key).await.unwrap());
    assert_eq!(store.keys(&tenant).await.unwrap(), [key]);
}

pub async fn every_set_of_scopes_is_kept(store: &dyn Store) {
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
