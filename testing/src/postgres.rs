//! A PostgreSQL server.

use crate::{PgBouncer, Replica, USER, cluster::Cluster, keeper::Keeper, programs, psql};
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
    // What a replica may lack and still follow.
    ("wal_keep_size", "512MB"),
    ("max_prepared_transactions", "0"),
];

/// What makes a commit outlast a power failure, and slow.
const DURABILITY: [&str; 3] = ["fsync", "synchronous_commit", "full_page_writes"];

/// How a server is started.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Lines of `postgresql.conf`, after the server's own.
    pub settings: Vec<(String, String)>,
    /// Whether a commit waits for the disk. Without it a server that ends without a checkpoint may lose what it
    /// committed last.
    pub durable: bool,
}

impl Options {
    /// One whose commits are on disk.
    pub fn durable() -> Self {
        Self { durable: true, ..Self::default() }
    }

    /// The same with one more setting.
    #[must_use]
    pub fn with(mut self, setting: &str, value: &str) -> Self {
        self.settings.push((setting.to_owned(), value.to_owned()));
        self
    }
}

/// A PostgreSQL server; gone when dropped, and when the process ends.
#[derive(Debug)]
pub struct Postgres {
    cluster: Cluster,
    /// How many databases were made.
    databases: AtomicU32,
    /// Held while one is made: nobody else may be connected to its template.
    making: Mutex<()>,
}

impl Postgres {
    /// Starts one.
    ///
    /// # Panics
    ///
    /// When that cannot be done; the message says what is missing, or shows the server's log.
    pub fn start(options: Options) -> Self {
        let initdb = programs::postgresql("initdb");
        let keeper = Keeper::new();
        let data = keeper.path("data");
        let made = ["C.UTF-8", "C"].iter().any(|locale| {
            let locale = format!("--locale={locale}");
            keeper.run(&[&initdb, "-D", &data, "-U", USER, "--auth=trust", "--no-sync", "-E", "UTF8", &locale])
        });
        if !made {
            panic!("initdb does not make a data folder:\n{}", keeper.log());
        }
        let pair = |(setting, value): (&str, &str)| (setting.to_owned(), value.to_owned());
        let durability = DURABILITY.map(|setting| (setting, if options.durable { "on" } else { "off" }));
        let mut settings: Vec<_> = SETTINGS.into_iter().chain(durability).map(pair).collect();
        settings.extend(options.settings);
        Self { cluster: Cluster::start(keeper, &settings), databases: AtomicU32::new(0), making: Mutex::new(()) }
    }

    /// The one that all tests of this process share, for 400 connections, not durable.
    ///
    /// # Panics
    ///
    /// As `start`.
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

    /// Where a database is, for the superuser.
    pub fn url(&self, database: &str) -> String {
        self.url_of(USER, database)
    }

    /// The same for another user. Whoever exists gets in, without a password.
    pub fn url_of(&self, user: &str, database: &str) -> String {
        self.cluster.url(user, database)
    }

    /// Makes an empty database; its name.
    pub fn database(&self) -> String {
        self.database_from("template1")
    }

    /// Makes a database with all that is in another, to which nobody may be connected; its name.
    pub fn database_from(&self, template: &str) -> String {
        let _making = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        let name = format!("test_{}", self.databases.fetch_add(1, Relaxed) + 1);
        self.sql("postgres", &format!("CREATE DATABASE {name} TEMPLATE {}", psql::name(template)));
        name
    }

    /// Drops a database, whoever is connected to it.
    pub fn drop_database(&self, name: &str) {
        self.sql("postgres", &format!("DROP DATABASE {} WITH (FORCE)", psql::name(name)));
    }

    /// Runs statements as the superuser, each in a transaction of its own unless they say otherwise. Answers the rows,
    /// columns separated by `|`.
    ///
    /// # Panics
    ///
    /// When one fails.
    #[track_caller]
    pub fn sql(&self, database: &str, sql: &str) -> String {
        self.cluster.sql(database, sql)
    }

    /// Runs statements as any user, up to the first that fails; the rows, or what went wrong.
    pub fn try_sql(&self, user: &str, database: &str, sql: &str) -> Result<String, String> {
        self.cluster.try_sql(user, database, sql)
    }

    /// Stops it at once, as a crash would, and starts it on the same port and data.
    pub fn restart_immediately(&self) {
        self.stop_immediately();
        self.start_again();
    }

    /// As `pg_ctl stop -m immediate`. No harm when it has ended already.
    pub fn stop_immediately(&self) {
        self.cluster.keeper.stop();
    }

    /// Starts it after a stop, or after it was killed; returns when it takes connections.
    pub fn start_again(&self) {
        self.cluster.start_again();
    }

    /// A hot standby that follows it.
    pub fn replica(&self) -> Replica {
        Replica::of(self)
    }

    /// PgBouncer in front of it, in transaction mode.
    pub fn pgbouncer(&self) -> PgBouncer {
        self.pgbouncer_with(&[])
    }

    /// The same with settings of `pgbouncer.ini`.
    pub fn pgbouncer_with(&self, settings: &[(&str, &str)]) -> PgBouncer {
        PgBouncer::before(self, settings)
    }

    /// The last lines of its log.
    pub fn log(&self) -> String {
        self.cluster.keeper.log()
    }
}
