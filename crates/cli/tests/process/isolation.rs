//! Isolation of receivers: one or sixty that accept requests and never respond must not delay others.

use crate::support::{
    alone,
    client::Client,
    receiver::Receiver,
    server::{Launch, Server},
    wait_until,
};
use serde_json::json;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

/// Events for each healthy receiver.
const EVENTS: u64 = 300;
/// Interval between these events: about 100 per second.
const EVERY: Duration = Duration::from_millis(10);
/// Event types for hanging and for healthy receivers.
const HANGING: &str = "invoice.created";
const HEALTHY: &str = "user.updated";
/// Timeout in seconds, so long that hanging requests are not cut off during the test.
const TIMEOUT: u64 = 300;

/// A receiver that works.
struct Healthy {
    client: Client,
    receiver: Receiver,
}

impl Healthy {
    async fn subscribe(client: Client) -> Self {
        let receiver = Receiver::start().await;
        client.subscribe(&receiver.url(), &json!({ "events": [HEALTHY] })).await;
        Self { client, receiver }
    }
}

/// Hanging receivers of the tenant `hanging`, with waiting deliveries for all of them.
struct Hanging {
    client: Client,
    receiver: Receiver,
    /// Number of waiting deliveries.
    waiting: usize,
    /// Number of requests answered before the receiver began to hang.
    answered_before: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    /// Hang from the first request on.
    Never,
    /// Answered a first request quickly, so that the scheduler classifies them as quick.
    Quick,
}

impl Hanging {
    /// All subscriptions lead to one receiver, which holds every request.
    async fn start(server: &Server, subscriptions: usize, events: u64, known: Known) -> Self {
        let client = server.tenant("hanging").await;
        let receiver = Receiver::start().await;
        for _ in 0..subscriptions {
            let more = json!({ "events": [HANGING], "timeout_seconds": TIMEOUT });
            client.subscribe(&receiver.url(), &more).await;
        }
        if known == Known::Quick {
            client.publish(HANGING, events).await;
            wait_until("each receiver has answered", async || client.none("pending").await.then_some(())).await;
        }
        let answered_before = receiver.answered();
        receiver.hold();
        client.publish_batch(HANGING, 0..events).await;
        let waiting = subscriptions * events as usize;
        Self { client, receiver, waiting, answered_before }
    }

    /// Returns when the receiver holds this many requests.
    async fn holds(&self, requests: usize) {
        wait_until("requests hang", async || {
            let ledger = self.receiver.ledger();
            let arrived: u32 = ledger.arrived.values().sum();
            (arrived as usize >= ledger.answered + requests).then_some(())
        })
        .await;
    }

    /// Asserts that no waiting delivery was answered, and all still wait.
    async fn assert_still_waiting(&self) {
        assert_eq!(self.receiver.answered(), self.answered_before);
        let pending = self.client.deliveries("pending").await;
        let pending = pending.iter().filter(|one| one["event_type"] == HANGING).count();
        let held = self.receiver.ledger().arrived.values().sum::<u32>() as usize - self.answered_before;
        println!("healthy receivers are done; {pending} of {} still wait, {held} requests hang", self.waiting);
        assert_eq!(pending, self.waiting);
        assert_eq!(self.receiver.answered(), self.answered_before);
    }

    /// Releases the receivers, and waits for the waiting deliveries.
    async fn recover(self, events: u64) {
        self.receiver.release();
        wait_until("the backlog is delivered", async || self.client.none("pending").await.then_some(())).await;
        assert_eq!(self.receiver.missing(0..events), 0);
        assert_eq!(self.receiver.answered(), self.answered_before + self.waiting);
    }
}

/// Publishes to each receiver in turn, at a steady rate, until the last event has arrived.
async fn publish_steadily(healthy: &[Healthy]) {
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for seq in 0..EVENTS {
        ticks.tick().await;
        for one in healthy {
            one.client.publish(HEALTHY, seq).await;
        }
    }
    for one in healthy {
        wait_until("the last healthy one has arrived", async || (one.receiver.missing(0..EVENTS) == 0).then_some(()))
            .await;
    }
}

fn assert_none_twice(healthy: &[Healthy]) {
    assert!(healthy.iter().all(|one| one.receiver.ledger().repeats() == 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_that_hangs_does_not_delay_another_tenant() {
    let _alone = alone().await;
    let folder = tempfile::tempdir().unwrap();
    let server = Launch::server(folder.path()).start().await;
    let hanging = Hanging::start(&server, 1, 2_000, Known::Never).await;
    hanging.holds(16).await;
    let healthy = [Healthy::subscribe(server.tenant("healthy").await).await];
    publish_steadily(&healthy).await;
    hanging.assert_still_waiting().await;
    assert_none_twice(&healthy);
    hanging.recover(2_000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_that_hangs_does_not_delay_another_receiver_of_its_tenant() {
    let _alone = alone().await;
    let folder = tempfile::tempdir().unwrap();
    let server = Launch::server(folder.path()).start().await;
    let hanging = Hanging::start(&server, 1, 2_000, Known::Never).await;
    hanging.holds(16).await;
    let healthy = [Healthy::subscribe(hanging.client.clone()).await];
    publish_steadily(&healthy).await;
    hanging.assert_still_waiting().await;
    assert_none_twice(&healthy);
    hanging.recover(2_000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_receivers_that_hang_do_not_delay_others() {
    let _alone = alone().await;
    let folder = tempfile::tempdir().unwrap();
    let server = Launch::server(folder.path()).start().await;
    let hanging = Hanging::start(&server, 60, 40, Known::Never).await;
    hanging.holds(60).await;
    let healthy =
        [Healthy::subscribe(hanging.client.clone()).await, Healthy::subscribe(server.tenant("healthy").await).await];
    publish_steadily(&healthy).await;
    hanging.assert_still_waiting().await;
    assert_none_twice(&healthy);
    hanging.recover(40).await;
}

/// The hardest case: receivers that were quick may have more concurrent requests, and now all of them hang.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_receivers_that_were_quick_before_they_hang_do_not_delay_others() {
    let _alone = alone().await;
    let folder = tempfile::tempdir().unwrap();
    let server = Launch::server(folder.path()).start().await;
    let hanging = Hanging::start(&server, 60, 40, Known::Quick).await;
    hanging.holds(60).await;
    let healthy =
        [Healthy::subscribe(hanging.client.clone()).await, Healthy::subscribe(server.tenant("healthy").await).await];
    publish_steadily(&healthy).await;
    hanging.assert_still_waiting().await;
    assert_none_twice(&healthy);
    hanging.recover(40).await;
}
