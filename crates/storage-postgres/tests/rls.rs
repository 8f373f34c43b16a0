//! Row-level security: the database itself restricts a tenant's API, whatever a query forgets.

#[allow(dead_code, reason = "other tests use more of it")]
mod support;

use std::collections::BTreeSet;
use support::{Database, migrated};
use testing::Postgres;

/// Tables that the API uses, and the column with the tenant.
const TENANT_TABLES: [(&str, &str); 13] = [
    ("tenants", "id"),
    ("api_keys", "tenant_id"),
    ("subscriptions", "tenant_id"),
    ("subscription_stats", "tenant_id"),
    ("events", "tenant_id"),
    ("event_keys", "tenant_id"),
    ("deliveries", "tenant_id"),
    ("attempts", "tenant_id"),
    ("waiting", "tenant_id"),
    ("publications", "tenant_id"),
    ("statistics", "tenant_id"),
    ("replays", "tenant_id"),
    ("portal_sessions", "tenant_id"),
];
/// Tables with a tenant's rows that the API must not use.
const OTHERS: [&str; 5] = ["outbox", "changes", "erasures", "statistics_pending", "sessions"];

/// A database in which the tenants a and b have equal rows: one of every object, and events with their rows also in the
/// partition without a day.
struct Two(Database);

impl Two {
    fn new() -> Self {
        let database = migrated();
        let furnish = |tenant: &str| {
            format!(
                "INSERT INTO postrider.tenants VALUES ('{tenant}', NULL, '{{}}', false, 0, 0);
                 INSERT INTO postrider.api_keys VALUES ('{tenant}', gen_random_uuid(), 'k', 'h', '{tenant}', 'webhooks:read', 0);
                 INSERT INTO postrider.subscriptions VALUES ('{tenant}', '{SUBSCRIPTION}', 'https://a.example', NULL,
                     '*', '', 0, 0, true, 5, 1, '', '{{}}', NULL, 1, 0, 0);
                 INSERT INTO postrider.subscription_stats VALUES ('{tenant}', '{SUBSCRIPTION}', 0, 1, 1);
                 INSERT INTO postrider.publications VALUES ('{tenant}', 20000, 'a.b', 0, 1, 0, 0);
                 INSERT INTO postrider.statistics VALUES ('{tenant}', 480000, '{SUBSCRIPTION}', 'a.b', 1, 0, 0, 0, 0, 0, 0, 0, 0,
                     NULL, NULL, '');
                 INSERT INTO postrider.replays VALUES ('{tenant}', '{SUBSCRIPTION}', '{SUBSCRIPTION}', '3', '', '', NULL,
                     0, NULL, 0, NULL, 0, false, 0, 0, 0, NULL, 0, 0, NULL);
                 INSERT INTO postrider.portal_sessions VALUES ('{tenant}', gen_random_uuid(), '{tenant}', 0, '', '{{}}', NULL,
                     NULL, '', 0, 0, NULL, NULL, 0);
                 INSERT INTO postrider.sessions VALUES ('{tenant}', 'k', '{tenant}', 0, 0, 0);
                 INSERT INTO postrider.event_keys VALUES ('{tenant}', 'i:one', '{OLD}');
                 INSERT INTO postrider.events SELECT '{tenant}', id, 'one', 'a.b', 0, '{{}}', '', 1, 1 FROM ids;
                 INSERT INTO postrider.deliveries SELECT '{tenant}', id, '{SUBSCRIPTION}', 'a.b', 'one', 3, 1, 0, 0 FROM ids;
                 INSERT INTO postrider.attempts SELECT '{tenant}', id, 1, 0, 0, 500, NULL, '', '', '' FROM ids;
                 INSERT INTO postrider.waiting (tenant_id, id, subscription_id, event_type, owner, queue,
                     next_attempt_at, updated_at) SELECT '{tenant}', id, '{SUBSCRIPTION}', 'a.b', 0, 1, 0, 0 FROM ids;"
            )
        };
        let ids = format!(
            "CREATE TEMPORARY TABLE ids AS SELECT postrider.day_start((now() AT TIME ZONE 'UTC')::date) AS id
             UNION ALL SELECT '{OLD}';"
        );
        Postgres::shared().sql(&database.0, &format!("{ids}{}{}", furnish("a"), furnish("b")));
        Self(database)
    }

    /// Runs SQL as the superuser.
    fn see(&self, sql: &str) -> String {
        Postgres::shared().sql(&self.0.0, sql)
    }

    /// Runs SQL in another role, in a transaction that is rolled back.
    fn of(&self, role: &str, tenant: Option<&str>, sql: &str) -> Result<String, String> {
        let tenant = tenant.map(|tenant| format!("SET LOCAL postrider.tenant = '{tenant}';")).unwrap_or_default();
        let sql = format!("BEGIN; {tenant} SET LOCAL ROLE {role}; {sql}; ROLLBACK;");
        Postgres::shared().try_sql("postrider", &self.0.0, &sql)
    }

    fn api(&self, tenant: &str, sql: &str) -> Result<String, String> {
        self.of("postrider_api", Some(tenant), sql)
    }

    #[track_caller]
    fn denied(&self, role: &str, sql: &str) {
        let fault = self.of(role, Some("a"), sql).expect_err(sql);
        assert!(fault.contains("permission denied"), "{sql}: {fault}");
    }

    fn list(&self, sql: &str) -> BTreeSet<String> {
        self.see(sql).lines().map(str::to_owned).collect()
    }

    fn partitions(&self) -> BTreeSet<String> {
        self.list(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
             WHERE c.relnamespace = 'postrider'::regnamespace AND c.relkind = 'r'",
        )
    }
}

const SUBSCRIPTION: &str = "019ca6b2-7980-7007-88f1-4e45fcee0000";
/// An id of a time before all partitions.
const OLD: &str = "00dcb2fd-f400-7000-8000-000000000001";

#[test]
fn a_query_without_a_tenant_condition_sees_one_tenant_only() {
    let two = Two::new();
    for (table, column) in TENANT_TABLES {
        let mine = two.see(&format!("SELECT count(*) FROM postrider.{table} WHERE {column} = 'a'"));
        assert_ne!(mine, "0", "{table}");
        let seen = format!("SELECT count(*), count(*) FILTER (WHERE {column} = 'a') FROM postrider.{table}");
        assert_eq!(two.api("a", &seen).unwrap(), format!("{mine}|{mine}"), "{table}");
        let other = format!("SELECT count(*) FROM postrider.{table} WHERE {column} = 'b'");
        assert_eq!(two.api("a", &other).unwrap(), "0", "{table}");
    }
}

#[test]
fn a_session_without_a_tenant_sees_nothing() {
    let two = Two::new();
    for tenant in [None, Some(""), Some("nobody"), Some("A")] {
        for (table, _) in TENANT_TABLES {
            let seen = two.of("postrider_api", tenant, &format!("SELECT count(*) FROM postrider.{table}"));
            assert_eq!(seen.unwrap(), "0", "{table} as {tenant:?}");
        }
    }
}

#[test]
fn conditions_are_not_evaluated_on_rows_of_other_tenants() {
    let two = Two::new();
    for (table, column) in TENANT_TABLES {
        let sql = format!(
            "SELECT count(*) > 0 FROM postrider.{table} WHERE 1 / (CASE {column} WHEN 'b' THEN 0 ELSE 1 END) = 1"
        );
        assert_eq!(two.api("a", &sql).unwrap(), "t", "{table}");
    }
}

#[test]
fn a_write_affects_rows_of_one_tenant_only() {
    let two = Two::new();
    for (table, column) in TENANT_TABLES {
        let mine = two.see(&format!("SELECT count(*) FROM postrider.{table} WHERE {column} = 'a'"));
        let writes = [
            format!("UPDATE postrider.{table} SET {column} = {column} RETURNING {column}"),
            format!("DELETE FROM postrider.{table} RETURNING {column}"),
        ];
        for write in writes {
            let sql = format!("WITH done AS ({write}) SELECT count(*), min({column}), max({column}) FROM done");
            assert_eq!(two.api("a", &sql).unwrap(), format!("{mine}|a|a"), "{write}");
            let sql = format!("WITH done AS ({write}) SELECT count(*) FROM done");
            assert_eq!(two.of("postrider_api", None, &sql).unwrap(), "0", "{write}");
        }
    }
}

#[test]
fn a_row_of_another_tenant_cannot_be_inserted() {
    let two = Two::new();
    for (table, column) in TENANT_TABLES {
        let writes = [
            format!("UPDATE postrider.{table} SET {column} = 'b'"),
            format!(
                "INSERT INTO postrider.{table} SELECT (jsonb_populate_record(mine, '{{\"{column}\": \"c\"}}')).*
                 FROM postrider.{table} mine"
            ),
        ];
        for write in writes {
            let fault = two.api("a", &write).expect_err(&write);
            assert!(fault.contains("violates row-level security policy"), "{write}: {fault}");
        }
    }
}

#[test]
fn partitions_cannot_be_accessed_directly() {
    let two = Two::new();
    two.see("SELECT postrider.make_days('2031-01-01', '2031-01-02')");
    let partitions = two.partitions();
    assert!(partitions.contains("events_20310102") && partitions.contains("attempts_rest"), "{partitions:?}");
    for partition in partitions {
        for role in ["postrider_api", "postrider_publisher", "postrider_worker"] {
            two.denied(role, &format!("SELECT * FROM postrider.{partition}"));
            two.denied(role, &format!("DELETE FROM postrider.{partition}"));
        }
    }
}

#[test]
fn the_api_role_can_access_nothing_but_its_tables() {
    let two = Two::new();
    let own: BTreeSet<&str> = TENANT_TABLES.iter().map(|(table, _)| *table).collect();
    let tables = two.list(
        "SELECT relname FROM pg_class WHERE relnamespace = 'postrider'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')",
    );
    assert!(tables.contains("outbox") && tables.contains("nodes"));
    for table in tables.iter().filter(|table| !own.contains(table.as_str())) {
        two.denied("postrider_api", &format!("SELECT * FROM postrider.{table}"));
        if table == "statistics_pending" {
            continue;
        }
        // A view that counts cannot be written to by anybody.
        let sql = format!(
            "SELECT has_table_privilege('postrider_api', 'postrider.{table}', 'INSERT, UPDATE, DELETE, TRUNCATE')"
        );
        assert_eq!(two.see(&sql), "f", "{table}");
    }
    two.denied("postrider_api", "INSERT INTO postrider.outbox (tenant_id, event_type, data) VALUES ('a', 'a.b', '{}')");
    two.denied("postrider_api", "TRUNCATE postrider.waiting");
    // Increments of its own tenant only.
    let pend = |tenant| format!("INSERT INTO postrider.statistics_pending (tenant_id, counts) VALUES ({tenant}, '')");
    two.api("a", &pend("'a'")).unwrap();
    for tenant in ["'b'", "NULL"] {
        let fault = two.api("a", &pend(tenant)).expect_err(tenant);
        assert!(fault.contains("violates row-level security policy"), "{tenant}: {fault}");
    }
    for change in ["UPDATE postrider.statistics_pending SET counts = ''", "DELETE FROM postrider.statistics_pending"] {
        two.denied("postrider_api", change);
    }
    let functions = "SELECT proname FROM pg_proc WHERE pronamespace = 'postrider'::regnamespace
                     AND has_function_privilege('postrider_api', oid, 'EXECUTE')";
    assert_eq!(two.see(functions), "");
}

/// A new table must be listed here and have a policy.
#[test]
fn every_table_with_a_tenant_is_known() {
    let two = Two::new();
    let found = two.list(
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
         WHERE c.relnamespace = 'postrider'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
         AND a.attname LIKE '%tenant%' AND NOT a.attisdropped",
    );
    let tables = TENANT_TABLES.iter().map(|(table, _)| *table).filter(|table| *table != "tenants");
    assert_eq!(found, tables.chain(OTHERS).map(str::to_owned).collect());
    let policies = two.list(
        "SELECT tablename FROM pg_policies WHERE schemaname = 'postrider' AND roles = '{postrider_api}'
         AND cmd = 'ALL' AND qual LIKE '%postrider.tenant%' AND with_check = qual",
    );
    assert_eq!(policies, TENANT_TABLES.iter().map(|(table, _)| (*table).to_owned()).collect());
}

#[test]
fn row_security_is_forced_on_partitions_too() {
    let two = Two::new();
    two.see("SELECT postrider.make_days('2031-01-01', '2031-01-02')");
    let forced = two.list(
        "SELECT relname FROM pg_class WHERE relnamespace = 'postrider'::regnamespace
         AND relrowsecurity AND relforcerowsecurity",
    );
    let tables = TENANT_TABLES.iter().map(|(table, _)| (*table).to_owned());
    for table in tables.chain(["outbox".into()]).chain(two.partitions()) {
        assert!(forced.contains(&table), "{table}");
    }
}

#[test]
fn a_publisher_can_insert_into_the_outbox_and_read_nothing() {
    let two = Two::new();
    let put = "INSERT INTO postrider.outbox (tenant_id, event_type, data) VALUES ('a', 'a.b', '{}')";
    two.of("postrider_publisher", None, put).unwrap();
    two.of("postrider_publisher", None, "SELECT postrider.publish('a.b', '{}', 'a')").unwrap();
    two.denied("postrider_publisher", &format!("{put} RETURNING number"));
    two.denied("postrider_publisher", "INSERT INTO postrider.outbox (event_type, position) VALUES ('a.b', 1)");
    two.denied("postrider_publisher", "UPDATE postrider.outbox SET position = 1");
    two.denied("postrider_publisher", "DELETE FROM postrider.outbox");
    let may = two.list(
        "SELECT c.relname || ' ' || p FROM pg_class c, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) p
         WHERE c.relnamespace = 'postrider'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
         AND has_any_column_privilege('postrider_publisher', c.oid, p)",
    );
    assert_eq!(may, BTreeSet::from(["outbox INSERT".to_owned()]));
    let functions = "SELECT proname FROM pg_proc WHERE pronamespace = 'postrider'::regnamespace
                     AND has_function_privilege('postrider_publisher', oid, 'EXECUTE')";
    assert_eq!(two.see(functions), "publish\npublish_at");
    two.of("postrider_publisher", None, "SELECT postrider.publish_at(now(), 'a.b', '{}', 'a')").unwrap();
}

#[test]
fn other_roles_can_access_nothing() {
    let two = Two::new();
    two.see("CREATE ROLE passer_by");
    assert_eq!(two.see("SELECT has_schema_privilege('passer_by', 'postrider', 'USAGE')"), "f");
    two.see("DROP ROLE passer_by");
}
