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
