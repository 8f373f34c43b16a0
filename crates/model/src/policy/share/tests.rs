//! Tables of the rules, and simulated nodes that share limits through a store.

use super::*;
use crate::{
    policy::rate::{Meter, Period, RateLimit},
    time::Timestamp,
};
use proptest::prelude::*;
use std::{collections::BTreeMap, time::Duration};

const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);

#[test]
fn a_fair_share_is_in_proportion_to_the_demands() {
    for (own, others, share) in [
        (0, vec![], 0),
        (0, vec![5], 0),
        (7, vec![], POOL),
        (5, vec![0, 0], POOL),
        (1, vec![1], POOL / 2),
        (1, vec![2, 1], POOL / 4),
        (u64::MAX, vec![u64::MAX], POOL / 2),
    ] {
        assert_eq!(fair_share(own, others.clone()), share, "{own} of {others:?}");
    }
}

#[test]
fn floors_and_pool_are_the_whole_limit() {
    for nodes in [1, 2, 3, 100] {
        assert!(POOL + nodes * floor(nodes) <= WHOLE);
    }
    assert_eq!(POOL + floor(1), WHOLE);
}

/// The numbers of all nodes with a demand.
fn divided(cap: u16, nodes: u32, wanted: &[u64], turn: u64) -> Vec<u16> {
    (0..wanted.len()).map(|own| fair_slots(cap, nodes, wanted, own, turn)).collect()
}

#[test]
fn concurrent_requests_are_divided_by_largest_remainder_and_each_node_has_one() {
    for (cap, nodes, wanted, parts) in [
        (10, 1, vec![5], vec![10]),
        (10, 2, vec![5, 5], vec![5, 5]),
        (10, 2, vec![1, 0], vec![9, 1]),
        (10, 2, vec![0, 0], vec![1, 1]),
        // Two more nodes without a claim.
        (10, 4, vec![1, 1], vec![4, 4]),
        (5, 2, vec![1, 1], vec![3, 2]),
        (8, 3, vec![1, 1, 1], vec![3, 3, 2]),
        (7, 3, vec![1, 2, 3], vec![2, 2, 3]),
        (2, 2, vec![1_000, 1], vec![1, 1]),
    ] {
        assert_eq!(divided(cap, nodes, &wanted, 0), parts, "{cap} for {nodes}: {wanted:?}");
    }
}

#[test]
fn nodes_take_turns_when_there_is_not_one_request_for_each() {
    for (cap, wanted, expected) in [
        (1, vec![1, 1], vec![50, 50]),
        (1, vec![3, 1], vec![75, 25]),
        (2, vec![1, 1, 1], vec![67, 67, 67]),
        (1, vec![0, 5], vec![0, 100]),
    ] {
        let mut sums = vec![0_i32; wanted.len()];
        for turn in 0..100 {
            let parts = divided(cap, 3, &wanted, turn);
            assert_eq!(parts.iter().sum::<u16>(), cap, "{parts:?}");
            sums.iter_mut().zip(parts).for_each(|(sum, part)| *sum += i32::from(part));
        }
        let close = sums.iter().zip(&expected).all(|(sum, expected): (&i32, &i32)| (sum - expected).abs() <= 2);
        assert!(close, "{cap} for {wanted:?}: {sums:?}");
    }
}

#[test]
fn a_reservation_is_granted_from_the_free_part() {
    let claim = |share, slots| Claim { wanted: 1, share, slots };
    assert_eq!(free_share(&[]), POOL);
    assert_eq!(free_share(&[(1, claim(300_000, 0)), (2, claim(600_000, 0))]), POOL - 900_000);
    assert_eq!(free_share(&[(1, claim(WHOLE, 0))]), 0);
    for (cap, nodes, others, free) in [
        (10, 1, vec![], 10),
        // Each other node is guaranteed one.
        (10, 3, vec![], 8),
        (10, 3, vec![(1, claim(0, 0))], 8),
        (10, 3, vec![(1, claim(0, 6))], 3),
        (10, 2, vec![(1, claim(0, 12))], 0),
        (1, 3, vec![(1, claim(0, 0))], 1),
        (1, 3, vec![(1, claim(0, 1))], 0),
    ] {
        assert_eq!(free_slots(cap, nodes, &others), free, "{cap} for {nodes}: {others:?}");
    }
}

#[test]
fn a_claim_without_demand_is_kept_until_its_requests_no_longer_count() {
    let limit = RateLimit::try_new(60, Period::Minute, Some(10)).unwrap();
    let mut meter = Meter::new(limit, 0);
    let mut stake = Stake::default();
    assert!(stake.wake() && !stake.wake(), "a lane asks once for an exchange");
    stake.started(START);
    let idle = Load { waiting: 0, in_flight: 0 };
    let later = |seconds| START.after(Duration::from_secs(seconds));
    let mut claim = |seconds| stake.claim(idle, Some(&mut meter), None, later(seconds));
    assert_eq!(claim(0).map(|claim| claim.wanted), Some(1_000));
    let wanted: Vec<u64> = (1..6).map(|second| claim(second).unwrap().wanted).collect();
    assert!(wanted.is_sorted_by(|one, next| one > next), "{wanted:?}");
    assert_eq!(claim(30).map(|claim| (claim.wanted, claim.share)), Some((0, 0)));
    // The burst, and one for each of the hundred nodes that are assumed before the first answer.
    assert!(claim(109).is_some());
    assert_eq!(claim(110), None);
    assert!(stake.wake());
}

#[test]
fn a_node_whose_lease_has_ended_uses_only_the_floor() {
    let limit = RateLimit::try_new(100, Period::Second, None).unwrap();
    let mut meter = Meter::new(limit, 0);
    let (mut stake, nodes) = (Stake::default(), Nodes { count: 1, this: 1 });
    let load = Load { waiting: 5, in_flight: 1 };
    for expected in [Next::AtOnce, Next::InTime] {
        let claim = stake.claim(load, Some(&mut meter), Some(4), START).unwrap();
        let grant = Grant { share: claim.share, slots: claim.slots, others: vec![] };
        assert_eq!(stake.apply(nodes, &grant, load, Some(&mut meter), Some(4), START), expected);
    }
    assert_eq!((stake.share(), stake.slots()), (WHOLE, 4));
    stake.revoke(Some(&mut meter), START);
    assert_eq!((stake.share(), stake.slots()), (floor(1), 0));
}

struct Node {
    stake: Stake,
    meter: Meter,
    backlog: usize,
    /// Ends of the requests in flight.
    in_flight: Vec<u64>,
    exchange_at: u64,
    /// An answer under way: its arrival, and the grant.
    answer: Option<(u64, Grant)>,
}

/// Nodes that share a rate limit and a cap; time is in milliseconds.
struct Cluster {
    limit: RateLimit,
    cap: u16,
    nodes: Vec<Node>,
    table: BTreeMap<i32, Claim>,
    /// Starts of requests.
    passed: Vec<u64>,
}

impl Cluster {
    fn new(limit: RateLimit, cap: u16, phases: &[u64]) -> Self {
        let node = |phase: &u64| {
            let stake = Stake::default();
            let meter = Meter::new(limit, stake.share());
            Node { stake, meter, backlog: 0, in_flight: vec![], exchange_at: *phase, answer: None }
        };
        let nodes = phases.iter().map(node).collect();
        Self { limit, cap, nodes, table: BTreeMap::new(), passed: vec![] }
    }

    fn at(millis: u64) -> Timestamp {
        START.after(Duration::from_millis(millis))
    }

    /// One millisecond. `lag` is the time that an answer needs; `None` when it is lost.
    fn step(&mut self, now: u64, took: u64, lag: impl Fn(usize) -> Option<u64>) {
        for at in 0..self.nodes.len() {
            self.exchange(at, now, &lag);
            let node = &mut self.nodes[at];
            node.in_flight.retain(|end| *end > now);
            if node.backlog > 0 && node.stake.wake() {
                node.exchange_at = node.exchange_at.min(now + 20);
            }
            while node.backlog > 0
                && node.in_flight.len() < node.stake.slots().into()
                && node.meter.wait(Self::at(now)).is_none()
            {
                node.meter.take(Self::at(now));
                node.stake.started(Self::at(now));
                node.backlog -= 1;
                node.in_flight.push(now + took);
                self.passed.push(now);
            }
            if node.stake.may_release(node.in_flight.len()) {
                node.exchange_at = node.exchange_at.min(now + 20);
            }
        }
        self.check(now);
    }

    fn exchange(&mut self, at: usize, now: u64, lag: &impl Fn(usize) -> Option<u64>) {
        let count = self.nodes.len() as u32;
        let (this, time) = (at as i32 + 1, Self::at(now));
        let node = &mut self.nodes[at];
        let load = Load { waiting: node.backlog, in_flight: node.in_flight.len() };
        if let Some((_, grant)) = node.answer.take_if(|(arrival, _)| *arrival <= now) {
            let nodes = Nodes { count, this };
            if node.stake.apply(nodes, &grant, load, Some(&mut node.meter), Some(self.cap), time) == Next::AtOnce {
                node.exchange_at = node.exchange_at.min(now + 20);
            }
        }
        if node.exchange_at > now || node.answer.is_some() {
            return;
        }
        node.exchange_at = now + 1_000;
        match node.stake.claim(load, Some(&mut node.meter), Some(self.cap), time) {
            None => {
                self.table.remove(&this);
            }
            Some(claim) => {
                let others: Vec<_> =
                    self.table.iter().filter(|(node, _)| **node != this).map(|(n, c)| (*n, *c)).collect();
                let share = claim.share.min(free_share(&others));
                let slots = claim.slots.min(free_slots(self.cap, count, &others));
                self.table.insert(this, Claim { share, slots, ..claim });
                let answer = lag(at).map(|lag| (now + lag, Grant { share, slots, others }));
                self.nodes[at].answer = answer;
            }
        }
    }

    fn check(&self, now: u64) {
        // Before its first exchange a node has the floor of many nodes.
        let shares: u32 = self.nodes.iter().map(|node| node.stake.share()).sum();
        assert!(shares <= WHOLE, "{shares} millionths at {now}");
        let in_flight: usize = self.nodes.iter().map(|node| node.in_flight.len()).sum();
        assert!(in_flight <= self.cap.into(), "{in_flight} in flight at {now}");
    }

    /// The largest number of starts in a time of this length.
    fn most_within(&self, length: u64) -> usize {
        let within = |at: usize| self.passed[at..].iter().take_while(|one| **one < self.passed[at] + length).count();
        (0..self.passed.len()).map(within).max().unwrap_or(0)
    }

    fn passed_between(&self, from: u64, to: u64) -> usize {
        self.passed.iter().filter(|at| (from..to).contains(*at)).count()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Demands that come and go on up to four nodes, answers that are late or lost.
    #[test]
    fn over_all_nodes_no_more_passes_than_the_limit(
        number in 5_u64..300,
        burst in 1_u64..20,
        cap in 1_u16..20,
        took in 1_u64..400,
        phases in prop::collection::vec(0_u64..1_000, 1..5),
        bursts in prop::collection::vec((0_u64..15_000, 0_usize..4, 1_usize..400), 1..20),
        lags in prop::collection::vec(prop::option::weighted(0.9, 0_u64..500), 64),
    ) {
        let limit = RateLimit::try_new(number, Period::Second, Some(burst.min(number))).unwrap();
        let mut cluster = Cluster::new(limit, cap, &phases);
        let nodes = phases.len();
        for now in 0..15_000 {
            for (_, node, count) in bursts.iter().filter(|(at, ..)| *at == now) {
                cluster.nodes[node % nodes].backlog += count;
            }
            cluster.step(now, took, |node| lags[(now as usize / 7 + node * 13) % lags.len()]);
        }
        for seconds in [1, 5] {
            let most = cluster.most_within(seconds * 1_000);
            let allowed = number * seconds + u64::from(cluster.limit.burst()) + nodes as u64;
            prop_assert!(most as u64 <= allowed, "{most} in {seconds} s, of {allowed}");
        }
    }
}

#[test]
fn the_whole_limit_is_used_while_any_node_has_a_backlog() {
    let limit = RateLimit::try_new(100, Period::Second, None).unwrap();
    let mut cluster = Cluster::new(limit, 20, &[0, 400, 700]);
    let lag = |_| Some(3);
    // One node with a backlog; then two; then only the other one.
    cluster.nodes[0].backlog = 100_000;
    (0..10_000).for_each(|now| cluster.step(now, 10, lag));
    cluster.nodes[1].backlog = 100_000;
    (10_000..20_000).for_each(|now| cluster.step(now, 10, lag));
    let halves: Vec<u32> = cluster.nodes.iter().map(|node| node.stake.share() / 10_000).collect();
    assert_eq!(halves, [49, 49, 0]);
    cluster.nodes[0].backlog = 0;
    (20_000..30_000).for_each(|now| cluster.step(now, 10, lag));
    for (from, to) in [(1_000, 10_000), (13_000, 20_000), (26_000, 30_000)] {
        let expected = ((to - from) / 10) as usize;
        let passed = cluster.passed_between(from, to);
        assert!(passed * 100 >= expected * 95, "{passed} of {expected} from {from} ms");
    }
    let within = cluster.passed_between(20_000, 30_000);
    assert!(within >= 800, "{within} while the share moves");
}

#[test]
fn a_lane_that_rested_sends_its_first_delivery_at_once_and_has_its_burst() {
    let limit = RateLimit::try_new(100, Period::Second, Some(10)).unwrap();
    let mut cluster = Cluster::new(limit, 20, &[0, 500]);
    for round in 0..3 {
        let begin = round * 30_000 + 100;
        cluster.nodes[1].backlog = 10;
        (begin..begin + 20_000).for_each(|now| cluster.step(now, 1, |_| Some(2)));
        let first = cluster.passed.iter().rev().nth(9).unwrap();
        assert_eq!(cluster.passed.len() as u64, 10 * (round + 1));
        // The cap needs an exchange.
        assert!((begin..begin + 50).contains(first), "{first}");
        assert!(*cluster.passed.last().unwrap() < begin + 100, "{:?}", cluster.passed);
        assert_eq!(cluster.table.len(), 0, "an idle node has no claim");
    }
}

#[test]
fn two_nodes_take_turns_with_a_cap_of_one() {
    let limit = RateLimit::try_new(100_000, Period::Second, None).unwrap();
    let mut cluster = Cluster::new(limit, 1, &[0, 500]);
    cluster.nodes.iter_mut().for_each(|node| node.backlog = 10_000);
    (0..200_000).for_each(|now| cluster.step(now, 100, |_| Some(2)));
    let sent: Vec<usize> = cluster.nodes.iter().map(|node| 10_000 - node.backlog).collect();
    assert!(sent.iter().all(|one| *one > 700), "{sent:?}");
    assert!(sent.iter().sum::<usize>() > 1_750, "{sent:?}");
}
