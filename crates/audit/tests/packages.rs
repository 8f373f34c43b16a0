//! Packages of one repository: a constant that is imported by the name that a manifest gives, beside another constant of
//! the same name; classes of one name in two languages; files that git ignores and tracks.

use audit::{
    About, CatalogSource, audit,
    config::Config,
    report::Report,
    source::{Rules, SourceTree},
};
use std::{fs, path::Path, process::Command};

fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn report(folder: &Path) -> Report {
    report_of(folder, Some("WebhookEvent"))
}

fn report_of(folder: &Path, main: Option<&str>) -> Report {
    let config = Config::default();
    let tree = SourceTree::of_paths(&[folder.to_owned()], &Rules::new(&config.files).unwrap()).unwrap();
    audit(&tree, &config, &CatalogSource::Code { main: main.map(str::to_owned) }, About::default(), &|| {}).unwrap()
}

/// The published event types.
fn published(report: &Report) -> Vec<&str> {
    report.events.iter().filter(|one| one.state.name() == "published").map(|one| one.event_type.as_str()).collect()
}

/// Audits these files with a catalog, and checks that the only published event is the one of the imported constant.
fn check(kind: &str, catalog: (&str, &str), files: &[(&str, &str)]) {
    let folder = project(&[&[catalog], files].concat());
    let report = report(folder.path());
    assert_eq!(published(&report), ["order.paid"], "{kind}: {:?}", report.unresolved);
}

const TS_CATALOG: (&str, &str) = (
    "server/events.ts",
    "export enum WebhookEvent {\n  A = 'order.created',\n  B = 'order.paid',\n  C = 'order.voided',\n}\n",
);

/// Two packages with a constant of the same name. The folders tell nothing of the packages' names.
fn typescript(kind: &str, specifier: &str, files: &[(&str, &str)]) {
    let caller =
        format!("import {{ TOPIC }} from '{specifier}';\n\nexport function pay(bus) {{\n  bus.publish(TOPIC);\n}}\n");
    let own = [
        ("code/one/src/index.ts", "export * from './topics';\n"),
        ("code/one/src/topics.ts", "export const TOPIC = 'order.paid';\n"),
        ("code/two/src/index.ts", "export const TOPIC = 'order.voided';\n"),
        ("code/two/src/topics.ts", "export const TOPIC = 'order.voided';\n"),
        ("server/src/pay.ts", caller.as_str()),
    ];
    check(kind, TS_CATALOG, &[&own[..], files].concat());
}

#[test]
fn npm_packages_are_found_by_their_names() {
    let one = |text: &'static str| ("code/one/package.json", text);
    let two = ("code/two/package.json", r#"{"name": "@acme/two"}"#);
    typescript("a name", "@acme/names", &[one(r#"{"name": "@acme/names", "main": "dist/index.js"}"#), two]);
    typescript("a part", "@acme/names/topics", &[one(r#"{"name": "@acme/names"}"#), two]);
    typescript(
        "exports",
        "@acme/names/public",
        &[one(r#"{"name": "@acme/names", "exports": {"./public": {"import": "./dist/topics.js"}}}"#), two],
    );
    typescript(
        "another name for a dependency",
        "names",
        &[
            one(r#"{"name": "@acme/names"}"#),
            two,
            ("server/package.json", r#"{"name": "server", "dependencies": {"names": "workspace:@acme/names@*"}}"#),
        ],
    );
    typescript(
        "a folder as a dependency",
        "names",
        &[one("{}"), two, ("server/package.json", r#"{"dependencies": {"names": "file:../code/one"}}"#)],
    );
    typescript(
        "imports",
        "#names",
        &[("server/package.json", r##"{"imports": {"#names": "../code/one/src/topics.ts"}}"##)],
    );
}

#[test]
fn paths_of_tsconfig_lead_to_files() {
    let paths =
        r#"{"compilerOptions": {"paths": {"~names/*": ["code/one/src/*"], "~two/*": ["code/two/src/*"]}}} // end"#;
    typescript("paths", "~names/topics", &[("tsconfig.json", paths)]);
    typescript(
        "paths that are inherited",
        "~names/topics",
        &[
            ("config/base.json", "{}"),
            ("tsconfig.base.json", paths),
            ("server/tsconfig.json", r#"{"extends": "../tsconfig.base.json"}"#),
        ],
    );
    typescript(
        "a base",
        "one/src/topics",
        &[("server/tsconfig.json", r#"{"compilerOptions": {"baseUrl": "../code"}}"#)],
    );
    typescript("an import map", "names", &[("deno.json", r#"{"imports": {"names": "./code/one/src/topics.ts"}}"#)]);
    // Each package has its own `@/`.
    let at = r#"{"compilerOptions": {"paths": {"@/*": ["./src/*"]}}}"#;
    typescript(
        "the nearest file",
        "@/topics",
        &[
            ("server/tsconfig.json", r#"{"compilerOptions": {"paths": {"@/*": ["../code/one/src/*"]}}}"#),
            ("code/two/tsconfig.json", at),
            ("code/one/tsconfig.json", at),
        ],
    );
}

#[test]
fn rust_crates_are_found_by_their_names() {
    let files = |dependency: &'static str, name: &'static str| {
        let caller = format!("use {name}::TOPIC;\n\npub fn pay(bus: &Bus) {{\n    bus.publish(TOPIC);\n}}\n");
        let manifest = format!("[package]\nname = \"server\"\n[dependencies]\n{dependency}\n");
        check(
            dependency,
            (
                "server/src/events.rs",
                "pub enum WebhookEvent { A, B, C }\n\nimpl WebhookEvent {\n    pub fn as_str(&self) -> &'static str {\n        match self {\n            Self::A => \"order.created\",\n            Self::B => \"order.paid\",\n            Self::C => \"order.voided\",\n        }\n    }\n}\n",
            ),
            &[
                ("Cargo.toml", "[workspace]\nmembers = [\"server\", \"code/*\"]\n"),
                ("server/Cargo.toml", &manifest),
                ("server/src/lib.rs", "mod events;\nmod pay;\n"),
                ("server/src/pay.rs", &caller),
                ("code/one/Cargo.toml", "[package]\nname = \"acme-names\"\n"),
                ("code/one/src/lib.rs", "pub const TOPIC: &str = \"order.paid\";\n"),
                ("code/two/Cargo.toml", "[package]\nname = \"two\"\n"),
                ("code/two/src/lib.rs", "pub const TOPIC: &str = \"order.voided\";\n"),
            ],
        );
    };
    files("acme-names = { path = \"../code/one\" }", "acme_names");
    files("names = { package = \"acme-names\", path = \"../code/one\" }", "names");
}

#[test]
fn go_modules_are_found_by_their_paths() {
    let caller = "package server\n\nimport \"example.com/names/topics\"\n\nfunc Pay(bus Bus) {\n\tbus.Publish(topics.Topic)\n}\n";
    let catalog = (
        "server/events.go",
        "package server\n\ntype WebhookEvent string\n\nconst (\n\tA WebhookEvent = \"order.created\"\n\tB WebhookEvent = \"order.paid\"\n\tC WebhookEvent = \"order.voided\"\n)\n",
    );
    let one = ("code/one/topics/topics.go", "package topics\n\nconst Topic = \"order.paid\"\n");
    let two = ("code/two/topics/topics.go", "package topics\n\nconst Topic = \"order.voided\"\n");
    let server = ("server/pay.go", caller);
    let other = ("code/two/go.mod", "module example.com/two\n");
    let work = ("go.work", "go 1.24\n\nuse (\n\t./server\n\t./code/one\n)\n");
    let module = ("code/one/go.mod", "module example.com/names\n");
    check(
        "go.work",
        catalog,
        &[one, two, server, other, work, module, ("server/go.mod", "module example.com/server\n")],
    );
    let replaced = "module example.com/server\n\nreplace example.com/names => ../code/one\n";
    check("replace", catalog, &[one, two, server, other, ("server/go.mod", replaced)]);
}

#[test]
fn python_packages_are_found_by_their_names() {
    let catalog = (
        "server/events.py",
        "from enum import Enum\n\n\nclass WebhookEvent(str, Enum):\n    A = \"order.created\"\n    B = \"order.paid\"\n    C = \"order.voided\"\n",
    );
    let caller = ("server/pay.py", "from acme_names.topics import TOPIC\n\n\ndef pay(bus):\n    bus.publish(TOPIC)\n");
    let two = ("code/two/topics.py", "TOPIC = \"order.voided\"\n");
    // A layout with `src` needs no manifest.
    check("src", catalog, &[caller, two, ("code/one/src/acme_names/topics.py", "TOPIC = \"order.paid\"\n")]);
    let one = ("code/one/lib/topics.py", "TOPIC = \"order.paid\"\n");
    for (file, text) in [
        ("code/one/pyproject.toml", "[tool.setuptools.package-dir]\nacme_names = \"lib\"\n"),
        ("code/one/pyproject.toml", "[tool.hatch.build.targets.wheel.sources]\n\"lib\" = \"acme_names\"\n"),
        ("code/one/setup.cfg", "[options]\npackage_dir =\n    acme_names = lib\n"),
    ] {
        check(text, catalog, &[caller, two, one, (file, text)]);
    }
}

/// Names of these stand in the files themselves, so that folders and manifests do not matter.
#[test]
fn namespaces_lead_to_other_modules() {
    check(
        "PSR-4",
        (
            "server/src/WebhookEvent.php",
            "<?php\nnamespace Acme\\Server;\n\nenum WebhookEvent: string\n{\n    case A = 'order.created';\n    case B = 'order.paid';\n    case C = 'order.voided';\n}\n",
        ),
        &[
            ("code/one/composer.json", r#"{"autoload": {"psr-4": {"Acme\\Names\\": "lib/"}}}"#),
            (
                "code/one/lib/Named.php",
                "<?php\nnamespace Acme\\Names;\n\nfinal class Named\n{\n    const PAID = 'order.paid';\n}\n",
            ),
            (
                "code/two/lib/Named.php",
                "<?php\nnamespace Acme\\Two;\n\nfinal class Named\n{\n    const PAID = 'order.voided';\n}\n",
            ),
            (
                "server/src/Pay.php",
                "<?php\nnamespace Acme\\Server;\n\nuse Acme\\Names\\Named;\n\nclass Pay\n{\n    public function pay($bus)\n    {\n        $bus->publish(Named::PAID);\n    }\n}\n",
            ),
        ],
    );
    check(
        "Gradle",
        (
            "server/src/main/java/a/WebhookEvent.java",
            "package a.server;\n\npublic enum WebhookEvent {\n    A(\"order.created\"), B(\"order.paid\"), C(\"order.voided\");\n    private final String value;\n    WebhookEvent(String value) { this.value = value; }\n    public String getValue() { return value; }\n}\n",
        ),
        &[
            ("settings.gradle", "include 'server', 'code:one', 'code:two'\n"),
            (
                "code/one/src/main/java/a/Named.java",
                "package a.names;\n\npublic class Named {\n    public static final String PAID = \"order.paid\";\n}\n",
            ),
            (
                "code/two/src/main/java/a/Named.java",
                "package a.two;\n\npublic class Named {\n    public static final String PAID = \"order.voided\";\n}\n",
            ),
            (
                "server/src/main/kotlin/a/Pay.kt",
                "package a.server\n\nimport a.names.Named\n\nclass Pay(private val bus: Bus) {\n    fun pay() {\n        bus.publish(Named.PAID)\n    }\n}\n",
            ),
        ],
    );
}

#[test]
fn namespaces_that_a_project_uses_are_known_in_its_files() {
    let catalog = (
        "server/WebhookEvent.cs",
        "namespace Acme.Server;\n\npublic static class WebhookEvent\n{\n    public const string A = \"order.created\";\n    public const string B = \"order.paid\";\n    public const string C = \"order.voided\";\n}\n",
    );
    let topics = |space: &str, event: &str| {
        format!(
            "namespace {space};\n\npublic static class Named\n{{\n    public const string Paid = \"{event}\";\n}}\n"
        )
    };
    let (one, two) = (topics("Acme.Names", "order.paid"), topics("Acme.Two", "order.voided"));
    let files = [
        ("code/one/Named.cs", one.as_str()),
        ("code/two/Named.cs", two.as_str()),
        (
            "server/Pay.cs",
            "namespace Acme.Server;\n\npublic class Pay\n{\n    public void Run()\n    {\n        _bus.Publish(Named.Paid);\n    }\n}\n",
        ),
        ("other/other.csproj", "<Project></Project>"),
        ("other/Usings.cs", "global using Acme.Two;\n"),
    ];
    let project =
        ("server/server.csproj", "<Project><ItemGroup><Using Include=\"Acme.Names\" /></ItemGroup></Project>");
    check("Using", catalog, &[&files[..], &[project]].concat());
    let plain = ("server/server.csproj", "<Project></Project>");
    check(
        "global using",
        catalog,
        &[&files[..], &[plain, ("server/Usings.cs", "global using Acme.Names;\n")]].concat(),
    );
}

/// A class has no base, and no descendants, in a language that cannot use it.
#[test]
fn classes_of_two_languages_are_not_related() {
    let folder = project(&[
        (
            "api/events.py",
            "from enum import Enum\n\n\nclass WebhookEvent(str, Enum):\n    A = \"order.created\"\n    B = \"order.paid\"\n    C = \"order.voided\"\n",
        ),
        (
            "api/base.py",
            "class Publisher(Base):\n    EVENT = None\n\n    def run(self, bus):\n        bus.publish(self.EVENT)\n\n\nPublisher().run(get_bus())\n",
        ),
        ("web/base.ts", "export class Base {\n  EVENT = 'order.paid';\n}\n"),
        ("web/child.ts", "export class Child extends Publisher {\n  static EVENT = 'order.voided';\n}\n"),
    ]);
    assert_eq!(published(&report(folder.path())), [""; 0]);
}

#[test]
fn tracked_files_are_read_although_git_ignores_them() {
    let catalog = "from enum import Enum\n\n\nclass WebhookEvent(str, Enum):\n    A = \"order.created\"\n    B = \"order.paid\"\n    C = \"order.voided\"\n";
    let publish = |member: &str| {
        format!("from events import WebhookEvent\n\n\ndef run(bus):\n    bus.publish(WebhookEvent.{member})\n")
    };
    let (paid, created, voided) = (publish("B"), publish("A"), publish("C"));
    let folder = project(&[
        ("events.py", catalog),
        (".gitignore", "data/\n"),
        ("data/jobs/pay.py", &paid),
        ("data/jobs/create.py", &created),
        ("data/node_modules/void.py", &voided),
        ("data/.hidden/void.py", &voided),
    ]);
    let git = |args: &[&str]| {
        let output = Command::new("git").arg("-C").arg(folder.path()).args(args).output().expect("git can be run");
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    assert_eq!(published(&report(folder.path())), [""; 0]);
    git(&["init", "-q"]);
    git(&["add", "."]);
    assert_eq!(published(&report(folder.path())), [""; 0]);
    git(&["add", "-f", "data/jobs/pay.py", "data/node_modules/void.py", "data/.hidden/void.py"]);
    assert_eq!(published(&report(folder.path())), ["order.paid"]);
    // A folder that is named is read although git ignores it.
    assert_eq!(report_of(&folder.path().join("data"), None).files.read, 2);
}
