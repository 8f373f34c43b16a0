//! Automatic disabling over a kill: the time of failures goes on, and a disabled subscription stays disabled.

use super::{Place, nothing_waits, on_both_stores, shown};
use crate::support::{
    client::{Client, Subscription},
    faketime::FakeTime,
    nginx::Nginx,
    wait_until,
};
use serde_json::json;
use testing::Postgres;

on_both_stores! {
    the_time_of_failures_goes_on_after_a_kill_and_disables_the_subscription,
}

/// Publishes an event, and waits until its only attempt has failed.
async fn fail(client: &Client, subscription: &Subscription, seq: u64) {
    let before = shown(client, subscription).await["failure_count"].as_u64().unwrap();
    client.publish("invoice.created", seq).await;
    wait_until("the attempt has failed", async || {
        (shown(client, subscription).await["failure_count"] == before + 1).then_some(())
    })
    .await;
}

async fn the_time_of_failures_goes_on_after_a_kill_and_disables_the_subscription(place: Place) {
    let fake = FakeTime::new(place.folder.path());
    let launch = fake.on(place.launch());
    let mut nginx = Nginx::stopped();
    let server = launch.start().await;
    let client = server.tenant("acme").await;
    let fields = json!({ "retry_enabled": false, "auto_disable_after_hours": 1, "events": ["invoice.*"] });
    let subscription = client.subscribe(&nginx.url(), &fields).await;
    fail(&client, &subscription, 1).await;
    let since = shown(&client, &subscription).await["failing_since"].clone();
    assert!(since.is_string(), "{since}");

    // Two hours pass while the server is dead. PostgreSQL has a clock of its own, so there the past is moved instead.
    server.kill();
    fake.set("+2h");
    if let Some(database) = &place.database {
        let sql = "UPDATE postrider.subscription_stats SET failing_since = failing_since - 7200000000;
                   UPDATE postrider.subscriptions SET restarted_at = restarted_at - 7200000000";
        Postgres::shared().sql(database, sql);
    }
    let server = launch.start().await;
    let client = client.at(server.address);
    let kept = shown(&client, &subscription).await;
    assert_eq!(kept["is_active"], true, "a receiver to which nothing was sent is not disabled");
    fail(&client, &subscription, 2).await;
    let disabled = wait_until("the subscription is disabled", async || {
        Some(shown(&client, &subscription).await).filter(|shown| shown["is_active"] == false)
    })
    .await;
    assert_eq!(disabled["disabled_reason"], "failing");

    let server = place.kill_and_start(server, &launch).await;
    let client = client.at(server.address);
    let still = shown(&client, &subscription).await;
    for field in ["is_active", "disabled_reason", "disabled_at", "failing_since"] {
        assert_eq!(still[field], disabled[field], "{field}");
    }
    nginx.start_again().await;
    let active = client.post(&subscription.path("/activate"), &json!({})).await;
    assert_eq!((active.status.as_u16(), &active.body["disabled_reason"]), (200, &json!(null)));
    let id = client.publish("invoice.created", 3).await;
    nothing_waits(&client).await;
    assert_eq!(nginx.requests(200), [id]);
}
