//! The pool: its processes, its bounds, and workers that die or answer nonsense.

use crate::support::{Pool, input, patient};
use std::{fs, sync::Arc, time::Duration};
use transform::{Failure, FaultKind, Limits, Program, Scripts};

const SAME: &str = "export default w => w";

#[tokio::test]
async fn workers_start_when_needed_and_are_used_again() {
    let pool = Pool::new(patient());
    assert!(pool.pids().is_empty());
    pool.run(SAME).await.result.unwrap();
    let pids = pool.pids();
    assert_eq!(pids.len(), 1);
    pool.run("export default () => { throw 1 }").await.result.unwrap_err();
    pool.run(SAME).await.result.unwrap();
    assert_eq!(pool.pids(), pids);
    pool.scripts.close().await;
    assert!(pool.pids().is_empty());
    assert!(matches!(pool.scripts.run(SAME, &input(b"{}")).await, Err(Failure::Closed)));
}

#[tokio::test]
async fn a_worker_is_replaced_after_its_calls() {
    let pool = Pool::new(Limits { calls: 3, ..patient() });
    let mut seen = Vec::new();
    for _ in 0..6 {
        pool.run(SAME).await.result.unwrap();
        seen.extend(pool.pids());
    }
    seen.dedup();
    assert_eq!(seen.len(), 2, "{seen:?}");
}

#[tokio::test]
async fn a_worker_that_was_killed_while_idle_is_replaced() {
    let pool = Pool::new(patient());
    for _ in 0..3 {
        pool.run(SAME).await.result.unwrap();
        let pids = pool.pids();
        assert_eq!(pids.len(), 1);
        let killed = std::process::Command::new("kill").args(["-KILL", &pids[0].to_string()]).status().unwrap();
        assert!(killed.success());
        pool.run(SAME).await.result.unwrap();
        assert!(!pool.pids().contains(&pids[0]));
    }
}

#[tokio::test]
async fn a_worker_knows_nothing_of_its_parent() {
    assert!(std::env::vars().count() > 0, "the test itself has an environment");
    let _secret = fs::File::open(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).unwrap();
    let pool = Pool::new(patient());
    pool.run(SAME).await.result.unwrap();
    let pid = pool.pids()[0];
    assert_eq!(fs::read(format!("/proc/{pid}/environ")).unwrap(), b"");
    let limits = fs::read_to_string(format!("/proc/{pid}/limits")).unwrap();
    let soft = |name: &str| {
        let line = limits.lines().find(|line| line.starts_with(name)).unwrap();
        line[name.len()..].split_whitespace().next().unwrap().to_owned()
    };
    for (name, value) in [
        ("Max open files", "3"),
        ("Max core file size", "0"),
        ("Max file size", "0"),
        ("Max processes", "0"),
        ("Max cpu time", "600"),
    ] {
        assert_eq!(soft(name), value, "{name}");
    }
    assert!(soft("Max address space").parse::<u64>().unwrap() < 4 << 30);
    let has_secret = |pid: &str| {
        let open = fs::read_dir(format!("/proc/{pid}/fd")).unwrap().flatten();
        open.filter_map(|entry| fs::read_link(entry.path()).ok()).any(|link| link.ends_with("transform/Cargo.toml"))
    };
    assert!(has_secret("self") && !has_secret(&pid.to_string()), "files of the parent are closed");
    assert_eq!(fs::read_link(format!("/proc/{pid}/cwd")).unwrap().to_str(), Some("/"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_queue_is_busy_and_recovers() {
    let limits = Limits { workers: 1, queue: 1, deadline: Duration::from_secs(2), ..Limits::default() };
    let pool = Arc::new(Pool::new(Limits { patience: Duration::from_secs(30), ..limits }));
    let calls: Vec<_> = (0..6)
        .map(|_| {
            let pool = pool.clone();
            tokio::spawn(async move { pool.scripts.run("for (;;);", &input(b"{}")).await.map(|ran| ran.result) })
        })
        .collect();
    let (mut busy, mut late) = (0, 0);
    for call in calls {
        match call.await.unwrap() {
            Err(Failure::Busy) => busy += 1,
            Ok(Err(fault)) if fault.kind == FaultKind::TimeOut => late += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((busy, late), (4, 2));
    pool.run(SAME).await.result.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_waits_for_a_worker_only_as_long_as_allowed() {
    let limits = Limits {
        workers: 1,
        patience: Duration::from_millis(50),
        deadline: Duration::from_secs(2),
        ..Limits::default()
    };
    let pool = Arc::new(Pool::new(limits));
    let other = pool.clone();
    let first = tokio::spawn(async move { other.run("for (;;);").await.result.unwrap_err().kind });
    while pool.pids().is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(matches!(pool.scripts.run(SAME, &input(b"{}")).await, Err(Failure::Busy)));
    assert_eq!(first.await.unwrap(), FaultKind::TimeOut);
    pool.run(SAME).await.result.unwrap();
}

#[tokio::test]
async fn a_dropped_call_kills_its_worker() {
    let pool = Pool::new(patient());
    pool.run(SAME).await.result.unwrap();
    let before = pool.pids();
    let endless = tokio::time::timeout(Duration::from_millis(100), pool.run("new Array(1e9) + ''"));
    assert!(endless.await.is_err());
    while !pool.pids().is_empty() {
        tokio::task::yield_now().await;
    }
    pool.run(SAME).await.result.unwrap();
    assert_ne!(pool.pids(), before);
}

/// A worker in shell. It greets as a real one does, then runs the commands.
fn shell(commands: &str) -> Scripts {
    let hello = r"printf '\034\000\000\000\000\000\000\000postrider transform worker 1'";
    let arguments = vec!["-c".into(), format!("{hello}; {commands}").into()];
    let limits = Limits { deadline: Duration::from_secs(2), ..Limits::default() };
    Scripts::new(Program { path: "/bin/sh".into(), arguments }, limits)
}

#[tokio::test]
async fn nonsense_from_a_worker_is_a_fault() {
    for (commands, kind) in [
        ("exit 3", FaultKind::Crashed),
        ("kill -KILL $$", FaultKind::Crashed),
        ("echo garbage; cat >/dev/null", FaultKind::Crashed),
        ("yes", FaultKind::Crashed),
        (r"printf '\001\000\000\000\000\000\000\000x'; cat >/dev/null", FaultKind::Crashed),
        (r"printf '\002\000\000\000\000\000\000\000{}'; cat >/dev/null", FaultKind::Crashed),
        (
            r#"printf '\042\000\000\000\000\000\000\000{"console":[],"outcome":"Checked"} '; cat >/dev/null"#,
            FaultKind::Crashed,
        ),
        ("cat", FaultKind::Crashed),
        ("sleep 60", FaultKind::TimeOut),
    ] {
        let ran = shell(commands).run(SAME, &input(b"{}")).await.unwrap();
        assert_eq!(ran.result.as_ref().unwrap_err().kind, kind, "{commands}: {ran:?}");
    }
    let died = shell("exit 3").run(SAME, &input(b"{}")).await.unwrap().result.unwrap_err();
    assert_eq!(died.to_string(), "the process that ran the script failed: exit status: 3");
}

#[tokio::test]
async fn the_host_checks_what_a_compromised_worker_sends() {
    for (head, message) in [
        (r#"{"console":[],"outcome":{"Send":{"body":"Json"}}}"#, "the body is not JSON"),
        (r#"{"console":[],"outcome":{"Send":{"path":"http://x/"}}}"#, "path must begin"),
        (r#"{"console":[],"outcome":{"Send":{"method":"CONNECT"}}}"#, "method must be"),
        (r#"{"console":[],"outcome":{"Send":{"headers":[["host","x"]]}}}"#, "cannot set header `host`"),
    ] {
        let start = format!("\\{:03o}\\000\\000\\000\\003\\000\\000\\000", head.len());
        let scripts = shell(&format!("printf '{start}{head}{{x}}'; cat >/dev/null"));
        let fault = scripts.run(SAME, &input(b"{}")).await.unwrap().result.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Output, "{fault}");
        assert!(fault.message.contains(message), "{fault}");
    }
}

#[tokio::test]
async fn a_program_that_is_no_worker_is_a_failure_of_the_server() {
    for (path, argument) in [("/nonexistent", ""), ("/bin/true", ""), ("/bin/echo", "0123456789"), ("/bin/sleep", "60")]
    {
        let program = Program { path: path.into(), arguments: vec![argument.into()] };
        let limits = Limits { start: Duration::from_secs(1), ..Limits::default() };
        let failure = Scripts::new(program, limits).run(SAME, &input(b"{}")).await.unwrap_err();
        assert!(matches!(failure, Failure::Worker(_)), "{path}: {failure}");
    }
}
