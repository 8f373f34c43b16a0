//! Section of the tenant API (`/api/v1/tenant/webhooks`): every line of its table, and its rules.

mod deliveries;
mod subscriptions;

use crate::{
    rows::run,
    server::{On, Server, on_both},
};

on_both!(tenant_api);

async fn tenant_api(on: On) {
    let server = Server::for_loopback(on, &[("WEBHOOK_TIMEOUT_SECONDS", "60")]);
    let mut rows = subscriptions::rows();
    rows.extend(deliveries::rows());
    run(&server, 8, rows).await;
}

// Rules that require a server without `http://` and private networks.
on_both!(tenant_api_urls);

async fn tenant_api_urls(on: On) {
    run(&Server::start(on, &[]), 8, subscriptions::url_rows()).await;
}
