//! The choice of the main set: a name must be clear, and a doubt is said. Names in the configuration must exist.

use audit::{
    About, CatalogSource, Fault, audit,
    config::{Config, PublishConfig},
    report::Report,
    source::{Rules, SourceTree},
};

fn audited(files: &[(&str, &str)], config: &Config) -> Result<Report, Fault> {
    let texts = files.iter().map(|(name, text)| ((*name).to_owned(), (*name).to_owned(), (*text).to_owned()));
    let rules = Rules::new(&config.files).unwrap();
    let tree = SourceTree::of_texts(texts.collect(), Vec::new(), &rules);
    audit(&tree, config, &CatalogSource::Code { main: None }, About::default(), &|| {})
}

fn publishing(publish: PublishConfig) -> Config {
    Config { publish, ..Config::default() }
}

#[test]
fn code_without_a_set_is_a_doubt() {
    let report = audited(&[("app.py", "bus.publish(\"order.paid\")\n")], &Config::default()).unwrap();
    assert!(!report.catalog.is_sure());
    assert!(report.catalog.question().unwrap().contains("--catalog"), "{:?}", report.catalog.question());
    let job = "JOB_EVENTS = [\"import.done\", \"import.failed\", \"export.done\"]\ndef f():\n    bus.publish(\"import.done\")\n";
    let report = audited(&[("jobs.py", job)], &Config::default()).unwrap();
    assert!(!report.catalog.is_sure(), "a set that is named after jobs is hardly the catalog");
}

#[test]
fn a_set_of_webhooks_in_a_job_is_no_doubt() {
    let job = "class SendWebhookJob\n  WEBHOOK_SERVICES = {\n    \"order.paid\" => A,\n    \"order.lost\" => B,\n    \"order.made\" => C\n  }.freeze\nend\n";
    let code = "class Orders\n  def pay\n    SendWebhookJob.perform_later(\"order.paid\", self)\n  end\nend\n";
    let report = audited(&[("send_webhook_job.rb", job), ("orders.rb", code)], &Config::default()).unwrap();
    assert_eq!((report.catalog.name.as_str(), report.catalog.is_sure()), ("SendWebhookJob.WEBHOOK_SERVICES", true));
}

#[test]
fn the_whole_is_chosen_before_its_part() {
    let sets = "export const orderEvents = [\"order.paid\", \"order.voided\", \"order.made\"] as const;\n\
                export const cartEvents = [\"cart.made\", \"cart.lost\"] as const;\n\
                export const events = [...orderEvents, ...cartEvents] as const;\n";
    let code = "export function pay() {\n  bus.publish(\"order.paid\");\n  bus.publish(\"cart.made\");\n}\n";
    let report = audited(&[("events.ts", sets), ("orders.ts", code)], &Config::default()).unwrap();
    assert_eq!(report.catalog.name, "events");
    let sets = "export const appEvents = [\"order.paid\", \"order.voided\", \"order.made\", \"page.opened\", \"page.closed\"];\n\
                export const eventTypes = [\"order.paid\", \"order.voided\", \"order.made\"];\n";
    let code = "export function pay() {\n  bus.publish(\"order.paid\");\n  bus.publish(\"order.made\");\n}\n";
    let report = audited(&[("events.ts", sets), ("orders.ts", code)], &Config::default()).unwrap();
    assert_eq!(report.catalog.name, "eventTypes", "nothing else of the whole is published");
}

#[test]
fn hardly_any_published_event_beside_unknown_ones_is_a_doubt() {
    let members: String = (0..12).map(|at| format!("    E{at} = \"thing{at}.created\"\n")).collect();
    let set = format!("class WebhookEvent:\n{members}");
    let known = "bus.publish(WebhookEvent.E1)\n";
    let unknown = "def save(self):\n    bus.publish(f\"{self.table}.created\")\n";
    let audited = |code: &str| {
        let code = format!("from events import WebhookEvent\nfrom bus import bus\n{code}");
        audited(&[("events.py", &set), ("code.py", &code)], &Config::default()).unwrap()
    };
    assert!(audited(known).catalog.is_sure());
    let doubted = audited(&format!("{known}{unknown}"));
    let question = doubted.catalog.question().unwrap();
    assert!(question.contains("1 of its 12") && question.contains("one publishing call is unknown"), "{question}");
    assert!(audited(&format!("{known}bus.publish(WebhookEvent.E2)\n{unknown}")).catalog.is_sure());
}

#[test]
fn names_of_the_configuration_exist_in_the_code() {
    let files = [
        ("events.rb", "class WebhookEvent\n  PAID = \"invoice.paid\"\n  VOIDED = \"invoice.voided\"\nend\n"),
        ("invoices.rb", "class Invoices\n  def pay\n    TellJob.perform_later(\"invoice.paid\", self)\n  end\nend\n"),
    ];
    let functions = |name: &str| publishing(PublishConfig { functions: vec![name.into()], ..PublishConfig::default() });
    for name in ["perform_later", "TellJob.perform_later", "TellJob::perform_later"] {
        let report = audited(&files, &functions(name)).unwrap();
        let paid = report.events.iter().find(|one| one.event_type == "invoice.paid").unwrap();
        assert_eq!(paid.sites.len(), 1, "{name}");
    }
    let report = audited(&files, &functions("OtherJob.perform_later")).unwrap();
    assert!(report.events.iter().all(|one| one.sites.is_empty()), "it is a method of another receiver");
    let fault = audited(&files, &functions("perform_latr")).unwrap_err().to_string();
    assert!(fault.contains("publish.functions") && fault.contains("perform_later"), "{fault}");
    let bus = PublishConfig {
        main_bus: vec!["TelJob".into()],
        functions: vec!["perform_later".into()],
        ..PublishConfig::default()
    };
    let fault = audited(&files, &publishing(bus)).unwrap_err().to_string();
    assert!(fault.contains("publish.main_bus") && fault.contains("TellJob"), "{fault}");
}

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
