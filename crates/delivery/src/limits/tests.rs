//! Tests of the limits of tenants.

use super::*;
use crate::test_clock::TestClock;
use model::policy::Period;

const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);

fn per_second(limit: u64, burst: u64) -> TenantLimits {
    let publish = RateLimit::try_new(limit, Period::Second, Some(burst)).ok();
    TenantLimits { publish, ..TenantLimits::default() }
}

fn limits(defaults: TenantLimits) -> (Arc<TestClock>, Limits, TenantId) {
    let clock = TestClock::at(START);
    (clock.clone(), Limits::new(defaults, clock), TenantId::trusted("acme"))
}

fn admit(limits: &Limits, tenant: &TenantId, events: u32) -> Result<Option<Admitted>, NotAdmitted> {
    limits.of(tenant).map_or(Ok(None), |limited| limits.admit(tenant, &limited, events))
}

#[test]
fn a_tenant_without_a_limit_is_admitted_without_a_charge() {
    let (_, limits, acme) = limits(TenantLimits::default());
    assert!(admit(&limits, &acme, 1_000_000).unwrap().is_none());
    limits.set(&acme, &TenantLimits { keys: Some(1), ..TenantLimits::default() });
    assert!(admit(&limits, &acme, 1_000_000).unwrap().is_none());
    limits.set(&acme, &TenantLimits::default());
    assert!(limits.of(&acme).is_none());
}

#[test]
fn the_burst_passes_at_once_and_then_the_rate() {
    let (clock, limits, acme) = limits(TenantLimits::default());
    limits.set(&acme, &per_second(10, 5));
    admit(&limits, &acme, 5).unwrap().unwrap().charge(5);
    let Err(NotAdmitted::Later { status, wait }) = admit(&limits, &acme, 1) else { panic!() };
    assert_eq!(status.remaining, 0);
    assert!(wait <= Duration::from_millis(100) && wait > Duration::ZERO);
    clock.advance(Duration::from_millis(100));
    admit(&limits, &acme, 1).unwrap().unwrap().charge(1);
    assert!(admit(&limits, &acme, 1).is_err());
}

#[test]
fn more_events_than_the_burst_are_never_admitted() {
    let (_, limits, acme) = limits(TenantLimits::default());
    limits.set(&acme, &per_second(10, 5));
    assert!(matches!(admit(&limits, &acme, 6), Err(NotAdmitted::TooMany(limit)) if limit.burst() == 5));
    assert!(admit(&limits, &acme, 5).is_ok(), "the refused events were not charged");
}

#[test]
fn events_that_were_not_used_are_given_back() {
    let (_, limits, acme) = limits(TenantLimits::default());
    limits.set(&acme, &per_second(10, 5));
    admit(&limits, &acme, 5).unwrap().unwrap().charge(0);
    admit(&limits, &acme, 5).unwrap().unwrap().charge(2);
    admit(&limits, &acme, 3).unwrap().unwrap().charge(3);
    assert!(admit(&limits, &acme, 1).is_err());
}

#[test]
fn events_of_a_caller_that_hung_up_stay_charged() {
    let (_, limits, acme) = limits(TenantLimits::default());
    limits.set(&acme, &per_second(10, 5));
    drop(admit(&limits, &acme, 5).unwrap());
    assert!(admit(&limits, &acme, 1).is_err());
}

#[test]
fn a_change_of_the_limit_keeps_what_was_used() {
    let (_, limits, acme) = limits(per_second(10, 5));
    limits.set(&acme, &TenantLimits::default());
    admit(&limits, &acme, 5).unwrap().unwrap().charge(5);
    limits.set(&acme, &per_second(10, 5));
    assert!(admit(&limits, &acme, 1).is_err());
}

#[test]
fn events_that_were_admitted_while_the_limit_changed_are_charged() {
    let (_, limits, acme) = limits(TenantLimits::default());
    limits.set(&acme, &per_second(10, 5));
    let before = limits.of(&acme).unwrap();
    limits.set(&acme, &per_second(10, 5));
    limits.admit(&acme, &before, 5).unwrap().unwrap().charge(5);
    assert!(admit(&limits, &acme, 1).is_err());
}

#[test]
fn nodes_share_the_rate() {
    let (clock, limits, acme) = limits(TenantLimits::default());
    limits.set(&acme, &per_second(10, 1));
    limits.set_nodes(4);
    admit(&limits, &acme, 1).unwrap().unwrap().charge(1);
    clock.advance(Duration::from_millis(300));
    assert!(admit(&limits, &acme, 1).is_err());
    clock.advance(Duration::from_millis(100));
    assert!(admit(&limits, &acme, 1).is_ok());
}

#[test]
fn a_limit_is_reported_once_an_hour() {
    let (clock, limits, acme) = limits(TenantLimits::default());
    let reports = || limits.reported.lock().get(&(acme.clone(), TenantLimit::Keys)).copied();
    limits.reached(&acme, TenantLimit::Keys);
    assert_eq!(reports(), Some(START));
    clock.advance(BETWEEN_REPORTS - Duration::from_secs(1));
    limits.reached(&acme, TenantLimit::Keys);
    assert_eq!(reports(), Some(START), "not again within the hour");
    clock.advance(Duration::from_secs(1));
    limits.reached(&acme, TenantLimit::Keys);
    assert_eq!(reports(), Some(clock.now()));
}

#[test]
fn replacing_all_limits_forgets_tenants_that_are_gone() {
    let (_, limits, acme) = limits(TenantLimits::default());
    let globex = TenantId::trusted("globex");
    limits.set(&acme, &per_second(10, 5));
    limits.replace([(globex.clone(), per_second(1, 1))]);
    assert!(limits.of(&acme).is_none() && limits.of(&globex).is_some());
}
