//! The choice of the main set: a name must be clear, and a doubt is said.

use audit::{
    About, CatalogSource, audit,
    config::Config,
    source::{Rules, SourceTree},
};

#[test]
fn a_main_set_with_two_places_must_be_named_with_its_path() {
    let text = "class WebhookEvent:\n    PAID = \"invoice.paid\"\n    VOIDED = \"invoice.voided\"\n";
    let texts =
        ["billing/events.py", "legacy/events.py"].map(|name| (name.to_owned(), name.to_owned(), text.to_owned()));
    let rules = Rules::new(&Config::default().files).unwrap();
    let tree = SourceTree::of_texts(texts.to_vec(), Vec::new(), &rules);
    let audited = |main: &str| {
        let source = CatalogSource::Code { main: Some(main.to_owned()) };
        audit(&tree, &Config::default(), &source, About::default(), &|| {})
    };
    let fault = audited("WebhookEvent").unwrap_err().to_string();
    assert!(fault.contains("billing/events.py:WebhookEvent, legacy/events.py:WebhookEvent"), "{fault}");
    let report = audited("legacy/events.py:WebhookEvent").unwrap();
    assert_eq!(report.catalog.file.as_deref(), Some("legacy/events.py"));
    assert!(report.catalog.is_sure(), "a named set is never in doubt");
    let source = CatalogSource::Code { main: None };
    let unsure = audit(&tree, &Config::default(), &source, About::default(), &|| {}).unwrap();
    assert!(unsure.catalog.question().unwrap().contains("--main"), "nothing of it is published");
}

fn unnamed(files: &[(&str, &str)]) -> audit::report::Report {
    let texts = files.iter().map(|(name, text)| ((*name).to_owned(), (*name).to_owned(), (*text).to_owned()));
    let rules = Rules::new(&Config::default().files).unwrap();
    let tree = SourceTree::of_texts(texts.collect(), Vec::new(), &rules);
    audit(&tree, &Config::default(), &CatalogSource::Code { main: None }, About::default(), &|| {}).unwrap()
}

const SCHEMAS: [(&str, &str); 2] = [
    (
        "api/openapi.yaml",
        "openapi: 3.0.0\ncomponents:\n  schemas:\n    WebhookEventType:\n      enum: [order.created, order.paid, order.lost]\n",
    ),
    ("schema.graphql", "enum WebhookEvent {\n  ORDER_CREATED\n  ORDER_PAID\n  ORDER_LOST\n}\n"),
];
const BUS: (&str, &str) =
    ("bus.py", "class WebhookBus:\n    def publish(self, event_type):\n        ...\n\n\nbus = WebhookBus()\n");

#[test]
fn a_schema_with_the_members_of_the_code_is_no_rival() {
    let events = "EVENTS = {\n    \"created\": \"order.created\",\n    \"paid\": \"order.paid\",\n    \"lost\": \
                  \"order.lost\",\n}\n";
    let orders =
        "from bus import bus\nfrom events import EVENTS\n\n\ndef create():\n    bus.publish(EVENTS[\"created\"])\n";
    let report = unnamed(&[SCHEMAS[0], SCHEMAS[1], BUS, ("events.py", events), ("orders.py", orders)]);
    assert_eq!(report.catalog.file.as_deref(), Some("events.py"), "although only the schemas are named after webhooks");
    assert!(report.catalog.is_sure());
    assert!(report.catalog.others.is_empty(), "{:?}", report.catalog.others);
}

#[test]
fn a_schema_is_the_catalog_when_the_code_has_no_set_as_good() {
    let orders = "from bus import bus\n\nQUEUES = {\"a\": \"queue.orders\", \"b\": \"queue.carts\"}\n\n\ndef create():\n    \
                  bus.publish(\"order.created\")\n";
    let report = unnamed(&[SCHEMAS[0], SCHEMAS[1], BUS, ("orders.py", orders)]);
    assert_eq!(report.catalog.file.as_deref(), Some("api/openapi.yaml"));
    assert!(report.catalog.is_sure(), "{:?}", report.catalog.candidates);
    assert!(!report.catalog.others.iter().any(|other| other.file == "schema.graphql"), "two spellings of one set");
}
