//! Migrations, applied in order, each in its own transaction; `user_version` counts them.

use crate::error::sqlite;
use rusqlite::{Connection, TransactionBehavior::Immediate};
use storage::{StorageError, inspection::Migrations};

/// Migrations that were applied to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Migrated {
    pub from: u32,
    pub to: u32,
}

const MIGRATIONS: [(&str, &str); 23] = [
    ("0001_init", include_str!("../migrations/0001_init.sql")),
    ("0002_queues_and_marks", include_str!("../migrations/0002_queues_and_marks.sql")),
    ("0003_nodes_and_outbox", include_str!("../migrations/0003_nodes_and_outbox.sql")),
    ("0004_publications_and_documents", include_str!("../migrations/0004_publications_and_documents.sql")),
    ("0005_notes", include_str!("../migrations/0005_notes.sql")),
    ("0006_lists", include_str!("../migrations/0006_lists.sql")),
    ("0007_policies", include_str!("../migrations/0007_policies.sql")),
    ("0008_delayed_events", include_str!("../migrations/0008_delayed_events.sql")),
    ("0009_erasures", include_str!("../migrations/0009_erasures.sql")),
    ("0010_reserved_events", include_str!("../migrations/0010_reserved_events.sql")),
    ("0011_replays", include_str!("../migrations/0011_replays.sql")),
    ("0012_limit_claims", include_str!("../migrations/0012_limit_claims.sql")),
    ("0013_views", include_str!("../migrations/0013_views.sql")),
    ("0014_traces", include_str!("../migrations/0014_traces.sql")),
    ("0015_statistics", include_str!("../migrations/0015_statistics.sql")),
    ("0016_sessions", include_str!("../migrations/0016_sessions.sql")),
    ("0017_attempt_details_and_feed", include_str!("../migrations/0017_attempt_details_and_feed.sql")),
    ("0018_shaping", include_str!("../migrations/0018_shaping.sql")),
    ("0019_egress", include_str!("../migrations/0019_egress.sql")),
    ("0020_order", include_str!("../migrations/0020_order.sql")),
    ("0021_identities", include_str!("../migrations/0021_identities.sql")),
    ("0022_tenant_allow_lists", include_str!("../migrations/0022_tenant_allow_lists.sql")),
    ("0023_master_keys", include_str!("../migrations/0023_master_keys.sql")),
];

/// The migrations of a file, which is not changed.
pub(crate) fn look(connection: &Connection) -> Result<Migrations, StorageError> {
    let known = MIGRATIONS.len() as u32;
    let found: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(sqlite)?;
    Ok(Migrations { found, known, is_compatible: found <= known })
}

pub(crate) fn run(connection: &mut Connection) -> Result<Migrated, StorageError> {
    let Migrations { found: from, known, is_compatible } = look(connection)?;
    if !is_compatible {
        return Err(StorageError::TooNew { found: from, known });
    }
    for (number, (name, sql)) in (1u32..).zip(MIGRATIONS).skip(from as usize) {
        let apply = |connection: &mut Connection| -> rusqlite::Result<()> {
            let tx = connection.transaction_with_behavior(Immediate)?;
            tx.execute_batch(sql)?;
            tx.pragma_update(None, "user_version", number)?;
            tx.commit()
        };
        apply(connection).map_err(|fault| StorageError::Open(format!("migration {name}"), Box::new(fault)))?;
    }
    Ok(Migrated { from, to: known })
}
