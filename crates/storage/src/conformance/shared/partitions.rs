//! Partitions by day: created ahead, and dropped as a whole without losing waiting deliveries.

use super::{Cluster, member, shared};
use crate::conformance::fixtures::{World, all};
use crate::{DeliveryFilter, DroppedPartitions, ListScope::Tenant, NodeRole, RetryOf, RetryOutcome};
use futures_util::future::{join, join_all};
use model::{
    DeliveryStatus::{Delivered, Failed, Pending},
    Timestamp,
};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3_600);

/// Noon, so many days ago.
fn ago(cluster: &dyn Cluster, days: u32) -> Timestamp {
    let day = DAY.as_micros() as i64;
    Timestamp::from_micros(cluster.now().micros().div_euclid(day) * day).before(DAY * days).after(DAY / 2)
}

pub async fn partitions_can_be_created_again_and_by_several_nodes_at_once(cluster: &dyn Cluster) {
    let (one, two) = (member(cluster, "one", NodeRole::All).await, member(cluster, "two", NodeRole::All).await);
    for _ in 0..2 {
        let made = (0..3).flat_map(|_| [&one, &two]).map(|store| shared(store).create_partitions());
        join_all(made).await.into_iter().collect::<Result<Vec<_>, _>>().unwrap();
    }
    for (case, day) in [("partitions.today", cluster.now()), ("partitions.tomorrow", cluster.now().after(DAY))] {
        let world = World::at(&*one, case, day);
        let tenant = world.tenant("acme").await;
        let subscription = world.subscribe(&tenant).await.id;
        let new = world.publish(&tenant, "invoice.created", &[subscription]).await;
        world.attempted(&tenant, new.deliveries[0], 1, Failed).await;
        assert_eq!(two.event(&tenant, new.event.id).await.unwrap().as_ref(), Some(&*new.event));
    }
}

pub async fn dropping_a_day_keeps_waiting_deliveries_with_their_events(cluster: &dyn Cluster) {
    let one = member(cluster, "one", NodeRole::All).await;
    cluster.create_past_partitions(3);
    let world = World::at(&*one, "partitions.drop", ago(cluster, 2));
    let tenant = world.tenant("acme").await;
    let subscription = world.subscribe(&tenant).await.id;
    let gone = world.publish(&tenant, "invoice.created", &[subscription]).await;
    let mut kept = world.event(&tenant, "invoice.created", &[subscription; 3]);
    kept = kept.delayed(cluster.now().after(DAY));
    world.append(&tenant, vec![kept.clone()]).await;
    world.attempted(&tenant, gone.deliveries[0], 1, Failed).await;
    world.attempted(&tenant, kept.deliveries[0], 1, Failed).await;
    world.attempted(&tenant, kept.deliveries[2], 1, Delivered).await;
    world.advance(DAY);
    let young = world.publish(&tenant, "invoice.created", &[subscription]).await;
    world.attempted(&tenant, young.deliveries[0], 1, Failed).await;

    // The day that contains the bound is kept.
    assert_eq!(shared(&one).drop_partitions(ago(cluster, 1)).await.unwrap().days.len(), 2);
    assert_eq!(shared(&one).drop_partitions(ago(cluster, 1)).await.unwrap(), DroppedPartitions::default());
    assert_eq!(one.event(&tenant, gone.event.id).await.unwrap(), None);
    assert_eq!(one.delivery(&tenant, gone.deliveries[0].id).await.unwrap(), None);
    assert_eq!(one.attempts(&tenant, gone.deliveries[0].id, u32::MAX).await.unwrap(), []);
    assert_eq!(one.event(&tenant, young.event.id).await.unwrap().as_ref(), Some(&*young.event));
    assert_eq!(world.delivery(&tenant, young.deliveries[0].id).await.status, Failed);
    assert_eq!(one.event(&tenant, kept.event.id).await.unwrap().as_ref(), Some(&*kept.event));
    let statuses = async || {
        let found = one.event_deliveries(&tenant, kept.event.id).await.unwrap();
        found.iter().map(|one| one.status).collect::<Vec<_>>()
    };
    assert_eq!(statuses().await, [Failed, Pending, Delivered]);
    assert_eq!(one.attempts(&tenant, kept.deliveries[0].id, u32::MAX).await.unwrap().len(), 1);

    // Waiting deliveries end as usual, and failed ones can be replayed.
    world.attempted(&tenant, kept.deliveries[1], 1, Delivered).await;
    let back = one.retry_delivery(&tenant, kept.deliveries[0].id, RetryOf::Undelivered, world.tick()).await.unwrap();
    assert_eq!(back, RetryOutcome::Queued(subscription));
    assert_eq!(statuses().await, [Pending, Delivered, Delivered]);
    assert_eq!(one.attempts(&tenant, kept.deliveries[1].id, u32::MAX).await.unwrap().len(), 1);
    let listed = one.deliveries(Tenant(&tenant), &DeliveryFilter::default(), all()).await.unwrap().rows;
    assert_eq!(listed.len(), 4);
}

pub async fn nodes_that_drop_a_day_at_once_report_it_once(cluster: &dyn Cluster) {
    let (one, two) = (member(cluster, "one", NodeRole::All).await, member(cluster, "two", NodeRole::All).await);
    cluster.create_past_partitions(4);
    let before = ago(cluster, 0);
    let (first, second) = join(shared(&one).drop_partitions(before), shared(&two).drop_partitions(before)).await;
    let mut days = [first.unwrap().days, second.unwrap().days].concat();
    let found = days.len();
    days.sort();
    days.dedup();
    assert_eq!((days.len(), found), (4, 4));
}
