//! PgBouncer.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdout, Command, Stdio},
};
use testing::{PgBouncer, Postgres};

#[test]
fn pgbouncer_accepts_every_role() {
    let server = Postgres::shared();
    let database = server.database();
    server.sql(&database, "CREATE ROLE bounced LOGIN");
    let bouncer = PgBouncer::start(server, &[]);
    assert_eq!(bouncer.sql(&database, "SELECT current_user"), "postrider");
    assert_eq!(Client::connected(&bouncer.url_of("bounced", &database)).ask("SELECT current_user;"), "bounced");

    let folder = bouncer.folder().to_owned();
    drop(bouncer);
    assert!(!folder.exists());
}

#[test]
fn pgbouncer_assigns_a_connection_per_transaction() {
    let server = Postgres::shared();
    let database = server.database();
    let bouncer = PgBouncer::start(server, &[("default_pool_size", "1")]);
    let url = bouncer.url(&database);
    // Both clients stay connected and share the only connection.
    let (mut first, mut second) = (Client::connected(&url), Client::connected(&url));
    let backend = first.ask("SELECT pg_backend_pid();");
    assert_eq!(second.ask("SELECT pg_backend_pid();"), backend);
    let pools = bouncer.sql("pgbouncer", "SHOW POOLS");
    let pool = pools.lines().find(|line| line.starts_with(&format!("{database}|postrider|"))).unwrap();
    assert!(pool.ends_with("|transaction") || pool.contains("|transaction|"), "{pool}");
}

/// A `psql` that stays connected.
struct Client {
    psql: Child,
    rows: BufReader<ChildStdout>,
}

impl Client {
    fn connected(url: &str) -> Self {
        let command = &mut Command::new("psql");
        let mut psql = command.args(["-XqAt", url]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let rows = BufReader::new(psql.stdout.take().unwrap());
        Self { psql, rows }
    }

    fn ask(&mut self, sql: &str) -> String {
        writeln!(self.psql.stdin.as_mut().unwrap(), "{sql}").unwrap();
        let mut row = String::new();
        self.rows.read_line(&mut row).unwrap();
        row.trim_end().to_owned()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.psql.kill();
        let _ = self.psql.wait();
    }
}
