use hook0_client::{Event, Hook0Client};
use serde_json::json;
use svix::api::{MessageIn, Svix};

mod webhook_events {
    pub const INVOICE_CREATED: &str = "invoice.created";
    pub const INVOICE_PAID: &str = "invoice.paid";
    pub const ORDER_PLACED: &str = "order.placed";
    pub const ORDER_PACKED: &str = "order.packed";
    pub const USER_CREATED: &str = "user.created";
    pub const USER_DELETED: &str = "user.deleted";
    pub const PAGE_VIEWED: &str = "page.viewed";
}

async fn literal(client: &reqwest::Client) {
    client
        .post("http://localhost:8090/api/v1/events")
        .json(&json!({ "type": webhook_events::INVOICE_CREATED, "data": {} }))
        .send() // site-3 invoice.created
        .await;
}

async fn formatted(client: &reqwest::Client, base: &str) {
    let url = format!("{base}/api/v1/events");
    let body = json!({ "type": "invoice.paid", "data": {} });
    client.post(&url).bearer_auth("pk_1").json(&body).send().await; // site invoice.paid
}

struct Publish<'a> {
    r#type: &'a str,
    data: u32,
}

async fn typed(client: &reqwest::Client, base: &str) {
    let event = Publish { r#type: webhook_events::ORDER_PLACED, data: 1 };
    client.post(format!("{base}/api/v1/events")).json(&event).send().await; // site order.placed
}

async fn sql(client: &tokio_postgres::Client) {
    client.execute("SELECT postrider.publish($1, $2, $3)", &[&"order.packed", &"{}", &"acme"]).await; // site order.packed
}

async fn with_svix(svix: &Svix) {
    let message = MessageIn { event_type: webhook_events::USER_CREATED.to_owned(), ..MessageIn::default() };
    svix.message().create("app_1".to_owned(), message, None).await; // site user.created
}

async fn with_hook0(hook0: &Hook0Client) {
    hook0.send_event(&Event { event_type: "user.deleted", payload: "{}" }).await; // site user.deleted
}

async fn elsewhere(client: &reqwest::Client) {
    let body = json!({ "type": "page.viewed" });
    client.post("https://stats.example.com/collect").json(&body).send().await;
}

#[tokio::main]
async fn main() {
    let client = reqwest::Client::new();
    literal(&client).await;
    formatted(&client, "").await;
    typed(&client, "").await;
    sql(&connect()).await;
    with_svix(&svix()).await;
    with_hook0(&hook0()).await;
    elsewhere(&client).await;
}
