//! Tests of limits that lanes share with other nodes.

use super::*;
use model::policy::share::{Claim, Grant, Next, Nodes, POOL, free_share, free_slots};

fn state() -> State {
    let mut state = State::new(64, PolicyDefaults::default());
    state.scheduler.is_shared = true;
    state
}

fn rate(limit: u64, burst: u64) -> Policies {
    Policies { rate_limit: RateLimit::try_new(limit, Period::Second, Some(burst)).ok(), ..Policies::default() }
}

fn capped(most: u16) -> Policies {
    Policies { max_in_flight: Some(most), ..Policies::default() }
}

/// Exchanges the claims until that changes nothing. The other nodes of `count` have these claims.
fn exchange(state: &mut State, count: u32, others: &[(i32, Claim)], now: Timestamp) {
    loop {
        state.scheduler.now = now;
        let claims = state.claims(now);
        let grant = |one: &storage::LimitClaim| {
            let most = one.max_in_flight.map_or(0, |cap| free_slots(cap, count, others));
            let (share, slots) = (one.claim.share.min(free_share(others)), one.claim.slots.min(most));
            Grant { share, slots, others: others.to_vec() }
        };
        let grants: Vec<Grant> = claims.iter().map(|(_, one)| grant(one)).collect();
        if state.grant(&claims, Nodes { count, this: 1 }, &grants, now) == Next::InTime {
            return;
        }
    }
}

fn wants_exchange(state: &mut State) -> bool {
    std::mem::take(&mut state.scheduler.wants_exchange)
}

#[test]
fn a_lane_with_a_shared_rate_limit_starts_one_and_the_rest_after_the_exchange() {
    let mut state = state();
    let lane = throttled(&mut state, 1, rate(100, 8), 30);
    assert_eq!(starts(&mut state, NOW), [lane]);
    assert!(wants_exchange(&mut state));
    exchange(&mut state, 1, &[], NOW);
    assert_eq!(starts(&mut state, NOW).len(), 7, "the rest of the burst");
    assert!(!wants_exchange(&mut state), "the next exchange comes in time");
    let (at, _) = *state.timers.first().unwrap();
    assert_eq!(at, later(10), "the timer is set anew");
}

#[test]
fn a_lane_has_its_part_of_a_shared_rate_limit_beside_other_nodes() {
    let mut state = state();
    throttled(&mut state, 1, rate(100, 1), 30);
    assert_eq!(starts(&mut state, NOW).len(), 1);
    // Another node with as much demand, and a silent one.
    let other = Claim { wanted: 30_000, share: POOL / 2, slots: 0 };
    exchange(&mut state, 3, &[(2, other)], NOW);
    assert_eq!(starts(&mut state, NOW), []);
    let (at, _) = *state.timers.first().unwrap();
    assert!((later(20)..later(21)).contains(&at), "half of the rate: {at}");
}

#[test]
fn a_lane_starts_up_to_its_part_of_a_shared_cap() {
    let mut state = state();
    let lane = throttled(&mut state, 1, capped(6), 30);
    assert_eq!(starts(&mut state, NOW), [], "its part is not known yet");
    assert!(wants_exchange(&mut state));
    exchange(&mut state, 1, &[], NOW);
    assert_eq!(starts(&mut state, NOW).len(), 6);

    // Another node with as much demand comes. Its part is free when enough requests have ended.
    let other = Claim { wanted: 16_000, share: 0, slots: 0 };
    exchange(&mut state, 2, &[(2, other)], later(1_000));
    assert!(!wants_exchange(&mut state));
    for ended in 1..=6 {
        state.scheduler.finished(lane, Room::Common);
        let begun = starts(&mut state, later(1_000)).len();
        assert_eq!(begun, usize::from(ended > 3), "{ended}");
        // The first one that ended is the part that every node is guaranteed.
        assert_eq!(wants_exchange(&mut state), ended > 1, "{ended}");
    }
}

#[test]
fn a_lane_without_part_of_a_shared_cap_starts_nothing_until_it_has_one() {
    let mut state = state();
    let lane = throttled(&mut state, 1, capped(1), 30);
    let other = |slots| [(2, Claim { wanted: 1, share: 0, slots })];
    exchange(&mut state, 2, &other(1), NOW);
    assert_eq!(starts(&mut state, NOW), []);
    exchange(&mut state, 2, &other(0), later(1_000));
    assert_eq!(starts(&mut state, later(1_000)), [lane]);
}

#[test]
fn only_busy_lanes_with_limits_have_claims() {
    let mut state = state();
    throttled(&mut state, 1, Policies::default(), 5);
    starts(&mut state, NOW);
    assert!(!wants_exchange(&mut state));
    assert_eq!(state.claims(NOW), []);

    let lane = throttled(&mut state, 2, rate(100, 1), 1);
    starts(&mut state, NOW);
    state.scheduler.finished(lane, Room::Common);
    assert_eq!(state.claims(NOW).len(), 1);
    assert!(state.claims(later(60_000)).is_empty() && state.scheduler.limited.is_empty(), "idle");

    throttled(&mut state, 3, capped(1), 5);
    assert_eq!(state.claims(NOW).len(), 1);
    state.scheduler.remove(target("acme", 3).subscription.id);
    assert_eq!(state.claims(later(60_000)), [], "removed");
}

#[test]
fn a_node_whose_lease_has_ended_loses_its_parts() {
    let mut state = state();
    throttled(&mut state, 1, capped(6), 0);
    throttled(&mut state, 1, capped(6), 5);
    exchange(&mut state, 1, &[], NOW);
    state.scheduler.forget();
    throttled(&mut state, 1, capped(6), 5);
    assert_eq!(starts(&mut state, NOW), []);
    exchange(&mut state, 1, &[], NOW);
    assert_eq!(starts(&mut state, NOW).len(), 5);
}
