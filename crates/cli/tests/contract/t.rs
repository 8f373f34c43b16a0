//! Section *Tenant API*: every line of its table, and its rules.

mod deliveries;
mod subscriptions;

use crate::{
    rows::run,
    server::{On, Server, on_both},
};

on_both!(t);

async fn t(on: On) {
    let server = Server::for_loopback(on, &[("WEBHOOK_TIMEOUT_SECONDS", "60")]);
    let mut rows = subscriptions::rows();
    rows.extend(deliveries::rows());
    run(&server, 8, rows).await;
}

// What only a server shows that takes no `http://` and no private networks.
on_both!(t_urls);

async fn t_urls(on: On) {
    run(&Server::start(on, &[]), 8, subscriptions::url_rows()).await;
}
