//! File selection rules: globs of the configuration, third-party and generated folders, and paths of tests.

use crate::config::FilesConfig;
use globset::{Glob, GlobSet, GlobSetBuilder};

/// Default size limit: larger files are rarely written by hand.
const MAX_BYTES: u64 = 2_000_000;

/// Folders with other people's code, whatever lies beside them.
const PASSED_OVER: &[&str] =
    &["node_modules", "bower_components", "site-packages", "dist-packages", "venv", "__pycache__", "htmlcov"];

/// Folders with other people's code, or with what was built, when one of these files lies beside them. Without it the name
/// may be the product's own: a shop has vendors, an insurance has coverage.
const PASSED_OVER_BESIDE: &[(&str, &[&str])] = &[
    ("vendor", &["go.mod", "composer.json", "Gemfile", "Cargo.toml", "package.json"]),
    ("third_party", &["go.mod", "package.json", "Cargo.toml", "BUILD", "WORKSPACE", "pyproject.toml"]),
    ("target", &["Cargo.toml", "pom.xml", "build.sbt"]),
    ("build", &["package.json", "build.gradle", "build.gradle.kts", "setup.py", "pyproject.toml", "CMakeLists.txt"]),
    ("dist", &["package.json", "setup.py", "pyproject.toml"]),
    ("out", &["package.json", "build.gradle", "build.gradle.kts"]),
    ("coverage", &["package.json"]),
    ("obj", &["Program.cs", "appsettings.json", "packages.config"]),
    ("env", &["requirements.txt", "manage.py", "pyproject.toml"]),
];

/// True when a folder is skipped. `has` tells whether a file lies beside the folder.
pub(super) fn is_passed_over(name: &str, has: impl Fn(&str) -> bool) -> bool {
    PASSED_OVER.contains(&name)
        || PASSED_OVER_BESIDE.iter().any(|(one, beside)| *one == name && beside.iter().any(|file| has(file)))
}

/// A path or a glob that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SourceFault {
    #[error("{0}: {1}")]
    Path(String, std::io::Error),
    #[error("files: {0:?} is no pattern: {1}")]
    Pattern(String, globset::Error),
}

/// The compiled rules of the configuration.
pub struct Rules {
    include: Option<GlobSet>,
    exclude: GlobSet,
    tests: GlobSet,
    pub(super) max_bytes: u64,
}

impl Rules {
    pub fn new(config: &FilesConfig) -> Result<Self, SourceFault> {
        let set = |patterns: &[String]| -> Result<GlobSet, SourceFault> {
            let mut set = GlobSetBuilder::new();
            for pattern in patterns {
                set.add(Glob::new(pattern).map_err(|fault| SourceFault::Pattern(pattern.clone(), fault))?);
            }
            set.build().map_err(|fault| SourceFault::Pattern(patterns.join(", "), fault))
        };
        Ok(Self {
            include: if config.include.is_empty() { None } else { Some(set(&config.include)?) },
            exclude: set(&config.exclude)?,
            tests: set(&config.tests)?,
            max_bytes: config.max_bytes.unwrap_or(MAX_BYTES),
        })
    }

    pub(super) fn wants(&self, inner: &str) -> bool {
        self.include.as_ref().is_none_or(|set| set.is_match(inner)) && !self.exclude.is_match(inner)
    }

    pub(super) fn is_test(&self, inner: &str) -> bool {
        is_test(inner) || self.tests.is_match(inner)
    }
}

/// Folders that hold tests.
const TEST_FOLDERS: &[&str] = &[
    "test",
    "tests",
    "__tests__",
    "__test__",
    "spec",
    "specs",
    "e2e",
    "cypress",
    "__mocks__",
    "mocks",
    "testing",
    "testdata",
    "fixtures",
    "benches",
];

/// True when a path is a test by the conventions of its language.
fn is_test(path: &str) -> bool {
    let mut parts: Vec<&str> = path.split('/').collect();
    let name = parts.pop().unwrap_or("");
    let folder = |part: &&str| {
        let lower = part.to_lowercase();
        TEST_FOLDERS.contains(&lower.as_str())
            || lower.ends_with(".tests")
            || lower.ends_with(".test")
            || lower.ends_with("-tests")
            || lower.ends_with("_tests")
    };
    if parts.iter().any(folder) {
        return true;
    }
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    match extension {
        "py" | "pyi" => {
            stem.starts_with("test_")
                || stem.ends_with("_test")
                || stem.ends_with("_tests")
                || matches!(stem, "conftest" | "tests")
        }
        "go" | "rs" => stem.ends_with("_test") || matches!(stem, "tests"),
        "rb" => stem.ends_with("_spec") || stem.ends_with("_test") || stem.starts_with("test_"),
        "java" | "kt" | "cs" | "php" => ["Test", "Tests", "TestCase", "IT", "Spec", "Should"]
            .iter()
            .any(|end| stem.ends_with(end) && stem.len() > end.len()),
        _ => {
            let parts: Vec<&str> = stem.split('.').collect();
            parts
                .iter()
                .skip(1)
                .any(|part| matches!(*part, "test" | "tests" | "spec" | "stories" | "cy" | "e2e" | "mock" | "d"))
                || stem.ends_with("_test")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_by_their_names() {
        for path in [
            "tests/a.py",
            "app/test_x.py",
            "app/x_test.py",
            "conftest.py",
            "x_test.go",
            "a.spec.ts",
            "a.test.tsx",
            "src/test/java/A.java",
            "ATest.java",
            "App.Tests/X.cs",
            "InvoiceTests.cs",
            "spec/a_spec.rb",
            "a_spec.rb",
            "src/__tests__/a.js",
            "InvoiceTest.php",
            "crates/x/tests/a.rs",
            "types.d.ts",
        ] {
            assert!(is_test(path), "{path}");
        }
        for path in [
            "src/app.py",
            "latest.py",
            "contest/run.go",
            "src/main/java/Latest.java",
            "attest.ts",
            "inspect.rb",
            "src/Test.java",
        ] {
            assert!(!is_test(path), "{path}");
        }
    }
}
