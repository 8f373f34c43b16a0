//! The official libraries of Standard Webhooks for Python and JavaScript, from PyPI and npm, verify Postrider's
//! requests: with generated and given secrets of every form, in every profile, and with both secrets during a rotation.

use super::{
    cases::{Case, genuine, out_of_time, tampered, write},
    deliveries,
    languages::{node_packages, python_packages},
};
use std::process::Command;

/// The cases for these libraries, without `v1a`, which they do not support.
async fn symmetric() -> Vec<Case> {
    let deliveries = deliveries::all().await;
    let mut cases: Vec<Case> = genuine(&deliveries);
    cases.retain(|case| !case.secret.starts_with("whpk_"));
    let more = [tampered(&cases), out_of_time(&cases[0])].concat();
    cases.extend(more);
    cases
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn standardwebhooks_and_svix_of_pypi_verify_deliveries_of_every_profile_and_secret() {
    let python = python_packages();
    let cases = write(&symmetric().await);
    for library in ["standardwebhooks", "svix"] {
        let mut driver = Command::new(&python.python);
        driver.arg("-B").arg(python.driver("driver.py"));
        driver.args(["libraries", &format!("{library}_verify"), "package"]).arg(cases.path());
        cases.check(&format!("{library} of PyPI"), driver, "python3");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn standardwebhooks_and_svix_of_npm_verify_deliveries_of_every_profile_and_secret() {
    let folder = node_packages();
    let cases = write(&symmetric().await);
    for library in ["standardwebhooks", "svix"] {
        let mut driver = Command::new("node");
        driver.arg(folder.join("driver.mjs")).arg("./libraries.mjs");
        driver.args([&format!("{library}Verify"), "package"]).arg(cases.path()).current_dir(folder);
        cases.check(&format!("{library} of npm"), driver, "nodejs");
    }
}
