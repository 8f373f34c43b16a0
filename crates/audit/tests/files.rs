//! Selection of files: broken, binary and huge files, symbolic links in a cycle, third-party folders, tests.

use audit::{
    About, CatalogSource, audit,
    config::Config,
    report::Report,
    source::{Rules, SourceTree},
};
use std::{fs, path::Path};

const CATALOG: &str =
    "from enum import Enum\n\nclass WebhookEvent(str, Enum):\n    A = \"thing.made\"\n    B = \"thing.gone\"\n";
const PUBLISH: &str = "from catalog import WebhookEvent\nfrom bus import get_bus\n\n\ndef make():\n    get_bus().publish(WebhookEvent.A)\n";

fn report(folder: &Path, config: &str) -> Report {
    let config = Config::parse(config).unwrap();
    let tree = SourceTree::of_paths(&[folder.to_owned()], &Rules::new(&config.files).unwrap()).unwrap();
    audit(&tree, &config, &CatalogSource::Code { main: None }, About::default(), &|| {}).unwrap()
}

fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn skipped(report: &Report) -> Vec<(String, String)> {
    report.files.skipped.iter().map(|one| (one.file.clone(), one.reason.clone())).collect()
}

#[test]
fn what_cannot_be_read_is_told_and_passed_over() {
    let folder = project(&[("catalog.py", CATALOG), ("make.py", PUBLISH)]);
    let mut large = String::from("x = [\n");
    while large.len() < 10_000_000 {
        large.push_str("    \"get_bus().publish('thing.gone')\",\n");
    }
    fs::write(folder.path().join("large.py"), large + "]\n").unwrap();
    fs::write(folder.path().join("binary.py"), b"\x7fELF\0\0\0get_bus().publish('thing.gone')").unwrap();
    fs::write(folder.path().join("latin.py"), b"# caf\xe9\nget_bus().publish('thing.gone')\n").unwrap();
    let report = report(folder.path(), "");
    let skipped = skipped(&report);
    let reason =
        |file: &str| &skipped.iter().find(|one| one.0 == file).unwrap_or_else(|| panic!("{file} in {skipped:?}")).1;
    assert!(reason("large.py").contains("more than 2000000"));
    assert_eq!(reason("binary.py"), "it is binary");
    assert_eq!(reason("latin.py"), "it is not UTF-8 (line 1)");
    assert_eq!(skipped.len(), 3);
    assert_eq!((report.files.read, report.summary.published, report.summary.missing), (2, 1, 1));
}

#[test]
fn a_file_with_a_syntax_error_is_read_in_part_and_named() {
    let broken = format!("{PUBLISH}\n\ndef x(:\n    pass\n");
    let folder = project(&[("catalog.py", CATALOG), ("make.py", &broken)]);
    let in_part = report(folder.path(), "");
    assert_eq!((in_part.summary.published, in_part.files.read), (1, 2));
    let named: Vec<(&str, u32)> = in_part.files.partial.iter().map(|one| (one.file.as_str(), one.line)).collect();
    assert_eq!(named, [("make.py", 9)]);
    let whole = report(folder.path(), "[files]\nread_broken = false");
    assert_eq!((whole.summary.published, whole.files.partial.len()), (0, 0));
    assert_eq!(skipped(&whole), [("make.py".to_owned(), "a syntax error in line 9".to_owned())]);
}

#[cfg(unix)]
#[test]
fn links_in_a_circle_end() {
    let folder = project(&[("catalog.py", CATALOG), ("a/make.py", PUBLISH)]);
    std::os::unix::fs::symlink(folder.path(), folder.path().join("a/up")).unwrap();
    std::os::unix::fs::symlink(folder.path().join("a"), folder.path().join("b")).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path().join("gone.py")).unwrap();
    let report = report(folder.path(), "");
    assert_eq!((report.files.read, report.summary.published), (2, 1));
    assert_eq!(report.events[0].sites.len() + report.events[1].sites.len(), 1);
}

#[test]
fn folders_of_others_tests_and_exclusions_do_not_count() {
    let folder = project(&[
        ("catalog.py", CATALOG),
        ("node_modules/x/make.py", PUBLISH),
        (".venv/lib/make.py", PUBLISH),
        ("tests/test_make.py", PUBLISH),
        ("old/make.py", PUBLISH),
        ("hidden/make.py", PUBLISH),
        (".gitignore", "hidden/\n"),
    ]);
    let with_old = report(folder.path(), "");
    assert_eq!((with_old.files.read, with_old.files.tests, with_old.summary.published), (2, 1, 1));
    let without = report(folder.path(), "[files]\nexclude = [\"old/**\"]");
    assert_eq!((without.files.read, without.summary.published), (1, 0));
    let only = report(folder.path(), "[files]\ninclude = [\"old/**\"]");
    assert_eq!(only.files.read, 1);
    let as_test = report(folder.path(), "[files]\ntests = [\"old/**\"]");
    assert_eq!((as_test.files.tests, as_test.summary.published), (2, 0));
}

#[test]
fn an_empty_tree_is_a_report_too() {
    let folder = project(&[("readme.md", "nothing")]);
    let report = report(folder.path(), "");
    assert_eq!((report.summary.defined, report.files.read), (0, 0));
    assert!(report.catalog.reason.contains("no set of constants"));
}

#[test]
fn faults_of_the_configuration_name_what_is_wrong() {
    let fault = |text: &str| Config::parse(text).unwrap_err().to_string();
    assert!(fault("[publish]\nfunction = []").contains("function"), "{}", fault("[publish]\nfunction = []"));
    assert!(fault("[[accept]]\nevent = \"a.b\"\nreason = \" \"").contains("a.b"));
    assert!(fault("[gate]\nfail_under = 180").contains("180"));
    let config = Config::parse("[files]\nexclude = [\"a[\"]").unwrap();
    assert!(Rules::new(&config.files).err().unwrap().to_string().contains("a["));
    let missing = SourceTree::of_paths(&["/no/such/place".into()], &Rules::new(&Config::default().files).unwrap());
    assert!(missing.unwrap_err().to_string().contains("/no/such/place"));
}

/// Nesting far deeper than handwritten code.
#[test]
fn deep_nesting_ends() {
    let deep = format!("x = {}1{}\n", "(".repeat(50_000), ")".repeat(50_000));
    let chain = format!("x = a{}\n", ".b()".repeat(20_000));
    let plus = format!("x = {}\"z\"\n", "\"a\" + ".repeat(20_000));
    let folder = project(&[
        ("catalog.py", CATALOG),
        ("deep.py", &deep),
        ("chain.py", &chain),
        ("plus.py", &plus),
        ("make.py", PUBLISH),
    ]);
    let mut indented: String = (0..1_200).map(|depth| format!("{}if x:\n", " ".repeat(depth))).collect();
    indented.push_str(&format!("{}pass\n", " ".repeat(1_200)));
    fs::write(folder.path().join("indented.py"), indented).unwrap();
    let chain: String = (0..40).map(|at| format!("exports.a{at} = ")).collect();
    fs::write(folder.path().join("chain.js"), chain + "void 0;\n").unwrap();
    let report = report(folder.path(), "");
    assert_eq!(report.summary.published, 1);
    assert_eq!(skipped(&report), [("indented.py".to_owned(), "blocks are nested more than 300 deep".to_owned())]);
}

/// Traits with cyclic bounds.
#[test]
fn circles_of_traits_end() {
    let names: Vec<String> = (0..12).map(|at| format!("T{at}")).collect();
    let bases = names.join(" + ");
    let traits: String =
        names.iter().map(|name| format!("pub trait {name}: {bases} {{ fn name(&self); }}\n")).collect();
    let user = "pub struct S;\nimpl S { pub fn go(&self, x: &dyn T0) { x.missing(); x.name(); } }\n";
    let folder = project(&[("Cargo.toml", "[package]\nname = \"a\"\n"), ("src/lib.rs", &(traits + user))]);
    assert_eq!(report(folder.path(), "").files.read, 1);
}

/// Cycles of names, of helpers that call each other, and of imports.
#[test]
fn circles_end() {
    let circle = "from other import *\nfrom catalog import WebhookEvent\n\nx = y\ny = x\n\n\ndef one(event):\n    two(event)\n\n\ndef two(event):\n    one(event)\n    bus.publish(event)\n\n\ndef start(bus):\n    one(WebhookEvent.A)\n    bus.publish(x)\n";
    let folder = project(&[("catalog.py", CATALOG), ("circle.py", circle), ("other.py", "from circle import *\n")]);
    let report = report(folder.path(), "");
    assert_eq!(report.summary.published, 1);
}

#[test]
fn schemas_without_a_set_are_no_files_of_the_report() {
    let schema = "openapi: 3.0.0\ncomponents:\n  schemas:\n    WebhookEvent:\n      enum: [thing.made, thing.gone]\n";
    let texts = "en:\n  events: [thing.made, thing.lost]\n";
    let lock = "{\"events\": [\"thing.made\", \"thing.lost\"]}";
    let folder = project(&[
        ("catalog.py", CATALOG),
        ("make.py", PUBLISH),
        ("docs/api/openapi.yaml", schema),
        ("config/locales/events.yml", texts),
        ("config/app.yml", "name: thing\nevents: yes\n"),
        ("package-lock.json", lock),
        ("spec/fixtures/events.json", lock),
    ]);
    fs::write(folder.path().join("events.json"), "[\"thing.made\"] ".repeat(1_000_000)).unwrap();
    fs::write(folder.path().join("webhooks.json"), b"[\"caf\xe9\"]").unwrap();
    let report = report(folder.path(), "");
    assert_eq!(skipped(&report), []);
    assert_eq!((report.files.read, report.files.tests), (3, 0), "the schema with a set counts");
    assert_eq!(report.catalog.file.as_deref(), Some("catalog.py"));
    let modules: Vec<&str> = report.modules.iter().map(|module| module.path.as_str()).collect();
    assert!(!modules.iter().any(|path| path.contains("docs")), "{modules:?}");
}
