//! Operational events: what raises them, who receives them, and what is reserved for them.

mod changes;
mod failures;
mod health;
mod limits;
mod recipients;
mod reserved;

use crate::support::{Caller, Received, Receiver, Reply, Setup, TestApp};
use model::{
    catalog::Catalog,
    schema::{Breach, PayloadSchema},
};
use serde_json::{Value, json};

const SYSTEM: &str = "_postrider";
const SUBSCRIPTIONS: &str = "/api/v1/webhooks/subscriptions";

/// An installation with a customer, the operator's receiver of all operational events, and a customer's receiver.
struct Scene {
    app: TestApp,
    acme: Caller,
    operator: Receiver,
    customer: Receiver,
    secret: String,
}

impl Scene {
    async fn start() -> Self {
        Self::start_as(Setup::default()).await
    }

    /// Tenants may receive operational events about themselves.
    async fn open_to_tenants() -> Self {
        let mut setup = Setup::default();
        setup.settings.operational_to_tenants = true;
        Self::start_as(setup).await
    }

    async fn start_as(setup: Setup) -> Self {
        let app = TestApp::start_as(setup).await;
        let acme = app.tenant("acme").await;
        let (operator, customer) = (Receiver::start().await, Receiver::start().await);
        let made = app.admin_in(SYSTEM).subscribe(&operator.url("/operator")).await;
        let secret = made["secret"].as_str().unwrap().to_owned();
        Self { app, acme, operator, customer, secret }
    }

    /// The next operational event that the operator receives: its type and its data.
    async fn next(&mut self) -> (String, Value) {
        let received = self.operator.next().await;
        opened(&received, SYSTEM)
    }

    /// Ends the test: no further request was made to either receiver.
    async fn finish(mut self) {
        self.app.finish().await;
        self.operator.nothing_more();
        self.customer.nothing_more();
    }
}

/// Type and data of a received event, after the checks that all operational events must pass.
#[track_caller]
fn opened(received: &Received, tenant: &str) -> (String, Value) {
    let body = received.json();
    assert_eq!(body["tenant_id"], tenant, "{body}");
    let event_type = body["type"].as_str().unwrap().to_owned();
    assert_eq!(received.header("x-webhook-event-type"), event_type);
    let catalog = Catalog::shipped().unwrap();
    let schema = catalog.get(&event_type).expect("in the catalog").schema.clone().unwrap();
    let breaches = PayloadSchema::compile(&schema).unwrap().check(&body["data"]);
    assert_eq!(breaches, Vec::<Breach>::new(), "{body}");
    (event_type, body["data"].clone())
}

fn path_of(subscription: &Value, rest: &str) -> String {
    format!("{SUBSCRIPTIONS}/{}{rest}", subscription["id"].as_str().unwrap())
}

/// A subscription without retries.
fn once(url: &str) -> Value {
    json!({"url": url, "events": ["invoice.*"], "description": "Orders", "retry_enabled": false})
}
