//! A killed process leaves no servers and no folders behind.

use std::{
    env,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};
use testing::{Options, PgBouncer, Postgres, Replica};

/// Set in the process that is to be killed.
const VICTIM: &str = "POSTRIDER_TESTING_VICTIM";
/// Prefix of its output lines.
const SAYS: &str = "victim: ";

/// Runs only in the process that is to be killed: starts servers, prints them, and waits.
#[test]
fn victim() {
    match env::var(VICTIM).as_deref() {
        Ok("running") => {
            let (server, shared) = (Postgres::start(Options::default()), Postgres::shared());
            let (replica, bouncer) = (Replica::start(&server), PgBouncer::start(&server, &[]));
            say(server.pid(), server.folder());
            say(shared.pid(), shared.folder());
            say(replica.pid(), replica.folder());
            say(bouncer.pid(), bouncer.folder());
            wait_to_be_killed();
        }
        Ok("stopped") => {
            let server = Postgres::start(Options::default());
            say(server.pid(), server.folder());
            server.stop_immediately();
            wait_to_be_killed();
        }
        _ => {}
    }
}

fn say(pid: u32, folder: &Path) {
    println!("\n{SAYS}{pid} {}", folder.display());
}

fn wait_to_be_killed() -> ! {
    println!("\n{SAYS}ready");
    loop {
        thread::park();
    }
}

/// Starts a victim; returns it with the processes and folders that it prints.
fn start(manner: &str) -> (Child, Vec<(u32, PathBuf)>) {
    let mut victim = Command::new(env::current_exe().unwrap())
        .args(["--exact", "killed::victim", "--nocapture"])
        .env(VICTIM, manner)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(victim.stdout.take().unwrap()).lines();
    let mut said = || lines.find_map(|line| Some(line.unwrap().strip_prefix(SAYS)?.to_owned())).expect("a line");
    let mut servers = Vec::new();
    loop {
        let line = said();
        let Some((pid, folder)) = line.split_once(' ') else { return (victim, servers) };
        servers.push((pid.parse().unwrap(), folder.into()));
    }
}

fn is_there(pid: u32) -> bool {
    Command::new("kill").args(["-0", &pid.to_string()]).stderr(Stdio::null()).status().unwrap().success()
}

/// Waits for at most ten seconds.
fn gone_soon(pid: u32, folder: &Path) -> bool {
    (0..200).any(|_| {
        let gone = !is_there(pid) && !folder.exists();
        if !gone {
            thread::sleep(Duration::from_millis(50));
        }
        gone
    })
}

fn kill_and_check(manner: &str) {
    let (mut victim, servers) = start(manner);
    assert!(servers.iter().all(|(_, folder)| folder.exists()));
    // Kill by SIGKILL.
    victim.kill().unwrap();
    victim.wait().unwrap();
    for (pid, folder) in servers {
        assert!(gone_soon(pid, &folder), "process {pid} or {} is left behind", folder.display());
    }
}

#[test]
fn a_killed_process_leaves_no_servers_and_no_folders() {
    kill_and_check("running");
}

#[test]
fn a_stopped_server_leaves_no_folder_either() {
    kill_and_check("stopped");
}
