//! The conformance suite of stores that are opened with several master keys, one after the other.

use super::fixtures::{Seeded, World};
use crate::{
    MasterKey, MasterKeyId, MasterKeyUse, ResealPlace, RotationBegin, RotationEnd, StorageError, Store, Vault,
};
use async_trait::async_trait;
use model::{Patch, Subscription, SubscriptionId, TenantChange, TenantEgress, TenantId};
use std::sync::Arc;

/// A store that is closed and opened again. Its first key is [`OLD`].
#[async_trait]
pub trait Reopened: Sync {
    async fn open(&self, vault: Vault) -> Result<Arc<dyn Store>, StorageError>;
}

/// The byte of the key with which the store is created.
pub const OLD: u8 = 7;
const NEW: u8 = 8;

/// Generates one `#[tokio::test]` per case. `make` is an async function without arguments that returns a
/// [`Reopened`](crate::conformance::master_keys::Reopened).
#[macro_export]
macro_rules! master_keys_conformance_suite {
    (@list $then:ident $($make:expr)?) => {
        $crate::master_keys_conformance_suite! { @$then [$($make)?]
            a_wrong_key_is_refused
            a_key_that_only_opens_can_come_and_go
            every_key_that_has_sealed_something_is_needed
            a_rotation_seals_everything_with_the_current_key
            an_interrupted_rotation_goes_on_and_no_other_key_can_seal_meanwhile
            changes_during_a_rotation_are_kept
            a_rotation_without_a_new_key_has_nothing_to_do
        }
    };
    (@tests [$make:expr] $($case:ident)*) => {
        $(#[tokio::test]
        async fn $case() {
            $crate::conformance::master_keys::$case(&($make)().await).await;
        })*
    };
    ($make:expr) => {
        $crate::master_keys_conformance_suite! { @list tests $make }
    };
}

fn key(byte: u8) -> MasterKey {
    MasterKey::try_new(&[byte; 32]).unwrap()
}

fn id(byte: u8) -> MasterKeyId {
    key(byte).id()
}

/// The first key is the current one.
async fn try_open(store: &dyn Reopened, keys: &[u8]) -> Result<Arc<dyn Store>, StorageError> {
    let keys: Vec<MasterKey> = keys.iter().map(|byte| key(*byte)).collect();
    let entropy = Arc::new(Seeded::named(&format!("keys of {}", keys.len())));
    store.open(Vault::with_others(&keys[0], &keys[1..], entropy)).await
}

async fn open(store: &dyn Reopened, keys: &[u8]) -> Arc<dyn Store> {
    try_open(store, keys).await.unwrap()
}

async fn fault(store: &dyn Reopened, keys: &[u8]) -> StorageError {
    match try_open(store, keys).await {
        Err(fault) => fault,
        Ok(_) => panic!("the keys {keys:?} were accepted"),
    }
}

/// The counts of values by key.
fn counts(found: &MasterKeyUse) -> Vec<(MasterKeyId, u64)> {
    let mut counts: Vec<_> = found.sealed.iter().map(|one| (one.key.unwrap(), one.values)).collect();
    counts.sort_by_key(|(_, values)| *values);
    counts
}

/// Writes a tenant with an egress and this number of subscriptions, one of which is deleted.
async fn fill(store: &dyn Store, case: &'static str, which: &str, subscriptions: usize) -> TenantId {
    let world = World::new(store, case);
    let tenant = world.tenant(which).await;
    set_egress(store, &world, &tenant, "hush").await;
    let mut last = None;
    for _ in 0..subscriptions {
        last = Some(world.subscribe(&tenant).await.id);
    }
    if let Some(id) = last {
        store.delete_subscription(&tenant, id, world.tick()).await.unwrap();
    }
    tenant
}

async fn set_egress(store: &dyn Store, world: &World<'_>, tenant: &TenantId, password: &str) {
    let text = format!(
        r#"{{"proxy":{{"url":"socks5://proxy:1080","credentials":{{"username":"me","password":"{password}"}}}}}}"#
    );
    let egress = Patch::Value(TenantEgress::parse(&text).unwrap());
    store.put_tenant(tenant, TenantChange { egress, ..TenantChange::default() }, world.tick()).await.unwrap();
}

/// Everything that is sealed, opened.
async fn contents(store: &dyn Store, tenant: &TenantId) -> (Option<TenantEgress>, Vec<Subscription>) {
    let mut all = Vec::new();
    store.each_subscription(&mut |one| all.extend((one.tenant == *tenant).then_some(one.id))).await.unwrap();
    let subscriptions = store.subscriptions_ever(tenant, &all).await.unwrap();
    assert!(!subscriptions.is_empty());
    (store.tenant(tenant).await.unwrap().unwrap().egress, subscriptions)
}

/// Walks over all rows in small steps; returns the number of rows that were sealed again.
async fn pass(store: &dyn Store) -> u32 {
    let (mut place, mut rows) = (Some(ResealPlace::BEGIN), 0);
    while let Some(after) = place {
        let step = store.reseal(after, 2).await.unwrap();
        assert!(step.rows + step.contended <= 2);
        rows += step.rows;
        place = step.next;
    }
    rows
}

pub async fn a_wrong_key_is_refused(store: &dyn Reopened) {
    open(store, &[OLD]).await.close().await.unwrap();
    assert!(matches!(fault(store, &[NEW]).await, StorageError::WrongMasterKey));
    assert!(matches!(fault(store, &[NEW, 9]).await, StorageError::WrongMasterKey));
    open(store, &[OLD]).await.close().await.unwrap();
}

pub async fn a_key_that_only_opens_can_come_and_go(store: &dyn Reopened) {
    let first = open(store, &[OLD]).await;
    let tenant = fill(&*first, "keys.come", "one", 1).await;
    let before = contents(&*first, &tenant).await;
    first.close().await.unwrap();
    let both = open(store, &[OLD, NEW]).await;
    let other = fill(&*both, "keys.come", "two", 1).await;
    let (of_first, of_other) = (contents(&*both, &tenant).await, contents(&*both, &other).await);
    assert_eq!(of_first, before);
    assert_eq!(counts(&both.master_key_use().await.unwrap()), [(id(OLD), 8)], "in two forms");
    both.close().await.unwrap();
    let again = open(store, &[OLD]).await;
    assert_eq!((contents(&*again, &tenant).await, contents(&*again, &other).await), (before, of_other));
    again.close().await.unwrap();
}

pub async fn every_key_that_has_sealed_something_is_needed(store: &dyn Reopened) {
    let first = open(store, &[OLD]).await;
    let tenant = fill(&*first, "keys.needed", "one", 1).await;
    first.close().await.unwrap();
    let both = open(store, &[NEW, OLD]).await;
    let other = fill(&*both, "keys.needed", "two", 2).await;
    let found = both.master_key_use().await.unwrap();
    assert_eq!((found.current, &found.others[..], found.is_rotating), (id(NEW), &[id(OLD)][..], false));
    assert_eq!((counts(&found), found.remaining()), (vec![(id(OLD), 4), (id(NEW), 7)], 4));
    both.close().await.unwrap();
    let missing = |fault| match fault {
        StorageError::MissingMasterKey { id } => id,
        fault => panic!("{fault}"),
    };
    assert_eq!(missing(fault(store, &[OLD]).await), Some(id(NEW).to_string()));
    assert_eq!(missing(fault(store, &[NEW]).await), None, "the form of the first record names no key");
    let back = open(store, &[OLD, NEW]).await;
    contents(&*back, &tenant).await;
    contents(&*back, &other).await;
    back.close().await.unwrap();
}

pub async fn a_rotation_seals_everything_with_the_current_key(store: &dyn Reopened) {
    let first = open(store, &[OLD]).await;
    let tenant = fill(&*first, "keys.rotation", "one", 5).await;
    let before = contents(&*first, &tenant).await;
    first.close().await.unwrap();
    let both = open(store, &[NEW, OLD]).await;
    assert_eq!(both.end_rotation().await.unwrap(), RotationEnd::NotBegun);
    assert_eq!(both.begin_rotation().await.unwrap(), RotationBegin::Begun);
    assert_eq!(both.end_rotation().await.unwrap(), RotationEnd::Remaining(16));
    assert_eq!(pass(&*both).await, 6, "five subscriptions and a tenant");
    assert_eq!(pass(&*both).await, 0);
    assert_eq!(contents(&*both, &tenant).await, before, "revisions and times, too");
    assert_eq!(both.end_rotation().await.unwrap(), RotationEnd::Ended);
    let found = both.master_key_use().await.unwrap();
    assert_eq!((counts(&found), found.remaining(), found.is_rotating), (vec![(id(NEW), 16)], 0, false));
    both.close().await.unwrap();
    assert!(matches!(fault(store, &[OLD]).await, StorageError::WrongMasterKey));
    let last = open(store, &[NEW]).await;
    assert_eq!(contents(&*last, &tenant).await, before);
    assert_eq!(last.begin_rotation().await.unwrap(), RotationBegin::NothingToDo);
    last.close().await.unwrap();
}

pub async fn an_interrupted_rotation_goes_on_and_no_other_key_can_seal_meanwhile(store: &dyn Reopened) {
    let first = open(store, &[OLD]).await;
    let tenant = fill(&*first, "keys.interrupted", "one", 4).await;
    let before = contents(&*first, &tenant).await;
    first.close().await.unwrap();
    let both = open(store, &[NEW, OLD]).await;
    assert_eq!(both.begin_rotation().await.unwrap(), RotationBegin::Begun);
    let step = both.reseal(ResealPlace::Subscriptions(None), 3).await.unwrap();
    assert_eq!(step.rows, 3);
    both.close().await.unwrap();
    assert!(
        matches!(fault(store, &[OLD, NEW]).await, StorageError::RotationBegun { id: key } if key == id(NEW).to_string())
    );
    let again = open(store, &[NEW, OLD]).await;
    assert!(again.master_key_use().await.unwrap().is_rotating);
    assert_eq!(again.begin_rotation().await.unwrap(), RotationBegin::Begun, "again");
    assert_eq!(pass(&*again).await, 2, "a subscription and a tenant");
    assert_eq!(again.end_rotation().await.unwrap(), RotationEnd::Ended);
    assert_eq!(again.end_rotation().await.unwrap(), RotationEnd::NotBegun);
    assert_eq!(contents(&*again, &tenant).await, before);
    again.close().await.unwrap();
}

/// Changes the secret of a subscription and the egress of its tenant `times` times; returns the last secret.
async fn change(store: &dyn Store, world: &World<'_>, tenant: &TenantId, of: SubscriptionId, times: u32) -> String {
    let mut secret = String::new();
    for number in 0..times {
        let mut one = store.subscription(tenant, of).await.unwrap().unwrap();
        secret = format!("secret {number}");
        one.secrets[0].value.clone_from(&secret);
        assert_eq!(store.update_subscription(&one).await.unwrap(), crate::UpdateOutcome::Done);
        set_egress(store, world, tenant, &format!("password {number}")).await;
    }
    secret
}

pub async fn changes_during_a_rotation_are_kept(store: &dyn Reopened) {
    let first = open(store, &[OLD]).await;
    let tenant = fill(&*first, "keys.changes", "one", 6).await;
    first.close().await.unwrap();
    let both = open(store, &[NEW, OLD]).await;
    let world = World::new(&*both, "keys.changes");
    let of = contents(&*both, &tenant).await.1[2].id;
    assert_eq!(both.begin_rotation().await.unwrap(), RotationBegin::Begun);
    let passes = async {
        let mut rows = 0;
        for _ in 0..6 {
            rows += pass(&*both).await;
        }
        rows
    };
    let (secret, rows) = futures_util::future::join(change(&*both, &world, &tenant, of, 30), passes).await;
    assert!((5..=7).contains(&rows), "what was changed has the current key: {rows}");
    assert_eq!(both.end_rotation().await.unwrap(), RotationEnd::Ended);
    let (egress, subscriptions) = contents(&*both, &tenant).await;
    assert_eq!(subscriptions.iter().find(|one| one.id == of).unwrap().secrets[0].value, secret);
    assert!(serde_json::to_string(&egress).unwrap().contains("password 29"));
    both.close().await.unwrap();
}

pub async fn a_rotation_without_a_new_key_has_nothing_to_do(store: &dyn Reopened) {
    for keys in [&[OLD][..], &[OLD, NEW]] {
        let opened = open(store, keys).await;
        assert_eq!(opened.begin_rotation().await.unwrap(), RotationBegin::NothingToDo);
        assert_eq!(opened.end_rotation().await.unwrap(), RotationEnd::NotBegun);
        opened.close().await.unwrap();
    }
}
