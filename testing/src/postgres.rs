//! A PostgreSQL server.

use crate::{USER, cluster::Cluster, keeper::Keeper, programs, psql};
use std::{
    path::Path,
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
};

/// The settings of every server, before its own.
const SETTINGS: [(&str, &str); 5] = [
    ("shared_buffers", "128MB"),
    ("wal_level", "replica"),
    ("max_wal_senders", "5"),
    // The log that a replica may still need.
    ("wal_keep_size", "512MB"),
    ("max_prepared_transactions", "0"),
];

/// The settings that make commits survive a power failure, and slow.
const DURABILITY: [&str; 3] = ["fsync", "synchronous_commit", "full_page_writes"];

/// Start options of a server.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Lines of `postgresql.conf`, after those of every server.
    pub settings: Vec<(String, String)>,
    /// Makes commits wait for the disk. Otherwise a server that ends without a checkpoint may lose its last commits.
    pub durable: bool,
}

impl Options {
    /// Options of a server with durable commits.
    pub fn durable() -> Self {
        Self { durable: true, ..Self::default() }
    }

    /// Adds a setting.
    #[must_use]
    pub fn with(mut self, setting: &str, value: &str) -> Self {
        self.settings.push((setting.to_owned(), value.to_owned()));
        self
    }
}

/// A PostgreSQL server; ended when dropped, and when the process ends.
#[derive(Debug)]
pub struct Postgres {
    cluster: Cluster,
    /// Number of created databases.
    databases: AtomicU32,
    /// Locked while a database is created, because no session may use its template then.
    making: Mutex<()>,
}

impl Postgres {
    /// Starts a server.
    ///
    /// # Panics
    ///
    /// When the start fails; the message names the missing program, or shows the server's log.
    pub fn start(options: Options) -> Self {
        let initdb = programs::postgresql("initdb");
        let keeper = Keeper::new();
        let data = keeper.path("data");
        let made = ["C.UTF-8", "C"].iter().any(|locale| {
            let locale = format!("--locale={locale}");
            keeper.run(&[&initdb, "-D", &data, "-U", USER, "--auth=trust", "--no-sync", "-E", "UTF8", &locale])
        });
        if !made {
            panic!("initdb failed to create a data folder:\n{}", keeper.log());
        }
        let pair = |(setting, value): (&str, &str)| (setting.to_owned(), value.to_owned());
        let durability = DURABILITY.map(|setting| (setting, if options.durable { "on" } else { "off" }));
        let mut settings: Vec<_> = SETTINGS.into_iter().chain(durability).map(pair).collect();
        settings.extend(options.settings);
        Self { cluster: Cluster::start(keeper, &settings), databases: AtomicU32::new(0), making: Mutex::new(()) }
    }

    /// The server that all tests of this process share, for 400 connections, not durable.
    ///
    /// # Panics
    ///
    /// Like `start`.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(Options::default().with("max_connections", "400")))
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

    /// The same for another user. Every existing user can connect without a password.
    pub fn url_of(&self, user: &str, database: &str) -> String {
        self.cluster.url(user, database)
    }

    /// Creates an empty database; returns its name.
    pub fn database(&self) -> String {
        self.database_from("template1")
    }

    /// Creates a copy of another database, to which no session may be connected; returns its name.
    pub fn database_from(&self, template: &str) -> String {
        let _making = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        let name = format!("test_{}", self.databases.fetch_add(1, Relaxed) + 1);
        self.sql("postgres", &format!("CREATE DATABASE {name} TEMPLATE {}", psql::name(template)));
        name
    }

    /// Drops a database, even with connected sessions.
    pub fn drop_database(&self, name: &str) {
        self.sql("postgres", &format!("DROP DATABASE {} WITH (FORCE)", psql::name(name)));
    }

    /// Runs statements as the superuser, each in its own transaction unless they say otherwise. Returns the rows, with
    /// columns separated by `|`.
    ///
    /// # Panics
    ///
    /// When a statement fails.
    #[track_caller]
    pub fn sql(&self, database: &str, sql: &str) -> String {
        self.cluster.sql(database, sql)
    }

    /// Runs statements as any user, up to the first failure; returns the rows, or the error.
    pub fn try_sql(&self, user: &str, database: &str, sql: &str) -> Result<String, String> {
        self.cluster.try_sql(user, database, sql)
    }

    /// Stops the server immediately, like a crash, and starts it on the same port and data.
    pub fn restart_immediately(&self) {
        self.stop_immediately();
        self.start_again();
    }

    /// Like `pg_ctl stop -m immediate`. Does nothing when the server has already ended.
    pub fn stop_immediately(&self) {
        self.cluster.keeper.stop();
    }

    /// Starts the server after a stop or a kill; returns when it accepts connections.
    pub fn start_again(&self) {
        self.cluster.start_again();
    }

    /// The last lines of its log.
    pub fn log(&self) -> String {
        self.cluster.keeper.log()
    }
}
