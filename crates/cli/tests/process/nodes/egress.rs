//! Egress and allow lists of a tenant on two nodes: a change on one applies on the other.

use super::Database;
use crate::support::wait_until;
use serde_json::json;
use testing::Postgres;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_egress_that_one_node_sets_or_removes_applies_on_the_other() {
    let database = Database::on(Postgres::shared());
    let nodes = database.nodes(2).await;
    let first = nodes[0].tenant("acme").await;
    let second = first.at(nodes[1].address);
    for (egress, expected) in [
        (json!({ "source_addresses": ["127.0.0.2"] }), json!({ "addresses": ["127.0.0.2"], "source": "tenant" })),
        (json!(null), json!({ "addresses": [], "source": "installation" })),
    ] {
        let body = json!({ "egress": egress });
        assert_eq!(nodes[0].operator().put("/api/v1/tenants/acme", &body).await.status, 200);
        wait_until("the second node has it", async || {
            (second.get("/api/v1/egress-addresses").await.body == expected).then_some(())
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn allow_lists_that_one_node_sets_or_empties_apply_on_the_other() {
    let database = Database::on(Postgres::shared());
    let nodes = database.nodes(2).await;
    let second = nodes[0].tenant("acme").await.at(nodes[1].address);
    let draft = json!({ "url": "https://example.net/", "events": ["*"] });
    for (hosts, status) in [(json!(["*.example.com"]), 422), (json!(null), 201)] {
        let body = json!({ "allow_hosts": hosts });
        assert_eq!(nodes[0].operator().put("/api/v1/tenants/acme", &body).await.status, 200);
        wait_until("the second node has it", async || {
            (second.post("/api/v1/webhooks/subscriptions", &draft).await.status == status).then_some(())
        })
        .await;
    }
}
