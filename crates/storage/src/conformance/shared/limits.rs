//! Claims of nodes on the limits of subscriptions.

use super::{Cluster, member, named, nodes, shared};
use crate::{Exchange, JoinOutcome, LEASE, LimitClaim, NodeRole, Store, conformance::fixtures::World};
use futures_util::future::join_all;
use model::{
    SubscriptionId,
    policy::share::{Claim, Grant, Nodes, POOL},
};
use std::{sync::Arc, time::Duration};

const TOO_LONG: Duration = LEASE.saturating_add(Duration::from_secs(1));

fn claim(subscription: SubscriptionId, share: u32, slots: u16, max_in_flight: Option<u16>) -> LimitClaim {
    LimitClaim { subscription, claim: Claim { wanted: u64::from(share) * 7, share, slots }, max_in_flight }
}

async fn exchange(store: &Arc<dyn Store>, claims: &[LimitClaim]) -> (Nodes, Vec<Grant>) {
    match shared(store).exchange_claims(claims).await.unwrap() {
        Exchange::Granted(nodes, grants) => {
            assert_eq!(grants.len(), claims.len());
            (nodes, grants)
        }
        Exchange::NotLive => panic!("the node is live"),
    }
}

/// The share and the slots that a claim is granted.
async fn granted(store: &Arc<dyn Store>, one: LimitClaim) -> (u32, u16) {
    let grant = exchange(store, &[one]).await.1.remove(0);
    (grant.share, grant.slots)
}

/// Ids of subscriptions; a claim needs no row of the subscription.
fn ids(store: &Arc<dyn Store>, seed: &'static str) -> [SubscriptionId; 2] {
    let world = World::new(&**store, seed);
    [world.ids.subscription(world.now()), world.ids.subscription(world.now())]
}

pub async fn claims_are_granted_from_the_part_that_no_other_node_has(cluster: &dyn Cluster) {
    let (one, two) = (member(cluster, "one", NodeRole::All).await, member(cluster, "two", NodeRole::Worker).await);
    let [limited, other] = ids(&one, "limits.granted");
    let (all, grants) = exchange(&one, &[claim(other, 5, 0, None), claim(limited, 600_000, 0, None)]).await;
    assert_eq!((all.count, all.this), (2, nodes(&one).await[0].id.number()));
    assert_eq!(grants, [5, 600_000].map(|share| Grant { share, ..Grant::default() }));

    let (all, grants) = exchange(&two, &[claim(limited, 500_000, 0, None)]).await;
    let first = Claim { wanted: 4_200_000, share: 600_000, slots: 0 };
    assert_eq!(grants[0].share, POOL - 600_000, "what is left");
    assert_eq!(grants[0].others, [(all.this - 1, first)]);
    // The first node lowers its claim; the second one gets its own at its next exchange.
    let (_, grants) = exchange(&one, &[claim(limited, 490_000, 0, None)]).await;
    assert_eq!(grants[0].share, 490_000);
    assert_eq!(grants[0].others[0].1, Claim { wanted: 3_500_000, share: POOL - 600_000, slots: 0 }, "as granted");
    assert_eq!(granted(&two, claim(limited, 490_000, 0, None)).await.0, 490_000);
    assert_eq!(granted(&one, claim(limited, 500_000, 0, None)).await.0, 490_000);
}

pub async fn concurrent_requests_are_granted_beside_one_for_each_other_node(cluster: &dyn Cluster) {
    let mut stores = Vec::new();
    for name in ["one", "two", "three"] {
        stores.push(member(cluster, name, NodeRole::All).await);
    }
    let [wide, narrow] = ids(&stores[0], "limits.slots");
    let all = |wanted| claim(wide, 0, wanted, Some(10));
    assert_eq!(granted(&stores[0], all(10)).await.1, 8, "one for each of the others");
    assert_eq!(granted(&stores[1], all(10)).await.1, 1);
    assert_eq!(granted(&stores[0], all(4)).await.1, 4);
    assert_eq!(granted(&stores[1], all(10)).await.1, 5);
    assert_eq!(granted(&stores[2], all(3)).await.1, 1);

    // Fewer than nodes: none is guaranteed.
    let few = |wanted| claim(narrow, 0, wanted, Some(1));
    assert_eq!(granted(&stores[0], few(1)).await.1, 1);
    assert_eq!(granted(&stores[1], few(1)).await.1, 0);
    assert_eq!(granted(&stores[0], few(0)).await.1, 0);
    assert_eq!(granted(&stores[1], few(1)).await.1, 1);
}

pub async fn claims_that_are_not_repeated_are_deleted(cluster: &dyn Cluster) {
    let (one, two) = (member(cluster, "one", NodeRole::All).await, member(cluster, "two", NodeRole::All).await);
    let [first, second] = ids(&one, "limits.deleted");
    exchange(&one, &[claim(first, POOL, 0, None), claim(second, POOL, 0, None)]).await;
    exchange(&one, &[claim(second, POOL, 0, None)]).await;
    let (_, grants) = exchange(&two, &[claim(first, POOL, 0, None), claim(second, POOL, 0, None)]).await;
    assert_eq!((grants[0].share, grants[1].share), (POOL, 0));
    assert_eq!((grants[0].others.len(), grants[1].others.len()), (0, 1));
    exchange(&two, &[]).await;
    assert_eq!(granted(&one, claim(first, POOL, 0, None)).await.0, POOL);
}

pub async fn claims_of_nodes_without_a_lease_count_no_more(cluster: &dyn Cluster) {
    let (lost, left) = (member(cluster, "lost", NodeRole::All).await, member(cluster, "left", NodeRole::All).await);
    let one = member(cluster, "one", NodeRole::All).await;
    let [limited, _] = ids(&one, "limits.lease");
    granted(&lost, claim(limited, 500_000, 0, None)).await;
    granted(&left, claim(limited, 400_000, 0, None)).await;
    assert_eq!(granted(&one, claim(limited, POOL, 0, None)).await.0, POOL - 900_000);
    shared(&left).leave().await.unwrap();
    assert_eq!(granted(&one, claim(limited, POOL, 0, None)).await.0, POOL - 500_000);
    // Before it is declared lost: it sends nothing any more.
    cluster.silence("lost", TOO_LONG);
    let (all, grants) = exchange(&one, &[claim(limited, POOL, 0, None)]).await;
    assert_eq!((all.count, grants[0].share), (1, POOL));
    assert_eq!(shared(&lost).exchange_claims(&[claim(limited, 1, 0, None)]).await.unwrap(), Exchange::NotLive);
    shared(&one).declare_lost().await.unwrap();
    assert_eq!(shared(&lost).exchange_claims(&[]).await.unwrap(), Exchange::NotLive);
    assert_eq!(shared(&lost).join(&named("lost", NodeRole::All), None).await.unwrap(), JoinOutcome::Joined);
    assert_eq!(granted(&lost, claim(limited, 5, 0, None)).await.0, 0, "a new registration has no claims");
}

pub async fn nodes_that_do_not_deliver_have_no_claims(cluster: &dyn Cluster) {
    let (api, worker) = (member(cluster, "api", NodeRole::Api).await, member(cluster, "w", NodeRole::Worker).await);
    let [limited, _] = ids(&api, "limits.api");
    assert_eq!(shared(&api).exchange_claims(&[claim(limited, 5, 1, Some(1))]).await.unwrap(), Exchange::NotLive);
    let (all, grants) = exchange(&worker, &[claim(limited, POOL, 1, Some(1))]).await;
    assert_eq!((all.count, grants[0].share, grants[0].slots), (1, POOL, 1));
}

pub async fn claims_made_at_once_never_exceed_the_limit(cluster: &dyn Cluster) {
    let mut stores = Vec::new();
    for name in ["one", "two", "three", "four"] {
        stores.push(member(cluster, name, NodeRole::All).await);
    }
    let [limited, _] = ids(&stores[0], "limits.race");
    for round in 0..10 {
        let share = 400_000 + round * 10_000;
        let all = join_all(stores.iter().map(|store| granted(store, claim(limited, share, 3, Some(6))))).await;
        let (shares, slots) = all.iter().fold((0, 0), |(shares, slots), (share, slot)| (shares + share, slots + slot));
        assert_eq!((shares, slots), (POOL, 6), "{all:?}");
        join_all(stores.iter().map(|store| exchange(store, &[]))).await;
    }
}
