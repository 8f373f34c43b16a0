//! Sign-in sessions.

use super::fixtures::World;
use crate::{DeleteOutcome, Store};
use model::{Session, TenantId};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(60 * 60);

fn hash(world: &World<'_>) -> [u8; 32] {
    let mut hash = [0; 32];
    world.ids.secret(&mut hash);
    hash
}

/// A stored session of a key.
async fn begin(world: &World<'_>, key: [u8; 32], tenant: Option<TenantId>, most: u32) -> Session {
    let session = Session::begin(hash(world), key, tenant, world.tick());
    world.store.insert_session(&session, most).await.unwrap();
    session
}

pub async fn a_session_is_kept_whole(store: &dyn Store) {
    let world = World::new(store, "sessions.whole");
    let tenant = world.tenant("acme").await;
    let of_tenant = begin(&world, hash(&world), Some(tenant), 10).await;
    let of_operator = begin(&world, hash(&world), None, 10).await;
    assert_eq!(store.session(&of_tenant.hash).await.unwrap(), Some(of_tenant));
    assert_eq!(store.session(&of_operator.hash).await.unwrap(), Some(of_operator));
    assert_eq!(store.session(&hash(&world)).await.unwrap(), None);
}

pub async fn a_session_is_renewed_and_never_goes_back(store: &dyn Store) {
    let world = World::new(store, "sessions.renew");
    let begun = begin(&world, hash(&world), None, 10).await;
    world.advance(HOUR);
    let used = begun.used(world.now()).unwrap();
    store.renew_session(&used).await.unwrap();
    assert_eq!(store.session(&begun.hash).await.unwrap(), Some(used.clone()));
    store.renew_session(&begun).await.unwrap();
    assert_eq!(store.session(&begun.hash).await.unwrap(), Some(used));
}

pub async fn a_removed_session_stays_removed(store: &dyn Store) {
    let world = World::new(store, "sessions.remove");
    let key = hash(&world);
    let (gone, stays) = (begin(&world, key, None, 10).await, begin(&world, key, None, 10).await);
    assert_eq!(store.remove_session(&gone.hash).await.unwrap(), DeleteOutcome::Done);
    assert_eq!(store.remove_session(&gone.hash).await.unwrap(), DeleteOutcome::Missing);
    world.advance(HOUR);
    store.renew_session(&gone.used(world.now()).unwrap()).await.unwrap();
    assert_eq!(store.session(&gone.hash).await.unwrap(), None);
    assert_eq!(store.session(&stays.hash).await.unwrap(), Some(stays));
}

pub async fn a_key_has_a_maximum_of_sessions(store: &dyn Store) {
    let world = World::new(store, "sessions.most");
    let (key, other) = (hash(&world), hash(&world));
    let unrelated = begin(&world, other, None, 2).await;
    let (first, second) = (begin(&world, key, None, 2).await, begin(&world, key, None, 2).await);
    world.advance(HOUR);
    let first = first.used(world.now()).unwrap();
    store.renew_session(&first).await.unwrap();
    // The second one was used the longest ago.
    let third = begin(&world, key, None, 2).await;
    for (session, is_left) in [(&first, true), (&second, false), (&third, true), (&unrelated, true)] {
        assert_eq!(store.session(&session.hash).await.unwrap().is_some(), is_left, "{session:?}");
    }
}

pub async fn the_sessions_of_a_deleted_tenant_are_gone(store: &dyn Store) {
    let world = World::new(store, "sessions.deletion");
    let (owner, other) = (world.tenant("owner").await, world.tenant("other").await);
    let gone = begin(&world, hash(&world), Some(owner.clone()), 10).await;
    let stays = begin(&world, hash(&world), Some(other), 10).await;
    store.delete_tenant(&owner).await.unwrap();
    assert_eq!(store.session(&gone.hash).await.unwrap(), None);
    assert_eq!(store.session(&stays.hash).await.unwrap(), Some(stays));
}
