//! The registry as a whole, against its table.

use super::*;
use model::{
    AttemptResult, EventType, Timestamp,
    delivery::{EndStatus, Next},
};

fn published(metrics: &Metrics) {
    metrics.published(&TenantId::trusted("acme"), &EventType::trusted("a.b"), false, 2);
}

#[test]
fn every_family_of_the_table_is_registered_once() {
    let mut registrar = Registrar::default();
    let labelled = Labelled::new(&mut registrar, Settings::default());
    let engine = Engine::new(&mut registrar);
    let http = HttpRequests::new(&mut registrar);
    registrar.counter(&families::REFUSED);
    registrar.counter(&families::SCRAPE_ERRORS);
    for family in families::ALL.iter().filter(|family| family.is_scraped) {
        registrar.scraped(family);
    }
    let (_, mut names) = registrar.done();
    let mut expected: Vec<_> = families::ALL.iter().map(|family| family.name).collect();
    names.sort_unstable();
    expected.sort_unstable();
    assert_eq!(names, expected);
    drop((labelled, engine, http));
}

#[test]
fn a_value_that_is_not_set_in_a_scrape_is_absent() {
    let metrics = Metrics::default();
    published(&metrics);
    let scrape = metrics.scrape();
    scrape.set(&families::NODES, &["live"], 2.0);
    let first = scrape.finish(Format::Text);
    assert!(first.contains("postrider_nodes{state=\"live\"} 2\n"), "{first}");
    let second = metrics.scrape().finish(Format::Text);
    assert!(!second.contains("postrider_nodes"), "{second}");
    assert!(second.contains("postrider_deliveries_filtered_total{event=\"a.b\",tenant_id=\"acme\"} 2\n"), "{second}");
    assert!(second.contains("postrider_events_unmatched_total{event=\"a.b\",tenant_id=\"acme\"} 1\n"), "{second}");
    assert!(second.contains("postrider_metrics_series 3\n"), "{second}");
    for name in ["process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds", "process_threads"] {
        assert!(second.lines().any(|line| line.starts_with(&format!("{name} "))), "{name}");
    }
}

#[test]
fn requests_are_counted_by_route_and_an_invented_method_shares_a_label() {
    let metrics = Metrics::default();
    for (method, status) in [("GET", 200), ("GET", 200), ("GET", 404), ("BREW", 405)] {
        metrics.request(method, "/api/v1/events/{id}", status, Duration::from_millis(3));
    }
    let text = metrics.scrape().finish(Format::Text);
    for line in [
        r#"postrider_http_requests_total{method="GET",route="/api/v1/events/{id}",status="200"} 2"#,
        r#"postrider_http_requests_total{method="GET",route="/api/v1/events/{id}",status="404"} 1"#,
        r#"postrider_http_requests_total{method="other",route="/api/v1/events/{id}",status="405"} 1"#,
        r#"postrider_http_request_duration_seconds_count{route="/api/v1/events/{id}"} 4"#,
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is missing in\n{text}");
    }
}

/// An installation of 10,000 tenants that each use 50 event types, with every series that a pair can have in such a load.
#[test]
fn metrics_of_ten_thousand_tenants_with_fifty_types_are_smaller_than_5_mb() {
    let metrics = Metrics::default();
    let types: Vec<EventType> = (0..50).map(|n| EventType::trusted(&format!("purchase_order.event_{n:02}"))).collect();
    let results = [
        (200, Next::End(EndStatus::Delivered)),
        (404, Next::End(EndStatus::Failed)),
        (503, Next::Retry { at: Timestamp::from_micros(1) }),
        (429, Next::Retry { at: Timestamp::from_micros(1) }),
        (500, Next::End(EndStatus::Exhausted)),
    ];
    for tenant in 0..10_000 {
        let tenant = TenantId::trusted(&format!("0190b3a2-7c4d-7e1f-8a2b-{tenant:012}"));
        for event in &types {
            metrics.published(&tenant, event, false, 0);
            let held = Held::default();
            let pair = metrics.pair(&held, &tenant, event);
            for (status, next) in results {
                let result = AttemptResult::Response { status, retry_after: None };
                let attempted = Attempted::new(pair.clone(), next, &result, Duration::from_millis(20)).unwrap();
                metrics.attempted(&attempted);
            }
        }
    }
    for format in [Format::Text, Format::OpenMetrics] {
        let text = metrics.scrape().finish(format);
        assert!(text.len() < 5_000_000, "{} bytes", text.len());
        let delivered =
            text.lines().filter(|line| line.contains("_deliveries_total{") && line.contains("\"delivered\""));
        let sum: u64 = delivered.map(|line| line.rsplit_once(' ').unwrap().1.parse::<u64>().unwrap()).sum();
        assert_eq!(sum, 500_000, "nothing is lost in the label other");
    }
}
