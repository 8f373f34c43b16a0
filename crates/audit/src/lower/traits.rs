//! The row of traits of each dialect. A language that is added has a row here and a row in `DIALECTS`.

use super::manifests;
use crate::facts::{MethodPlaces, TestNames, Traits};

const SCRIPT: &[(&str, &[&str])] = &[
    ("vendor", &["package.json"]),
    ("third_party", &["package.json"]),
    ("build", &["package.json"]),
    ("dist", &["package.json"]),
    ("out", &["package.json"]),
    ("coverage", &["package.json"]),
];

const GRADLE: &[&str] = &["build.gradle", "build.gradle.kts"];

const JVM: &[(&str, &[&str])] = &[("target", &["pom.xml"]), ("build", GRADLE), ("out", GRADLE)];

/// Names of test classes.
const CLASS_TESTS: TestNames =
    TestNames { suffixes: &["Test", "Tests", "TestCase", "IT", "Spec", "Should"], ..TestNames::NONE };

pub(super) const PHP: Traits = Traits {
    language: "php",
    family: "php",
    extensions: &["php", "phtml", "inc"],
    folder_files: &["index"],
    tests: CLASS_TESTS,
    foreign_folders_beside: &[("vendor", &["composer.json"])],
    imports_packages: true,
    constructors: &["__construct"],
    methods: MethodPlaces::File,
    plain_bases: &["Serializable"],
    text_types: &["string"],
    fence: "php",
    terminator: ";",
    ..Traits::PLAIN
};

pub(super) const PYTHON: Traits = Traits {
    language: "python",
    family: "python",
    extensions: &["py", "pyi"],
    folder_files: &["__init__"],
    tests: TestNames {
        names: &["conftest", "tests"],
        starts: &["test_"],
        ends: &["_test", "_tests"],
        ..TestNames::NONE
    },
    foreign_folders: &["site-packages", "dist-packages", "venv", "__pycache__", "htmlcov"],
    foreign_folders_beside: &[
        ("third_party", &["pyproject.toml"]),
        ("build", &["setup.py", "pyproject.toml"]),
        ("dist", &["setup.py", "pyproject.toml"]),
        ("env", &["requirements.txt", "manage.py", "pyproject.toml"]),
    ],
    manifests: manifests::PYTHON,
    constructors: &["__init__"],
    plain_bases: &["object", "ABC", "Protocol", "Generic", "Enum", "StrEnum", "NamedTuple", "BaseModel", "TypedDict"],
    text_types: &["str"],
    fence: "python",
    comment: "#",
    ..Traits::PLAIN
};

pub(super) const GO: Traits = Traits {
    language: "go",
    family: "go",
    extensions: &["go"],
    tests: TestNames { names: &["tests"], ends: &["_test"], folders: &["testdata"], ..TestNames::NONE },
    foreign_folders_beside: &[("vendor", &["go.mod"]), ("third_party", &["go.mod"])],
    manifests: manifests::GO,
    manifests_name_all: true,
    structural_interfaces: true,
    passive_bases: true,
    text_types: &["string"],
    fence: "go",
    ..Traits::PLAIN
};

pub(super) const TYPESCRIPT: Traits = Traits {
    language: "typescript",
    family: "ecmascript",
    extensions: &["ts", "mts", "cts"],
    folder_files: &["index"],
    tests: TestNames {
        parts: &["test", "tests", "spec", "stories", "cy", "e2e", "mock", "d"],
        ends: &["_test"],
        folders: &["__tests__", "__test__", "__mocks__", "cypress"],
        ..TestNames::NONE
    },
    foreign_folders: &["node_modules", "bower_components"],
    foreign_folders_beside: SCRIPT,
    manifests: manifests::NODE,
    constructors: &["constructor"],
    plain_bases: &["Object"],
    text_types: &["string"],
    fence: "typescript",
    terminator: ";",
    ..Traits::PLAIN
};

pub(super) const TSX: Traits = Traits { extensions: &["tsx"], fence: "tsx", ..TYPESCRIPT };

pub(super) const JAVASCRIPT: Traits =
    Traits { language: "javascript", extensions: &["js", "mjs", "cjs"], fence: "javascript", ..TYPESCRIPT };

pub(super) const JSX: Traits = Traits { extensions: &["jsx"], fence: "jsx", ..JAVASCRIPT };

pub(super) const RUBY: Traits = Traits {
    language: "ruby",
    family: "ruby",
    extensions: &["rb", "rake", "ru"],
    tests: TestNames { starts: &["test_"], ends: &["_spec", "_test"], ..TestNames::NONE },
    foreign_folders_beside: &[("vendor", &["Gemfile"])],
    bare_members: true,
    nested_constants: true,
    script_variables: true,
    queued: super::ruby::calls::QUEUED,
    constructors: &["initialize"],
    methods: MethodPlaces::Anywhere,
    open_classes: true,
    plain_bases: &["Object"],
    fence: "ruby",
    comment: "#",
    ..Traits::PLAIN
};

pub(super) const JAVA: Traits = Traits {
    language: "java",
    family: "jvm",
    extensions: &["java"],
    tests: CLASS_TESTS,
    foreign_folders_beside: JVM,
    imports_packages: true,
    bare_members: true,
    overloads: true,
    methods: MethodPlaces::File,
    plain_bases: &["Object", "Serializable"],
    text_types: &["String"],
    fence: "java",
    terminator: ";",
    ..Traits::PLAIN
};

pub(super) const KOTLIN: Traits = Traits {
    language: "kotlin",
    extensions: &["kt", "kts"],
    methods: MethodPlaces::Package,
    fence: "kotlin",
    terminator: "",
    ..JAVA
};

pub(super) const CSHARP: Traits = Traits {
    language: "csharp",
    family: "csharp",
    extensions: &["cs"],
    tests: CLASS_TESTS,
    foreign_folders_beside: &[("obj", &["Program.cs", "appsettings.json", "packages.config"])],
    manifests: manifests::DOTNET,
    imports_packages: true,
    bare_members: true,
    overloads: true,
    open_classes: true,
    extension_methods: true,
    plain_bases: &["object", "Object"],
    text_types: &["string", "String"],
    fence: "csharp",
    terminator: ";",
    ..Traits::PLAIN
};

pub(super) const RUST: Traits = Traits {
    language: "rust",
    family: "rust",
    extensions: &["rs"],
    folder_files: &["mod", "lib"],
    tests: TestNames { names: &["tests"], ends: &["_test"], folders: &["benches"], ..TestNames::NONE },
    foreign_folders_beside: &[
        ("vendor", &["Cargo.toml"]),
        ("third_party", &["Cargo.toml"]),
        ("target", &["Cargo.toml"]),
    ],
    manifests: manifests::CARGO,
    manifests_name_all: true,
    own_package: Some("crate"),
    passive_bases: true,
    text_types: &["str", "String"],
    fence: "rust",
    terminator: ";",
    ..Traits::PLAIN
};

#[cfg(test)]
mod tests {
    use crate::lower::all_traits;
    use std::collections::BTreeSet;

    #[test]
    fn every_ending_belongs_to_one_dialect() {
        let endings: Vec<&str> = all_traits().flat_map(|traits| traits.extensions).copied().collect();
        let once: BTreeSet<&str> = endings.iter().copied().collect();
        assert_eq!(endings.len(), once.len(), "{endings:?}");
    }

    #[test]
    fn every_row_says_what_has_no_default() {
        for traits in all_traits() {
            let named = [traits.language, traits.family].iter().all(|name| !name.is_empty());
            assert!(named && !traits.extensions.is_empty() && traits.fence != "text", "{traits:?}");
        }
    }
}
