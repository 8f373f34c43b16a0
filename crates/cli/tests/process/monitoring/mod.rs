//! The files of `deploy/` for Prometheus and Grafana: rules, dashboards, and the runbook that alerts link to.

mod dashboards;
mod expressions;
mod night;
mod queries;
mod rules;
mod runbook;
mod scene;
