//! The begin of a commit, shared by all that write events or counts.

use crate::connect::WORKER_ROLE;

/// Advisory lock that every commit shares, so that its exclusive holder knows that no commit is running.
pub(crate) const LOCK: i64 = 0x706f_7374_0001;

/// Begin of a commit. Planner settings force index scans, because statistics may describe a table as it was while
/// empty.
pub(crate) fn begin(must_sync: bool) -> String {
    let sync = if must_sync { "SET LOCAL synchronous_commit = on; " } else { "" };
    format!(
        "BEGIN; SET LOCAL ROLE {WORKER_ROLE}; {sync}SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off;
         SET LOCAL enable_mergejoin = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_material = off;
         SET LOCAL jit = off;
         SET LOCAL idle_in_transaction_session_timeout = '10s'; SELECT pg_advisory_xact_lock_shared({LOCK})"
    )
}

/// Selects the tenants that exist.
pub(crate) const TENANTS: &str = "SELECT id FROM postrider.tenants WHERE id = ANY ($1) AND NOT deleting";
