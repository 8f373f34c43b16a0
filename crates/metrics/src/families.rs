//! The table of all families, in the order of `docs/metrics.md`.

use crate::family::Family;

/// Seconds of requests to receivers; the contract asks for 0.1, 0.5, 1, 2, 5 and 10.
const DELIVERY_SECONDS: &[f64] = &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0];
/// Seconds in a queue: from microseconds of a free lane to hours behind a limit.
const QUEUE_SECONDS: &[f64] =
    &[0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1_800.0, 7_200.0];
const COMMIT_SECONDS: &[f64] = &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
const HTTP_SECONDS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];
const WRITES: &[f64] = &[1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0, 2_000.0];

const EVENT_TENANT: &[&str] = &["event", "tenant_id"];

macro_rules! families {
    ($($name:ident: $family:expr;)*) => {
        $(pub static $name: Family = $family;)*

        /// All families.
        pub static ALL: &[&Family] = &[$(&$name),*];
    };
}

families! {
    // The contract of existing dashboards.
    DELIVERIES: Family::counter("webhook_deliveries_total", &["event", "tenant_id", "status"],
        "Attempts recorded in the delivery log, by what became of the delivery.");
    DURATIONS: Family::histogram("webhook_delivery_duration_seconds", EVENT_TENANT, DELIVERY_SECONDS,
        "Duration of the attempts recorded in the delivery log.");
    RETRIES: Family::counter("webhook_retries_total", &["event", "tenant_id", "reason"],
        "Attempts that failed and are followed by a retry, by reason.");
    HTTP_STATUS: Family::unknown("webhook_delivery_http_status", &["event", "status_code"],
        "Responses of receivers, by HTTP status code.");

    // Publishing.
    PUBLISHED: Family::counter("postrider_events_published_total", EVENT_TENANT,
        "Events that were accepted and are durable, without duplicates.");
    UNMATCHED: Family::counter("postrider_events_unmatched_total", EVENT_TENANT,
        "Published events that matched no subscription.");
    FILTERED: Family::counter("postrider_deliveries_filtered_total", EVENT_TENANT,
        "Deliveries that were not made because the subscription's filter or channels left the event out.");
    REFUSED: Family::counter("postrider_events_refused_total", &["reason"],
        "Requests to publish that were refused, by reason.");

    // Backlog and lanes.
    WAITING: Family::gauge("postrider_deliveries_waiting", &["queue"],
        "Deliveries of the whole store that wait to be sent, by queue.");
    OLDEST_DUE: Family::gauge("postrider_oldest_due_delivery_age_seconds", &[],
        "Age of the oldest due delivery of an active subscription whose circuit breaker is closed; 0 when none is due.");
    LANES: Family::gauge("postrider_lanes", &["state"],
        "Subscriptions with a lane in memory, by state; a lane may have several states.");
    SPILLS: Family::counter("postrider_lane_spills_total", &[],
        "Committed deliveries that were left in the store because their lane or memory was full.");
    REFILLS: Family::counter("postrider_lane_refills_total", &[],
        "Reads of due deliveries from the store into a lane.");
    QUEUED_BYTES: Family::gauge("postrider_lane_queued_bytes", &[],
        "Approximate bytes of the deliveries queued in memory.");
    IN_FLIGHT: Family::gauge("postrider_requests_in_flight", &["room"],
        "Requests to receivers in flight, by the share of the concurrency limit that they use.");
    QUEUE_SECONDS_SPENT: Family::histogram("postrider_delivery_queue_seconds", &[], QUEUE_SECONDS,
        "Time from when a delivery was due to the start of its request.");
    REQUEST_SECONDS: Family::histogram("postrider_delivery_request_seconds", &[], DELIVERY_SECONDS,
        "Duration of requests to receivers, of all tenants.");
    PAUSED: Family::gauge("postrider_paused", &[], "1 while the operator has paused all deliveries.");

    // Receivers.
    BREAKERS: Family::counter("postrider_breaker_transitions_total", &["to"],
        "Circuit breakers that this node opened or closed.");
    DISABLED: Family::counter("postrider_subscriptions_disabled_total", &["reason"],
        "Subscriptions that this node disabled, or that a client paused, by reason.");
    EGRESS_REFUSALS: Family::counter("postrider_egress_refusals_total", &["reason"],
        "Requests and URLs that the address policy, the port policy or a tenant's list of hosts refused, by reason.");
    PUT_OFF: Family::counter("postrider_deliveries_put_off_total", &["reason"],
        "Requests put off by a second for want of a resource of this machine.");
    OPERATIONAL_DROPPED: Family::read_counter("postrider_operational_events_dropped_total", &[],
        "Operational events dropped because the store was too slow to write them.");

    // Journal.
    JOURNAL_WRITES: Family::histogram("postrider_journal_batch_writes", &[], WRITES, "Writes of one commit.");
    JOURNAL_SECONDS: Family::histogram("postrider_journal_commit_seconds", &[], COMMIT_SECONDS,
        "Time from when the store took a batch until it was durable.");
    JOURNAL_WAITING: Family::gauge("postrider_journal_waiting", &[], "Entries that wait to be written.");
    JOURNAL_FAILED: Family::counter("postrider_journal_failed_commits_total", &[], "Commits that failed.");

    // Engine and nodes.
    INDEX: Family::gauge("postrider_index_subscriptions", &[], "Subscriptions in the index in memory.");
    REPLAYS: Family::gauge("postrider_replays", &["state"], "Replays that have not ended, by state.");
    NODES: Family::gauge("postrider_nodes", &["state"], "Nodes of the store, by state.");
    HEARTBEAT_AGE: Family::gauge("postrider_heartbeat_age_seconds", &[],
        "Time since this node's last successful heartbeat; absent on SQLite.");
    LEASE_HELD: Family::gauge("postrider_lease_held", &[],
        "1 while no other node may take this node's deliveries over; absent on SQLite.");

    // Store.
    CONNECTIONS: Family::gauge("postrider_store_connections", &["pool", "state"],
        "Connections to the store, by pool: idle, in use, and the maximum.");
    STORE_SIZE: Family::gauge("postrider_store_size_bytes", &["part"],
        "Size of the store: the database, and on SQLite its write-ahead log.");
    STORE_FREE: Family::gauge("postrider_store_free_bytes", &[],
        "Free space on the disk of a SQLite store; absent on PostgreSQL.");
    RETENTION_LAG: Family::gauge("postrider_retention_lag_seconds", &[],
        "Time by which the removal of events behind their retention is late; 0 when it is on time.");

    // The API.
    HTTP_REQUESTS: Family::counter("postrider_http_requests_total", &["method", "route", "status"],
        "Requests to the API, by method, route and status.");
    HTTP_DURATION: Family::histogram("postrider_http_request_duration_seconds", &["route"], HTTP_SECONDS,
        "Time from a request's head to its response's head, by route.");

    // Runtime and process.
    BUILD: Family::gauge("postrider_build_info", &["version", "store"], "1, with the version and the kind of store.");
    RUNTIME_WORKERS: Family::gauge("postrider_runtime_workers", &[], "Threads of the asynchronous runtime.");
    RUNTIME_TASKS: Family::gauge("postrider_runtime_tasks", &[], "Tasks of the asynchronous runtime that have not ended.");
    RUNTIME_QUEUE: Family::gauge("postrider_runtime_queue_depth", &[],
        "Tasks that wait in the runtime's shared queue.");
    RUNTIME_BUSY: Family::read_counter("postrider_runtime_busy_seconds_total", &[],
        "Time that the runtime's threads were busy, summed over all of them.");
    CPU: Family::read_counter("process_cpu_seconds_total", &[], "User and system processor time.");
    RESIDENT: Family::gauge("process_resident_memory_bytes", &[], "Resident memory.");
    VIRTUAL: Family::gauge("process_virtual_memory_bytes", &[], "Virtual memory.");
    OPEN_FDS: Family::gauge("process_open_fds", &[], "Open file descriptors.");
    MAX_FDS: Family::gauge("process_max_fds", &[], "Limit of open file descriptors.");
    START: Family::gauge("process_start_time_seconds", &[], "Start of the process, in seconds since 1970.");
    THREADS: Family::gauge("process_threads", &[], "Threads of the operating system.");

    // The metrics themselves.
    SERIES: Family::gauge("postrider_metrics_series", &[], "Series of the families with labels of events and tenants.");
    OTHER: Family::counter("postrider_metrics_other_total", &["metric"],
        "Observations that were counted under other because the cap on series was reached.");
    SCRAPE_ERRORS: Family::counter("postrider_metrics_scrape_errors_total", &["part"],
        "Scrapes without the figures of a part, because it failed or did not answer in time.");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::family::Kind;

    #[test]
    fn names_follow_the_conventions_of_prometheus() {
        for family in ALL {
            let is_total = family.name.ends_with("_total");
            assert_eq!(is_total, family.kind == Kind::Counter, "{}", family.name);
            assert!(family.help.ends_with('.') && !family.help.contains('\n'), "{}", family.name);
            assert_eq!(family.kind == Kind::Histogram, !family.buckets.is_empty(), "{}", family.name);
            assert!(family.buckets.is_sorted(), "{}", family.name);
            let prefixes = ["webhook_", "postrider_", "process_"];
            assert!(prefixes.iter().any(|prefix| family.name.starts_with(prefix)), "{}", family.name);
        }
    }

    #[test]
    fn the_contracts_buckets_are_included() {
        for bound in [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0] {
            assert!(DURATIONS.buckets.contains(&bound), "{bound}");
        }
        assert_eq!(DURATIONS.buckets.len(), 12);
    }
}
