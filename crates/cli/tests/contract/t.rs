//! Section "T: `/api/v1/tenant/webhooks`": every line of its table, and its rules.

mod deliveries;
mod subscriptions;

use crate::{rows::run, server::Server};

#[tokio::test]
async fn t() {
    let server = Server::for_loopback(&[("WEBHOOK_TIMEOUT_SECONDS", "60")]);
    let mut rows = subscriptions::rows();
    rows.extend(deliveries::rows());
    run(&server, 8, rows).await;
}

/// What only a server shows that takes no `http://` and no private networks.
#[tokio::test]
async fn t_urls() {
    run(&Server::start(&[]), 8, subscriptions::url_rows()).await;
}
