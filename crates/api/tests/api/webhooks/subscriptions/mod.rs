//! `/api/v1/webhooks/subscriptions`.

mod activate;
mod check;
mod create;
mod delete;
mod deliveries;
mod get;
mod health;
mod hostile_urls;
mod list;
mod order;
mod patch;
mod pause;
mod policies;
mod reset_breaker;
mod retry;
mod retry_schedule;
mod rotate_secret;
mod shape;
mod test;

const PATH: &str = "/api/v1/webhooks/subscriptions";

/// The path of a subscription from an answer, with a suffix.
fn path_of(subscription: &serde_json::Value, below: &str) -> String {
    format!("{PATH}/{}{below}", subscription["id"].as_str().expect("an id"))
}

/// Checks that calls which name an unknown subscription are 404.
async fn check_missing(caller: &crate::support::Caller, method: http::Method, below: &str, body: &str) {
    for id in ["sub_06f8k2m4q9v1x3z5b7d9f1h3k5", "0190f3c1-0000-7000-8000-000000000000", "nothing", "sub_", "%20"] {
        let answer = caller.send(method.clone(), &format!("{PATH}/{id}{below}"), body.to_owned()).await;
        let shown = if id == "%20" { " " } else { id };
        assert_eq!(answer.detail(404, "not_found"), format!("Webhook subscription not found: {shown}"));
    }
}
