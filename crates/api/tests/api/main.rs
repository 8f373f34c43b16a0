//! Tests of the API over HTTP, against a real store, a real engine and real receivers. The modules mirror the routes;
//! tests of requests to receivers are in `delivery`.

mod admin;
mod audit;
mod auth;
mod backlog;
mod bodies;
mod browsers;
mod delivery;
mod events;
mod health;
mod isolation;
mod keys;
mod limits;
mod metrics;
mod nodes_log;
mod openapi;
mod operational;
mod overview;
mod parameters;
mod problems;
mod refusals;
mod support;
mod tenants;
mod warnings;
mod webhooks;
