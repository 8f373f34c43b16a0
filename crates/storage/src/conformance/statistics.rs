//! Statistics: equal to counts of the log after any work, per tenant, and kept longer than the log.

mod work;

use super::fixtures::{World, all, idempotency, listed};
use crate::{
    Done, EventFilter, ListScope, NewEvent, STATISTICS_SUMS, StatisticsBy, StatisticsCounts, StatisticsKey,
    StatisticsOf, StatisticsOutcome, StatisticsQuery, StatisticsRow, StatisticsStep, StatisticsSum, Store, TIDY_DAYS,
    TOTALS, Write,
};
use model::{
    DeliveryStatus::{self, Delivered, Exhausted, Failed, Retrying},
    EventType, SubscriptionId, TenantChange, TenantId, Timestamp,
    statistics::{Counts, Hour},
};
use std::{sync::Arc, time::Duration};
use work::Work;

const HOUR: Duration = Duration::from_secs(3_600);

/// Every hour of a case that begins at the usual time.
pub(super) fn always() -> StatisticsQuery {
    StatisticsQuery {
        from: Hour::from_number(488_800),
        to: Hour::from_number(490_000),
        subscription: None,
        event_type: None,
        by: StatisticsBy::Nothing,
        step: None,
    }
}

/// The hours from `from` to `to`, both included.
fn between(from: Timestamp, to: Timestamp) -> StatisticsQuery {
    StatisticsQuery { from: Hour::of(from), to: Hour::of(to).after(1), ..always() }
}

async fn found(world: &World<'_>, tenant: &TenantId, query: &StatisticsQuery) -> Vec<StatisticsSum> {
    match world.store.statistics(tenant, query).await.unwrap() {
        StatisticsOutcome::Found(sums) => sums.into_iter().filter(|sum| sum.counts != Counts::default()).collect(),
        StatisticsOutcome::TooMany => panic!("too many rows"),
    }
}

/// The only sum of a query, or nothing.
async fn one(world: &World<'_>, tenant: &TenantId, query: &StatisticsQuery) -> Counts {
    let mut sums = found(world, tenant, query).await;
    assert!(sums.len() <= 1, "{sums:?}");
    sums.pop().map(|sum| sum.counts).unwrap_or_default()
}

/// Counts of the rows of the log.
async fn of_log(world: &World<'_>, tenant: &TenantId) -> StatisticsCounts {
    let mut counts = StatisticsCounts::default();
    let events = world.store.events(ListScope::Tenant(tenant), &EventFilter::default(), all()).await.unwrap();
    for event in events.rows {
        let (hour, event_type) = (Hour::of(event.id.made_at()), EventType::trusted(""));
        let key = StatisticsKey { tenant: tenant.clone(), hour, subscription: TOTALS, event_type };
        counts.add(key, &Counts { events: 1, ..Counts::default() });
    }
    for delivery in listed(world, tenant, None).await {
        let of = (tenant, delivery.subscription, &delivery.event_type);
        counts.add_one_created(of, delivery.id);
        counts.add_ended(of, (delivery.status, delivery.updated_at), 1);
        for attempt in world.store.attempts(tenant, delivery.id, u32::MAX).await.unwrap() {
            let mut made = Counts {
                attempts: 1,
                failed_attempts: u64::from(attempt.error.is_some()),
                retries: u64::from(attempt.number > 1),
                first_at: Some(attempt.started_at),
                last_at: Some(attempt.started_at),
                ..Counts::default()
            };
            made.latency.add(attempt.duration);
            let (subscription, event_type) = (delivery.subscription, delivery.event_type.clone());
            let hour = Hour::of(attempt.started_at);
            counts.add(StatisticsKey { tenant: tenant.clone(), hour, subscription, event_type }, &made);
        }
    }
    counts
}

async fn rows(store: &dyn Store, tenant: &TenantId) -> Vec<StatisticsRow> {
    let mut all: Vec<StatisticsRow> = Vec::new();
    loop {
        let piece = store.read_statistics(tenant, all.last(), 4).await.unwrap();
        if piece.is_empty() {
            return all;
        }
        all.extend(piece);
    }
}

fn as_rows(counts: StatisticsCounts) -> Vec<StatisticsRow> {
    let row = |(StatisticsKey { hour, subscription, event_type, .. }, counts)| StatisticsRow {
        hour,
        subscription,
        event_type,
        counts,
    };
    counts.into_rows().map(row).collect()
}

/// Rows whose counts have all gone back to zero say nothing.
fn without_empty(rows: Vec<StatisticsRow>) -> Vec<StatisticsRow> {
    rows.into_iter().filter(|row| row.counts != Counts::default()).collect()
}

pub async fn statistics_count_what_happened_by_hour(store: &dyn Store) {
    let world = World::new(store, "statistics.count");
    let tenant = world.tenant("acme").await;
    let (one_sub, other) = (world.subscribe(&tenant).await.id, world.subscribe(&tenant).await.id);
    let first = world.publish(&tenant, "a.b", &[one_sub, other]).await;
    let created = first.event.id.made_at();
    world.attempted(&tenant, first.deliveries[0], 1, Delivered).await;
    world.attempted(&tenant, first.deliveries[1], 1, Retrying).await;
    world.advance(HOUR * 2);
    world.attempted(&tenant, first.deliveries[1], 2, Failed).await;
    let last = world.now();
    let expired = world.publish(&tenant, "a.c", &[one_sub]).await;
    world.commit(vec![world.expiry(&tenant, expired.deliveries[0].id, world.now())]).await;

    let all = one(&world, &tenant, &always()).await;
    assert_eq!((all.created, all.attempts, all.failed_attempts, all.retries), (3, 3, 2, 1));
    let ended: Vec<u64> = [Delivered, Failed, Exhausted].into_iter().map(|status| all.ended_as(status)).collect();
    assert_eq!((ended.as_slice(), all.latency.count()), (&[1, 1, 1][..], 3));
    assert_eq!((all.first_at, all.last_at), (Some(created.after(Duration::from_secs(1))), Some(last)));
    let median = all.latency.percentile(50).unwrap();
    assert!((235..266).contains(&median.as_millis()), "{median:?}");
    let early = one(&world, &tenant, &between(created, created)).await;
    assert_eq!((early.created, early.attempts, early.ended_as(Failed)), (2, 2, 0));
    let late = one(&world, &tenant, &between(last, last)).await;
    assert_eq!((late.created, late.attempts, late.ended_as(Failed)), (1, 1, 1));
    assert_eq!((all.events, early.events, late.events), (2, 1, 1));
}

pub async fn statistics_count_events_and_those_that_were_filtered(store: &dyn Store) {
    let world = World::new(store, "statistics.filtered");
    let tenant = world.tenant("acme").await;
    let (gets, leaves_out) = (world.subscribe(&tenant).await.id, world.subscribe(&tenant).await.id);
    let nobody = NewEvent { filtered: vec![gets, leaves_out], ..world.event(&tenant, "a.b", &[]) };
    let wanted = NewEvent { filtered: vec![leaves_out], ..world.event(&tenant, "a.c", &[gets]) };
    let again = NewEvent { keys: vec![idempotency("same")], ..wanted.clone() };
    world.append(&tenant, vec![nobody, again]).await;
    // A duplicate is not counted.
    world
        .append(&tenant, vec![NewEvent { keys: vec![idempotency("same")], ..world.event(&tenant, "a.c", &[gets]) }])
        .await;
    let all = one(&world, &tenant, &always()).await;
    assert_eq!((all.events, all.filtered, all.created), (2, 3, 1));
    let by = StatisticsQuery { by: StatisticsBy::Subscription, ..always() };
    let of = |id| StatisticsOf::Subscription(id);
    let found: Vec<_> = found(&world, &tenant, &by).await.into_iter().map(|sum| (sum.of, sum.counts)).collect();
    let counts: Vec<_> =
        found.iter().map(|(of, counts)| (of, counts.events, counts.filtered, counts.created)).collect();
    assert_eq!(counts, [(&of(gets), 0, 1, 1), (&of(leaves_out), 0, 2, 0)]);
}

pub async fn statistics_are_divided_by_subscription_type_and_time(store: &dyn Store) {
    let world = World::new(store, "statistics.by");
    let tenant = world.tenant("acme").await;
    let (first, second) = (world.subscribe(&tenant).await.id, world.subscribe(&tenant).await.id);
    let start = world.now();
    world.publish(&tenant, "a.b", &[first, second]).await;
    world.publish(&tenant, "a.c", &[first]).await;
    world.advance(HOUR * 25);
    world.publish(&tenant, "a.c", &[first]).await;
    let created = |sums: Vec<StatisticsSum>| -> Vec<(StatisticsOf, Hour, u64)> {
        sums.into_iter().map(|sum| (sum.of, sum.at, sum.counts.created)).collect()
    };
    let always = always();
    let by = |by| StatisticsQuery { by, ..always.clone() };
    let (zero, kind) = (always.from, |text: &str| StatisticsOf::EventType(EventType::trusted(text)));
    assert_eq!(
        created(found(&world, &tenant, &by(StatisticsBy::Subscription)).await),
        [(StatisticsOf::Subscription(first), zero, 3), (StatisticsOf::Subscription(second), zero, 1)]
    );
    assert_eq!(
        created(found(&world, &tenant, &by(StatisticsBy::EventType)).await),
        [(kind("a.b"), zero, 2), (kind("a.c"), zero, 2)]
    );
    let of_second = StatisticsQuery { subscription: Some(second), ..by(StatisticsBy::EventType) };
    assert_eq!(created(found(&world, &tenant, &of_second).await), [(kind("a.b"), zero, 1)]);
    let of_type = StatisticsQuery { event_type: Some(EventType::trusted("a.c")), ..by(StatisticsBy::Nothing) };
    assert_eq!(created(found(&world, &tenant, &of_type).await), [(StatisticsOf::All, zero, 2)]);
    let (hour, next) = (Hour::of(start), Hour::of(world.now()));
    for (step, times) in [(StatisticsStep::Hour, [hour, next]), (StatisticsStep::Day, [hour.day(), next.day()])] {
        let query = StatisticsQuery { step: Some(step), ..between(start, world.now()) };
        let all = created(found(&world, &tenant, &query).await);
        assert_eq!(all, [(StatisticsOf::All, times[0], 3), (StatisticsOf::All, times[1], 1)]);
    }
}

pub async fn statistics_equal_the_log_after_any_work(store: &dyn Store) {
    for seed in 0..4 {
        let case = ["statistics.work.0", "statistics.work.1", "statistics.work.2", "statistics.work.3"][seed];
        let world = World::new(store, case);
        let mut work = Work::begin(&world).await;
        for round in 0..4 {
            for _ in 0..25 {
                work.step().await;
            }
            let tenant = &work.tenant;
            let log = of_log(&world, tenant).await.with_totals();
            let totals = log.iter().filter(|(key, _)| key.subscription == TOTALS);
            let expected = totals.fold(Counts::default(), |mut sum, (_, counts)| {
                sum.merge(counts);
                sum
            });
            // Before the pending rows are folded, and after.
            assert_eq!(one(&world, tenant, &always()).await, expected, "{case}, round {round}");
            let kept = without_empty(rows(store, tenant).await);
            assert_eq!(kept, as_rows(log), "{case}, round {round}");
            assert_eq!(one(&world, tenant, &always()).await, expected, "{case}, round {round}, folded");
        }
    }
}

pub async fn an_attempt_that_made_no_request_is_not_counted(store: &dyn Store) {
    let world = World::new(store, "statistics.unsent");
    let tenant = world.tenant("acme").await;
    let to = world.subscribe(&tenant).await.id;
    let new = world.publish(&tenant, "a.b", &[to]).await;
    world.attempted(&tenant, new.deliveries[0], 1, DeliveryStatus::Cancelled).await;
    let all = one(&world, &tenant, &always()).await;
    assert_eq!((all.created, all.attempts, all.ended_as(DeliveryStatus::Cancelled)), (1, 0, 1));
}

pub async fn statistics_of_other_tenants_are_not_counted(store: &dyn Store) {
    let world = World::new(store, "statistics.tenants");
    let (acme, globex) = (world.tenant("acme").await, world.tenant("globex").await);
    let to = world.subscribe(&acme).await.id;
    let new = world.publish(&acme, "a.b", &[to]).await;
    world.attempted(&acme, new.deliveries[0], 1, Delivered).await;
    for query in [always(), StatisticsQuery { subscription: Some(to), ..always() }] {
        assert_eq!(one(&world, &globex, &query).await, Counts::default());
    }
    assert!(rows(store, &globex).await.is_empty() && rows(store, &world.id("nobody")).await.is_empty());
    let by = StatisticsQuery { by: StatisticsBy::Tenant, ..between(world.now(), world.now()) };
    let StatisticsOutcome::Found(all) = store.all_statistics(&by).await.unwrap() else { panic!() };
    let of = |tenant: &TenantId| all.iter().find(|sum| sum.of == StatisticsOf::Tenant(tenant.clone()));
    assert_eq!(of(&acme).map(|sum| (sum.counts.created, sum.counts.attempts)), Some((1, 1)));
    assert_eq!(of(&globex), None);
    let all = store.all_statistics(&between(world.now(), world.now())).await.unwrap();
    let StatisticsOutcome::Found(sums) = all else { panic!() };
    assert!(sums[0].counts.created >= 1 && sums.len() == 1);
}

pub async fn the_statistics_of_a_deleted_tenant_are_gone(store: &dyn Store) {
    let world = World::new(store, "statistics.deleted");
    let tenant = world.tenant("acme").await;
    let to = world.subscribe(&tenant).await.id;
    for folded in [true, false] {
        world.publish(&tenant, "a.b", &[to]).await;
        if folded {
            rows(store, &tenant).await;
        }
    }
    store.delete_tenant(&tenant).await.unwrap();
    store.put_tenant(&tenant, TenantChange::default(), world.tick()).await.unwrap();
    assert_eq!(one(&world, &tenant, &always()).await, Counts::default());
    assert!(rows(store, &tenant).await.is_empty());
}

pub async fn old_hours_become_days_and_old_days_are_removed(store: &dyn Store) {
    // Long before all other cases, whose hours must stay.
    let world = World::at(store, "statistics.tidy", Timestamp::from_millis(1_000_000_000_000));
    let tenant = world.tenant("acme").await;
    let to = world.subscribe(&tenant).await.id;
    let start = world.now();
    for _ in 0..30 {
        let new = world.publish(&tenant, "a.b", &[to]).await;
        world.attempted(&tenant, new.deliveries[0], 1, Delivered).await;
        world.advance(HOUR);
    }
    let (first_day, now) = (Hour::of(start).day(), Hour::of(world.now()));
    let always = StatisticsQuery { from: first_day, ..between(start, world.now()) };
    let all = one(&world, &tenant, &always).await;
    assert_eq!((all.created, all.latency.count()), (30, 30));
    let daily = StatisticsQuery { step: Some(StatisticsStep::Day), ..always.clone() };
    let days = found(&world, &tenant, &daily).await;
    let before = rows(store, &tenant).await.len();

    store.tidy_statistics(now, first_day).await.unwrap();
    assert!(rows(store, &tenant).await.len() < before);
    assert!(rows(store, &tenant).await.iter().all(|row| row.hour == row.hour.day() || row.hour >= now.day()));
    assert_eq!(one(&world, &tenant, &always).await, all, "sums are unchanged");
    assert_eq!(found(&world, &tenant, &daily).await, days);
    // An increment that comes later joins its day.
    let mut old = world.event(&tenant, "a.b", &[to]);
    let id = world.ids.event(start.after(HOUR * 3));
    Arc::make_mut(&mut old.event).id = id;
    old.deliveries[0].id = id.delivery(1).unwrap();
    world.append(&tenant, vec![old]).await;
    store.tidy_statistics(now, first_day).await.unwrap();
    assert_eq!(found(&world, &tenant, &daily).await[0].counts.created, days[0].counts.created + 1);

    store.tidy_statistics(now, first_day.after(24)).await.unwrap();
    let left = found(&world, &tenant, &daily).await;
    assert_eq!(left, days[1..], "the first day is removed");
    // Long ago, hours are left as they are, so that a round reads little.
    store.tidy_statistics(now.after(24 * (TIDY_DAYS + 5)), first_day.after(24)).await.unwrap();
    assert_eq!(found(&world, &tenant, &daily).await, days[1..]);
}

pub async fn statistics_are_transferred_to_another_store(store: &dyn Store) {
    let world = World::new(store, "statistics.transfer");
    let (from, to) = (world.tenant("from").await, world.tenant("to").await);
    let subscription = world.subscribe(&from).await.id;
    for kind in ["a.b", "c.d", "a.b"] {
        let new = world.publish(&from, kind, &[subscription]).await;
        world.attempted(&from, new.deliveries[0], 1, Retrying).await;
        world.advance(HOUR);
    }
    let all = rows(store, &from).await;
    assert!(all.len() > 4, "more than one piece");
    for _ in 0..2 {
        store.write_statistics(&to, all.clone()).await.unwrap();
    }
    assert_eq!(rows(store, &to).await, all);
    assert_eq!(one(&world, &to, &always()).await, one(&world, &from, &always()).await);
    // Later increments add to the transferred ones.
    let subscription = world.subscribe(&to).await.id;
    world.publish(&to, "a.b", &[subscription]).await;
    assert_eq!(one(&world, &to, &always()).await.created, 4);
}

pub async fn a_query_of_statistics_is_bounded(store: &dyn Store) {
    let world = World::new(store, "statistics.bounds");
    let tenant = world.tenant("acme").await;
    let row = |number: usize| StatisticsRow {
        hour: Hour::from_number(488_801),
        subscription: SubscriptionId::from_bytes((number as u128 + 1).to_be_bytes()),
        event_type: EventType::trusted("a.b"),
        counts: Counts { created: 1, ..Counts::default() },
    };
    store.write_statistics(&tenant, (0..STATISTICS_SUMS).map(row).collect()).await.unwrap();
    let by = StatisticsQuery { by: StatisticsBy::Subscription, ..always() };
    assert_eq!(found(&world, &tenant, &by).await.len(), STATISTICS_SUMS);
    store.write_statistics(&tenant, vec![row(STATISTICS_SUMS)]).await.unwrap();
    assert_eq!(store.statistics(&tenant, &by).await.unwrap(), StatisticsOutcome::TooMany);
    let of_type = StatisticsQuery { by: StatisticsBy::EventType, ..always() };
    assert_eq!(found(&world, &tenant, &of_type).await[0].counts.created, STATISTICS_SUMS as u64 + 1);
}

pub async fn a_refused_batch_counts_nothing(store: &dyn Store) {
    let world = World::new(store, "statistics.refused");
    let (tenant, nobody) = (world.tenant("acme").await, world.id("nobody"));
    let to = world.subscribe(&tenant).await.id;
    let missing = world.event(&nobody, "a.b", &[to]);
    let outcome = world.outcome(&nobody, missing.deliveries[0], 1, Delivered);
    let done = world.commit(vec![super::fixtures::append(&nobody, vec![missing]), Write::Outcome(outcome)]).await;
    assert_eq!(done, [Done::NoTenant, Done::NoTenant]);
    store.put_tenant(&nobody, TenantChange::default(), world.tick()).await.unwrap();
    assert_eq!(one(&world, &nobody, &always()).await, Counts::default());
    // The outcome of a delivery that does not exist writes no attempt.
    let never = world.event(&tenant, "a.b", &[to]);
    world.attempted(&tenant, never.deliveries[0], 1, Delivered).await;
    assert_eq!(one(&world, &tenant, &always()).await, Counts::default());
}

pub async fn recent_attempts_are_those_of_two_hours(store: &dyn Store) {
    let world = World::new(store, "statistics.recent");
    let (tenant, other) = (world.tenant("acme").await, world.tenant("globex").await);
    let (busy, idle) = (world.subscribe(&tenant).await.id, world.subscribe(&tenant).await.id);
    let attempt = async |status| {
        let new = world.publish(&tenant, "a.b", &[busy]).await;
        world.attempted(&tenant, new.deliveries[0], 1, status).await;
    };
    attempt(Failed).await;
    world.advance(HOUR * 3);
    attempt(Failed).await;
    world.advance(HOUR);
    attempt(Delivered).await;
    // Folds the increments, which a store may leave out of recent attempts for a second.
    rows(store, &tenant).await;
    let from = Hour::of(world.now()).after(-1);
    let of = [(tenant.clone(), idle), (tenant.clone(), busy), (other, busy)];
    let found: Vec<_> = store.recent_attempts(&of, from).await.unwrap();
    assert_eq!(found.iter().map(|one| (one.attempts, one.failed)).collect::<Vec<_>>(), [(0, 0), (2, 1), (0, 0)]);
    assert!(store.recent_attempts(&[], from).await.unwrap().is_empty());
}
