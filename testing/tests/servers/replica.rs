//! A replica.

use testing::{Options, Postgres, Replica};

#[test]
fn a_replica_follows_through_a_crash_of_its_primary() {
    let primary = Postgres::start(Options::default());
    primary.sql("postgres", "CREATE TABLE t (n int); INSERT INTO t VALUES (1);");
    let replica = Replica::start(&primary);
    assert_ne!(replica.port(), primary.port());
    assert_eq!(replica.sql("postgres", "SELECT pg_is_in_recovery(); SELECT n FROM t;"), "t\n1");

    for n in 2..10 {
        primary.sql("postgres", &format!("INSERT INTO t VALUES ({n})"));
        replica.wait_until_caught_up(&primary);
        assert_eq!(replica.sql("postgres", "SELECT max(n) FROM t"), n.to_string());
    }

    primary.restart_immediately();
    primary.sql("postgres", "INSERT INTO t VALUES (10)");
    replica.wait_until_caught_up(&primary);
    assert_eq!(replica.sql("postgres", "SELECT max(n) FROM t"), "10");
}
