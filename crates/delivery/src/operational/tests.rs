//! The builders against the shipped catalog, and the choice of recipients.

use super::{
    build::{Audience, Identified, draft},
    *,
};
use crate::journal::journal;
use model::{
    DeliveryId, DeliveryStatus, Entropy, EventPattern, EventType, Profile, Subscription, SubscriptionState, Timestamp,
    catalog::Catalog,
    policy::{Period, Policies, RateLimit},
    schema::{Breach, PayloadSchema},
    subscription::{DisabledReason, Health, SubscriptionStats},
};
use serde_json::Value;
use std::time::Duration;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(1_769_851_800_000 + seconds * 1_000)
}

fn failure() -> FailedDelivery {
    FailedDelivery {
        event_id: "order-4711".into(),
        event_type: EventType::trusted("invoice.paid"),
        delivery_id: DeliveryId::from_bytes([3; 16]),
        attempts: 4,
        response_code: None,
        error: Some("Connection refused".into()),
        attempted_at: Some(at(9)),
    }
}

fn subject(tenant: &str) -> Subject {
    Subject {
        tenant_id: TenantId::trusted(tenant),
        subscription: SubjectSubscription {
            id: SubscriptionId::from_bytes([2; 16]),
            url: "https://hooks.example.com/a".into(),
            description: None,
            events: vec!["*".into()],
        },
    }
}

/// One event of every kind, about this tenant.
fn every(tenant: &str) -> Vec<OperationalEvent> {
    let subject = || subject(tenant);
    let last_failure = || Some(failure());
    vec![
        OperationalEvent::SubscriptionCreated(SubscriptionCreated { subject: subject(), created_at: at(0) }),
        OperationalEvent::SubscriptionUpdated(SubscriptionUpdated {
            subject: subject(),
            changed_fields: vec!["url".into()],
            is_active: false,
            updated_at: at(1),
            revision: 7,
        }),
        OperationalEvent::SubscriptionDeleted(SubscriptionDeleted { subject: subject(), deleted_at: at(2) }),
        OperationalEvent::SubscriptionDisabled(SubscriptionDisabled {
            subject: subject(),
            reason: DisabledReason::Failing,
            disabled_at: at(3),
            failing_since: None,
            last_failure: None,
        }),
        OperationalEvent::SubscriptionFailing(SubscriptionFailing {
            subject: subject(),
            failing_since: at(4),
            warned_at: at(5),
            disabled_at: None,
            last_failure: last_failure(),
        }),
        OperationalEvent::SubscriptionRecovered(SubscriptionRecovered {
            subject: subject(),
            warned_at: at(5),
            recovered_at: at(5),
        }),
        OperationalEvent::SubscriptionSecretRotated(SubscriptionSecretRotated {
            subject: subject(),
            rotated_at: at(6),
            previous_secret_until: None,
            revision: 8,
        }),
        OperationalEvent::DeliveryExhausted(DeliveryExhausted {
            subject: subject(),
            failure: failure(),
            status: DeliveryStatus::Failed,
            published_at: at(0),
            ended_at: at(10),
        }),
        OperationalEvent::BreakerOpened(BreakerOpened {
            subject: subject(),
            opened_at: at(7),
            reason: "consecutive_failures".into(),
            next_probe_at: Some(at(8)),
            last_failure: last_failure(),
        }),
        OperationalEvent::BreakerClosed(BreakerClosed {
            subject: subject(),
            opened_at: at(7),
            closed_at: at(8),
            reason: "reset".into(),
        }),
        OperationalEvent::TenantLimitReached(TenantLimitReached {
            tenant_id: TenantId::trusted(tenant),
            limit: "publish".into(),
            maximum: 100,
            reached_at: at(11),
        }),
    ]
}

fn data(draft: &crate::Draft) -> Value {
    serde_json::from_slice(&draft.data).unwrap()
}

#[test]
fn every_kind_matches_its_schema_for_both_audiences() {
    let catalog = Catalog::shipped().unwrap();
    let events = every("acme");
    let kinds: Vec<_> = events.iter().map(OperationalEvent::kind).collect();
    assert_eq!(kinds, OperationalKind::ALL);
    for event in &events {
        let entry = catalog.get(event.kind().name()).unwrap();
        let schema = entry.schema.as_ref().unwrap();
        let compiled = PayloadSchema::compile(schema).unwrap();
        for audience in [Audience::Operator { node: "worker-1" }, Audience::Tenant] {
            let draft = draft(event, audience, Identified::Yes);
            let data = data(&draft);
            assert_eq!(compiled.check(&data), Vec::<Breach>::new(), "{data}");
            assert_eq!(draft.event_type, entry.event_type);
            assert_eq!(draft.timestamp, Some(event.occurred_at()));
            assert_eq!(data["tenant_id"], "acme");
            let described = schema["properties"].as_object().unwrap();
            for field in data.as_object().unwrap().keys() {
                assert!(described.contains_key(field), "{field} of {} is not described", entry.event_type);
            }
            let node = data.get("node").and_then(Value::as_str);
            assert_eq!(node, if audience == Audience::Tenant { None } else { Some("worker-1") }, "internal");
        }
    }
}

#[test]
fn examples_of_the_catalog_have_the_fields_of_the_built_events() {
    let catalog = Catalog::shipped().unwrap();
    for event in every("acme") {
        let built = data(&draft(&event, Audience::Operator { node: "worker-1" }, Identified::Yes));
        let example = catalog.get(event.kind().name()).unwrap().example.as_ref().unwrap().to_value();
        let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        let (mut built, mut example) = (keys(&built), keys(&example));
        built.sort();
        example.sort();
        assert_eq!(built, example, "{}", event.kind().name());
    }
}

#[test]
fn one_fact_has_one_key_and_other_facts_have_other_keys() {
    let key = |event: &OperationalEvent| draft(event, Audience::Tenant, Identified::Yes).idempotency_key.unwrap();
    let (one, again) = (every("acme"), every("acme"));
    let keys: std::collections::HashSet<String> = one.iter().map(key).collect();
    assert_eq!(keys.len(), one.len());
    assert_eq!(keys, again.iter().map(key).collect());
    assert!(keys.iter().all(|key| key.starts_with('\u{1f}')), "no header can contain the key");

    let limit = |seconds| {
        key(&OperationalEvent::TenantLimitReached(TenantLimitReached {
            tenant_id: TenantId::trusted("acme"),
            limit: "publish".into(),
            maximum: 100,
            reached_at: at(seconds),
        }))
    };
    // at(0) is half past nine.
    assert_eq!(limit(0), limit(29 * 60));
    assert_ne!(limit(0), limit(31 * 60), "the next hour");
    assert_eq!(draft(&one[0], Audience::Tenant, Identified::ByOutcome).idempotency_key, None);
}

struct Zeros;

impl Entropy for Zeros {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

fn target(tenant: &str, number: u8, pattern: &str) -> Arc<Target> {
    Target::new(Subscription {
        id: SubscriptionId::from_bytes([number; 16]),
        tenant: TenantId::trusted(tenant),
        url: model::SubscriptionUrl::stored("https://example.com/").unwrap(),
        description: None,
        events: vec![EventPattern::parse(pattern).unwrap()],
        headers: vec![],
        state: SubscriptionState::Active,
        profile: Profile::Platform,
        retry_enabled: true,
        max_retries: 3,
        timeout: Duration::from_secs(30),
        policies: Policies::default(),
        health: Health::default(),
        credentials: Default::default(),
        secrets: vec![],
        metadata: Default::default(),
        stats: SubscriptionStats::default(),
        is_unique: false,
        revision: 0,
        created_at: at(0),
        updated_at: at(0),
    })
}

/// Subscriptions as `(tenant, number, pattern)`; the receivers of an event of each kind about `about`.
fn receivers(to_tenants: bool, there: &[(&str, u8, &str)], about: &str) -> Vec<(String, u8)> {
    let (journal, _task) = journal(Arc::default(), Arc::default(), Arc::default(), Arc::default());
    let index = Arc::new(Index::default());
    for (tenant, number, pattern) in there {
        index.put(target(tenant, *number, pattern));
    }
    let operational = Operational::new(Parts {
        index,
        journal,
        clock: Arc::new(model::SystemClock),
        ids: Arc::new(IdSource::new(Box::new(Zeros))),
        style: IdStyle::Prefixed,
        node: "worker-1".into(),
        to_tenants,
    });
    let appends = operational.appends(&every(about)[3], Identified::Yes);
    let mut found = Vec::new();
    for (append, recipients) in appends {
        for target in recipients.concat() {
            assert_eq!(target.subscription.tenant, append.tenant, "an event stays in its tenant");
            found.push((append.tenant.to_string(), target.subscription.id.bytes()[0]));
        }
    }
    found
}

#[test]
fn events_go_to_the_operator_and_to_the_own_tenant_if_allowed() {
    let there = [
        ("_postrider", 1, "*"),
        ("acme", 3, "postrider.*"),
        ("acme", 4, "*"),
        ("acme", 5, "postrider.subscription.disabled"),
        ("acme", 6, "postrider.delivery.*"),
        ("globex", 7, "postrider.*"),
    ];
    let operator = ("_postrider".to_owned(), 1);
    let acme = |number| ("acme".to_owned(), number);
    assert_eq!(receivers(false, &there, "acme"), std::slice::from_ref(&operator));
    assert_eq!(receivers(true, &there, "acme"), [operator.clone(), acme(5), acme(3)]);
    assert_eq!(receivers(true, &there, "globex"), [operator, ("globex".to_owned(), 7)]);
}

#[test]
fn no_event_about_a_subscription_goes_to_itself_and_none_is_about_the_system_tenant() {
    // The event is about the subscription 2.
    assert_eq!(receivers(true, &[("acme", 2, "postrider.*")], "acme"), []);
    assert_eq!(receivers(true, &[("acme", 2, "postrider.*"), ("acme", 3, "postrider.*")], "acme").len(), 1);
    assert_eq!(receivers(true, &[("_postrider", 1, "*")], "_postrider"), []);
}

#[test]
fn changed_fields_have_the_names_of_the_api() {
    let before = target("acme", 1, "invoice.*").subscription.clone();
    let names = |change: fn(&mut Subscription)| {
        let mut after = before.clone();
        change(&mut after);
        changed_fields(&before, &after).join(" ")
    };
    assert_eq!(names(|_| {}), "");
    assert_eq!(names(|one| one.revision += 1), "");
    assert_eq!(names(|one| one.state = SubscriptionState::Paused), "is_active");
    assert_eq!(names(|one| one.state = SubscriptionState::Disabled), "", "an event of its own");
    assert_eq!(names(|one| (one.max_retries, one.description) = (1, Some("x".into()))), "description max_retries");
    let limited = |one: &mut Subscription| {
        one.policies.rate_limit = RateLimit::try_new(5, Period::Second, None).ok();
        one.policies.breaker = Some(model::policy::BreakerSettings::default());
        one.policies.max_in_flight = Some(3);
    };
    assert_eq!(names(limited), "circuit_breaker max_in_flight rate_limit");
}
