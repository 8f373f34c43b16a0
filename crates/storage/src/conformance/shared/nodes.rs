//! Membership: names, heartbeats and leases.

use super::{Cluster, member, named, nodes, shared};
use crate::{Heartbeat, Holder, JoinOutcome, LEASE, NodeRole, NodeState};
use futures_util::future::join;
use std::time::Duration;

/// A bit more than a lease.
const TOO_LONG: Duration = LEASE.saturating_add(Duration::from_secs(1));

fn held(joined: JoinOutcome) -> Holder {
    match joined {
        JoinOutcome::NameHeld(holder) => holder,
        JoinOutcome::Joined => panic!("the name is held"),
    }
}

pub async fn a_registered_node_is_listed(cluster: &dyn Cluster) {
    let one = member(cluster, "one", NodeRole::Worker).await;
    let two = member(cluster, "two", NodeRole::All).await;
    let three = member(cluster, "three", NodeRole::Api).await;
    let listed = nodes(&two).await;
    let rows: Vec<_> = listed.iter().map(|node| (node.name.as_str(), node.role, node.is_this)).collect();
    assert_eq!(rows, [("one", NodeRole::Worker, false), ("two", NodeRole::All, true), ("three", NodeRole::Api, false)]);
    for node in &listed {
        assert_eq!((node.version.as_str(), node.state, node.waiting), ("1", NodeState::Live, 0));
        assert!(node.started_at <= cluster.now() && node.heartbeat_at >= node.started_at);
    }
    drop((one, three));
}

pub async fn the_name_of_a_live_node_is_refused(cluster: &dyn Cluster) {
    let one = member(cluster, "one", NodeRole::All).await;
    let other = cluster.open().await;
    let holder = held(shared(&other).join(&named("one", NodeRole::All), None).await.unwrap());
    let known = nodes(&one).await.remove(0);
    assert_eq!((holder.id, holder.heartbeat_at), (known.id, known.heartbeat_at));
    assert_eq!(shared(&one).heartbeat().await.unwrap().0, Heartbeat::Live, "a refused node changes nothing");
    assert_eq!(nodes(&one).await.len(), 1);
}

pub async fn of_two_nodes_that_register_one_name_at_once_one_succeeds(cluster: &dyn Cluster) {
    let (one, two) = (cluster.open().await, cluster.open().await);
    for round in 0..10 {
        let node = named(&format!("node-{round}"), NodeRole::All);
        let (first, second) = join(shared(&one).join(&node, None), shared(&two).join(&node, None)).await;
        let joined = [first.unwrap(), second.unwrap()];
        assert_eq!(joined.iter().filter(|one| **one == JoinOutcome::Joined).count(), 1, "{joined:?}");
        let live = nodes(&one).await.into_iter().filter(|known| known.name == node.name);
        assert_eq!(live.count(), 1);
    }
}

pub async fn a_node_that_was_silent_for_a_lease_loses_its_name(cluster: &dyn Cluster) {
    let old = member(cluster, "one", NodeRole::All).await;
    cluster.silence("one", TOO_LONG);
    let new = member(cluster, "one", NodeRole::All).await;
    assert_eq!(shared(&old).heartbeat().await.unwrap().0, Heartbeat::Lost);
    assert_eq!(shared(&new).heartbeat().await.unwrap().0, Heartbeat::Live);
    let states: Vec<_> = nodes(&new).await.iter().map(|node| (node.state, node.is_this)).collect();
    assert_eq!(states, [(NodeState::Lost, false), (NodeState::Live, true)]);
}

pub async fn a_watched_holder_is_replaced_only_if_it_stayed_silent(cluster: &dyn Cluster) {
    let old = member(cluster, "one", NodeRole::All).await;
    let (new, node) = (cluster.open().await, named("one", NodeRole::All));
    let watched = held(shared(&new).join(&node, None).await.unwrap());
    shared(&old).heartbeat().await.unwrap();
    let again = held(shared(&new).join(&node, Some(watched)).await.unwrap());
    assert!(again.id == watched.id && again.heartbeat_at > watched.heartbeat_at, "it sent a heartbeat meanwhile");
    assert_eq!(shared(&new).join(&node, Some(again)).await.unwrap(), JoinOutcome::Joined);
    assert_eq!(shared(&old).heartbeat().await.unwrap().0, Heartbeat::Lost);
}

pub async fn a_heartbeat_returns_the_stores_time(cluster: &dyn Cluster) {
    let one = member(cluster, "one", NodeRole::All).await;
    let before = cluster.now();
    let (heartbeat, at) = shared(&one).heartbeat().await.unwrap();
    assert_eq!(heartbeat, Heartbeat::Live);
    assert!(before <= at && at <= cluster.now());
    let recorded = nodes(&one).await[0].heartbeat_at;
    assert!(before <= recorded && recorded <= at);
}

pub async fn silent_nodes_are_declared_lost_once(cluster: &dyn Cluster) {
    let watcher = member(cluster, "watcher", NodeRole::All).await;
    let (silent, late, left) = (
        member(cluster, "silent", NodeRole::Worker).await,
        member(cluster, "late", NodeRole::All).await,
        member(cluster, "left", NodeRole::All).await,
    );
    shared(&left).leave().await.unwrap();
    cluster.silence("silent", TOO_LONG);
    cluster.silence("late", LEASE / 2);
    cluster.silence("watcher", TOO_LONG);
    assert_eq!(shared(&watcher).declare_lost().await.unwrap(), ["silent"]);
    assert_eq!(shared(&watcher).declare_lost().await.unwrap(), Vec::<String>::new());
    let states: Vec<_> = nodes(&watcher).await.into_iter().map(|node| node.state).collect();
    assert_eq!(states, [NodeState::Live, NodeState::Lost, NodeState::Live, NodeState::Left], "never itself");
    drop((silent, late));
}

pub async fn a_heartbeat_of_a_lost_node_is_refused_until_it_registers_again(cluster: &dyn Cluster) {
    let (watcher, lost) =
        (member(cluster, "watcher", NodeRole::All).await, member(cluster, "lost", NodeRole::All).await);
    cluster.silence("lost", TOO_LONG);
    assert_eq!(shared(&watcher).declare_lost().await.unwrap(), ["lost"]);
    for _ in 0..2 {
        assert_eq!(shared(&lost).heartbeat().await.unwrap().0, Heartbeat::Lost);
    }
    assert_eq!(shared(&lost).join(&named("lost", NodeRole::All), None).await.unwrap(), JoinOutcome::Joined);
    assert_eq!(shared(&lost).heartbeat().await.unwrap().0, Heartbeat::Live);
    let own: Vec<_> = nodes(&lost).await.into_iter().filter(|node| node.name == "lost").collect();
    assert_eq!(own.iter().map(|node| node.state).collect::<Vec<_>>(), [NodeState::Lost, NodeState::Live]);
    assert_ne!(own[0].id, own[1].id, "a new registration is a new node");
}

pub async fn a_node_that_left_has_no_lease(cluster: &dyn Cluster) {
    let (left, other) = (member(cluster, "one", NodeRole::All).await, member(cluster, "two", NodeRole::All).await);
    shared(&left).leave().await.unwrap();
    assert_eq!(nodes(&other).await[0].state, NodeState::Left);
    assert_eq!(shared(&left).heartbeat().await.unwrap().0, Heartbeat::Lost);
    // Its name is free at once.
    member(cluster, "one", NodeRole::All).await;
}

pub async fn live_nodes_that_serve_the_api_are_counted(cluster: &dyn Cluster) {
    let one = member(cluster, "one", NodeRole::All).await;
    let _worker = member(cluster, "two", NodeRole::Worker).await;
    assert_eq!(shared(&one).serving_nodes().await.unwrap(), 1);
    let three = member(cluster, "three", NodeRole::Api).await;
    assert_eq!(shared(&one).serving_nodes().await.unwrap(), 2);
    shared(&three).leave().await.unwrap();
    assert_eq!(shared(&one).serving_nodes().await.unwrap(), 1);
}
