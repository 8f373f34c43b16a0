//! Migrations, applied in order, each in its own transaction, and the roles that they require.

use crate::{
    connect::{API_ROLE, Address, WORKER_ROLE, params},
    error,
};
use storage::{StorageError, inspection::Migrations};
use tokio_postgres::{Client, error::SqlState};

/// Compatibility of a migration with older versions that are running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Only adds objects; older versions continue to work.
    Additive,
    /// Older versions must be stopped first.
    Breaking,
}

const MIGRATIONS: [(&str, Kind, &str); 23] = [
    ("0001_init", Kind::Breaking, include_str!("../migrations/0001_init.sql")),
    ("0002_queues_and_marks", Kind::Breaking, include_str!("../migrations/0002_queues_and_marks.sql")),
    ("0003_nodes_and_outbox", Kind::Breaking, include_str!("../migrations/0003_nodes_and_outbox.sql")),
    (
        "0004_publications_and_documents",
        Kind::Additive,
        include_str!("../migrations/0004_publications_and_documents.sql"),
    ),
    ("0005_notes", Kind::Additive, include_str!("../migrations/0005_notes.sql")),
    ("0006_lists", Kind::Additive, include_str!("../migrations/0006_lists.sql")),
    ("0007_policies", Kind::Additive, include_str!("../migrations/0007_policies.sql")),
    ("0008_delayed_events", Kind::Additive, include_str!("../migrations/0008_delayed_events.sql")),
    ("0009_erasures", Kind::Additive, include_str!("../migrations/0009_erasures.sql")),
    ("0010_reserved_events", Kind::Additive, include_str!("../migrations/0010_reserved_events.sql")),
    ("0011_replays", Kind::Additive, include_str!("../migrations/0011_replays.sql")),
    ("0012_limit_claims", Kind::Additive, include_str!("../migrations/0012_limit_claims.sql")),
    ("0013_views", Kind::Additive, include_str!("../migrations/0013_views.sql")),
    ("0014_traces", Kind::Additive, include_str!("../migrations/0014_traces.sql")),
    ("0015_statistics", Kind::Additive, include_str!("../migrations/0015_statistics.sql")),
    ("0016_sessions", Kind::Additive, include_str!("../migrations/0016_sessions.sql")),
    ("0017_attempt_details_and_feed", Kind::Additive, include_str!("../migrations/0017_attempt_details_and_feed.sql")),
    ("0018_shaping", Kind::Additive, include_str!("../migrations/0018_shaping.sql")),
    ("0019_egress", Kind::Additive, include_str!("../migrations/0019_egress.sql")),
    ("0020_order", Kind::Additive, include_str!("../migrations/0020_order.sql")),
    ("0021_identities", Kind::Additive, include_str!("../migrations/0021_identities.sql")),
    ("0022_tenant_allow_lists", Kind::Additive, include_str!("../migrations/0022_tenant_allow_lists.sql")),
    ("0023_master_keys", Kind::Additive, include_str!("../migrations/0023_master_keys.sql")),
];

/// Migrations that were applied to a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Migrated {
    pub from: u32,
    pub to: u32,
}

/// Advisory lock of a migration, so that one of several starting nodes applies it.
const LOCK: i64 = 0x706f_7374_7269;

pub(crate) async fn run(address: &Address) -> Result<Migrated, StorageError> {
    let pool = address.pool(1)?;
    let client = pool.get().await.map_err(error::pool)?;
    let known = MIGRATIONS.len() as u32;
    let Migrations { found: from, is_compatible, .. } = look(&client).await?;
    if !is_compatible {
        return Err(StorageError::TooNew { found: from, known });
    }
    if from >= known {
        return Ok(Migrated { from, to: from });
    }
    for role in [API_ROLE, WORKER_ROLE, "postrider_publisher"] {
        make_role(&client, role).await?;
    }
    for (number, (name, kind, sql)) in (1u32..).zip(MIGRATIONS) {
        let failed = |fault| StorageError::Open(format!("migration {name}"), Box::new(error::postgres(fault)));
        let mut tries = 0;
        while let Err(fault) = apply(&client, number, name, kind, sql).await {
            // Older nodes may be running, so the migration can collide with their transactions.
            tries += 1;
            if !error::is_collision(&fault) || tries > 10 {
                return Err(failed(fault));
            }
            client.batch_execute("ROLLBACK").await.map_err(failed)?;
        }
    }
    Ok(Migrated { from, to: known })
}

async fn apply(client: &Client, number: u32, name: &str, kind: Kind, sql: &str) -> Result<(), tokio_postgres::Error> {
    client
        .batch_execute(&format!(
            "BEGIN; SET LOCAL client_min_messages = warning; SELECT pg_advisory_xact_lock({LOCK}); CREATE SCHEMA IF NOT EXISTS postrider;
             CREATE TABLE IF NOT EXISTS postrider.migrations (
                 number     integer PRIMARY KEY,
                 name       text NOT NULL,
                 additive   boolean NOT NULL,
                 applied_at timestamptz NOT NULL DEFAULT now()
             );"
        ))
        .await?;
    let made = "SELECT 1 FROM postrider.migrations WHERE number = $1";
    if client.query_typed(made, params![number as i32 => INT4]).await?.is_empty() {
        client.batch_execute(sql).await?;
        let note = "INSERT INTO postrider.migrations (number, name, additive) VALUES ($1, $2, $3)";
        let additive = kind == Kind::Additive;
        client.query_typed(note, params![number as i32 => INT4, name => TEXT, additive => BOOL]).await?;
    }
    client.batch_execute("COMMIT").await
}

/// Creates a role. Roles belong to all databases of a server, so it may exist already, or another database may create
/// it at the same time.
async fn make_role(client: &Client, role: &str) -> Result<(), StorageError> {
    let mut tries = 0;
    loop {
        // With the role's own rights: since version 16 the creator of a role only administers it.
        let grant = match role {
            "postrider_publisher" => String::new(),
            _ => {
                format!(
                    "IF NOT pg_has_role(current_user, '{role}', 'USAGE') THEN GRANT {role} TO CURRENT_USER; END IF;"
                )
            }
        };
        let made = client
            .batch_execute(&format!(
                "DO $$ BEGIN
                     IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{role}') THEN CREATE ROLE {role}; END IF;
                     {grant}
                 END $$"
            ))
            .await;
        let Err(fault) = made else { return Ok(()) };
        let raced = ["tuple concurrently updated", "already exists", "duplicate key"];
        let text = fault.as_db_error().map(|fault| fault.message().to_owned()).unwrap_or_default();
        if raced.iter().any(|one| text.contains(one)) && tries < 20 {
            tries += 1;
            continue;
        }
        if error::is(&fault, &SqlState::INSUFFICIENT_PRIVILEGE) {
            return Err(StorageError::Open(
                format!(
                    "the role {role} is missing and this user may not create it; let an administrator run: CREATE ROLE \
                     {API_ROLE}; CREATE ROLE {WORKER_ROLE}; CREATE ROLE postrider_publisher; GRANT {API_ROLE}, \
                     {WORKER_ROLE} TO <this user>"
                ),
                Box::new(error::postgres(fault)),
            ));
        }
        return Err(StorageError::Open(format!("the role {role}"), Box::new(error::postgres(fault))));
    }
}

/// The migrations of a database, which is not changed.
pub(crate) async fn look(client: &Client) -> Result<Migrations, StorageError> {
    let (found, additive) = found(client).await?;
    let known = MIGRATIONS.len() as u32;
    Ok(Migrations { found, known, is_compatible: found <= known || additive })
}

/// The newest applied migration, and whether all migrations unknown to this version are additive.
async fn found(client: &Client) -> Result<(u32, bool), StorageError> {
    let there = "SELECT to_regclass('postrider.migrations') IS NOT NULL";
    if !client.query_typed_one(there, &[]).await.map_err(error::postgres)?.get::<_, bool>(0) {
        return Ok((0, true));
    }
    let sql = "SELECT coalesce(max(number), 0) AS newest, coalesce(bool_and(additive) FILTER (WHERE number > $1), true) AS additive
               FROM postrider.migrations";
    let known = MIGRATIONS.len() as i32;
    let row = client.query_typed_one(sql, params![known => INT4]).await.map_err(error::postgres)?;
    Ok((row.get::<_, i32>("newest") as u32, row.get("additive")))
}

/// Tables with rows of tenants.
pub(crate) const TENANT_TABLES: [&str; 12] = [
    "tenants",
    "api_keys",
    "subscriptions",
    "subscription_stats",
    "events",
    "event_keys",
    "deliveries",
    "attempts",
    "waiting",
    "outbox",
    "publications",
    "replays",
];

/// Refuses a store in which the API could read other tenants, or whose own login could read nothing.
pub(crate) async fn check_roles(client: &Client) -> Result<(), StorageError> {
    let refuse = |why: String| Err(StorageError::Open(why, "row-level security would not hold".into()));
    let sql = "SELECT r.rolsuper OR r.rolbypassrls AS is_super,
                      EXISTS (SELECT 1 FROM pg_roles o WHERE o.rolname <> r.rolname AND pg_has_role(r.oid, o.oid, 'MEMBER')
                              AND (o.rolsuper OR o.rolbypassrls OR o.rolname = $2)) AS is_in_other,
                      EXISTS (SELECT 1 FROM pg_class c WHERE c.relnamespace = 'postrider'::regnamespace
                              AND pg_has_role(r.oid, c.relowner, 'MEMBER')) AS is_owner,
                      pg_has_role(current_user, r.oid, 'MEMBER') AS can_be_api,
                      pg_has_role(current_user, $2, 'USAGE') AS can_be_worker
               FROM pg_roles r WHERE r.rolname = $1";
    let rows =
        client.query_typed(sql, params![API_ROLE => TEXT, WORKER_ROLE => TEXT]).await.map_err(error::postgres)?;
    let Some(row) = rows.first() else { return refuse(format!("the role {API_ROLE} does not exist")) };
    if row.get("is_super") {
        return refuse(format!("the role {API_ROLE} is a superuser or has BYPASSRLS; remove these attributes"));
    }
    if row.get("is_in_other") {
        return refuse(format!("the role {API_ROLE} is a member of a role that sees every tenant; revoke that"));
    }
    if row.get("is_owner") {
        return refuse(format!("the role {API_ROLE} owns tables of the schema postrider; give them another owner"));
    }
    if !row.get::<_, bool>("can_be_api") || !row.get::<_, bool>("can_be_worker") {
        return refuse(format!("this user is not a member of {API_ROLE} and {WORKER_ROLE}; grant it both"));
    }
    let open = "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'postrider'::regnamespace
                AND c.relname = ANY($1) AND NOT (c.relrowsecurity AND c.relforcerowsecurity)";
    let tables = TENANT_TABLES.to_vec();
    let rows = client.query_typed(open, params![tables => TEXT_ARRAY]).await.map_err(error::postgres)?;
    match rows.first() {
        Some(row) => {
            refuse(format!("the table postrider.{} has no forced row-level security", row.get::<_, String>("relname")))
        }
        None => Ok(()),
    }
}
