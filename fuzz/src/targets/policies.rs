//! Policies as stores keep them and as commands read them: rate limits, breakers, retries, limits of tenants.

use crate::{
    config::{parse_publish, parse_rate},
    input::text,
};
use model::{Policies, TenantEgress, TenantLimits, policy::OpenBreaker, policy::RateLimit, portal::Appearance};

pub(super) const WORDS: &[&str] = &[
    "rate_limit",
    "limit",
    "period",
    "burst",
    "second",
    "minute",
    "hour",
    "breaker",
    "retry",
    "shape",
    "on_pause",
    "drop",
    "order",
    "batching",
    "\"request\":",
    "\"delays\":[",
    "100/second",
    "/20",
    "max_in_flight",
    "publish",
];

pub(super) fn run(input: &[u8]) {
    let text = text(input);
    if let Ok(policies) = Policies::parse(&text) {
        let stored = policies.text();
        assert_eq!(Policies::parse(&stored).ok().as_ref(), Some(&policies), "{stored} is not read back");
    }
    if let Ok(limits) = TenantLimits::parse(&text) {
        assert_eq!(TenantLimits::parse(&limits.text()).ok(), Some(limits));
    }
    if let Ok(breaker) = OpenBreaker::parse(&text) {
        assert_eq!(OpenBreaker::parse(&breaker.text()).ok(), Some(breaker));
    }
    if let Ok(appearance) = Appearance::parse(&text) {
        assert_eq!(Appearance::parse(&appearance.text()).ok(), Some(appearance));
    }
    if let Ok(egress) = TenantEgress::parse(&text) {
        assert!(!egress.addresses().is_empty() || text.contains("proxy"));
    }
    for limit in [parse_rate(&text), parse_publish(&text)].into_iter().flatten().flatten() {
        assert!((1..=limit.limit()).contains(&limit.burst()) && limit.limit() <= 1_000_000);
        let stored = serde_json::to_string(&limit).unwrap();
        assert_eq!(serde_json::from_str::<RateLimit>(&stored).ok(), Some(limit));
    }
}
