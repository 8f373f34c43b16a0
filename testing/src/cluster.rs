//! A PostgreSQL server on a data folder, which was created by `initdb` (a primary) or `pg_basebackup` (a replica).

use crate::{
    USER,
    keeper::{Keeper, Signal, State},
    port, programs,
    psql::Target,
};
use std::{
    fs,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
};

/// Number of readiness checks, at least 10 ms apart: a minute.
const LOOKS: usize = 6_000;
/// Number of attempts of a restart that may still find processes of a killed server.
const RESTARTS: usize = 50;

/// A running server, or a stopped one that can be restarted.
#[derive(Debug)]
pub(crate) struct Cluster {
    pub(crate) keeper: Keeper,
    pub(crate) port: u16,
    pid: AtomicU32,
}

impl Cluster {
    /// Starts a server on the folder `data` of a keeper, with additional settings.
    pub(crate) fn start(keeper: Keeper, settings: &[(String, String)]) -> Self {
        let text = |value: &str| value.replace('\\', r"\\").replace('\'', "''");
        let lines = settings.iter().map(|(setting, value)| format!("{setting} = '{}'\n", text(value)));
        keeper.append("data/postgresql.conf", &lines.collect::<String>());
        let folder = keeper.folder().display().to_string();
        keeper.append("data/postgresql.conf", &format!("unix_socket_directories = '{folder}'\n"));
        keeper.append("data/postgresql.conf", "listen_addresses = '127.0.0.1'\n");
        let mut cluster = Self { keeper, port: 0, pid: AtomicU32::new(0) };
        for _ in 0..port::TRIES {
            cluster.port = port::free();
            cluster.keeper.append("data/postgresql.conf", &format!("port = {}\n", cluster.port));
            match cluster.launch() {
                State::Running => return cluster,
                // Another process has taken the port since the check.
                State::Ended if cluster.keeper.log().contains("Address already in use") => {}
                State::Ended => break,
            }
        }
        panic!("PostgreSQL did not start:\n{}", cluster.keeper.log());
    }

    /// Starts the server and waits until it accepts connections or has ended.
    fn launch(&self) -> State {
        let command = [programs::postgresql("postgres"), "-D".to_owned(), self.keeper.path("data")];
        let pid = self.keeper.start(Signal::Quit, &command.each_ref().map(String::as_str));
        self.pid.store(pid, Relaxed);
        for _ in 0..LOOKS {
            if self.is_ready(pid) {
                return State::Running;
            }
            if self.keeper.look() == State::Ended {
                return State::Ended;
            }
        }
        panic!("PostgreSQL is not ready after a minute:\n{}", self.keeper.log());
    }

    /// Checks the same file as `pg_ctl`. A connection could reach another server that took the port.
    fn is_ready(&self, pid: u32) -> bool {
        let file = fs::read_to_string(self.keeper.folder().join("data/postmaster.pid")).unwrap_or_default();
        let lines: Vec<&str> = file.lines().map(str::trim).collect();
        lines.first() == Some(&pid.to_string().as_str()) && lines.get(7) == Some(&"ready")
    }

    pub(crate) fn start_again(&self) {
        for _ in 0..RESTARTS {
            if self.launch() == State::Running {
                return;
            }
        }
        panic!("PostgreSQL did not restart:\n{}", self.keeper.log());
    }

    pub(crate) fn pid(&self) -> u32 {
        self.pid.load(Relaxed)
    }

    pub(crate) fn url(&self, user: &str, database: &str) -> String {
        format!("postgres://{user}@127.0.0.1:{}/{database}", self.port)
    }

    pub(crate) fn try_sql(&self, user: &str, database: &str, sql: &str) -> Result<String, String> {
        let host = self.keeper.folder().display().to_string();
        Target { host: &host, port: self.port, user, database }.run(sql)
    }

    #[track_caller]
    pub(crate) fn sql(&self, database: &str, sql: &str) -> String {
        self.try_sql(USER, database, sql).unwrap_or_else(|fault| panic!("{fault}\nin: {sql}"))
    }
}
