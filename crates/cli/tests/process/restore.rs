//! The sections *Back up* and *Restore* of docs/operations.md: their blocks, run in order.

use crate::support::{
    free_port,
    markdown::blocks,
    receiver::Receiver,
    server::{ADMIN_KEY, Launch},
    wait_until,
};
use serde_json::{Value, json};
use std::{fs, os::unix::fs::PermissionsExt, path::Path};

const PAGE: &str = "docs/operations.md";

/// A block with this build of the binary, and on a free port.
fn script(folder: &Path, block: &str, port: &str) -> Launch {
    let text = block.replace("8080", port);
    // With the binary in the search path, as if it were installed.
    let binary = Path::new(env!("CARGO_BIN_EXE_postrider")).parent().unwrap().display();
    Launch::script(folder, &format!("PATH={binary}:$PATH\n{text}"))
        .env("POSTRIDER_ADMIN_KEY", ADMIN_KEY)
        .env("POSTRIDER_ALLOW_HTTP", "true")
        .env("POSTRIDER_ALLOW_NETWORKS", "127.0.0.0/8")
        .env("POSTRIDER_LISTEN", &format!("127.0.0.1:{port}"))
        .env("POSTRIDER_URL", &format!("http://127.0.0.1:{port}"))
        .env("POSTRIDER_KEY", ADMIN_KEY)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_is_restored_with_the_commands_of_the_page() {
    let (back_up, restore) = (blocks(PAGE, "back up"), blocks(PAGE, "restore"));
    assert_eq!((back_up.len(), restore.len()), (1, 3));
    let folder = tempfile::tempdir().unwrap();
    let original = Launch::server(folder.path()).start().await;
    let client = original.tenant("acme").await;
    let receiver = Receiver::start().await;
    client.subscribe(&receiver.url(), &json!({ "timeout_seconds": 300 })).await;
    client.publish("invoice.created", 1).await;
    wait_until("the first is delivered", async || client.none("pending").await.then_some(())).await;
    receiver.hold();
    client.publish("invoice.created", 2).await;
    wait_until("the second is in flight", async || (receiver.distinct() == 2).then_some(())).await;

    script(folder.path(), &back_up[0], "1").run().await.success();
    for name in ["backup.db", "backup.db.key"] {
        let mode = fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    // The original continues, and is not affected by the pause of the copy.
    receiver.release();
    wait_until("the second is delivered", async || client.none("pending").await.then_some(())).await;
    original.stop().await;

    let port = free_port().to_string();
    let copy = script(folder.path(), &restore[0], &port).start().await;
    let looked = script(folder.path(), &restore[1], &port).run().await;
    let answers: Vec<Value> =
        serde_json::Deserializer::from_str(looked.success()).into_iter().map(Result::unwrap).collect();
    let [nodes, tenants, pending] = &answers[..] else { panic!("{answers:?}") };
    assert_eq!(nodes[0]["paused"], true);
    assert_eq!(tenants[0]["id"], "acme");
    assert_eq!(pending.as_array().unwrap().len(), 1, "the delivery in flight at the time of the copy: {pending}");
    assert_eq!(receiver.ledger().repeats(), 0);

    assert_eq!(script(folder.path(), &restore[2], &port).run().await.success(), "Deliveries are resumed.\n");
    let client = client.at(copy.address);
    wait_until("the backlog is sent", async || client.none("pending").await.then_some(())).await;
    assert_eq!((receiver.ledger().arrived[&1], receiver.ledger().arrived[&2]), (1, 2));
}
