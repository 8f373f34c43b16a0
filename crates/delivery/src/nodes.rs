//! Several nodes on one store: this one says that it lives, learns what others have changed, takes the work of those that
//! are gone, and empties the outbox.

mod lease;
mod outbox;

use crate::{
    engine::{Engine, StartError},
    steady::SteadyClock,
    target::Target,
};
pub(crate) use lease::{Doubts, Lease};
use model::{SubscriptionId, SubscriptionState, TenantId};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
    time::Duration,
};
use storage::{Beat, Change, Join, LEASE, NewNode, Shared, StorageError, Waiting};

/// Between two heartbeats.
const BEAT: Duration = Duration::from_secs(1);
/// Between two looks at what is new, when nobody says that there is something.
const LOOK: Duration = Duration::from_millis(500);
/// Deliveries taken over in one transaction, and how many of these follow on each other.
const PIECE: usize = 1_000;
const PIECES: usize = 20;

/// Starts what runs beside the deliveries.
pub(crate) fn run(engine: &Arc<Engine>, version: i64, clock: Option<Arc<SteadyClock>>) {
    spawn(engine, move |engine| async move { beat(&engine, clock.as_deref()).await });
    spawn(engine, move |engine| async move { follow(&engine, version).await });
    if engine.node.role.delivers() {
        spawn(engine, |engine| async move { outbox::run(&engine).await });
    }
}

fn spawn<F: Future<Output = ()> + Send>(engine: &Arc<Engine>, task: impl FnOnce(Arc<Engine>) -> F + Send + 'static) {
    let mut stopping = engine.stopping.subscribe();
    let engine = engine.clone();
    tokio::spawn(async move {
        tokio::select! {
            () = task(engine) => {}
            _ = stopping.wait_for(|stopping| *stopping) => {}
        }
    });
}

async fn beat(engine: &Arc<Engine>, clock: Option<&SteadyClock>) {
    let Some(shared) = engine.store.shared() else { return };
    let mut beats = 0_u64;
    loop {
        let (asked, began) = (engine.clock.now(), Lease::now());
        match tokio::time::timeout(LEASE / 3, shared.beat()).await {
            Ok(Ok((Beat::Live, shown))) => {
                engine.lease.renew(began);
                if clock.is_some_and(|clock| clock.observe(shown, asked)) {
                    // By a clock that jumped everybody looks silent.
                    engine.lease.missed();
                }
            }
            Ok(Ok((Beat::Lost, _))) => match register_again(engine, shared).await {
                Ok(Join::Joined) => {}
                Ok(Join::NameHeld(_)) => {
                    let name = &engine.node.name;
                    tracing::error!(name, "another node took this node's name; this one stops (POSTRIDER_NODE)");
                    engine.displaced.send_replace(true);
                    return;
                }
                Err(fault) => {
                    tracing::warn!(error = %fault, "this node was declared lost and could not register again yet")
                }
            },
            Ok(Err(fault)) => missed(engine, &fault.to_string()),
            Err(_) => missed(engine, "no answer in time"),
        }
        beats += 1;
        if engine.lease.may_judge() && beats.is_multiple_of(2) {
            match shared.judge().await {
                Ok(lost) if !lost.is_empty() => {
                    tracing::warn!(nodes = lost.join(", "), "silent for too long; their work is taken over");
                }
                Ok(_) => {}
                Err(fault) => tracing::warn!(error = %fault, "could not look after the other nodes"),
            }
        }
        tokio::time::sleep(BEAT).await;
    }
}

fn missed(engine: &Engine, why: &str) {
    engine.lease.missed();
    tracing::warn!(error = why, "a heartbeat was missed");
}

/// Everything that waited here is another node's by now.
async fn register_again(engine: &Arc<Engine>, shared: &dyn Shared) -> Result<Join, StorageError> {
    tracing::warn!("this node was silent for too long: its work was taken over, and it begins anew");
    engine.lease.revoke();
    let began = Lease::now();
    // Before it has a new name: what is begun now is not recorded under the old one.
    engine.lanes.forget();
    let joined = shared.join(&engine.node, None).await?;
    if joined == Join::Joined {
        engine.lanes.forget();
        engine.lease.renew(began);
    }
    Ok(joined)
}

/// Another holder of the name is watched for so long: four heartbeats.
const WATCH: Duration = Duration::from_secs(4);

/// Registers this node. A name whose holder was heard a moment ago may be that of a process that was killed, in whose place
/// this one was started: so the holder is watched for a while, and refuses this node only if it is heard again.
pub(crate) async fn register(node: &NewNode, shared: &dyn Shared) -> Result<(), StartError> {
    let Join::NameHeld(holder) = shared.join(node, None).await? else { return Ok(()) };
    tracing::info!(name = node.name, seconds = WATCH.as_secs(), "waiting whether the last node of this name is gone");
    tokio::time::sleep(WATCH).await;
    match shared.join(node, Some(holder)).await? {
        Join::Joined => Ok(()),
        Join::NameHeld(_) => Err(StartError::NameHeld(node.name.clone())),
    }
}

async fn follow(engine: &Arc<Engine>, mut version: i64) {
    let Some(shared) = engine.store.shared() else { return };
    let mut seen = 0;
    loop {
        match learn(engine, shared, version).await {
            Ok(known) => version = known,
            Err(fault) => tracing::warn!(error = %fault, "could not learn what has changed"),
        }
        if let Err(fault) = engine.follow_pause().await {
            tracing::warn!(error = %fault, "could not learn whether deliveries are paused");
        }
        if engine.node.role.delivers() && engine.lease.holds() {
            let took = async {
                if engine.doubts.must_look() {
                    look_again(engine).await?;
                }
                take_over(engine, shared).await
            };
            if let Err(fault) = took.await {
                tracing::warn!(error = %fault, "could not look for work");
            }
        }
        tokio::select! {
            count = shared.signalled(seen) => seen = count,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// Makes true in memory what others have changed.
async fn learn(engine: &Arc<Engine>, shared: &dyn Shared, since: i64) -> Result<i64, StorageError> {
    let changes = shared.changes(since).await?;
    let Some(list) = changes.list else {
        tracing::info!("much has changed; everything is read anew");
        learn_everything(engine).await?;
        return Ok(changes.version);
    };
    let mut subscriptions: BTreeMap<TenantId, BTreeSet<SubscriptionId>> = BTreeMap::new();
    for change in list {
        match change {
            Change::Subscription(tenant, id) => {
                subscriptions.entry(tenant).or_default().insert(id);
            }
            Change::Tenant(tenant) => {
                if engine.store.tenant(&tenant).await?.is_none() {
                    for id in engine.index.remove_tenant(&tenant) {
                        engine.lanes.remove(id);
                    }
                }
            }
            Change::Key(..) | Change::EventTypes => {}
        }
    }
    for (tenant, ids) in subscriptions {
        let ids: Vec<SubscriptionId> = ids.into_iter().collect();
        let found = engine.store.subscriptions_ever(&tenant, &ids).await?;
        let there: HashSet<SubscriptionId> = found.iter().map(|one| one.id).collect();
        for subscription in found {
            learn_one(engine, Target::new(subscription)).await?;
        }
        for id in ids.into_iter().filter(|id| !there.contains(id)) {
            engine.index.remove(&tenant, id);
            engine.lanes.remove(id);
        }
    }
    Ok(changes.version)
}

async fn learn_one(engine: &Arc<Engine>, target: Arc<Target>) -> Result<(), StorageError> {
    let subscription = &target.subscription;
    let (tenant, id) = (&subscription.tenant, subscription.id);
    if subscription.state != SubscriptionState::Deleted {
        if engine.index.learn(target.clone()) {
            engine.work(engine.lanes.replace(&target));
        }
        return Ok(());
    }
    let was_known = engine.index.get(tenant, id).is_some();
    engine.index.remove(tenant, id);
    engine.lanes.remove(id);
    if was_known {
        // What was published here between its deletion and now.
        engine.store.cancel_waiting(tenant, id, engine.clock.now()).await?;
    }
    Ok(())
}

async fn learn_everything(engine: &Arc<Engine>) -> Result<(), StorageError> {
    let (mut there, mut all) = (HashSet::new(), Vec::new());
    engine
        .store
        .each_subscription(&mut |subscription| {
            there.insert(subscription.id);
            all.push(Target::new(subscription));
        })
        .await?;
    for target in all {
        learn_one(engine, target).await?;
    }
    for (tenant, id) in engine.index.ids() {
        if !there.contains(&id) {
            engine.index.remove(&tenant, id);
            engine.lanes.remove(id);
        }
    }
    Ok(())
}

/// Takes the work of nodes that are gone, as much as there is, in pieces that others can take turns with.
async fn take_over(engine: &Arc<Engine>, shared: &dyn Shared) -> Result<(), StorageError> {
    for _ in 0..PIECES {
        let taken = shared.take_over(PIECE).await?;
        let count = taken.len();
        expect(engine, taken).await?;
        if count < PIECE {
            break;
        }
    }
    Ok(())
}

/// A commit may have happened though nobody heard of it: then memory does not know what the store has.
async fn look_again(engine: &Arc<Engine>) -> Result<(), StorageError> {
    let mut waiting = Vec::new();
    engine.store.each_waiting(&mut |one| waiting.push(one)).await?;
    expect(engine, waiting).await
}

async fn expect(engine: &Arc<Engine>, waiting: Vec<Waiting>) -> Result<(), StorageError> {
    let mut heads = HashMap::new();
    for Waiting { tenant, subscription, queue, at } in waiting {
        let first = heads.entry((tenant, subscription, queue)).or_insert(at);
        *first = at.min(*first);
    }
    for ((tenant, subscription, queue), at) in heads {
        if engine.index.get(&tenant, subscription).is_none() {
            // New, and not heard of yet; or deleted.
            for one in engine.store.subscriptions_ever(&tenant, &[subscription]).await? {
                if one.state == SubscriptionState::Deleted {
                    engine.store.cancel_waiting(&tenant, subscription, engine.clock.now()).await?;
                } else {
                    learn_one(engine, Target::new(one)).await?;
                }
            }
        }
        if let Some(target) = engine.index.get(&tenant, subscription) {
            engine.expect(&target, queue, at);
        }
    }
    Ok(())
}
