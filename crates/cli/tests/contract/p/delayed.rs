//! Events with a `deliver_at`, their cancellation, and `on_pause`.

use crate::{
    receiver::Receiver,
    rows::{Row, row},
};
use model::{Clock, SystemClock, Timestamp};
use serde_json::{Value, json};
use std::time::Duration;

fn event(id: &str, at: Timestamp) -> Value {
    json!({ "type": "invoice.created", "data": {}, "id": id, "deliver_at": at })
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows = on_pause();
    rows.extend(cancel());
    rows.push(row("Core API, POST /api/v1/events", "deliver_at: nothing is sent before this time", |w| async move {
        let receiver = Receiver::start().await;
        w.subscribe(&receiver.url(), json!({})).await;
        let at = SystemClock.now().after(Duration::from_millis(1_500)).to_millis();
        let accepted = w.call("POST /api/v1/events", event("later", at)).await.is(202);
        assert_eq!((&accepted["deliver_at"], &accepted["deliveries"]), (&json!(at), &json!(1)));
        let waiting = w.delivery("pending").await;
        assert_eq!((&waiting["next_retry_at"], &waiting["attempt_number"]), (&json!(at), &json!(0)));
        // Published later, and sent earlier.
        let first = w.publish("invoice.created").await;
        assert_eq!(receiver.got(1).await.header("webhook-id"), first);
        assert_eq!(receiver.got(2).await.header("webhook-id"), "later");
        assert!(SystemClock.now() >= at, "sent before {at}");
        let shown = w.call("GET /api/v1/events/later", ()).await.is(200);
        assert_eq!(shown["deliver_at"], json!(at));
    }));
    rows.push(row("Core API, POST /api/v1/events", "deliver_at: 422 for more than 30 days", |w| async move {
        let at = SystemClock.now().after(Duration::from_secs(31 * 24 * 60 * 60));
        let refused = w.call("POST /api/v1/events", event("late", at)).await.is(422).says("30 days at most");
        assert_eq!(refused["errors"][0]["field"], "deliver_at");
        w.call("GET /api/v1/events/late", ()).await.is(404);
    }));
    rows
}

fn cancel() -> Vec<Row> {
    const CANCEL: &str = "Core API, POST /api/v1/events/{id}/cancel";
    vec![
        row(CANCEL, "200 {cancelled, already_sent}: waiting deliveries end as failed", |w| async move {
            let receiver = Receiver::start().await;
            w.subscribe(&receiver.url(), json!({})).await;
            let at = SystemClock.now().after(Duration::from_secs(2));
            w.call("POST /api/v1/events", event("never", at)).await.is(202);
            let done = w.call("POST /api/v1/events/never/cancel", ()).await.is(200);
            assert_eq!(done.body, json!({ "cancelled": 1, "already_sent": 0 }));
            let cancelled = w.delivery("failed").await;
            assert_eq!(cancelled["error_message"], "cancelled by request");
            w.call("POST /api/v1/events", event("after", at)).await.is(202);
            assert_eq!(receiver.got(1).await.header("webhook-id"), "after");
            w.delivery("success").await;
            let done = w.call("POST /api/v1/events/after/cancel", ()).await.is(200);
            assert_eq!(done.body, json!({ "cancelled": 0, "already_sent": 1 }));
            assert_eq!(receiver.count(), 1);
        }),
        row(CANCEL, "needs events:publish", |w| async move {
            let id = w.publish("invoice.created").await;
            let other = w.with_scopes(&["webhooks:manage", "webhooks:read"]).await;
            other.call(&format!("POST /api/v1/events/{id}/cancel"), ()).await.is(403);
            let publisher = w.with_scopes(&["events:publish"]).await;
            publisher.call(&format!("POST /api/v1/events/{id}/cancel"), ()).await.is(200);
            publisher.call("POST /api/v1/events/nothing/cancel", ()).await.is(404);
        }),
    ]
}

fn on_pause() -> Vec<Row> {
    const PAUSE: &str = "Platform API, POST /subscriptions/{id}/pause, /activate";
    vec![row(PAUSE, "with on_pause: \"drop\" events that are published meanwhile get no delivery", |w| async move {
        let receiver = Receiver::start().await;
        let made = w.subscribe(&receiver.url(), json!({ "on_pause": "drop" })).await;
        assert_eq!(made["on_pause"], "drop");
        let path = format!("/subscriptions/{}", made.text_of("id"));
        w.p(&format!("POST {path}/pause"), ()).await.is(200);
        let body = json!({ "type": "invoice.created", "data": {} });
        assert_eq!(w.call("POST /api/v1/events", body.clone()).await.is(202)["deliveries"], 0);
        w.p(&format!("POST {path}/activate"), ()).await.is(200);
        let sent = w.call("POST /api/v1/events", body).await.is(202);
        assert_eq!(sent["deliveries"], 1);
        assert_eq!(receiver.got(1).await.header("webhook-id"), sent.text_of("id"));
        w.p(&format!("PATCH {path}"), json!({ "on_pause": "lose" })).await.is(422).says("must be collect or drop");
    })]
}
