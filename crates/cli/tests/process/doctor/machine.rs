//! The machine: a used-up limit of descriptors, a full disk, wrong clocks, an address that is taken.

use super::{Findings, Installation};
use crate::support::{
    disk::Disk,
    faketime::{FakeTime, preloaded},
    server::Launch,
    wait_until,
};
use std::net::{TcpListener, TcpStream};

/// The limit of a server with few descriptors.
const DESCRIPTORS: u32 = 80;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_used_up_limit_of_descriptors_is_a_problem() {
    let mut installation = Installation::sqlite();
    let launch = installation.with_environment(Launch::new(installation.folder.path(), &["serve"]));
    let server = launch.descriptors(DESCRIPTORS).start().await;
    installation.set("POSTRIDER_LISTEN", &server.address.to_string());
    let found = installation.examine(&[]).await;
    found.has("descriptors", "problem", &["80 open files", "POSTRIDER_MAX_CONCURRENCY is 512", "LimitNOFILE="]);

    // The server keeps places for its operator.
    let connections: Vec<TcpStream> = (0..DESCRIPTORS).map_while(|_| TcpStream::connect(server.address).ok()).collect();
    wait_until("connections use up the descriptors", async || {
        (server.descriptors() >= (DESCRIPTORS as usize * 9) / 10).then_some(())
    })
    .await;
    let found = installation.examine(&[]).await;
    let used = found.by("descriptors").into_iter().find(|one| one["found"].to_string().contains("in use")).unwrap();
    assert_ne!(used["status"], "ok", "{used}");
    drop(connections);

    // The doctor itself has no descriptors left.
    for few in [6, 12] {
        let finished = installation.doctor(&[]).descriptors(few).run().await;
        assert!(finished.sentence().starts_with("too few file descriptors are free"), "{}", finished.stderr);
    }
}

#[tokio::test]
async fn a_full_disk_is_a_problem() {
    let mut installation = Installation::sqlite();
    let disk = Disk::of(200);
    installation.set("POSTRIDER_STORE", &format!("sqlite:{}", disk.path().join("postrider.db").display()));
    installation.write().await;
    let found = installation.examine(&[]).await;
    found.has("disk", "warning", &["are free on the disk of the store", "shorten POSTRIDER_RETENTION_DAYS"]);
    disk.fill();
    let found = installation.examine(&[]).await;
    found.has("disk", "problem", &["Only 0 bytes of 200.0 MiB are free", "refused with 503"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_before_the_trusted_time_is_a_problem_and_one_far_ahead_a_warning() {
    let mut installation = Installation::sqlite();
    let server = installation.start().await;
    let believed = || {
        let sql = "SELECT count(*) FROM meta WHERE name = 'believed_time'";
        let output = std::process::Command::new("sqlite3").arg(installation.path("postrider.db")).arg(sql).output();
        String::from_utf8_lossy(&output.unwrap().stdout).trim() == "1"
    };
    wait_until("the server has stored a trusted time", async || believed().then_some(())).await;
    server.stop().await;
    let fake = FakeTime::new(installation.folder.path());
    for (offset, status, part) in [
        ("-10d", "problem", "before the newest time that a server has trusted"),
        ("+10d", "warning", "No server has trusted the clock since"),
        ("+0", "ok", "which fits the store"),
    ] {
        fake.set(offset);
        let found = Findings::of(&fake.on(installation.doctor(&["--output", "json"])).run().await);
        found.has("clock", status, &[part]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_differs_from_the_databases_is_a_warning() {
    let mut installation = Installation::postgres();
    installation.write().await;
    for (offset, part) in [("-1h", "s behind the database's"), ("+1h", "s ahead of the database's")] {
        let launch = preloaded(installation.doctor(&["--output", "json"])).env("FAKETIME", offset);
        let found = Findings::of(&launch.run().await);
        found.has("clock", "warning", &["3600.", part]);
        found.no_problem_but(&[]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_cannot_be_listened_on_is_a_problem() {
    let mut installation = Installation::sqlite();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    installation.set("POSTRIDER_LISTEN", &address);
    let answering = std::thread::spawn(move || drop(taken.accept()));
    let found = installation.examine(&[]).await;
    let process = format!("process {}", std::process::id());
    found.has("listen", "problem", &[&address, &process, "does not answer like Postrider", "Stop that process"]);
    answering.join().unwrap();

    installation.set("POSTRIDER_LISTEN", "192.0.2.1:8080");
    installation.examine(&[]).await.has("listen", "problem", &["Use an address of this machine"]);

    // Another server, with another store.
    let mut other = Installation::sqlite();
    let (own, foreign) = (installation_at_free(&mut installation).await, other.start().await);
    let found = installation.examine(&["--listen", &foreign.address.to_string()]).await;
    let holder = format!("the store is open in postrider, process {}", own.process.id());
    found.has("listen", "problem", &[&holder]);
    let found = installation.examine(&["--listen", "127.0.0.1:0"]).await;
    found.has("listen", "warning", &["works on the store at another address"]);
}

async fn installation_at_free(installation: &mut Installation) -> crate::support::server::Server {
    installation.set("POSTRIDER_LISTEN", "127.0.0.1:0");
    installation.start().await
}
