//! The page's code in each language that this machine can run. A block is copied unchanged next to a driver, which runs
//! it on the cases.

use super::{
    cases::{Case, Written, genuine, hostile, out_of_time, tampered, write},
    deliveries,
    page::block,
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};
use testing::workshop::{self, folder};

/// A folder that is kept between runs, with these files of the folder `receiving`.
fn workshop(name: &str, files: &[&str]) -> PathBuf {
    let folder = folder(env!("CARGO_TARGET_TMPDIR"), name);
    for file in files {
        let name = Path::new(file).file_name().unwrap();
        fs::copy(source(file), folder.join(name)).unwrap_or_else(|fault| panic!("{file}: {fault}"));
    }
    folder
}

fn source(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/process/receiving").join(file)
}

/// Python with the official packages, and a folder with the drivers.
pub(super) struct Python {
    pub(super) python: PathBuf,
    folder: PathBuf,
}

impl Python {
    pub(super) fn driver(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Runs a block of the page on the cases.
    fn check(&self, name: &str, function: &str, form: &str, cases: &Written) {
        let module = format!("page_{}", name.replace(' ', "_"));
        fs::write(self.folder.join(format!("{module}.py")), block(name)).unwrap();
        let mut driver = Command::new(&self.python);
        driver.arg("-B").arg(self.driver("driver.py")).args([&module, function, form]).arg(cases.path());
        cases.check(name, driver, "python3");
    }
}

pub(super) fn python_packages() -> &'static Python {
    static PYTHON: OnceLock<Python> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let folder = workshop("receiving-python", &["drivers/driver.py", "drivers/libraries.py"]);
        let python = workshop::python(&folder, &source("packages/requirements.txt"));
        Python { python, folder }
    })
}

/// A folder with the official npm packages and the drivers.
pub(super) fn node_packages() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = workshop("receiving-node", &["drivers/driver.mjs", "drivers/libraries.mjs"]);
        workshop::node(&folder, &source("packages"), &[".npmrc", "package.json", "package-lock.json"]);
        folder
    })
}

/// Runs a block of the page on the cases.
fn node_check(name: &str, function: &str, form: &str, cases: &Written) {
    let folder = node_packages();
    let module = format!("./page-{}.mjs", name.replace(' ', "-"));
    fs::write(folder.join(&module), block(name)).unwrap();
    let mut driver = Command::new("node");
    driver.arg("driver.mjs").args([&module, function, form]).arg(cases.path()).current_dir(folder);
    cases.check(name, driver, "nodejs");
}

/// All genuine and modified deliveries, for code that needs no package.
async fn for_code() -> Written {
    let cases = symmetric(genuine(&deliveries::all().await));
    write(&[tampered(&cases), out_of_time(&cases[0]), hostile(&cases[0]), cases].concat())
}

/// The same for the packages as the page uses them, which decode every secret.
async fn for_packages() -> Written {
    let mut cases = symmetric(genuine(&deliveries::all().await));
    cases.retain(|case| !case.is_plain());
    write(&[tampered(&cases), out_of_time(&cases[0]), cases].concat())
}

/// Drops cases that are verified with a public key.
fn symmetric(mut cases: Vec<Case>) -> Vec<Case> {
    cases.retain(|case| !case.secret.starts_with("whpk_"));
    cases
}

/// For the profile's own header, which is signed with the newest secret: each delivery's first key.
async fn for_own_headers() -> Written {
    let mut deliveries = deliveries::all().await;
    // An ed25519 secret signs with the private key, which the receiver does not have.
    deliveries.retain(|delivery| delivery.own().is_some() && !delivery.keys[0].starts_with("whpk_"));
    for delivery in &mut deliveries {
        let rest = delivery.keys.split_off(1);
        delivery.old.extend(rest);
    }
    let cases = genuine(&deliveries);
    let mut changed = tampered(&cases);
    // The header only covers the body.
    changed.retain(|case| case.changes_body_or_key());
    write(&[changed, cases].concat())
}

/// For `v1a` signatures.
async fn for_public_keys() -> Written {
    let mut cases = genuine(&deliveries::all().await);
    cases.retain(|case| case.secret.starts_with("whpk_"));
    write(&[tampered(&cases), hostile(&cases[0]), cases].concat())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn python() {
    let python = python_packages();
    python.check("python", "verify", "texts", &for_code().await);
    python.check("python own", "verify_own", "own", &for_own_headers().await);
    let cases = for_packages().await;
    for name in ["python standardwebhooks", "python svix"] {
        python.check(name, "verify", "package", &cases);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn node() {
    node_packages();
    node_check("node", "verify", "texts", &for_code().await);
    node_check("node own", "verifyOwn", "own", &for_own_headers().await);
    node_check("node v1a", "verify", "texts", &for_public_keys().await);
    let cases = for_packages().await;
    for name in ["node standardwebhooks", "node svix"] {
        node_check(name, "verify", "package", &cases);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn go() {
    const NEEDS: &str = "golang-go";
    let folder = workshop("receiving-go", &[]);
    fs::create_dir_all(folder.join("webhooks")).unwrap();
    fs::copy(source("drivers/driver.go"), folder.join("main.go")).unwrap();
    fs::write(folder.join("go.mod"), "module receiving\n\ngo 1.19\n").unwrap();
    fs::write(folder.join("webhooks/webhooks.go"), block("go")).unwrap();
    let mut build = Command::new("go");
    build.args(["build", "-o", "driver", "."]).current_dir(&folder).env("GOCACHE", folder.join("cache"));
    // No downloads and no other Go toolchain, whatever the environment says.
    build.env("GOPATH", folder.join("path")).env("GOPROXY", "off").env("GOTOOLCHAIN", "local").env("GOFLAGS", "");
    workshop::run(&mut build, NEEDS);
    let cases = for_code().await;
    let mut driver = Command::new(folder.join("driver"));
    driver.arg(cases.path());
    cases.check("go", driver, NEEDS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn java() {
    const NEEDS: &str = "openjdk-17-jdk-headless";
    let folder = workshop("receiving-java", &["drivers/Driver.java"]);
    fs::write(folder.join("Webhooks.java"), block("java")).unwrap();
    let mut compile = Command::new("javac");
    compile.args(["-encoding", "UTF-8", "-d", "classes", "Webhooks.java", "Driver.java"]).current_dir(&folder);
    workshop::run(&mut compile, NEEDS);
    let cases = for_code().await;
    let mut driver = Command::new("java");
    driver.args(["-cp", "classes", "Driver"]).arg(cases.path()).current_dir(&folder);
    cases.check("java", driver, NEEDS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn php() {
    let folder = workshop("receiving-php", &["drivers/driver.php"]);
    fs::write(folder.join("block.php"), block("php")).unwrap();
    let cases = for_code().await;
    let mut driver = Command::new("php");
    driver.arg("driver.php").arg("./block.php").arg(cases.path()).current_dir(&folder);
    cases.check("php", driver, "php-cli");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ruby() {
    let folder = workshop("receiving-ruby", &["drivers/driver.rb"]);
    fs::write(folder.join("block.rb"), block("ruby")).unwrap();
    let cases = for_code().await;
    let mut driver = Command::new("ruby");
    driver.arg("-w").arg("driver.rb").arg("./block.rb").arg(cases.path()).current_dir(&folder);
    cases.check("ruby", driver, "ruby");
}

/// A separate program with the dependencies that the page names, in this workspace's versions.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rust() {
    let folder = workshop("receiving-rust", &[]);
    fs::create_dir_all(folder.join("src")).unwrap();
    let manifest = format!(
        "[package]\nname = \"receiving\"\nedition = \"2024\"\n\n[dependencies]\n{}http = \"1\"\nstandardwebhooks = \"1\"\n\n\
         [workspace]\n",
        block("rust dependencies")
    );
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    fs::copy(source("drivers/driver.rs"), folder.join("src/main.rs")).unwrap();
    fs::write(folder.join("src/crates.rs"), block("rust")).unwrap();
    fs::write(folder.join("src/package.rs"), block("rust standardwebhooks")).unwrap();
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into());
    let mut build = Command::new(cargo);
    build.args(["build", "--quiet", "--offline", "--target-dir", "target"]).current_dir(&folder);
    workshop::run(&mut build, "cargo");
    for (name, which, cases) in
        [("rust", "crates", for_code().await), ("rust standardwebhooks", "package", for_packages().await)]
    {
        let mut driver = Command::new(folder.join("target/debug/receiving"));
        driver.arg(which).arg(cases.path());
        cases.check(name, driver, "cargo");
    }
}
