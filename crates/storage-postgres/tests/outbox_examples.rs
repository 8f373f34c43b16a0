//! The examples of the outbox, run as a user would: with the login and the trigger of their README.

#[allow(dead_code, reason = "other tests use more of it")]
mod support;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};
use support::{Database, migrated};
use testing::{Postgres, workshop};

const README: &str = include_str!("../../../examples/outbox/README.md");
const TENANT: &str = "acme";

/// The README's SQL block that contains these words.
fn snippet(words: &str) -> &'static str {
    let mut blocks = README.split("```sql\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.find(|block| block.contains(words)).unwrap_or_else(|| panic!("the README has no SQL with {words}"))
}

/// A migrated database with a tenant, and a separate login for an application.
struct Application {
    login: &'static str,
    database: Database,
}

impl Application {
    fn new(login: &'static str) -> Self {
        let database = migrated();
        let server = Postgres::shared();
        server.sql(
            &database.0,
            &format!("INSERT INTO postrider.tenants VALUES ('{TENANT}', NULL, '{{}}', false, 0, 0), ('other', NULL, '{{}}', false, 0, 0)"),
        );
        server.sql(&database.0, &snippet("CREATE ROLE billing").replace("billing", login));
        Self { login, database }
    }

    fn url(&self) -> String {
        Postgres::shared().url_of(self.login, &self.database.0)
    }

    /// Runs SQL as the superuser.
    fn see(&self, sql: &str) -> String {
        Postgres::shared().sql(&self.database.0, sql)
    }

    /// Runs SQL as the application.
    fn try_sql(&self, sql: &str) -> Result<String, String> {
        Postgres::shared().try_sql(self.login, &self.database.0, sql)
    }

    /// Asserts that the application's login can read nothing of Postrider.
    fn assert_reads_nothing(&self) {
        for table in ["events", "deliveries", "tenants", "subscriptions", "outbox"] {
            let refusal = self.try_sql(&format!("SELECT FROM postrider.{table}")).unwrap_err();
            assert!(refusal.contains(&format!("permission denied for table {table}")), "{refusal}");
        }
        // The same for all relations of the schema.
        let readable = self.see(&format!(
            "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'postrider'::regnamespace AND CASE c.relkind
                 WHEN 'S' THEN has_sequence_privilege('{0}', c.oid, 'USAGE, SELECT, UPDATE')
                 WHEN 'i' THEN false WHEN 'I' THEN false
                 ELSE has_any_column_privilege('{0}', c.oid, 'SELECT, UPDATE')
                     OR has_table_privilege('{0}', c.oid, 'DELETE, TRUNCATE, TRIGGER') END",
            self.login
        ));
        assert_eq!(readable, "");
    }

    /// Asserts that exactly one event was published, for the existing invoice, and that the program printed both.
    fn assert_published_once(&self, printed: &str) {
        let login = self.login;
        let invoice = self.see(&format!("SELECT invoice_id FROM {login}.invoices WHERE amount = 119"));
        assert_eq!(self.see(&format!("SELECT count(*) FROM {login}.invoices")), "1");
        let event = self.see("SELECT id FROM postrider.outbox");
        let row = self.see(
            "SELECT tenant_id, event_type, data ->> 'invoice_id', data ->> 'amount', data ->> 'currency',
                    position IS NOT NULL, priority, metadata IS NULL FROM postrider.outbox",
        );
        assert_eq!(row, format!("{TENANT}|invoice.created|{invoice}|119.00|EUR|t|normal|t"));
        let lines: Vec<&str> = printed.lines().map(str::trim).filter(|line| line.contains(": ")).collect();
        let said = [
            format!("committed: invoice {invoice}, event {event}"),
            "rolled back: an invoice above 1000.00 needs an approval; no event".to_owned(),
        ];
        assert_eq!(lines, said, "{printed}");
        self.assert_reads_nothing();
    }
}

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/outbox").join(name)
}

#[test]
fn python() {
    let folder = workshop::folder(env!("CARGO_TARGET_TMPDIR"), "outbox-python");
    let python = workshop::python(&folder, &example("python/requirements.txt"));
    let application = Application::new("billing_python");
    let mut program = Command::new(python);
    // Without compiled files next to the source.
    program.arg("-B").arg(example("python/publish.py")).arg(TENANT).env("DATABASE_URL", application.url());
    application.assert_published_once(&workshop::run(&mut program, "python3"));
}

#[test]
fn typescript() {
    let folder = workshop::folder(env!("CARGO_TARGET_TMPDIR"), "outbox-typescript");
    let files = [".npmrc", "package.json", "package-lock.json", "tsconfig.json", "publish.ts"];
    workshop::node(&folder, &example("typescript"), &files);
    let application = Application::new("billing_typescript");
    let mut program = Command::new("npm");
    program.args(["start", "--", TENANT]).current_dir(&folder).env("DATABASE_URL", application.url());
    application.assert_published_once(&workshop::run(&mut program, "nodejs and npm"));
}

/// The example's program. `cargo test` builds it, unless it was restricted to some tests.
fn rust_program() -> PathBuf {
    let this = std::env::current_exe().unwrap();
    let profile = this.parent().and_then(Path::parent).expect("the folder of the profile");
    let program = profile.join("examples/outbox");
    let changed = |path: &Path| fs::metadata(path).and_then(|file| file.modified()).ok();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/outbox.rs");
    if changed(&program) < changed(&source) {
        let name = profile.file_name().and_then(|name| name.to_str()).expect("the profile's name");
        let target = profile.parent().expect("the target folder");
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into());
        let mut build = Command::new(cargo);
        build.args([
            "build",
            "--quiet",
            "--example",
            "outbox",
            "--profile",
            if name == "debug" { "dev" } else { name },
        ]);
        workshop::run(build.arg("--target-dir").arg(target).current_dir(env!("CARGO_MANIFEST_DIR")), "cargo");
    }
    program
}

#[test]
fn rust() {
    let program = rust_program();
    let application = Application::new("billing_rust");
    let printed = workshop::run(Command::new(program).arg(TENANT).env("DATABASE_URL", application.url()), "cargo");
    application.assert_published_once(&printed);
}

#[test]
fn the_trigger_of_the_readme_publishes() {
    let application = Application::new("billing_trigger");
    application.try_sql(snippet("CREATE TRIGGER")).unwrap();
    let insert = snippet("INSERT INTO invoices");
    application.try_sql(&insert.replace("COMMIT", "ROLLBACK")).unwrap();
    assert_eq!(application.see("SELECT count(*) FROM postrider.outbox"), "0");
    application.try_sql(insert).unwrap();
    let row = application.see("SELECT tenant_id, event_type, data, position IS NOT NULL FROM postrider.outbox");
    assert_eq!(row, r#"acme|invoice.created|{"invoice_id":"inv_1","amount":119.00,"currency":"EUR"}|t"#);
    // Without a tenant the invoice is refused too.
    let refusal = application.try_sql("INSERT INTO invoices VALUES ('inv_2', 1, 'EUR')").unwrap_err();
    assert!(refusal.contains("postrider.publish: tenant must be given"), "{refusal}");
    assert_eq!(application.see("SELECT count(*) FROM billing_trigger.invoices"), "1");
    application.assert_reads_nothing();
}

#[test]
fn the_call_of_the_readme_publishes() {
    let application = Application::new("billing_call");
    let id = application.try_sql(snippet("SELECT postrider.publish")).unwrap();
    assert_eq!(application.see("SELECT id FROM postrider.outbox WHERE position IS NOT NULL"), id);
}
