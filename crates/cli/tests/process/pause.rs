//! `serve --paused` and pausing a running installation: nothing is sent until a resume.

use crate::support::{
    client::Client,
    receiver::Receiver,
    server::{ADMIN_KEY, Launch, Server},
    wait_until,
};
use serde_json::json;
use std::{fs, path::Path, time::Duration};

/// Long enough for a delivery that must not arrive.
const WHILE: Duration = Duration::from_secs(2);

fn paused(folder: &Path) -> Launch {
    Launch::new(folder, &["serve", "--paused", "--listen", "127.0.0.1:0"])
        .env("POSTRIDER_ADMIN_KEY", ADMIN_KEY)
        .env("POSTRIDER_ALLOW_HTTP", "true")
        .env("POSTRIDER_ALLOW_NETWORKS", "127.0.0.0/8")
        .env("POSTRIDER_LOG", "info")
}

async fn is_shown_as_paused(server: &Server, expected: bool) {
    let operator = server.operator();
    assert_eq!(operator.get("/api/v1/nodes").await.body[0]["paused"], expected);
    let ready = operator.get("/readyz").await;
    assert_eq!((ready.status.as_u16(), ready.body["paused"].as_bool().unwrap_or(false)), (200, expected));
}

/// A store with waiting deliveries, copied like a backup.
async fn copied(receiver: &Receiver) -> (tempfile::TempDir, Client) {
    let folder = tempfile::tempdir().unwrap();
    let server = Launch::server(folder.path()).start().await;
    let client = server.tenant("acme").await;
    receiver.hold();
    client.subscribe(&receiver.url(), &json!({ "timeout_seconds": 300 })).await;
    for seq in 0..20 {
        client.publish("invoice.created", seq).await;
    }
    server.kill();
    receiver.release();
    (folder, client)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paused_copy_sends_nothing_until_resume_even_after_a_restart() {
    let receiver = Receiver::start().await;
    let (folder, client) = copied(&receiver).await;
    let before = receiver.ledger().arrived.values().sum::<u32>();
    let server = paused(folder.path()).start().await;
    let subscription = client.at(server.address).get("/api/v1/webhooks/subscriptions").await.body[0]["id"].clone();
    is_shown_as_paused(&server, true).await;
    assert!(server.process.stdout().contains("Deliveries are paused"), "{}", server.process.stdout());
    server.kill();

    // Restarted without the flag.
    let server = Launch::server(folder.path()).start().await;
    let client = client.at(server.address);
    is_shown_as_paused(&server, true).await;
    // Events are accepted, test sends are refused, and replayed deliveries wait.
    client.publish("invoice.created", 100).await;
    let test = format!("/api/v1/webhooks/subscriptions/{}/test", subscription.as_str().unwrap());
    let refused = client.post(&test, &json!({})).await;
    assert_eq!((refused.status.as_u16(), &refused.body["code"]), (409, &json!("paused")), "{}", refused.body);
    tokio::time::sleep(WHILE).await;
    assert_eq!(receiver.ledger().arrived.values().sum::<u32>(), before, "nothing was sent");

    let resume = Launch::new(folder.path(), &["resume"])
        .env("POSTRIDER_URL", &format!("http://{}", server.address))
        .env("POSTRIDER_KEY", ADMIN_KEY);
    assert_eq!(resume.run().await.success(), "Deliveries are resumed.\n");
    is_shown_as_paused(&server, false).await;
    wait_until("the backlog is sent", async || client.none("pending").await.then_some(())).await;
    assert_eq!(receiver.missing((0..20).chain([100])), 0);
    // The resume survives a restart.
    server.stop().await;
    let server = Launch::server(folder.path()).start().await;
    is_shown_as_paused(&server, false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_running_server_is_paused_and_resumed() {
    let folder = tempfile::tempdir().unwrap();
    let server = Launch::server(folder.path()).start().await;
    let client = server.tenant("acme").await;
    let receiver = Receiver::start().await;
    client.subscribe(&receiver.url(), &json!({})).await;
    client.publish("invoice.created", 1).await;
    wait_until("it is delivered", async || client.none("pending").await.then_some(())).await;
    let operator = server.operator();
    // Pausing twice has the effect of pausing once.
    for _ in 0..2 {
        let answer = operator.post("/api/v1/nodes/pause", &json!({})).await;
        assert_eq!((answer.status.as_u16(), &answer.body), (200, &json!({ "paused": true })));
    }
    client.publish_batch("invoice.created", 10..2_000).await;
    tokio::time::sleep(WHILE).await;
    assert_eq!(receiver.distinct(), 1);
    operator.post("/api/v1/nodes/resume", &json!({})).await;
    wait_until("all are delivered", async || client.none("pending").await.then_some(())).await;
    assert_eq!((receiver.missing(10..2_000), receiver.ledger().repeats()), (0, 0));
    assert_eq!(client.post("/api/v1/nodes/pause", &json!({})).await.status, 200, "the operator's key in a tenant");
}

/// A restored store must not send because a flag was forgotten.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_without_a_server_can_be_paused_and_its_copies_are_too() {
    let receiver = Receiver::start().await;
    let (folder, _) = copied(&receiver).await;
    let before = receiver.ledger().arrived.values().sum::<u32>();
    let run = async |arguments: &[&str]| Launch::new(folder.path(), arguments).run().await;
    assert!(run(&["pause", "--store", "sqlite:postrider.db"]).await.success().starts_with("postrider.db is paused"));
    run(&["copy", "--from", "sqlite:postrider.db", "--to", "sqlite:second.db"]).await.success();
    fs::copy(folder.path().join("postrider.db.key"), folder.path().join("second.db.key")).unwrap();
    for store in ["sqlite:postrider.db", "sqlite:second.db"] {
        let server = Launch::server(folder.path()).env("POSTRIDER_STORE", store).start().await;
        is_shown_as_paused(&server, true).await;
        let refused = run(&["pause", "--store", store]).await;
        assert!(refused.sentence().contains("is open in another process"), "{}", refused.stderr);
    }
    tokio::time::sleep(WHILE).await;
    assert_eq!(receiver.ledger().arrived.values().sum::<u32>(), before);
    let missing = run(&["pause", "--store", "sqlite:nowhere.db"]).await;
    assert_eq!(missing.sentence(), "--store: nowhere.db does not exist");
}
