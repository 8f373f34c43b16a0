//! Tests of the scheduler's fairness, without a clock.

use super::{caps::GENTLE, *};
use crate::{outgoing::Outgoing, target::Target};
use bytes::Bytes;
use model::{
    Event, EventId, EventPattern, EventType, Priority, Profile, Subscription, SubscriptionState, Timestamp,
    subscription::SubscriptionStats,
};
use std::{sync::Arc, time::Duration};

pub(in crate::lanes) fn target(tenant: &str, number: u8) -> Arc<Target> {
    let mut bytes = [number; 16];
    for (at, byte) in tenant.bytes().enumerate().take(8) {
        bytes[at] = byte;
    }
    Target::new(Subscription {
        id: SubscriptionId::from_bytes(bytes),
        tenant: TenantId::trusted(tenant),
        url: model::SubscriptionUrl::stored("https://example.com/").unwrap(),
        description: None,
        events: vec![EventPattern::All],
        headers: vec![],
        state: SubscriptionState::Active,
        profile: Profile::Platform,
        retry_enabled: true,
        max_retries: 3,
        timeout: Duration::from_secs(30),
        policies: Default::default(),
        health: Default::default(),
        credentials: Default::default(),
        secrets: vec![],
        metadata: Default::default(),
        stats: SubscriptionStats::default(),
        is_unique: false,
        revision: 0,
        created_at: Timestamp::from_millis(0),
        updated_at: Timestamp::from_millis(0),
    })
}

pub(in crate::lanes) fn job(number: u32, queue: Queue, size: usize) -> Job {
    let mut bytes = [0; 16];
    bytes[4..8].copy_from_slice(&number.to_be_bytes());
    let id = EventId::from_bytes(bytes);
    let event = Event {
        id,
        given_id: None,
        tenant: TenantId::trusted("t"),
        event_type: EventType::trusted("a.b"),
        timestamp: Timestamp::from_millis(0),
        data: vec![b' '; size].into(),
        metadata: Bytes::new(),
        priority: Priority::Normal,
        deliveries: 1,
        deliver_at: None,
        payload_erased_at: None,
        trace: None,
        channels: Default::default(),
    };
    let outgoing = Arc::new(Outgoing::new(event));
    let due_at = id.made_at();
    Job { id: id.delivery(1).unwrap(), queue, due_at, outgoing, attempts: 0, earlier_attempts: 0, order: None }
}

struct Bench {
    scheduler: Scheduler,
    jobs: u32,
}

impl Bench {
    fn new(max: usize) -> Self {
        Self { scheduler: Scheduler::new(max, PolicyDefaults::default()), jobs: 0 }
    }

    fn fill(&mut self, tenant: &str, number: u8, jobs: usize, pace: Pace) -> LaneNumber {
        let lane = self.scheduler.lane_for(&target(tenant, number));
        self.scheduler.lane(lane).unwrap().pace = pace;
        self.push(lane, jobs, Queue::Normal, 2);
        lane
    }

    fn push(&mut self, lane: LaneNumber, jobs: usize, queue: Queue, size: usize) {
        for _ in 0..jobs {
            self.jobs += 1;
            self.scheduler.push(lane, job(self.jobs, queue, size));
        }
    }

    /// Ends the oldest request and starts what may start, `times` times.
    fn turn_over(&mut self, under_way: &mut VecDeque<(LaneNumber, Room)>, times: usize) -> Vec<LaneNumber> {
        let mut started = Vec::new();
        for _ in 0..times {
            let (lane, room) = under_way.pop_front().unwrap();
            self.scheduler.finished(lane, room);
            let new = self.starts();
            started.extend(new.iter().map(|(lane, _)| *lane));
            under_way.extend(new);
        }
        started
    }

    fn starts(&mut self) -> Vec<(LaneNumber, Room)> {
        std::iter::from_fn(|| self.scheduler.next()).map(|start| (start.lane, start.room)).collect()
    }

    fn start_all(&mut self) -> Vec<LaneNumber> {
        self.starts().into_iter().map(|(lane, _)| lane).collect()
    }
}

#[test]
fn one_quick_lane_may_have_up_to_its_cap() {
    let mut bench = Bench::new(512);
    bench.fill("a", 1, 100, Pace::Quick);
    assert_eq!(bench.start_all().len(), Pace::Quick.cap());
}

#[test]
fn lanes_of_a_tenant_take_turns() {
    let mut bench = Bench::new(512);
    let (one, two) = (bench.fill("a", 1, 3, Pace::Quick), bench.fill("a", 2, 3, Pace::Quick));
    assert_eq!(bench.start_all(), [one, two, one, two, one, two]);
}

#[test]
fn tenants_take_turns_whatever_the_number_of_their_lanes() {
    let mut bench = Bench::new(512);
    let many: Vec<LaneNumber> = (0..4).map(|n| bench.fill("a", n, 1, Pace::Quick)).collect();
    let single = bench.fill("b", 9, 4, Pace::Quick);
    let order = bench.start_all();
    assert_eq!(order, [many[0], single, many[1], single, many[2], single, many[3], single]);
}

#[test]
fn what_has_high_priority_goes_first_within_its_tenant() {
    let mut bench = Bench::new(512);
    let (one, two) = (bench.fill("a", 1, 3, Pace::Quick), bench.fill("a", 2, 3, Pace::Quick));
    let other = bench.fill("b", 1, 3, Pace::Quick);
    bench.push(two, 2, Queue::High, 2);
    let order: Vec<_> = std::iter::from_fn(|| bench.scheduler.next()).map(|s| (s.lane, s.job.queue)).collect();
    let (high, normal) = (Queue::High, Queue::Normal);
    let ahead = [(two, high), (other, normal), (two, high), (other, normal)];
    assert_eq!(order[..4], ahead, "the other tenant has its turns all the same");
    assert_eq!(order.len(), 11);
    assert!(order[4..].iter().all(|(lane, queue)| *queue == normal && [one, two, other].contains(lane)));
}

#[test]
fn high_priority_that_finds_its_lane_parked_is_the_next_of_it() {
    let mut bench = Bench::new(8);
    let lane = bench.fill("a", 1, 100, Pace::Quick);
    let mut under_way: VecDeque<_> = bench.starts().into();
    assert!(under_way.len() < 8);
    bench.push(lane, 1, Queue::High, 2);
    under_way.extend(bench.starts());
    let (ended, room) = under_way.pop_front().unwrap();
    bench.scheduler.finished(ended, room);
    assert_eq!(bench.scheduler.next().unwrap().job.queue, Queue::High);
}

#[test]
fn fresh_ones_have_half_of_a_lane_in_a_storm_of_retries_and_nothing_starves() {
    let mut bench = Bench::new(512);
    let lane = bench.fill("a", 1, 400, Pace::Quick);
    for queue in [Queue::Retry, Queue::Replay, Queue::Low] {
        bench.push(lane, 400, queue, 2);
    }
    let mut counts = HashMap::new();
    for _ in 0..80 {
        let job = bench.scheduler.lane(lane).unwrap().pop().unwrap();
        *counts.entry(job.queue).or_insert(0) += 1;
    }
    let expected = [(Queue::Normal, 40), (Queue::Retry, 20), (Queue::Replay, 10), (Queue::Low, 10)];
    assert_eq!(counts, HashMap::from(expected));
}

#[test]
fn a_tenant_with_large_payloads_has_no_more_than_its_share_of_bytes() {
    let mut bench = Bench::new(512);
    let large = bench.scheduler.lane_for(&target("large", 1));
    bench.scheduler.lane(large).unwrap().pace = Pace::Quick;
    bench.push(large, 10, Queue::Normal, 512 * 1024);
    let small = bench.fill("small", 1, 50, Pace::Quick);
    let order: Vec<LaneNumber> = bench.start_all().into_iter().take(51).collect();
    let large_ones = order.iter().filter(|lane| **lane == large).count();
    assert!((2..=4).contains(&large_ones), "a megabyte in memory costs 17 turns: {large_ones}");
    assert!(order.iter().filter(|lane| **lane == small).count() >= 47);
}

#[test]
fn room_that_comes_free_goes_round_the_tenants_that_wait_not_their_lanes() {
    let mut bench = Bench::new(64);
    for number in 0..50 {
        bench.fill("many", number, 100, Pace::Quick);
    }
    let mut under_way: VecDeque<_> = bench.starts().into();
    let single = bench.fill("single", 1, 1_000, Pace::Quick);
    under_way.extend(bench.starts());
    let started = bench.turn_over(&mut under_way, 200);
    let own = started.iter().filter(|lane| **lane == single).count();
    assert!(own >= 50, "{own} of {}: as many lanes have a tenant, and one has another", started.len());
}

#[test]
fn any_number_of_hanging_lanes_leaves_room_for_a_healthy_one() {
    for pace in [Pace::Quick, Pace::Unproven, Pace::Slow] {
        let mut bench = Bench::new(512);
        for number in 0..100 {
            bench.fill("hangs", number, 1_000, pace);
        }
        bench.start_all();
        // Each answered request gives its room back, so any number of other lanes can start.
        for number in 0..100 {
            for (tenant, known) in [("works", Pace::Unproven), ("quick", Pace::Quick)] {
                let healthy = bench.fill(tenant, number, 5, known);
                let mut answered = 0;
                for (lane, room) in bench.starts() {
                    if lane == healthy {
                        bench.scheduler.finished(lane, room);
                        answered += 1;
                    }
                }
                assert!(answered > 0, "{pace:?} {tenant} {number}");
            }
        }
    }
}

#[test]
fn more_hanging_lanes_than_there_is_room_leave_some_to_other_tenants() {
    let mut bench = Bench::new(512);
    for number in 0..=255 {
        for tenant in ["a", "b", "c"] {
            bench.fill(tenant, number, 10, Pace::Unproven);
        }
    }
    bench.start_all();
    let healthy = bench.fill("d", 1, 5, Pace::Unproven);
    assert_eq!(bench.start_all(), [healthy]);
}

#[test]
fn hanging_lanes_leave_room_for_a_healthy_one_of_the_same_tenant() {
    let mut bench = Bench::new(512);
    for number in 0..50 {
        bench.fill("a", number, 1_000, Pace::Slow);
    }
    bench.start_all();
    for number in 100..150 {
        let healthy = bench.fill("a", number, 1, Pace::Unproven);
        assert_eq!(bench.start_all(), [healthy]);
    }
}

#[test]
fn quick_lanes_that_hang_do_not_stop_a_backlog_of_the_same_tenant() {
    for (cap, known) in [(usize::MAX, Pace::Quick), (4, Pace::Quick), (usize::MAX, Pace::Unproven), (4, Pace::Unproven)]
    {
        let mut bench = Bench::new(512);
        bench.scheduler.set_tenant_cap(cap, &[]);
        for number in 0..60 {
            bench.fill("a", number, 40, Pace::Quick);
        }
        bench.start_all();
        let healthy = bench.fill("a", 100, 50, known);
        let mut answered = 0;
        loop {
            let starts = bench.starts();
            let Some((lane, room)) = starts.iter().find(|(lane, _)| *lane == healthy) else { break };
            for _ in starts.iter().filter(|(lane, _)| *lane == healthy) {
                bench.scheduler.finished(*lane, *room);
                answered += 1;
            }
        }
        assert_eq!(answered, 50, "{cap} {known:?}");
    }
}

#[test]
fn beside_background_work_few_requests_are_in_flight_to_swift_receivers() {
    for (took, expected) in [(1, GENTLE), (20, Pace::Quick.cap())] {
        let mut bench = Bench::new(512);
        let lane = bench.fill("a", 1, 100, Pace::Quick);
        bench.scheduler.lane(lane).unwrap().learn(Duration::from_millis(took), true);
        bench.scheduler.set_tenant_cap(usize::MAX, &[TenantId::trusted("a")]);
        assert_eq!(bench.start_all().len(), expected, "{took} ms");
        bench.scheduler.finished(lane, Room::Common);
        assert_eq!(bench.start_all().len(), 1);
        bench.scheduler.set_tenant_cap(usize::MAX, &[]);
        assert_eq!(bench.start_all().len(), Pace::Quick.cap() - expected);
    }
}

#[test]
fn background_work_of_one_tenant_takes_no_requests_from_others() {
    let mut bench = Bench::new(512);
    for tenant in ["a", "b"] {
        let lane = bench.fill(tenant, 1, 100, Pace::Quick);
        bench.scheduler.lane(lane).unwrap().learn(Duration::from_millis(1), true);
    }
    bench.scheduler.set_tenant_cap(usize::MAX, &[TenantId::trusted("a")]);
    assert_eq!(bench.start_all().len(), GENTLE + Pace::Quick.cap());
}

#[test]
fn a_lane_that_reached_its_cap_goes_on_when_one_of_its_requests_ends() {
    let mut bench = Bench::new(512);
    let lane = bench.fill("a", 1, 100, Pace::Slow);
    assert_eq!(bench.start_all().len(), Pace::Slow.cap());
    bench.scheduler.finished(lane, Room::Slow);
    assert_eq!(bench.start_all(), [lane]);
}

#[test]
fn parked_lanes_are_all_started_in_the_end() {
    let mut bench = Bench::new(8);
    for number in 0..40 {
        bench.fill("a", number, 2, Pace::Unproven);
    }
    let mut under_way: VecDeque<_> = bench.starts().into();
    let mut done = 0;
    while let Some((lane, room)) = under_way.pop_front() {
        bench.scheduler.finished(lane, room);
        done += 1;
        under_way.extend(bench.starts());
    }
    assert_eq!(done, 80);
    assert_eq!((bench.scheduler.in_flight(), bench.scheduler.busy_lanes(), bench.scheduler.queued_bytes), (0, 0, 0));
}

#[test]
fn a_removed_lane_starts_nothing_and_its_place_is_used_again() {
    let mut bench = Bench::new(8);
    let gone = bench.fill("a", 1, 5, Pace::Quick);
    bench.scheduler.remove(target("a", 1).subscription.id);
    assert!(bench.start_all().is_empty());
    assert_eq!(bench.scheduler.queued_bytes, 0);
    assert_eq!(bench.fill("a", 2, 1, Pace::Quick), gone);
}

#[test]
fn a_stopped_scheduler_starts_nothing() {
    let mut bench = Bench::new(8);
    bench.fill("a", 1, 5, Pace::Quick);
    bench.scheduler.stop();
    assert!(bench.start_all().is_empty());
}
