//! The store's file: one server whatever the path, readable by its owner only, and no `202` when the file is missing,
//! locked by another program, or on a full disk.

use crate::support::{
    client::{Answer, Client},
    disk::Disk,
    free_port, loopback,
    receiver::{self, Receiver},
    server::{Launch, Server},
    wait_until,
};
use http::Method;
use serde_json::json;
use std::{
    fs,
    io::Write,
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;

const MASTER_KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
/// Publishers must get an error within this time.
const SOON: Duration = Duration::from_secs(1);

fn launch(folder: &Path) -> Launch {
    Launch::server(folder).env("POSTRIDER_MASTER_KEY", MASTER_KEY)
}

async fn server() -> (TempDir, Server, Client) {
    let folder = tempfile::tempdir().unwrap();
    let server = launch(folder.path()).start().await;
    let client = server.tenant("acme").await;
    (folder, server, client)
}

async fn publish(client: &Client, id: &str) -> Answer {
    let event = json!({ "type": "invoice.created", "id": id, "data": { "seq": 1 } });
    client.try_call(Method::POST, "/api/v1/events", Some(&event)).await.expect("an answer")
}

/// Asserts that a call returns soon.
#[allow(clippy::disallowed_methods, reason = "measures the time until the response")]
async fn timed(call: impl Future<Output = Answer>) -> Answer {
    let began = Instant::now();
    let answer = call.await;
    assert!(began.elapsed() < SOON, "answered {} after {:?}", answer.status, began.elapsed());
    answer
}

#[tokio::test]
async fn a_second_server_through_a_link_is_refused_and_names_the_first() {
    let (folder, server, client) = server().await;
    let elsewhere = folder.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    let store = folder.path().join("postrider.db");
    symlink(&store, elsewhere.join("symbolic.db")).unwrap();
    fs::hard_link(&store, elsewhere.join("hard.db")).unwrap();
    let first = format!("is open in another process (postrider, process {})", server.process.id());
    for name in ["symbolic.db", "hard.db", "../postrider.db"] {
        for command in ["serve", "migrate"] {
            let second = Launch::new(&elsewhere, &[command, "--store", &format!("sqlite:{name}")])
                .env("POSTRIDER_LISTEN", "127.0.0.1:0")
                .env("POSTRIDER_MASTER_KEY", MASTER_KEY);
            let ended = second.run().await;
            let sentence = ended.sentence();
            assert!(sentence.starts_with(&format!("POSTRIDER_STORE: {name} {first}")), "{sentence}");
        }
    }
    assert_eq!(publish(&client, "still-there").await.status, 202);
}

/// Ways to damage a file under a running server.
#[tokio::test]
async fn no_event_is_acknowledged_when_the_file_is_missing() {
    type Harm = fn(&Path);
    let harms: [(&str, Harm); 4] = [
        ("removed", |folder| fs::remove_file(folder.join("postrider.db")).unwrap()),
        ("renamed", |folder| fs::rename(folder.join("postrider.db"), folder.join("other.db")).unwrap()),
        ("replaced", |folder| {
            fs::copy(folder.join("postrider.db"), folder.join("copy.db")).unwrap();
            fs::rename(folder.join("copy.db"), folder.join("postrider.db")).unwrap();
        }),
        ("log removed", |folder| fs::remove_file(folder.join("postrider.db-wal")).unwrap()),
    ];
    for (harm, do_it) in harms {
        let (folder, server, client) = server().await;
        assert_eq!(publish(&client, "before").await.status, 202);
        do_it(folder.path());
        for number in 0..3 {
            let answer = timed(publish(&client, &format!("after-{number}"))).await;
            assert_eq!(answer.status, 503, "{harm}: {}", answer.body);
            let detail = answer.body["detail"].as_str().unwrap();
            assert!(!detail.contains("nothing was accepted"), "{harm}: {detail}");
        }
        assert_eq!(client.get("/readyz").await.status, 503, "{harm}");
        assert_eq!(client.get("/healthz").await.status, 200, "{harm}");
        wait_until("the log names the file", async || {
            server.process.stderr().contains("was removed, renamed or replaced while it was open").then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn a_restored_file_is_used_again() {
    let (folder, _server, client) = server().await;
    let (here, there) = (folder.path().join("postrider.db"), folder.path().join("moved.db"));
    fs::rename(&here, &there).unwrap();
    assert_eq!(publish(&client, "away").await.status, 503);
    fs::rename(&there, &here).unwrap();
    wait_until("events are accepted", async || (publish(&client, "back").await.status == 202).then_some(())).await;
}

/// Outcomes could not be recorded, and another server may send the same deliveries from the moved file.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waiting_deliveries_are_not_sent_while_the_file_is_missing() {
    let (folder, _server, client) = server().await;
    let address = loopback(free_port());
    client.subscribe(&receiver::url(address), &json!({ "profile": "standard" })).await;
    client.publish("invoice.created", 1).await;
    // Refused, and retried after five seconds.
    wait_until("the first attempt has failed", async || (!client.none("retrying").await).then_some(())).await;
    let (here, there) = (folder.path().join("postrider.db"), folder.path().join("moved.db"));
    fs::rename(&here, &there).unwrap();
    let receiver = Receiver::start_at(address).await;
    tokio::time::sleep(Duration::from_secs(8)).await;
    assert_eq!(receiver.distinct(), 0);
    fs::rename(&there, &here).unwrap();
    wait_until("the delivery is sent", async || (receiver.distinct() == 1).then_some(())).await;
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn only_the_owner_may_read_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let binary = env!("CARGO_BIN_EXE_postrider");
    let names = ["postrider.db", "postrider.db-wal", "postrider.db-shm", "postrider.db.key"];
    let script = format!("umask 000; exec '{binary}' serve --dev --listen 127.0.0.1:0");
    let server = Launch::script(folder.path(), &script).start().await;
    for name in names {
        assert_eq!(mode(&folder.path().join(name)), 0o600, "{name}");
    }
    server.kill();
    // Permissions as older versions left them.
    for name in &names[..3] {
        fs::set_permissions(folder.path().join(name), fs::Permissions::from_mode(0o644)).unwrap();
    }
    let server = Launch::script(folder.path(), &script).start().await;
    for name in names {
        assert_eq!(mode(&folder.path().join(name)), 0o600, "{name}");
    }
    server.stop().await;
    let copy = format!("umask 000; exec '{binary}' copy --from sqlite:postrider.db --to sqlite:copy.db");
    Launch::script(folder.path(), &copy).run().await.success();
    assert_eq!(mode(&folder.path().join("copy.db")), 0o600);
}

/// `sqlite3` with an open write transaction until it is dropped.
struct Holder(Child);

impl Holder {
    async fn of(store: &Path) -> Self {
        let mut child = Command::new("sqlite3")
            .arg(store)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the command sqlite3");
        let mut input = child.stdin.take().unwrap();
        input.write_all(b"BEGIN IMMEDIATE;\nSELECT 'locked';\n").unwrap();
        child.stdin = Some(input);
        let mut said = [0; 7];
        std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut said).expect("sqlite3 has the lock");
        Self(child)
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_programs_lock_is_503_within_a_second_and_is_named() {
    let (folder, server, client) = server().await;
    let holder = Holder::of(&folder.path().join("postrider.db")).await;
    for number in 0..5 {
        let answer = timed(publish(&client, &format!("locked-{number}"))).await;
        assert_eq!(answer.status, 503, "{}", answer.body);
        assert!(answer.body["detail"].as_str().unwrap().contains("nothing was accepted"), "{}", answer.body);
    }
    // Several at once, while a commit fails.
    let mut many = tokio::task::JoinSet::new();
    for number in 0..20 {
        let client = client.clone();
        many.spawn(async move { timed(publish(&client, &format!("many-{number}"))).await.status });
    }
    assert!(many.join_all().await.iter().all(|status| *status == 503));
    assert_eq!(timed(client.get("/readyz")).await.status, 503);
    assert_eq!(timed(client.put("/api/v1/tenants/other", &json!({}))).await.status, 503);
    let named = format!("the file is locked by another program (sqlite3, process {})", holder.0.id());
    assert!(server.process.stderr().contains(&named), "{}", server.process.stderr());
    drop(holder);
    wait_until("events are accepted", async || (publish(&client, "free").await.status == 202).then_some(())).await;
    for id in ["locked-0", "many-19"] {
        assert_eq!(client.get(&format!("/api/v1/events/{id}")).await.status, 404, "{id}: the event was not accepted");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_not_ready_and_loses_no_acknowledged_event() {
    let disk = Disk::of(24);
    let server = launch(disk.path()).start().await;
    let client = server.tenant("acme").await;
    let before = client.publish("invoice.created", 1).await;
    assert_eq!(client.get("/readyz").await.status, 200);
    disk.fill();
    wait_until("the server is not ready", async || (client.get("/readyz").await.status == 503).then_some(())).await;
    assert_eq!(client.get("/healthz").await.status, 200);
    // SQLite's log has some free blocks; once they are full, publishers get errors too.
    let data = "x".repeat(100_000);
    wait_until("publishing is refused", async || {
        let event = json!({ "type": "invoice.created", "data": { "seq": 2, "text": data } });
        (timed(client.post("/api/v1/events", &event)).await.status == 503).then_some(())
    })
    .await;
    assert_eq!(client.get("/readyz").await.status, 503);
    disk.clear();
    wait_until("the server is ready again", async || (client.get("/readyz").await.status == 200).then_some(())).await;
    client.publish("invoice.created", 3).await;
    assert_eq!(client.get(&format!("/api/v1/events/{before}")).await.status, 200);
    assert_eq!(server.stop().await.code, Some(0));
}
