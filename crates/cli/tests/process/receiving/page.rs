//! `docs/receiving.md` itself: its code blocks, and its tables compared with the rules in the code.

use crate::support::{client::Client, free_port, server::Launch, wait_until};
use model::{Profile, RetryPolicy, Verdict};
use serde_json::{Value, json};
use std::{collections::BTreeMap, path::Path, sync::LazyLock, time::Duration};

const PAGE: &str = include_str!("../../../../../docs/receiving.md");

/// Treatment of a block of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// Run by the test of this name.
    Run(&'static str),
    /// Only shown, with the reason.
    Shown(&'static str),
}

use Fate::{Run, Shown};

const NO_REGISTRY: &str =
    "the package is in none of the registries that the tests install from (Debian, PyPI, npm, crates.io)";

const BLOCKS: [(&str, Fate); 23] = [
    ("python", Run("languages::python")),
    ("python standardwebhooks", Run("languages::python")),
    ("python svix", Run("languages::python")),
    ("python own", Run("languages::python")),
    ("node", Run("languages::node")),
    ("node standardwebhooks", Run("languages::node")),
    ("node svix", Run("languages::node")),
    ("node own", Run("languages::node")),
    ("node v1a", Run("languages::node")),
    ("go", Run("languages::go")),
    ("go standardwebhooks", Shown(NO_REGISTRY)),
    ("java", Run("languages::java")),
    ("java standardwebhooks", Shown(NO_REGISTRY)),
    ("csharp", Shown("no .NET can be installed where the tests run")),
    ("csharp svix", Shown("no .NET can be installed where the tests run")),
    ("php", Run("languages::php")),
    ("php standardwebhooks", Shown(NO_REGISTRY)),
    ("ruby", Run("languages::ruby")),
    ("ruby standardwebhooks", Shown(NO_REGISTRY)),
    ("rust dependencies", Run("languages::rust")),
    ("rust", Run("languages::rust")),
    ("rust standardwebhooks", Run("languages::rust")),
    ("sh", Run("page::the_sink_verifies_the_test_send_as_shown")),
];

/// The marked blocks, by name.
static FOUND: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let mut found = BTreeMap::new();
    for part in PAGE.split("<!-- block: ").skip(1) {
        let (name, rest) = part.split_once(" -->").expect("a comment that ends");
        let rest = rest.strip_prefix("\n\n```").unwrap_or_else(|| panic!("no code follows <!-- block: {name} -->"));
        let (_, code) = rest.split_once('\n').expect("the fence's line");
        let (code, _) = code.split_once("\n```\n").expect("a block that ends");
        let earlier = found.insert(name.to_owned(), format!("{code}\n"));
        assert!(earlier.is_none(), "two blocks have the name {name}");
    }
    found
});

/// The code of a block.
#[track_caller]
pub(super) fn block(name: &str) -> &'static str {
    FOUND.get(name).unwrap_or_else(|| panic!("docs/receiving.md has no <!-- block: {name} -->"))
}

/// Every block is run, or listed here with the reason why it cannot be run.
#[test]
fn every_block_is_run_or_listed_as_shown_only() {
    let languages = ["python", "js", "go", "java", "csharp", "php", "ruby", "rust", "toml", "sh"];
    let fences = PAGE.lines().filter(|line| languages.iter().any(|one| *line == format!("```{one}"))).count();
    assert_eq!(fences, FOUND.len(), "a block of code has no name");
    let listed: Vec<&str> = BLOCKS.iter().map(|(name, _)| *name).collect();
    let unlisted: Vec<_> = FOUND.keys().filter(|name| !listed.contains(&kind(name))).collect();
    assert!(unlisted.is_empty(), "not in BLOCKS: {unlisted:?}");
    for (name, fate) in BLOCKS {
        assert!(FOUND.keys().any(|found| kind(found) == name), "{name} is not on the page");
        match fate {
            Run(test) => println!("{name}: run by {test}"),
            Shown(why) => println!("{name}: shown, not run: {why}"),
        }
    }
}

/// All shell blocks count as one kind.
fn kind(name: &str) -> &str {
    if name.starts_with("sh ") { "sh" } else { name }
}

/// The rows of the table under a heading: trimmed cells.
fn table(heading: &str) -> Vec<Vec<&'static str>> {
    let part = PAGE.split_once(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("no heading {heading}")).1;
    let rows = part.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    let cells = |row: &'static str| row.trim_matches('|').split('|').map(str::trim).collect();
    rows.map(cells).collect()
}

/// The profiles in the header of a table.
fn columns(head: &[&str]) -> Vec<Profile> {
    head[1..].iter().map(|name| Profile::parse(name.trim_matches('`')).expect("a profile")).collect()
}

fn instant(after: Duration) -> String {
    let seconds = 12 * 3_600 + after.as_secs();
    let day = ["", "next day ", "third day ", "fourth day "][(seconds / 86_400) as usize];
    format!("{day}{:02}:{:02}:{:02}", seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60)
}

#[test]
fn the_retry_table_is_the_profiles_schedule() {
    let rows = table("Retries");
    for (column, profile) in columns(&rows[0]).into_iter().enumerate() {
        let rules = profile.rules();
        let policy = RetryPolicy::try_new(rules.schedule, rules.max_retries, 0.0, true).unwrap();
        let mut at = Duration::ZERO;
        let mut expected = vec![instant(at)];
        for wait in (1..).map_while(|attempt| policy.delay(attempt, 0.5)) {
            at += wait;
            expected.push(instant(at));
        }
        let shown: Vec<_> = rows[2..].iter().map(|row| row[column + 1]).filter(|cell| !cell.is_empty()).collect();
        assert_eq!(shown, expected, "{profile:?}");
    }
    let numbers: Vec<_> = rows[2..].iter().map(|row| row[0].to_owned()).collect();
    assert_eq!(numbers, (1..=10).map(|number| number.to_string()).collect::<Vec<_>>());
}

#[test]
fn the_status_table_is_the_profiles_verdicts() {
    let rows = table("Answer");
    let mut told = BTreeMap::new();
    for row in &rows[2..] {
        let statuses: Vec<u16> = match row[0] {
            "408, 429" => vec![408, 429],
            "410" => vec![410],
            "other 400–499" => (400..500).filter(|status| ![408, 410, 429].contains(status)).collect(),
            "none: timeout, connection or TLS error" => continue,
            range => {
                let (from, to) = range.split_once('–').unwrap_or_else(|| panic!("{range} is no range"));
                (from.parse().unwrap()..=to.parse().unwrap()).collect()
            }
        };
        for status in statuses {
            for (profile, word) in columns(&rows[0]).into_iter().zip(&row[1..]) {
                let expected = match profile.rules().verdict(status) {
                    Verdict::Delivered => "delivered",
                    Verdict::Retry => "retried",
                    Verdict::Final => "failed",
                    Verdict::Gone => "subscription disabled",
                };
                assert_eq!(*word, expected, "{profile:?} {status}");
                told.insert((status, profile.code()), ());
            }
        }
    }
    assert_eq!(told.len(), 400 * Profile::ALL.len(), "every status from 200 to 599");
}

#[test]
fn its_links_resolve_and_the_readme_links_it() {
    let anchor = |heading: &str| heading.to_lowercase().replace(' ', "-").replace(['`', '\''], "");
    let has = |page: &str, wanted: &str| {
        let mut headings = page.lines().filter_map(|line| line.trim_start_matches('#').strip_prefix(' '));
        headings.any(|heading| anchor(heading) == wanted)
    };
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let links = PAGE.split("](").skip(1).map(|rest| rest.split_once(')').unwrap().0);
    for link in links.filter(|link| !link.starts_with("https://")) {
        let (file, heading) = link.split_once('#').unwrap_or((link, ""));
        let page = if file.is_empty() { "receiving.md" } else { file };
        let page = std::fs::read_to_string(docs.join(page)).unwrap_or_else(|fault| panic!("{link}: {fault}"));
        assert!(heading.is_empty() || has(&page, heading), "{link}: there is no such heading");
    }
    let readme = std::fs::read_to_string(docs.join("../README.md")).unwrap();
    assert!(readme.contains("](docs/receiving.md)"), "README.md does not link docs/receiving.md");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sink_verifies_the_test_send_as_shown() {
    let folder = tempfile::tempdir().unwrap();
    let server = Launch::server(folder.path()).start().await;
    let client: Client = server.tenant("acme").await;
    let key = client.post("/api/v1/keys", &json!({ "scopes": ["webhooks:manage"] })).await;
    let port = free_port().to_string();
    let made = client.subscribe(&format!("http://127.0.0.1:{port}/"), &json!({})).await;
    let binary = format!("'{}'", env!("CARGO_BIN_EXE_postrider"));
    let script = |name: &str| {
        let text = block(name).replace("postrider sink", &format!("{binary} sink")).replace("9000", &port);
        Launch::script(folder.path(), &text)
            .env("SECRET", &made.secret)
            .env("POSTRIDER_URL", &format!("http://{}", server.address))
            .env("SUBSCRIPTION", &made.id)
            .env("KEY", key.body["key"].as_str().unwrap())
    };
    let sink = script("sh sink").spawn();
    wait_until("the sink listens", async || sink.stdout().contains("Receiving on").then_some(())).await;
    let finished = script("sh test").run().await;
    let result: Value = serde_json::from_str(finished.success()).unwrap();
    assert_eq!((&result["success"], &result["status_code"]), (&json!(true), &json!(200)), "{result}");
    let printed = wait_until("the sink prints the event", async || {
        sink.stdout().lines().find(|line| line.contains(" invoice.created ")).map(str::to_owned)
    })
    .await;
    assert!(printed.ends_with("verified (webhook-signature, x-webhook-signature)"), "{printed}");
}
