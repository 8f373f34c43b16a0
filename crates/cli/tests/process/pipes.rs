//! Closed pipes: commands end silently, and a server continues.

use crate::support::{client::Client, free_port, loopback, server::Launch, wait_until};
use std::{
    fs::OpenOptions,
    path::Path,
    process::{Command, Output, Stdio},
};

/// Runs the binary with a standard output whose reader is closed.
fn unread(folder: &Path, arguments: &[&str], more: &[(&str, &str)]) -> Output {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    command(folder, arguments, more).stdout(writer).output().unwrap()
}

fn command(folder: &Path, arguments: &[&str], more: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postrider"));
    command.args(arguments).current_dir(folder).env_clear().envs(more.iter().copied()).stdin(Stdio::null());
    command
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_command_ends_silently_when_its_output_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let server = Launch::new(folder.path(), &["serve", "--dev", "--listen", "127.0.0.1:0"]).start().await;
    let other = tempfile::tempdir().unwrap();
    let rows: [&[&str]; 17] = [
        &["catalog", "list"],
        &["catalog", "show", "invoice.created"],
        &["catalog", "check"],
        &["catalog", "export"],
        &["catalog", "export", "--format", "markdown"],
        &["catalog", "export", "--format", "asyncapi"],
        &["openapi"],
        &["migrate", "--store", "sqlite:other.db"],
        &["copy", "--from", "sqlite:other.db", "--to", "sqlite:third.db"],
        &["tenant", "put", "acme"],
        &["tenant", "list"],
        &["tenant", "delete", "acme", "--yes"],
        &["key", "create"],
        &["publish", "invoice.created", "--data", "{}"],
        &["sink", "--port", "0"],
        &["audit", ".", "--catalog", "shipped"],
        &["--help"],
    ];
    for row in rows {
        let ended = unread(folder.path(), row, &[]);
        assert_eq!((ended.status.code(), String::from_utf8_lossy(&ended.stderr).as_ref()), (Some(0), ""), "{row:?}");
    }
    // Errors are still reported, and so are errors of the output other than a closed pipe.
    let ended = unread(other.path(), &["tenant", "list"], &[]);
    assert_eq!(ended.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&ended.stderr).starts_with("postrider: a key is required"));
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let ended = command(folder.path(), &["catalog", "list"], &[]).stdout(full).output().unwrap();
    assert_eq!(ended.status.code(), Some(1));
    let sentence = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(sentence.starts_with("postrider: standard output cannot be written: "), "{sentence}");
    drop(server);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_on_a_closed_pipe_is_no_panic() {
    let folder = tempfile::tempdir().unwrap();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let ended = command(folder.path(), &["tenant", "list"], &[]).stderr(writer).output().unwrap();
    assert_eq!(ended.status.code(), Some(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_continues_when_its_output_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let address = loopback(free_port());
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let log = writer.try_clone().unwrap();
    let mut server = command(folder.path(), &["serve", "--dev"], &[("POSTRIDER_LISTEN", &address.to_string())])
        .stdout(writer)
        .stderr(log)
        .spawn()
        .unwrap();
    let client = Client::new(address, "none");
    let alive = async || {
        let answer = client.try_call(http::Method::GET, "/healthz", None).await.ok()?;
        (answer.status == 200).then_some(())
    };
    wait_until("the server responds", alive).await;
    for _ in 0..100 {
        client.get("/refused-and-logged").await;
    }
    assert!(server.try_wait().unwrap().is_none());
    server.kill().unwrap();
    server.wait().unwrap();
}
