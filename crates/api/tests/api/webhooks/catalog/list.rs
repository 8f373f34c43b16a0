//! `GET /api/v1/webhooks/events`.

use super::PATH;
use crate::support::{TestApp, each};
use serde_json::json;

/// The shipped catalog (`docs/contracts.md`), one row per category.
const SHIPPED: [(&str, &[&str]); 13] = [
    (
        "billing",
        &[
            "invoice.created",
            "invoice.finalized",
            "invoice.paid",
            "invoice.voided",
            "invoice.payment_failed",
            "payment.succeeded",
            "payment.failed",
            "payment.refunded",
            "subscription.created",
            "subscription.updated",
            "subscription.cancelled",
            "subscription.renewed",
            "subscription.trial_ending",
        ],
    ),
    ("credit_notes", &["credit_note.created", "credit_note.issued", "credit_note.voided", "credit_note.applied"]),
    (
        "customer",
        &[
            "customer.created",
            "customer.updated",
            "customer.deleted",
            "customer.suspended",
            "customer.reactivated",
            "customer.churned",
        ],
    ),
    ("user", &["user.registered", "user.updated", "user.deleted", "user.login"]),
    (
        "communication",
        &[
            "email.sent",
            "email.delivered",
            "email.bounced",
            "email.failed",
            "bulk_email.completed",
            "bulk_email.failed",
        ],
    ),
    (
        "file_storage",
        &["file.uploaded", "file.downloaded", "file.deleted", "file.scan_completed", "storage.quota_exceeded"],
    ),
    ("data_transfer", &["import.completed", "import.failed", "export.completed", "export.failed"]),
    ("analytics", &["metric.threshold_exceeded", "report.generated"]),
    ("audit", &["security.alert", "compliance.violation"]),
    ("ticketing", &["ticket.created", "ticket.updated", "ticket.closed", "ticket.sla_breach"]),
    (
        "sales",
        &[
            "invoice.sent",
            "invoice.authorized",
            "invoice.rejected",
            "invoice.cancelled",
            "sales_order.created",
            "sales_order.confirmed",
            "sales_order.cancelled",
            "payment.received",
            "purchase_order.created",
            "purchase.received",
        ],
    ),
    ("inventory", &["inventory.low", "inventory.updated"]),
    ("general", &["document.updated", "error.occurred"]),
];

#[tokio::test]
async fn the_shipped_catalog_has_the_types_of_the_contract() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let shown = acme.get(PATH).await.expect(200);
    let mut expected: Vec<_> =
        SHIPPED.iter().flat_map(|(category, names)| names.iter().map(move |name| (*name, *category))).collect();
    expected.sort_unstable();
    let events = &shown["events"];
    let listed: Vec<_> = each(events, "event_type").into_iter().zip(each(events, "category")).collect();
    assert_eq!(listed, expected, "all types, sorted by name");
    assert_eq!(shown["total"], expected.len());
    for event in events.as_array().unwrap() {
        assert!(event["description"].as_str().is_some_and(|text| !text.is_empty()), "{event}");
        assert_eq!((&event["has_schema"], &event["has_example"]), (&json!(true), &json!(true)), "{event}");
        assert_eq!(event.as_object().unwrap().len(), 5, "{event}");
    }
    app.finish().await;
}
