//! `postrider doctor` on installations that are whole, and on ones that are really broken.

mod configuration;
mod machine;
mod network;
mod store;

use crate::support::server::{ADMIN_KEY, Finished, Launch, Server};
use serde_json::Value;
use std::{fs, path::Path};
use tempfile::TempDir;
use testing::Postgres;

const MASTER_KEY: &str = "7l3cFqkT1uC5v0e2QmZ8hYb6nXwJr4sDpKgAtVoLi9M=";

/// An installation with a store and a configuration, for servers and for the doctor.
struct Installation {
    folder: TempDir,
    environment: Vec<(String, String)>,
    /// Name of the database on the shared server.
    database: Option<String>,
}

/// Findings of a run.
struct Findings {
    code: i32,
    document: Value,
}

impl Installation {
    fn sqlite() -> Self {
        let environment = [
            ("POSTRIDER_ADMIN_KEY", ADMIN_KEY),
            ("POSTRIDER_ALLOW_HTTP", "true"),
            ("POSTRIDER_ALLOW_NETWORKS", "127.0.0.0/8"),
            ("POSTRIDER_LOG", "warn"),
            ("POSTRIDER_LISTEN", "127.0.0.1:0"),
        ];
        let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        Self { folder: tempfile::tempdir().unwrap(), environment, database: None }
    }

    fn postgres() -> Self {
        let (server, mut made) = (Postgres::shared(), Self::sqlite());
        let name = server.database();
        made.set("POSTRIDER_STORE", &server.url(&name));
        made.set("POSTRIDER_MASTER_KEY", MASTER_KEY);
        made.database = Some(name);
        made
    }

    fn both() -> [Self; 2] {
        [Self::sqlite(), Self::postgres()]
    }

    fn set(&mut self, variable: &str, value: &str) {
        self.environment.retain(|(name, _)| name != variable);
        self.environment.push((variable.to_owned(), value.to_owned()));
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn with_environment(&self, launch: Launch) -> Launch {
        self.environment.iter().fold(launch, |launch, (name, value)| launch.env(name, value))
    }

    /// Starts a server; the doctor looks for it at its address from now on.
    async fn start(&mut self) -> Server {
        let server = self.with_environment(Launch::new(self.folder.path(), &["serve"])).start().await;
        self.set("POSTRIDER_LISTEN", &server.address.to_string());
        server
    }

    /// Writes the store by a server that has stopped.
    async fn write(&mut self) {
        let server = self.with_environment(Launch::new(self.folder.path(), &["serve"])).start().await;
        server.stop().await;
    }

    fn doctor(&self, arguments: &[&str]) -> Launch {
        let all: Vec<&str> = ["doctor"].iter().chain(arguments).copied().collect();
        // Name servers depend on the machine.
        let launch = self.with_environment(Launch::new(self.folder.path(), &all));
        if arguments.contains(&"--resolve") { launch } else { launch.argument("--resolve").argument("localhost") }
    }

    async fn examine(&self, arguments: &[&str]) -> Findings {
        Findings::of(&self.doctor(arguments).argument("--output").argument("json").run().await)
    }
}

impl Findings {
    #[track_caller]
    fn of(finished: &Finished) -> Self {
        assert_eq!(finished.stderr, "", "{}", finished.stdout);
        let document: Value = serde_json::from_str(&finished.stdout).unwrap();
        let code = finished.code.unwrap();
        let is_problem = document["status"] == "problem";
        assert_eq!(code, i32::from(is_problem), "the exit code says whether there is a problem: {document:#}");
        let found = Self { code, document };
        for one in found.all() {
            let text = |name: &str| one[name].as_str().unwrap_or_default().to_owned();
            assert!(text("found").ends_with('.'), "a finding is a sentence: {one}");
            assert_eq!(text("status") == "ok", one["advice"].is_null(), "advice comes with trouble: {one}");
        }
        found
    }

    fn all(&self) -> &Vec<Value> {
        self.document["checks"].as_array().unwrap()
    }

    /// The findings of a check.
    fn by(&self, check: &str) -> Vec<&Value> {
        self.all().iter().filter(|one| one["check"] == check).collect()
    }

    /// Asserts that a check has a finding with this status and these parts in its sentences; returns its advice.
    #[track_caller]
    fn has(&self, check: &str, status: &str, parts: &[&str]) -> String {
        let fits = |one: &&&Value| {
            let (found, advice) = (one["found"].as_str().unwrap(), one["advice"].as_str().unwrap_or_default());
            one["status"] == status && parts.iter().all(|part| found.contains(part) || advice.contains(part))
        };
        let by = self.by(check);
        let Some(one) = by.iter().find(fits) else { panic!("no {status} with {parts:?} in {by:#?}") };
        one["advice"].as_str().unwrap_or_default().to_owned()
    }

    /// Asserts that there is no problem, except in these checks.
    #[track_caller]
    fn no_problem_but(&self, excepted: &[&str]) {
        let bad = |one: &&Value| one["status"] == "problem" && !excepted.contains(&one["check"].as_str().unwrap());
        let problems: Vec<&Value> = self.all().iter().filter(bad).collect();
        assert!(problems.is_empty(), "{problems:#?}");
    }
}

/// Names, lengths and times of the files in a folder.
fn listing(folder: &Path) -> Vec<(String, u64, std::time::SystemTime)> {
    let entry = |entry: fs::DirEntry| {
        let metadata = entry.metadata().unwrap();
        (entry.file_name().into_string().unwrap(), metadata.len(), metadata.modified().unwrap())
    };
    let mut all: Vec<_> = fs::read_dir(folder).unwrap().map(|one| entry(one.unwrap())).collect();
    all.sort();
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_installation_has_no_problem_with_the_server_running_or_stopped_and_nothing_is_changed() {
    for mut installation in Installation::both() {
        let is_sqlite = installation.database.is_none();
        let server = installation.start().await;
        let found = installation.examine(&[]).await;
        found.no_problem_but(&[]);
        assert_eq!(found.code, 0);
        let process = format!("postrider, process {}", server.process.id());
        found.has("listen", "ok", &[&process]);
        found.has("server", "ok", &["The server is ready"]);
        found.has("descriptors", "ok", &[&process, "open files in use"]);
        found.has("master_key", "ok", &[if is_sqlite { "postrider.db.key is" } else { "POSTRIDER_MASTER_KEY is" }]);
        found.has("migrations", "ok", &["as this version needs"]);
        found.has("dns", "ok", &["localhost needs no name server"]);
        found.has("clock", "ok", &["which fits the store"]);
        match is_sqlite {
            true => found.has("store", "ok", &["postrider.db is sound", &process, "only read"]),
            false => found.has("store", "ok", &["PostgreSQL ", "answers"]),
        };
        if !is_sqlite {
            found.has("nodes", "ok", &["Live nodes: ", "version 0.1.0"]);
        }
        server.operator().post("/api/v1/nodes/pause", &serde_json::json!({})).await;
        found_paused(&installation).await;
        server.stop().await;

        let before = listing(installation.folder.path());
        let found = installation.examine(&[]).await;
        found.no_problem_but(&[]);
        found.has("listen", "ok", &["is free"]);
        assert!(found.by("server").is_empty());
        if is_sqlite {
            found.has("store", "ok", &["no server has it open", "paused until `postrider resume`"]);
        }
        assert_eq!(listing(installation.folder.path()), before, "the doctor only reads");
    }
}

async fn found_paused(installation: &Installation) {
    let found = installation.examine(&[]).await;
    found.has("server", "ok", &["paused until `postrider resume`"]);
    found.has("store", "ok", &["paused until `postrider resume`"]);
}

#[tokio::test]
async fn the_text_has_a_line_for_each_finding_and_the_exit_code_of_a_wrong_command_line_is_2() {
    let mut installation = Installation::sqlite();
    let new = installation.examine(&[]).await;
    new.has("store", "warning", &["postrider.db does not exist", "`postrider serve` creates it"]);
    assert_eq!(new.code, 0);
    assert!(listing(installation.folder.path()).is_empty(), "nothing is created");

    installation.write().await;
    let finished = installation.doctor(&[]).run().await;
    let text = finished.success();
    assert!(text.contains("\nok       store          postrider.db is sound (no server has it open).\n"), "{text}");
    assert!(text.contains("\nproblems: 0, warnings: "), "{text}");
    for arguments in [
        &["--url", "not a url"][..],
        &["--url", "ftp://example.com"],
        &["--subscription", "sub_1"],
        &["--url", "https://example.com", "--subscription", "sub_06f8k2m4q9v1x3z5b7d9f1h3k5"],
        &["--output", "xml"],
        &["--nonsense"],
    ] {
        let finished = installation.doctor(arguments).run().await;
        assert_eq!(finished.code, Some(2), "{arguments:?}: {}", finished.stdout);
    }
}
