//! `GET /api/v1/admin/store`.

use crate::{
    App,
    auth::Admin,
    problem::{Problem, kinds::NotOperator},
};
use axum::{Json, extract::State};
use delivery::ScheduledTask;
use model::Timestamp;
use serde::Serialize;
use storage::Partition;
use utoipa::ToSchema;

/// The store of the installation, and the scheduled tasks of the node that answers.
#[derive(Serialize, ToSchema)]
#[schema(as = StoreDetail)]
pub(crate) struct StoreShown {
    #[schema(value_type = StoreKind)]
    kind: &'static str,
    /// Version of SQLite or of the PostgreSQL server.
    version: String,
    /// Bytes of the database.
    database_bytes: u64,
    /// Bytes of the write-ahead log; null where the database's server keeps it.
    log_bytes: Option<u64>,
    /// Free bytes on the disk; null where it is another machine's.
    free_bytes: Option<u64>,
    /// Time of the oldest event; null without one.
    #[schema(value_type = Option<String>, format = DateTime)]
    oldest_event_at: Option<Timestamp>,
    /// Days with tables of their own, oldest first; empty with SQLite.
    partitions: Vec<PartitionShown>,
    /// Scheduled tasks of this node, by name.
    tasks: Vec<TaskShown>,
}

/// Kind of a store.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) enum StoreKind {
    Sqlite,
    Postgres,
    Unknown,
}

/// A day with tables of its own.
#[derive(Serialize, ToSchema)]
#[schema(as = Partition)]
struct PartitionShown {
    /// The day in UTC.
    #[schema(format = Date)]
    day: String,
    /// Bytes of its events, deliveries and attempts with their indexes.
    bytes: u64,
}

/// A scheduled task with its last round.
#[derive(Serialize, ToSchema)]
#[schema(as = ScheduledTask)]
struct TaskShown {
    /// `retention`, `auto_disable` or `key_uses`.
    name: &'static str,
    /// Seconds between two rounds.
    every_seconds: u64,
    /// Start of the last round; null before the first one.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_started_at: Option<Timestamp>,
    /// Duration of the last round in milliseconds.
    last_duration_ms: Option<u64>,
    /// Error of the last round; null when it succeeded.
    last_error: Option<String>,
}

impl From<Partition> for PartitionShown {
    fn from(Partition { day, bytes }: Partition) -> Self {
        Self { day, bytes }
    }
}

impl From<ScheduledTask> for TaskShown {
    fn from(ScheduledTask { name, every, last }: ScheduledTask) -> Self {
        let took = last.as_ref().map(|round| round.ended.since(round.began));
        Self {
            name,
            every_seconds: every.as_secs(),
            last_started_at: last.as_ref().map(|round| round.began),
            last_duration_ms: took.map(|took| u64::try_from(took.as_millis()).unwrap_or(u64::MAX)),
            last_error: last.and_then(|round| round.fault),
        }
    }
}

/// Get the store and the scheduled tasks
///
/// For the operator. Sizes are those of the moment; the tasks are those of the node that answers.
#[utoipa::path(get, path = "/api/v1/admin/store", tag = "Operator",
    responses((status = 200, body = StoreShown), NotOperator))]
pub(crate) async fn store(State(app): State<App>, _: Admin) -> Result<Json<StoreShown>, Problem> {
    let size = app.store.size().await?;
    let facts = app.store.facts().await?;
    Ok(Json(StoreShown {
        kind: app.settings.store_kind,
        version: facts.version,
        database_bytes: size.database,
        log_bytes: size.log,
        free_bytes: size.free,
        oldest_event_at: facts.oldest_event,
        partitions: facts.partitions.into_iter().map(PartitionShown::from).collect(),
        tasks: app.engine.rounds.list().into_iter().map(TaskShown::from).collect(),
    }))
}
