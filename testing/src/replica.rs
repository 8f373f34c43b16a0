//! A streaming replica.

use crate::{Postgres, USER, cluster::Cluster, keeper::Keeper, programs};
use std::path::Path;

/// Maximum number of queries for the replica's position. Each takes several milliseconds, so a minute or more in total.
const QUESTIONS: usize = 10_000;

/// A hot standby of a [`Postgres`]; ended when dropped, and when the process ends.
#[derive(Debug)]
pub struct Replica {
    cluster: Cluster,
}

impl Replica {
    /// Starts a hot standby that follows `primary`.
    ///
    /// # Panics
    ///
    /// When the start fails; the message shows the log.
    pub fn start(primary: &Postgres) -> Self {
        let program = programs::postgresql("pg_basebackup");
        let keeper = Keeper::new();
        let (host, port, data) = (primary.folder().display().to_string(), primary.port(), keeper.path("data"));
        let port = port.to_string();
        let from = ["-h", &host, "-p", &port, "-U", USER];
        let mut command = vec![program.as_str(), "-D", &data, "-R", "-X", "stream", "-c", "fast", "--no-sync"];
        command.extend(from);
        if !keeper.run(&command) {
            panic!("pg_basebackup failed to copy the primary:\n{}", keeper.log());
        }
        // Reconnects soon after a restart of the primary.
        let settings = [("hot_standby", "on"), ("wal_retrieve_retry_interval", "100ms")];
        let settings = settings.map(|(setting, value)| (setting.to_owned(), value.to_owned()));
        Self { cluster: Cluster::start(keeper, &settings) }
    }

    pub fn port(&self) -> u16 {
        self.cluster.port
    }

    /// The process id of the server.
    pub fn pid(&self) -> u32 {
        self.cluster.pid()
    }

    /// The folder with its data, sockets and log.
    pub fn folder(&self) -> &Path {
        self.cluster.keeper.folder()
    }

    /// The URL of a database, for the superuser.
    pub fn url(&self, database: &str) -> String {
        self.url_of(USER, database)
    }

    /// The same for another user.
    pub fn url_of(&self, user: &str, database: &str) -> String {
        self.cluster.url(user, database)
    }

    /// Runs statements as the superuser, like [`Postgres::sql`].
    ///
    /// # Panics
    ///
    /// When a statement fails.
    #[track_caller]
    pub fn sql(&self, database: &str, sql: &str) -> String {
        self.cluster.sql(database, sql)
    }

    /// Returns when everything that the primary has committed so far is visible here.
    ///
    /// # Panics
    ///
    /// When this takes more than a minute.
    pub fn wait_until_caught_up(&self, primary: &Postgres) {
        // A commit that waits for the log also flushes earlier commits that did not wait.
        let written = "SET synchronous_commit = local; SELECT pg_logical_emit_message(true, 'testing', '');";
        primary.sql("postgres", written);
        let goal = primary.sql("postgres", "SELECT pg_current_wal_flush_lsn()");
        let question = format!("SELECT pg_last_wal_replay_lsn() >= '{goal}'");
        if !(0..QUESTIONS).any(|_| self.sql("postgres", &question) == "t") {
            panic!("the replica did not catch up:\n{}", self.log());
        }
    }

    /// The last lines of its log.
    pub fn log(&self) -> String {
        self.cluster.keeper.log()
    }
}
