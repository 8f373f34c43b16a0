//! A given catalog may spell its event types otherwise than the members in the code.

use audit::{
    About, CatalogSource, Promised, audit,
    config::Config,
    report::{Report, State},
    source::{Rules, SourceTree},
};

const ENUM: &str =
    "package shop;\npublic enum WebhookEvent {\n    ORDER_CREATED,\n    ORDER_PAID,\n    ORDER_LOST;\n}\n";
const BUS: &str = "package shop;\npublic class WebhookBus {\n    public void publish(WebhookEvent event, Object data) {\n        \
     outbox.add(event, data);\n    }\n}\n";
const ORDERS: &str = "package shop;\npublic class Orders {\n    private WebhookBus bus;\n    public void create(Order order) {\n        \
                      bus.publish(WebhookEvent.ORDER_CREATED, order);\n    }\n    public void pay(Order order) {\n        \
                      bus.publish(WebhookEvent.ORDER_PAID, order);\n    }\n}\n";

fn report(catalog: &[&str]) -> Report {
    let files = [("shop/WebhookEvent.java", ENUM), ("shop/WebhookBus.java", BUS), ("shop/Orders.java", ORDERS)];
    let texts = files.map(|(name, text)| (name.to_owned(), name.to_owned(), text.to_owned()));
    let config = Config::default();
    let tree = SourceTree::of_texts(texts.to_vec(), Vec::new(), &Rules::new(&config.files).unwrap());
    let event = |name: &&str| Promised { event_type: (*name).to_owned(), category: None };
    let source = CatalogSource::Given { name: "events.txt".into(), events: catalog.iter().map(event).collect() };
    audit(&tree, &config, &source, About::default(), &|| {}).unwrap()
}

fn state(report: &Report, name: &str) -> State {
    report.events.iter().find(|event| event.event_type == name).unwrap().state
}

#[test]
fn a_member_stands_for_the_event_type_with_the_same_words() {
    for style in [["order.created", "order.paid", "order.lost"], ["orderCreated", "order:paid", "order-lost"]] {
        let report = report(&style);
        assert_eq!(state(&report, style[0]), State::Published, "{style:?}");
        assert_eq!(state(&report, style[1]), State::Published, "{style:?}");
        assert_eq!(state(&report, style[2]), State::Missing, "{style:?}");
        assert!(report.undefined.is_empty(), "{:?}", report.undefined);
        let created = report.events.iter().find(|event| event.event_type == style[0]).unwrap();
        assert!(created.sites[0].via.ends_with("written ORDER_CREATED there"), "{}", created.sites[0].via);
        assert_eq!(created.defined_at.as_ref().map(|place| place.line), Some(3), "the member's place");
    }
}

#[test]
fn two_event_types_with_the_same_words_are_matched_exactly_only() {
    let report = report(&["order.created", "order-created", "order.paid"]);
    assert_eq!(state(&report, "order.created"), State::Missing);
    assert_eq!(state(&report, "order-created"), State::Missing);
    assert_eq!(state(&report, "order.paid"), State::Published);
    let undefined: Vec<&str> = report.undefined.iter().map(|one| one.event_type.as_str()).collect();
    assert_eq!(undefined, ["ORDER_CREATED"]);
}

#[test]
fn exact_texts_have_precedence() {
    let report = report(&["ORDER_CREATED", "order.created", "order.paid"]);
    assert_eq!(state(&report, "ORDER_CREATED"), State::Published);
    assert_eq!(state(&report, "order.created"), State::Missing);
}
