//! A single PostgreSQL server.

use std::process::Command;
use testing::{Options, Postgres};

#[test]
fn a_server_starts_and_listens_on_loopback_only() {
    let server = Postgres::start(Options::default().with("testing.words", "it's \\ ours"));
    assert_eq!(server.sql("postgres", "SELECT 1"), "1");
    assert_eq!(server.sql("postgres", "SHOW listen_addresses; SHOW fsync;"), "127.0.0.1\noff");
    assert_eq!(server.sql("postgres", "SHOW testing.words"), "it's \\ ours");
    assert_eq!(server.url("a"), format!("postgres://postrider@127.0.0.1:{}/a", server.port()));
    assert!(server.log().contains("ready to accept connections"), "{}", server.log());

    let folder = server.folder().to_owned();
    drop(server);
    assert!(!folder.exists());
}

#[test]
fn a_database_is_made_from_a_template() {
    let server = Postgres::shared();
    let template = server.database();
    server.sql(&template, "CREATE TABLE t (n int); INSERT INTO t VALUES (7);");
    let copies: Vec<String> = std::thread::scope(|scope| {
        let making: Vec<_> = (0..4).map(|_| scope.spawn(|| server.database_from(&template))).collect();
        making.into_iter().map(|one| one.join().unwrap()).collect()
    });
    for copy in copies {
        assert_eq!(server.sql(&copy, "SELECT n FROM t"), "7");
        server.drop_database(&copy);
        let fault = server.try_sql("postrider", &copy, "SELECT 1").unwrap_err();
        assert!(fault.contains("does not exist"), "{fault}");
    }
    assert_eq!(server.sql(&template, "SELECT count(*) FROM t"), "1");
}

#[test]
fn another_user_can_connect_over_tcp() {
    let server = Postgres::shared();
    let database = server.database();
    server.sql(&database, "CREATE ROLE reader LOGIN");
    assert_eq!(server.try_sql("reader", &database, "SELECT current_user").unwrap(), "reader");
    let fault = server.try_sql("reader", &database, "CREATE ROLE more").unwrap_err();
    assert!(fault.contains("permission denied"), "{fault}");
    let psql =
        Command::new("psql").args(["-XAtc", "SELECT current_user", &server.url_of("reader", &database)]).output();
    assert_eq!(psql.unwrap().stdout, b"reader\n");
}

#[test]
fn a_script_stops_at_its_first_error() {
    let server = Postgres::shared();
    let database = server.database();
    let script = "CREATE TABLE t (n int); INSERT INTO t VALUES (1); SELECT wrong; INSERT INTO t VALUES (2);";
    let fault = server.try_sql("postrider", &database, script).unwrap_err();
    assert!(fault.contains("\"wrong\" does not exist"), "{fault}");
    assert_eq!(server.sql(&database, "SELECT * FROM t"), "1");
}

#[test]
fn commits_survive_a_crash() {
    let server = Postgres::start(Options::durable());
    let (port, pid) = (server.port(), server.pid());
    server.sql("postgres", "CREATE TABLE t (n int)");
    server.sql("postgres", "INSERT INTO t SELECT generate_series(1, 1000)");
    server.restart_immediately();
    assert_eq!(server.port(), port);
    assert_ne!(server.pid(), pid);
    assert!(server.log().contains("was not properly shut down"), "{}", server.log());
    assert_eq!(server.sql("postgres", "SELECT count(*) FROM t"), "1000");

    server.stop_immediately();
    server.stop_immediately();
    assert!(server.try_sql("postrider", "postgres", "SELECT 1").is_err());
    server.start_again();

    let kill = Command::new("kill").args(["-KILL", &server.pid().to_string()]).status();
    assert!(kill.unwrap().success());
    server.start_again();
    assert_eq!(server.sql("postgres", "SELECT count(*) FROM t"), "1000");
}

#[test]
#[should_panic(expected = "unrecognized configuration parameter")]
fn a_server_that_cannot_start_gives_the_reason() {
    Postgres::start(Options::default().with("no_such_setting", "1"));
}
