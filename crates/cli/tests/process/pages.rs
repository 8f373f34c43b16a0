//! Documentation pages whose commands are run as a reader runs them. A row of `works!` registers a page.
//!
//! A page is run from top to bottom in one bash session, in a folder where a fresh `postrider serve --dev` listens
//! (8080) and where `postrider sink` receives (9000). These ports, 8443 for a server with
//! TLS, and 9001 to 9009 for receivers that a page starts itself, are replaced by free ones. The session has `KEY` (the tenant's key), `ADMIN_KEY` (the operator's) and
//! `POSTRIDER_URL`, and the binary as `postrider`. The marks, as comments in the page:
//!
//! | mark | meaning |
//! | --- | --- |
//! | `<!-- run -->` | the next ```` ```sh ```` block must succeed: each command, and each response of `curl` below 400 |
//! | `<!-- run: until -->` | the block is repeated until its output has the expected texts |
//! | `<!-- run: refused -->` | the block must fail, for example with a response of 400 or above |
//! | `<!-- shown: reason -->` | the next ```` ```sh ```` block is not run |
//! | `<!-- expect: text -->` | the output of the block above contains this text |
//! | `<!-- receives: text -->` | the receiver on port 9000 prints this text, after the block above at the latest |

mod page;
mod session;

/// Registers pages, relative to the root of the repository: one test for each.
macro_rules! works {
    ($($name:ident: $page:literal,)+) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                session::run($page).await;
            }
        )+
    };
}

works! {
    delayed: "docs/delayed.md",
    filters: "docs/filters.md",
    transformations: "docs/transformations.md",
    requests: "docs/requests.md",
    batching: "docs/batching.md",
    ordering: "docs/ordering.md",
    egress: "docs/egress.md",
    keys: "docs/keys.md",
    destinations: "docs/destinations.md",
    receiver_authentication: "docs/receiver-authentication.md",
    doctor: "docs/doctor.md",
    limits: "docs/limits.md",
    master_key: "docs/master-key.md",
    protection: "docs/protection.md",
    operational_events: "docs/operational-events.md",
    publishing: "docs/publishing.md",
    retention: "docs/retention.md",
    retries: "docs/retries.md",
    replay: "docs/replay.md",
    sql: "docs/sql.md",
    troubleshooting: "docs/troubleshooting.md",
    top: "docs/top.md",
    statistics: "docs/statistics.md",
    tls: "docs/tls.md",
}
