//! Tenant isolation: every operation, called by a tenant with the objects of another. The operations come from the
//! OpenAPI document, so that a new route without a row here fails the test.

use crate::support::{Caller, Operation, Receiver, Reply, TestApp, hyphenated};
use http::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The relation of an operation to tenants.
enum Row {
    /// The operation names an object by its id; another tenant's object is answered like a missing one.
    Names { what: What, body: &'static str, status: u16 },
    /// The body names an object by its id (`{id}`).
    NamesInBody { what: What, body: &'static str },
    /// The operation lists the caller's objects; each of these queries finds nothing, though it names existing ones.
    Lists { queries: &'static [&'static str] },
    /// The operation creates an object of the caller's tenant.
    Makes { body: &'static str },
    /// The operation is for the operator, or for everybody.
    Common,
}

#[derive(Clone, Copy)]
enum What {
    Subscription,
    Delivery,
    Event,
    Key,
    Replay,
}

const SUBSCRIPTION: &str = r#"{"url": "https://stranger.example/", "events": ["*"], "is_active": false}"#;
const EVENT: &str = r#"{"type": "ticket.closed", "data": {"of": "stranger"}, "id": "shared"}"#;
/// `{n}` is the caller's number, so that two of them do not collide.
const TENANT_SUBSCRIPTION: &str = r#"{"event": "nobody.publishes", "url": "https://stranger.example/{n}"}"#;
const TENANT_DELIVERY: &str = r#"{"event": "invoice.created", "payload": {"of": "stranger"}}"#;
const EVENTS: &str = r#"{"events": [{"type": "ticket.closed", "data": {"of": "stranger"}, "id": "shared"}]}"#;

#[rustfmt::skip]
#[expect(clippy::too_many_lines, reason = "one entry for each operation")]
fn row(operation: &str) -> Row {
    use What::{Delivery, Event, Key, Replay, Subscription};
    let names = |what, body, status| Row::Names { what, body, status };
    match operation {
        "GET /api/v1/admin/events" | "GET /api/v1/admin/deliveries" | "GET /api/v1/admin/subscriptions"
        | "GET /api/v1/admin/deliveries/counts" | "GET /api/v1/admin/deliveries/rates"
        | "GET /api/v1/admin/overview" | "GET /api/v1/admin/stats" | "GET /api/v1/admin/settings"
        | "GET /api/v1/admin/store" => Row::Common,
        // `stream.rs` tests whose changes it shows.
        "GET /api/v1/stream" => Row::Common,
        // `egress.rs` tests whose addresses it shows.
        "GET /api/v1/egress-addresses" => Row::Common,
        "GET /api/v1/backlog" => Row::Lists { queries: &["limit=500"] },
        name if name.contains(" /api/v1/session") || name.contains(" /api/v1/portal-sessions") => Row::Common,
        "GET /healthz" | "GET /readyz" | "GET /metrics" | "GET /api/v1/nodes" | "POST /api/v1/nodes/pause"
        | "POST /api/v1/nodes/resume" | "GET /api/v1/nodes/log" | "PUT /api/v1/nodes/log"
        | "GET /api/v1/master-key/rotation" | "POST /api/v1/master-key/rotation"
        | "GET /api/v1/tenants" | "PUT /api/v1/tenants/{id}" | "GET /api/v1/tenants/{id}" | "DELETE /api/v1/tenants/{id}"
        | "GET /api/v1/audit/report" | "PUT /api/v1/audit/report"
        | "GET /api/v1/webhooks/events" | "GET /api/v1/webhooks/events/misfits"
        | "POST /api/v1/webhooks/events" | "GET /api/v1/webhooks/events/{event_type}"
        | "PUT /api/v1/webhooks/events/{event_type}" | "DELETE /api/v1/webhooks/events/{event_type}" => Row::Common,

        "POST /api/v1/events" => Row::Makes { body: EVENT },
        "POST /api/v1/events/batch" => Row::Makes { body: EVENTS },
        "GET /api/v1/events" => Row::Lists { queries: &["type=invoice.created", "after=2020-01-01T00:00:00Z"] },
        "POST /api/v1/events/preview" => Row::Makes { body: EVENT },
        "GET /api/v1/events/{id}" | "GET /api/v1/events/{id}/payload" => names(Event, "", 404),
        "POST /api/v1/events/{id}/cancel" => names(Event, "", 404),
        "DELETE /api/v1/events/{id}/payload" => names(Event, "", 404),

        "GET /api/v1/audit/coverage" => Row::Lists { queries: &["days=7"] },

        "POST /api/v1/keys" => Row::Makes { body: "{}" },
        "GET /api/v1/keys" => Row::Lists { queries: &[] },
        "DELETE /api/v1/keys/{id}" => names(Key, "", 404),
        "POST /api/v1/keys/{id}/rotate" => names(Key, "{}", 404),

        "POST /api/v1/webhooks" | "POST /api/v1/webhooks/subscriptions" => Row::Makes { body: SUBSCRIPTION },
        "GET /api/v1/webhooks" => Row::Lists { queries: &[] },
        "DELETE /api/v1/webhooks/{id}" => names(Subscription, "", 404),
        "POST /api/v1/webhooks/subscriptions/check" => Row::Makes { body: r#"{"url": "https://127.0.0.1/"}"# },
        "POST /api/v1/webhooks/subscriptions/filter-test" => Row::NamesInBody {
            what: Event, body: r#"{"filter": "true", "event": {"id": "{id}"}}"#,
        },
        "POST /api/v1/webhooks/subscriptions/transformation-test" => Row::NamesInBody {
            what: Event, body: r#"{"transformation": {"template": "slack"}, "event": {"id": "{id}"}}"#,
        },
        // Public: receivers of any tenant fetch it.
        "GET /api/v1/webhooks/subscriptions/{id}/jwks.json" => Row::Common,
        // Its signed URL is the right to read it; nobody can make that of another event.
        "GET /api/v1/payloads/{reference}" => Row::Common,
        "GET /api/v1/webhooks/subscriptions" =>
            Row::Lists { queries: &["event_type=invoice.created", "is_active=true"] },
        "GET /api/v1/webhooks/subscriptions/{id}" => names(Subscription, "", 404),
        "PATCH /api/v1/webhooks/subscriptions/{id}" => names(Subscription, SUBSCRIPTION, 404),
        "DELETE /api/v1/webhooks/subscriptions/{id}" => names(Subscription, "", 404),
        "POST /api/v1/webhooks/subscriptions/{id}/test" => names(Subscription, "{}", 404),
        "POST /api/v1/webhooks/subscriptions/{id}/rotate-secret" => names(Subscription, "{}", 404),
        "GET /api/v1/webhooks/subscriptions/{id}/secret" => names(Subscription, "", 404),
        "POST /api/v1/webhooks/subscriptions/{id}/pause" => names(Subscription, "", 404),
        "POST /api/v1/webhooks/subscriptions/{id}/activate" => names(Subscription, "", 404),
        "POST /api/v1/webhooks/subscriptions/{id}/breaker/reset" => names(Subscription, "", 404),
        "GET /api/v1/webhooks/subscriptions/{id}/deliveries" => names(Subscription, "", 404),
        "GET /api/v1/webhooks/subscriptions/{id}/retry-schedule" => names(Subscription, "", 404),
        "GET /api/v1/webhooks/subscriptions/{id}/order" => names(Subscription, "", 404),
        "GET /api/v1/webhooks/subscriptions/{id}/stats" => names(Subscription, "", 404),

        "GET /api/v1/webhooks/stats" => Row::Lists { queries: &["by=subscription", "subscription_id={subscription}", "event_type=invoice.created"] },
        "GET /api/v1/webhooks/limits" => Row::Lists { queries: &[""] },
        "GET /api/v1/webhooks/deliveries" =>
            Row::Lists { queries: &["subscription_id={subscription}", "event_type=invoice.created", "status=failed", "event_id={event}",
                "response_code=500", "url=http", "count=true", "search={event}", "search=http", "min_duration_ms=0",
                "overdue_minutes=0", "payload_path=data.of&payload_value=owner"] },
        "GET /api/v1/webhooks/deliveries/counts" | "GET /api/v1/webhooks/deliveries/rates" =>
            Row::Lists { queries: &["subscription_id={subscription}", "event_id={event}", "search={event}"] },
        "GET /api/v1/webhooks/deliveries/{id}" => names(Delivery, "", 404),
        "GET /api/v1/webhooks/deliveries/{id}/attempts/{number}/request-body"
        | "GET /api/v1/webhooks/deliveries/{id}/attempts/{number}/response-body" => names(Delivery, "", 404),
        // A delivery that cannot be retried is always 400, also when it is not found (`docs/contracts.md`).
        "POST /api/v1/webhooks/deliveries/{id}/retry" => names(Delivery, "", 400),

        "POST /api/v1/webhooks/deliveries/{id}/cancel" => names(Delivery, "", 404),
        "POST /api/v1/webhooks/deliveries/cancel" | "POST /api/v1/webhooks/replays" =>
            Row::NamesInBody { what: Subscription, body: r#"{"subscription_id": "{id}"}"# },
        "GET /api/v1/webhooks/replays" => Row::Lists { queries: &["limit=200"] },
        "GET /api/v1/webhooks/replays/{id}" => names(Replay, "", 404),
        "POST /api/v1/webhooks/replays/{id}/pause" => names(Replay, "", 404),
        "POST /api/v1/webhooks/replays/{id}/resume" => names(Replay, "", 404),
        "POST /api/v1/webhooks/replays/{id}/cancel" => names(Replay, "", 404),

        "POST /api/v1/tenant/webhooks/subscriptions" => Row::Makes { body: TENANT_SUBSCRIPTION },
        "GET /api/v1/tenant/webhooks/subscriptions" => Row::Lists { queries: &["event=invoice.created"] },
        "DELETE /api/v1/tenant/webhooks/subscriptions/{id}" => names(Subscription, "", 404),
        "POST /api/v1/tenant/webhooks/deliveries" => Row::Makes { body: TENANT_DELIVERY },
        "GET /api/v1/tenant/webhooks/deliveries" =>
            Row::Lists { queries: &["event=invoice.created", "status=FAILED"] },
        "GET /api/v1/tenant/webhooks/deliveries/{id}" => names(Delivery, "", 404),
        "POST /api/v1/tenant/webhooks/deliveries/{id}/retry" => names(Delivery, "", 404),

        _ => panic!("{operation} has no row: can it show or change another tenant's objects?"),
    }
}

/// The owner's objects: an event, its failed delivery, a subscription, keys.
struct Owner {
    caller: Caller,
    subscription: String,
    delivery: String,
    event: String,
    key: String,
    replay: String,
}

impl Owner {
    async fn new(app: &TestApp, receiver: &mut Receiver) -> Self {
        let caller = app.tenant("owner").await;
        receiver.then(Reply::status(500));
        let fields = json!({"url": receiver.url("/"), "events": ["*"], "max_retries": 0});
        let subscription = caller.subscribe_with(fields).await["id"].as_str().unwrap().to_owned();
        let delivery = caller.publish_one().await;
        receiver.next().await;
        app.attempted(&caller, &delivery, 1).await;
        let named = caller.with("Idempotency-Key", "shared");
        named.publish_with(json!({"type": "ticket.closed", "data": {"of": "owner"}, "id": "shared"})).await;
        receiver.next().await;
        app.settled().await;
        let event = caller.get("/api/v1/events?type=invoice.created").await.expect(200)[0]["id"].clone();
        let key = app.admin_in("owner").get("/api/v1/keys").await.expect(200)[0]["id"].clone();
        // A replay that selects nothing.
        let selection = json!({"subscription_id": subscription, "before": "2020-01-01T00:00:00Z"});
        let replay = caller.post("/api/v1/webhooks/replays", selection).await.expect(202);
        let replay = app.replayed(&caller, &replay, "completed").await["id"].clone();
        let text = |value: Value| value.as_str().unwrap().to_owned();
        Self { caller, subscription, delivery, event: text(event), key: text(key), replay: text(replay) }
    }

    fn id(&self, what: What) -> &str {
        match what {
            What::Subscription => &self.subscription,
            What::Delivery => &self.delivery,
            What::Event => &self.event,
            What::Key => &self.key,
            What::Replay => &self.replay,
        }
    }

    /// Every object that the owner can see.
    async fn everything(&self, app: &TestApp) -> Vec<Value> {
        let mut all = Vec::new();
        // The body of a response is not JSON.
        let is_json = |one: &Operation| one.method == "GET" && !one.path.ends_with("/response-body");
        for operation in Operation::all().into_iter().filter(is_json) {
            let caller = if operation.path.contains("/keys") { &app.admin_in("owner") } else { &self.caller };
            match row(&operation.name()) {
                Row::Names { what, .. } => all.push(caller.get(&operation.with(self.id(what))).await.expect(200)),
                Row::Lists { .. } => all.push(caller.get(&operation.path).await.expect(200)),
                Row::NamesInBody { .. } | Row::Makes { .. } | Row::Common => {}
            }
        }
        all
    }
}

/// Everything in a JSON value that looks like an id.
fn ids_in(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => map.values().for_each(|one| ids_in(one, found)),
        Value::Array(list) => list.iter().for_each(|one| ids_in(one, found)),
        Value::String(text) if text.len() == 30 && text[3..].starts_with('_') => drop(found.insert(text.clone())),
        _ => {}
    }
}

#[tokio::test]
async fn no_operation_reaches_another_tenants_objects() {
    let app = TestApp::start().await;
    let (mut receiver, mut strangers) = (Receiver::start().await, Receiver::start().await);
    let owner = Owner::new(&app, &mut receiver).await;
    let stranger = app.tenant("stranger").await;
    stranger.subscribe(&strangers.url("/")).await;
    let before = owner.everything(&app).await;

    for operation in Operation::all() {
        let name = operation.name();
        // Only the operator manages keys; there the header names the tenant.
        let callers = [stranger.clone(), app.admin_in("stranger")];
        let callers = if operation.path.contains("/keys") { &callers[1..] } else { &callers[..] };
        match row(&name) {
            Row::Names { what, body, status } => {
                let id = owner.id(what);
                for (caller, id) in callers.iter().flat_map(|one| [(one, id.to_owned()), (one, hyphenated(id))]) {
                    let answer = caller.send(operation.method(), &operation.with(&id), body).await;
                    answer.problem(status, if status == 400 { "bad_request" } else { "not_found" });
                    // The answer is the same as for an object that does not exist.
                    let nowhere = caller.send(operation.method(), &operation.with("nowhere"), body).await;
                    let (given, other) = (answer.text().replace(&id, "…"), nowhere.text().replace("nowhere", "…"));
                    let cut = |text: &str| text.split("request_id").next().unwrap().to_owned();
                    assert_eq!(cut(&given), cut(&other), "{name}");
                }
            }
            Row::NamesInBody { what, body } => {
                for caller in callers {
                    let call = async |id: &str| {
                        let answer = caller.send(operation.method(), &operation.path, body.replace("{id}", id)).await;
                        answer.detail(404, "not_found").replace(id, "…")
                    };
                    assert_eq!(call(owner.id(what)).await, call("nowhere").await, "{name}");
                }
            }
            Row::Lists { queries } => {
                for query in queries {
                    let path = format!(
                        "{}?{}",
                        operation.path,
                        query.replace("{subscription}", &owner.subscription).replace("{event}", &owner.event)
                    );
                    for caller in callers {
                        let found = caller.get(&path).await.expect(200);
                        assert!(
                            !found.to_string().contains("owner") && !found.to_string().contains(&owner.subscription)
                        );
                    }
                }
            }
            Row::Makes { body } => {
                for (number, caller) in callers.iter().enumerate() {
                    let named = caller.with("Idempotency-Key", &format!("shared by {}", operation.path));
                    let body = body.replace("{n}", &number.to_string());
                    let answer = named.send(Method::POST, &operation.path, body).await;
                    assert!(answer.status.is_success(), "{name}: {}", answer.text());
                    assert!(!answer.text().contains("owner"), "{name}: {}", answer.text());
                }
            }
            Row::Common => {}
        }
    }
    assert_eq!(owner.everything(&app).await, before, "the owner's objects are unchanged");
    strangers.next().await;
    app.finish_leaving_any().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn lists_never_mix_tenants() {
    let app = TestApp::start().await;
    let mut receivers = [Receiver::start().await, Receiver::start().await];
    let mut seen: Vec<BTreeSet<String>> = Vec::new();
    for (name, receiver) in ["one", "two"].into_iter().zip(&mut receivers) {
        let caller = app.tenant(name).await;
        for _ in 0..3 {
            caller.subscribe(&receiver.url(&format!("/{name}"))).await;
        }
        assert_eq!(caller.publish().await["deliveries"], 3);
        let requests = receiver.take(3).await;
        assert!(requests.iter().all(|one| one.json()["tenant_id"] == name && one.path == format!("/{name}")));
        app.settled().await;
        let mut ids = BTreeSet::new();
        for operation in Operation::all().into_iter().filter(|one| one.method == "GET") {
            if matches!(row(&operation.name()), Row::Lists { .. }) {
                let caller = if operation.path.contains("/keys") { &app.admin_in(name) } else { &caller };
                ids_in(&caller.get(&operation.path).await.expect(200), &mut ids);
            }
        }
        assert_eq!(ids.len(), 8, "three subscriptions, three deliveries, an event and a key: {ids:?}");
        seen.push(ids);
    }
    assert!(seen[0].is_disjoint(&seen[1]));
    app.finish().await;
    for receiver in &mut receivers {
        receiver.nothing_more();
    }
}
