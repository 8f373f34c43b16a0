//! PgBouncer, a connection pool that many installations put in front of PostgreSQL.

use crate::{
    Postgres, USER,
    keeper::{Keeper, Signal, State},
    port, programs,
    psql::Target,
};
use std::path::Path;

/// Number of readiness checks, at least 10 ms apart: a minute.
const LOOKS: usize = 6_000;

/// A PgBouncer in front of a [`Postgres`], in transaction mode; ended when dropped, and when the process ends.
#[derive(Debug)]
pub struct PgBouncer {
    keeper: Keeper,
    port: u16,
    pid: u32,
}

impl PgBouncer {
    /// Starts PgBouncer in front of `server`, with additional settings of `pgbouncer.ini`.
    ///
    /// # Panics
    ///
    /// When the start fails; the message shows the log.
    pub fn start(server: &Postgres, settings: &[(&str, &str)]) -> Self {
        let program = programs::pgbouncer();
        let keeper = Keeper::new();
        let users = keeper.path("users");
        keeper.append("users", &format!("\"{USER}\" \"\"\n"));
        for _ in 0..port::TRIES {
            let port = port::free();
            let file = format!("{port}.ini");
            // Users that are not in the file are looked up in the server, so that every role can connect.
            let databases = format!("[databases]\n* = host=127.0.0.1 port={} auth_user={USER}\n", server.port());
            let own =
                format!("listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nadmin_users = {USER}\n");
            let entry = format!("auth_type = trust\nauth_file = {users}\npool_mode = transaction\n");
            let more: String = settings.iter().map(|(setting, value)| format!("{setting} = {value}\n")).collect();
            keeper.append(&file, &format!("{databases}[pgbouncer]\n{own}{entry}max_client_conn = 1000\n{more}"));
            // PgBouncer has no data to lose; which other signal ends it at once depends on its version.
            let pid = keeper.start(Signal::Kill, &[&program, &keeper.path(&file)]);
            match ready(&keeper, port) {
                State::Running => return Self { keeper, port, pid },
                // Another process has taken the port since the check.
                State::Ended if keeper.log().contains("Address already in use") => {}
                State::Ended => break,
            }
        }
        panic!("PgBouncer did not start:\n{}", keeper.log());
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// The folder with its settings and log.
    pub fn folder(&self) -> &Path {
        self.keeper.folder()
    }

    /// The URL of a database, for the superuser.
    pub fn url(&self, database: &str) -> String {
        self.url_of(USER, database)
    }

    /// The same for another user.
    pub fn url_of(&self, user: &str, database: &str) -> String {
        format!("postgres://{user}@127.0.0.1:{}/{database}", self.port)
    }

    /// Runs statements as the superuser, like [`Postgres::sql`]. The database `pgbouncer` is its own console.
    ///
    /// # Panics
    ///
    /// When a statement fails.
    #[track_caller]
    pub fn sql(&self, database: &str, sql: &str) -> String {
        Target { host: "127.0.0.1", port: self.port, user: USER, database }.expect(sql)
    }

    /// The last lines of its log.
    pub fn log(&self) -> String {
        self.keeper.log()
    }
}

/// Waits until it listens or has ended. Connects only after its log says so, because another process could have the
/// port.
fn ready(keeper: &Keeper, port: u16) -> State {
    let listening = format!("listening on 127.0.0.1:{port}");
    for _ in 0..LOOKS {
        if keeper.look() == State::Ended {
            return State::Ended;
        }
        let console = Target { host: "127.0.0.1", port, user: USER, database: "pgbouncer" };
        if keeper.log().contains(&listening) && console.run("SHOW VERSION").is_ok() {
            return State::Running;
        }
    }
    panic!("PgBouncer is not ready after a minute:\n{}", keeper.log());
}
