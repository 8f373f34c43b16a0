//! `postrider audit`: gates, exit codes, comparison with a revision, and a running server's view.

use crate::support::{
    client::Client,
    server::{ADMIN_KEY, Finished, Launch},
};
use serde_json::{Value, json};
use std::{fs, path::Path, process::Command};
use tempfile::TempDir;

const CATALOG: &str = "from enum import Enum\n\n\nclass WebhookEvent(str, Enum):\n    INVOICE_CREATED = \"invoice.created\"\n    \
                       INVOICE_PAID = \"invoice.paid\"\n    INVOICE_VOIDED = \"invoice.voided\"\n    USER_LOGIN = \"user.login\"\n";
const SERVICE: &str = "from events import WebhookEvent\nfrom bus import get_event_bus\n\n\nclass InvoiceService:\n    \
                       def create(self, invoice, tenant_id):\n        get_event_bus().publish(\n            \
                       event_type=WebhookEvent.INVOICE_CREATED.value,\n            event_data={\"invoice_id\": invoice.id},\n            \
                       tenant_id=tenant_id,\n        )\n\n    def void_invoice(self, invoice, tenant_id):\n        invoice.void()\n";

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// A product that publishes one of its four events.
fn product() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("events.py", CATALOG), ("billing/service.py", SERVICE)]);
    folder
}

async fn audit(folder: &Path, arguments: &[&str]) -> Finished {
    let all: Vec<&str> = ["audit"].iter().chain(arguments).copied().collect();
    Launch::new(folder, &all).run().await
}

async fn report(folder: &Path, arguments: &[&str]) -> Value {
    let all: Vec<&str> = ["--format", "json"].iter().chain(arguments).copied().collect();
    let finished = audit(folder, &all).await;
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    serde_json::from_str(&finished.stdout).unwrap()
}

fn event<'r>(report: &'r Value, name: &str) -> &'r Value {
    let events = report["events"].as_array().unwrap();
    events.iter().find(|event| event["event_type"] == name).unwrap_or_else(|| panic!("{name} in {report}"))
}

#[tokio::test]
async fn the_report_lists_published_events_and_suggests_where_to_publish_the_rest() {
    let folder = product();
    let report = report(folder.path(), &[]).await;
    assert_eq!(report["schema_version"], 1);
    assert_eq!(report["revision"], Value::Null);
    assert_eq!(
        (&report["summary"]["defined"], &report["summary"]["published"], &report["summary"]["coverage"]),
        (&json!(4), &json!(1), &json!(25.0))
    );
    let site = &event(&report, "invoice.created")["sites"][0];
    assert_eq!(
        (&site["file"], &site["line"], &site["function"], &site["confidence"], &site["tenant"]),
        (&json!("billing/service.py"), &json!(7), &json!("InvoiceService.create"), &json!("high"), &json!(true))
    );
    assert_eq!(site["via"], "enum member WebhookEvent.INVOICE_CREATED");
    let place = &event(&report, "invoice.voided")["suggestions"][0];
    assert_eq!((&place["function"], &place["line"]), (&json!("InvoiceService.void_invoice"), &json!(13)));
    assert_eq!(
        place["snippet"],
        "get_event_bus().publish(\n    event_type=WebhookEvent.INVOICE_VOIDED.value,\n    event_data={\"invoice_id\": invoice.id},\n    \
         tenant_id=tenant_id,\n)"
    );
    assert_eq!(place["example"], "billing/service.py:7");
}

#[tokio::test]
async fn fail_under_passes_and_fails_by_coverage() {
    let folder = product();
    assert_eq!(audit(folder.path(), &["--fail-under", "25"]).await.code, Some(0));
    let closed = audit(folder.path(), &["--fail-under", "26%"]).await;
    assert_eq!(closed.code, Some(1));
    assert!(closed.stderr.contains("coverage is 25.0% (1 of 4), less than 26%"), "{}", closed.stderr);
    // The configuration sets the gate, and accepts a gap.
    let config =
        "[gate]\nfail_under = 33\n\n[[accept]]\nevent = \"user.*\"\nreason = \"another team's, planned for spring\"\n";
    write(folder.path(), &[("postrider-audit.toml", config)]);
    assert_eq!(audit(folder.path(), &[]).await.code, Some(0));
    assert_eq!(
        event(&report(folder.path(), &[]).await, "user.login")["accepted"],
        "another team's, planned for spring"
    );
}

#[tokio::test]
async fn only_gaps_that_are_not_in_the_baseline_fail() {
    let folder = product();
    let written = audit(folder.path(), &["--write-baseline", "baseline.json", "--fail-under", "100"]).await;
    assert_eq!(written.code, Some(0), "{}", written.stderr);
    assert_eq!(audit(folder.path(), &["--baseline", "baseline.json"]).await.code, Some(0));
    let more = format!("{CATALOG}    USER_LOGOUT = \"user.logout\"\n");
    let raw = format!(
        "{SERVICE}        get_event_bus().publish(event_type=\"invoice.void\", event_data={{}}, tenant_id=tenant_id)\n"
    );
    write(folder.path(), &[("events.py", &more), ("billing/service.py", &raw)]);
    let closed = audit(folder.path(), &["--baseline", "baseline.json"]).await;
    assert_eq!(closed.code, Some(1));
    assert!(closed.stderr.contains("user.logout is promised and not published (missing)"), "{}", closed.stderr);
    assert!(
        closed.stderr.contains(
            "invoice.void is published at billing/service.py:15 and not in the catalog; is invoice.voided meant?"
        ),
        "{}",
        closed.stderr
    );
    assert!(!closed.stderr.contains("invoice.paid"), "{}", closed.stderr);
}

#[tokio::test]
async fn errors_are_reported_with_exit_code_2() {
    let folder = product();
    write(
        folder.path(),
        &[("wrong.toml", "[publish]\nfunction = []\n"), ("wrong.json", "{}"), ("wrong.txt", "not a list")],
    );
    for (arguments, said) in [
        (&["nowhere"][..], "nowhere"),
        (&["--main", "Nothing"], "there is: WebhookEvent"),
        (&["--config", "wrong.toml"], "unknown field `function`"),
        (&["--baseline", "wrong.json"], "it is no baseline"),
        (&["--baseline", "none.json"], "--write-baseline none.json"),
        (&["--catalog", "wrong.txt"], "one type per line"),
        (&["--catalog", "nowhere"], "neither code, shipped"),
        (&["--since", "HEAD"], "is not in a git repository"),
        (&["--live", "http://127.0.0.1:9", "--key", "k"], "no response from http://127.0.0.1:9"),
        (&["--format", "pdf"], "possible values"),
        (&["--fail-under", "101"], "from 0 to 100"),
    ] {
        let finished = audit(folder.path(), arguments).await;
        assert_eq!(finished.code, Some(2), "{arguments:?}: {}", finished.stderr);
        assert!(finished.stderr.contains(said), "{arguments:?}: {}", finished.stderr);
    }
}

#[tokio::test]
async fn the_catalog_may_come_from_a_file_or_the_binary() {
    let folder = product();
    write(folder.path(), &[("list.txt", "invoice.created\ninvoice.paid # soon\n")]);
    let listed = report(folder.path(), &["--catalog", "list.txt"]).await;
    assert_eq!((&listed["summary"]["defined"], &listed["summary"]["published"]), (&json!(2), &json!(1)));
    let shipped = report(folder.path(), &["--catalog", "shipped"]).await;
    assert_eq!(event(&shipped, "invoice.created")["state"], "published");
    assert_eq!(event(&shipped, "invoice.created")["category"], "billing");
    assert!(shipped["summary"]["defined"].as_u64().unwrap() > 40);
}

#[tokio::test]
async fn every_format_is_written() {
    let folder = product();
    let finished = audit(folder.path(), &["--output-dir", "documents"]).await;
    assert_eq!((finished.code, finished.stdout.as_str()), (Some(0), ""), "{}", finished.stderr);
    let mut names: Vec<String> = fs::read_dir(folder.path().join("documents"))
        .unwrap()
        .map(|one| one.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names.len(), 7, "{names:?}");
    for name in names {
        let text = fs::read_to_string(folder.path().join("documents").join(&name)).unwrap();
        assert!(text.contains("invoice") || name.contains("INDEX"), "{name}");
    }
    let annotations = audit(folder.path(), &["--format", "github"]).await;
    assert!(annotations.stdout.contains("::warning file=billing/service.py,line=13,"), "{}", annotations.stdout);
}

fn git(folder: &Path, arguments: &[&str]) {
    let output = Command::new("git")
        .args([
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@example.org",
            "-c",
            "init.defaultBranch=main",
            "-c",
            "commit.gpgsign=false",
        ])
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test]
async fn a_change_is_compared_with_another_revision() {
    let folder = product();
    git(folder.path(), &["init", "-q"]);
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "-q", "-m", "before"]);
    let clean = report(folder.path(), &[]).await;
    assert_eq!((clean["revision"].as_str().unwrap().len(), &clean["modified"]), (40, &json!(false)));
    let voids = SERVICE.replace("INVOICE_CREATED", "INVOICE_VOIDED").replace("def create", "def cancel");
    let catalog = format!("{CATALOG}    USER_LOGOUT = \"user.logout\"\n");
    write(folder.path(), &[("events.py", &catalog), ("billing/service.py", &voids)]);
    // From the root, and from a folder below it.
    for (place, path) in [("", "."), ("billing", "..")] {
        let changed = report(&folder.path().join(place), &["--since", "HEAD", path]).await;
        assert_eq!(changed["modified"], true);
        let since = &changed["since"];
        assert_eq!(since["before"]["published"], 1, "{since}");
        assert_eq!(
            (&since["gained"], &since["lost"], &since["promised"]),
            (&json!(["invoice.voided"]), &json!(["invoice.created"]), &json!(["user.logout"])),
            "{place}"
        );
    }
    let outside = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let changed = report(outside.path(), &["--since", "HEAD", path]).await;
    assert_eq!(changed["since"]["lost"], json!(["invoice.created"]));
    let unknown = audit(folder.path(), &["--since", "nowhere"]).await;
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.stderr.contains("--since \"nowhere\" is not a revision of the repository"), "{}", unknown.stderr);
    let text = audit(folder.path(), &["--since", "HEAD"]).await.stdout;
    assert!(text.contains("CHANGES SINCE HEAD") && text.contains("- invoice.created"), "{text}");
}

/// The sample of an existing code base that adopts the audit: its gate passes with its baseline, and fails on a new
/// gap.
#[tokio::test]
async fn the_samples_gate_passes_until_there_is_a_new_gap() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/audit");
    let folder = tempfile::tempdir().unwrap();
    let copy = Command::new("cp").arg("-r").arg(&sample).arg(folder.path().join("product")).status().unwrap();
    assert!(copy.success());
    let product = folder.path().join("product");
    let gate = &["--baseline", "audit-baseline.json", "--fail-under", "55", "--output", "report.txt"];
    let open = audit(&product, gate).await;
    assert_eq!((open.code, open.stderr.as_str()), (Some(0), ""));
    // The same from another folder.
    let gate = &["product", "--baseline", "product/audit-baseline.json", "--output", "report.txt"];
    let open = audit(folder.path(), gate).await;
    assert_eq!((open.code, open.stderr.as_str()), (Some(0), ""));
    let models = product.join("shop/webhooks/models.py");
    let text = fs::read_to_string(&models).unwrap();
    fs::write(&models, format!("{text}    ORDER_LOST = \"order.lost\"\n")).unwrap();
    let closed = audit(folder.path(), gate).await;
    assert_eq!(closed.code, Some(1), "{}", closed.stderr);
    assert!(closed.stderr.contains("order.lost is promised and not published (missing)"), "{}", closed.stderr);
}

/// The audit of the code, joined with the events that a server has seen.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_running_servers_view_is_joined_with_the_codes_report() {
    let folder = product();
    let server = Launch::server(folder.path()).start().await;
    let url = format!("http://{}", server.address);
    let operator = Client::new(server.address, ADMIN_KEY);
    operator.put("/api/v1/tenants/acme", &json!({})).await;
    let client = operator.in_tenant("acme");
    client.subscribe("http://127.0.0.1:9/", &json!({ "events": ["invoice.paid"] })).await;
    client.publish("invoice.created", 1).await;
    // The catalog requires an invoice to have an id.
    client.post("/api/v1/events", &json!({ "type": "invoice.created", "data": {} })).await;
    client.publish("invoice.lost", 2).await;
    let with_key = |arguments: &[&str]| {
        let all: Vec<&str> = ["audit", "--live", &url, "--format"].iter().chain(arguments).copied().collect();
        Launch::new(folder.path(), &all).env("POSTRIDER_KEY", ADMIN_KEY)
    };
    let finished = with_key(&["json", "--days", "7", "--upload", &url]).run().await;
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    let live = serde_json::from_str::<Value>(&finished.stdout).unwrap()["live"].take();
    let names = |list: &str| -> Vec<(String, String)> {
        let text = |one: &Value, key: &str| one[key].as_str().unwrap_or("").to_owned();
        live[list].as_array().unwrap().iter().map(|one| (text(one, "event_type"), text(one, "code"))).collect()
    };
    let pair = |name: &str, code: &str| (name.to_owned(), code.to_owned());
    assert_eq!(live["days"], 7);
    assert_eq!(names("waiting_in_vain"), [pair("invoice.paid", "missing")]);
    assert_eq!(names("unknown"), [pair("invoice.lost", "")]);
    assert!(names("nobody_subscribed").contains(&pair("invoice.created", "published")), "{live}");
    assert!(names("never_seen").contains(&pair("user.login", "missing")), "{live}");
    assert!(names("broke_schema").contains(&pair("invoice.created", "published")), "{live}");
    // The server joins an uploaded report too.
    let coverage = operator.get("/api/v1/audit/coverage?days=7").await.body;
    let events = coverage["events"].as_array().unwrap();
    let row = events.iter().find(|row| row["event_type"] == "invoice.created").unwrap();
    assert_eq!((&row["code"], &row["published"]), (&json!("published"), &json!(2)), "{coverage}");
    let text = with_key(&["summary"]).run().await.stdout;
    assert!(text.contains("Subscribed, but never published: a customer waits in vain:"), "{text}");
    server.stop().await;
}
