//! The dashboard in a real browser: runs the tests of `web/e2e` with the built binary, on SQLite and PostgreSQL.

use std::{path::Path, process::Command};
use testing::{Options, Postgres};

#[test]
fn the_dashboard_works_in_a_browser_on_both_stores() {
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web");
    assert!(
        web.join("node_modules/.bin/playwright").exists(),
        "the packages of web/ are missing: `cargo xtask test` installs them, or `npm ci` in web/"
    );
    let postgres = Postgres::start(Options::default().with("max_connections", "200"));
    let run = Command::new("npm")
        .args(["run", "--silent", "e2e"])
        .current_dir(&web)
        .env("POSTRIDER_BINARY", env!("CARGO_BIN_EXE_postrider"))
        .env("POSTRIDER_E2E_POSTGRES", postgres.url("postgres"))
        .output()
        .expect("npm");
    let output = String::from_utf8_lossy(&run.stdout) + String::from_utf8_lossy(&run.stderr);
    // The list of all tests is long, and the first failure explains most.
    let failures = output.find("\n  1) ").map_or(&*output, |start| &output[start..]);
    assert!(run.status.success(), "tests of web/e2e failed:\n{failures}");
    println!("{output}");
}
