//! Custom types: registered, changed, retired, or from a folder.

use crate::{
    receiver::Receiver,
    rows::{Row, row},
};
use serde_json::json;

pub(super) fn rows() -> Vec<Row> {
    vec![
        row("Catalog, retired", "cannot be subscribed to, but existing subscriptions still get it", |w| async move {
            w.p("POST /events", json!({ "event_type": "c_going.away", "description": "x" })).await.is(201);
            let receiver = Receiver::start().await;
            let fields = json!({ "events": ["c_going.away", "invoice.paid"] });
            let id = w.subscribe(&receiver.url(), fields).await.text_of("id");
            w.p("DELETE /events/c_going.away", ()).await.is(204);
            w.subscribe_refused("c_going.away").await;
            w.subscribe_refused("c_going.*").await;
            w.publish("c_going.away").await;
            assert_eq!(receiver.got(1).await.header("x-webhook-event-type"), "c_going.away");
            let fields = json!({ "events": ["c_going.away", "invoice.created"] });
            w.p(&format!("PATCH /subscriptions/{id}"), fields).await.is(200);
            w.publish("c_going.away").await;
            receiver.got(2).await;
        }),
        row("Platform API, PUT /events/{event_type}", "incompatible schema: 422, unless ?force=true", |w| async move {
            let schema = json!({
                "type": "object", "required": ["id"],
                "properties": { "id": { "type": "string" }, "line": { "$ref": "#/$defs/line" },
                    "either": { "anyOf": [{ "$ref": "#/$defs/line" }, { "type": "null" }] } },
                "$defs": { "line": { "type": "string", "maxLength": 5 } },
            });
            let fields = json!({ "event_type": "c_rows.schema", "description": "x", "schema": schema });
            w.p("POST /events", fields).await.is(201);
            let put = async |schema: &serde_json::Value, query: &str| {
                w.p(&format!("PUT /events/c_rows.schema{query}"), json!({ "schema": schema })).await
            };
            let mut wider = schema.clone();
            wider["properties"]["more"] = json!({ "type": "integer" });
            wider["required"] = json!(["id", "more"]);
            put(&wider, "").await.is(200);
            let changed = |pointer: &str, value: serde_json::Value| {
                let mut other = wider.clone();
                *other.pointer_mut(pointer).unwrap() = value;
                other
            };
            let incompatible = [
                changed("/required", json!(["more"])),
                changed("/properties/id/type", json!(["string", "null"])),
                changed("/properties/id", json!(true)),
                changed("/$defs/line/maxLength", json!(6)),
                json!(true),
                serde_json::Value::Null,
            ];
            for other in &incompatible {
                put(other, "").await.is(422).says("force=true");
                put(other, "?force=false").await.is(422);
            }
            // Changes a definition that only a keyword refers to that is compared literally.
            let mut inside = changed("/$defs/line/maxLength", json!(6));
            inside["properties"]["line"] = json!({ "type": "string", "maxLength": 5 });
            put(&inside, "").await.is(422).says("schema/either");
            assert_eq!(w.p("GET /events/c_rows.schema", ()).await.is(200)["schema"], wider, "no change");
            put(&incompatible[0], "?force=true").await.is(200);
            assert_eq!(w.p("GET /events/c_rows.schema", ()).await.is(200)["schema"], incompatible[0]);
        }),
    ]
}

/// For a server with the folder.
pub(super) fn folder_rows() -> Vec<Row> {
    vec![
        row("POSTRIDER_CATALOG_FOLDER", "adds types beside the shipped ones", |w| async move {
            assert_eq!(w.p("GET /events", ()).await.is(200)["total"], 65);
            let shown = w.p("GET /events/parcel.shipped", ()).await.is(200);
            assert_eq!((&shown["category"], &shown["example"]), (&json!("shipping"), &json!({ "parcel_id": "p_1" })));
            let receiver = Receiver::start().await;
            w.subscribe(&receiver.url(), json!({ "events": ["parcel.*"] })).await;
            w.publish_data("parcel.shipped", "{\"parcel_id\":\"p_2\"}").await;
            assert_eq!(receiver.got(1).await.json()["data"], json!({ "parcel_id": "p_2" }));
        }),
        row("POSTRIDER_CATALOG_FOLDER", "their schemas are kept under catalog.strict", |w| async move {
            let body = json!({ "type": "parcel.shipped", "data": { "parcel_id": 7 } });
            w.call("POST /api/v1/events", body).await.is(422).says("data/parcel_id");
        }),
    ]
}
