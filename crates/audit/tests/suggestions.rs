//! Snippets are suggested only where all their names exist.

use audit::{
    About, CatalogSource,
    config::Config,
    report::Suggestion,
    source::{Rules, SourceTree},
};
use std::fs;

const APP: &str = r#"from enum import Enum


class WebhookEvent(str, Enum):
    PAYMENT_SUCCEEDED = "payment.succeeded"
    CUSTOMER_CREATED = "customer.created"
    CUSTOMER_DELETED = "customer.deleted"


def settle_payment(payment, amount):
    bus().publish(WebhookEvent.PAYMENT_SUCCEEDED, {"id": payment.id, "amount": amount})


def bus():
    return BUS
"#;

/// The suggestions for an event in the product `app`, with `code` added.
fn suggestions(event_type: &str, app: &str, code: &str) -> Vec<Suggestion> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("app.py"), format!("{app}\n\n{code}")).unwrap();
    let config = Config::default();
    let rules = Rules::new(&config.files).unwrap();
    let tree = SourceTree::of_paths(&[folder.path().to_owned()], &rules).unwrap();
    let source = CatalogSource::Code { main: None };
    let report = audit::audit(&tree, &config, &source, About::default(), &|| {}).unwrap();
    let event = report.events.into_iter().find(|event| event.event_type == event_type).unwrap();
    event.suggestions
}

#[test]
fn a_name_that_does_not_exist_there_is_not_suggested() {
    let found = suggestions("customer.deleted", APP, "def delete_customer(customer):\n    customer.remove()\n");
    let best = found.first().expect("the function is suggested");
    assert_eq!(best.function, "delete_customer");
    assert_eq!(best.snippet, "", "`amount` is a name of settle_payment alone");
}

#[test]
fn an_attribute_that_nobody_speaks_of_is_not_suggested() {
    let app = APP.replace("\"amount\": amount", "\"amount\": payment.amount");
    let found = suggestions("customer.deleted", &app, "def delete_customer(customer):\n    customer.remove()\n");
    assert_eq!(found.first().map(|best| best.snippet.as_str()), Some(""), "a customer has no amount");
}

#[test]
fn a_snippet_whose_names_exist_is_suggested() {
    let code = "def delete_customer(customer, amount):\n    customer.remove(amount)\n";
    let found = suggestions("customer.deleted", APP, code);
    let expected = "bus().publish(WebhookEvent.CUSTOMER_DELETED, {\"id\": customer.id, \"amount\": amount})";
    assert_eq!(found.first().map(|best| best.snippet.as_str()), Some(expected));
}
