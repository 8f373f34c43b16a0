//! The store as a whole: health check, pause and close.

use super::fixtures::{World, append};
use crate::{Store, Write};

pub async fn a_working_store_is_writable(store: &dyn Store) {
    let world = World::new(store, "whole.probe");
    let tenant = world.tenant("acme").await;
    world.furnish(&tenant).await;
    let before = world.shown(&tenant).await;
    store.check_writable().await.unwrap();
    store.check_writable().await.unwrap();
    assert_eq!(world.shown(&tenant).await, before);
}

pub async fn a_pause_is_kept_until_it_is_ended(store: &dyn Store) {
    assert!(!store.is_paused().await.unwrap());
    for paused in [true, true, false, false, true, false] {
        store.set_paused(paused).await.unwrap();
        assert_eq!(store.is_paused().await.unwrap(), paused);
    }
}

/// Must be the last case on a store.
///
pub async fn writes_after_close_are_refused_and_returned(store: &dyn Store) {
    let world = World::new(store, "whole.close");
    let tenant = world.tenant("acme").await;
    let new = world.event(&tenant, "invoice.created", &[]);
    store.close().await.unwrap();
    let fault = store.commit(vec![append(&tenant, vec![new.clone()])]).await.unwrap_err();
    let [Write::Append(back)] = &fault.batch[..] else { panic!("{:?}", fault.batch) };
    assert_eq!((&back.tenant, &back.events[0].event), (&tenant, &new.event));
    assert!(store.check_writable().await.is_err());
    store.close().await.unwrap();
}
