//! The catalog's table in `docs/contracts.md` against the shipped catalog.

use crate::rows::{Row, row, text};
use std::collections::BTreeSet;

/// The table of the section "The catalog" in `docs/contracts.md`, in its notation.
const TABLE: &str = "
| billing | invoice.created finalized paid voided payment_failed · payment.succeeded failed refunded · subscription.created updated cancelled renewed trial_ending |
| credit_notes | credit_note.created issued voided applied |
| customer | customer.created updated deleted, and suspended reactivated churned |
| user | user.registered updated deleted login |
| communication | email.sent delivered bounced failed · bulk_email.completed failed |
| file_storage | file.uploaded downloaded deleted scan_completed · storage.quota_exceeded |
| data_transfer | import.completed failed · export.completed failed |
| analytics | metric.threshold_exceeded · report.generated |
| audit | security.alert · compliance.violation |
| ticketing | ticket.created updated closed sla_breach |
| sales (tenant API) | invoice.sent authorized rejected cancelled · sales_order.created confirmed cancelled · payment.received · purchase_order.created · purchase.received |
| inventory (tenant API) | inventory.low updated |
| general (tenant API) | document.updated · error.occurred |
";

/// (category, event) of every line. Only the first of several events of a resource is written with the resource's name.
pub(super) fn parse() -> BTreeSet<(String, String)> {
    let mut pairs = BTreeSet::new();
    for line in TABLE.trim().lines() {
        let mut cells = line.trim_matches('|').split('|').map(str::trim);
        let (category, events) = (cells.next().unwrap().trim_end_matches(" (tenant API)"), cells.next().unwrap());
        for group in events.split('·') {
            let mut resource = "";
            for word in group.split([' ', ',']).filter(|word| !word.is_empty() && *word != "and") {
                let action = match word.split_once('.') {
                    Some((before, action)) => {
                        resource = before;
                        action
                    }
                    None => word,
                };
                pairs.insert((category.to_owned(), format!("{resource}.{action}")));
            }
        }
    }
    pairs
}

/// Types of the server's own events, as the table of `docs/operational-events.md` has them.
const OPERATIONAL: &str = "subscription.created subscription.updated subscription.deleted subscription.secret_rotated
    subscription.disabled subscription.failing subscription.recovered delivery.exhausted breaker.opened breaker.closed
    tenant.limit_reached";

/// (category, event) of all shipped types, operational ones included.
pub(super) fn all() -> BTreeSet<(String, String)> {
    let operational = OPERATIONAL.split_whitespace().map(|name| ("operational".into(), format!("postrider.{name}")));
    parse().into_iter().chain(operational).collect()
}

pub(super) fn rows() -> Vec<Row> {
    vec![
        row("Catalog, the table", "exactly these (category, event) are shipped", |w| async move {
            let list = w.p("GET /events", ()).await.is(200);
            let all = list["events"].as_array().unwrap().iter();
            // Other rows register custom types at the same time.
            let shipped = all.filter(|one| one["category"] != "custom");
            let there: BTreeSet<_> = shipped.map(|one| (text(one, "category"), text(one, "event_type"))).collect();
            assert_eq!(there, parse());
            assert_eq!(there.len(), 64);
        }),
        row("Catalog", "the platform API has 47", |_| async {
            let of_t = ["sales", "inventory", "general"];
            let ours = parse().into_iter().filter(|(category, _)| !of_t.contains(&category.as_str())).count();
            // The tenant API adds "suspended reactivated churned" to the customer.
            assert_eq!(ours, 47 + 3);
        }),
        row("Catalog", "each with category, description, JSON Schema and an example", |w| async move {
            for (category, event) in all() {
                let one = w.p(&format!("GET /events/{event}"), ()).await.is(200);
                assert_eq!(one["category"], category);
                assert!(!one.text_of("description").is_empty() && one["schema"].is_object(), "{event}");
                assert!(one["example"].as_object().is_some_and(|example| !example.is_empty()), "{event}");
            }
        }),
    ]
}
