//! File selection rules: globs of the configuration, third-party and generated folders, and paths of tests.

use crate::{config::FilesConfig, lower};
use globset::{Glob, GlobSet, GlobSetBuilder};

/// Default size limit: larger files are rarely written by hand.
const MAX_BYTES: u64 = 2_000_000;

/// Folders with generated code, skipped when a file of a build tool lies beside them. Without it the name may be the
/// product's own. The traits of the languages name more of them, and folders with third-party code.
const BUILT_BESIDE: &[(&str, &[&str])] =
    &[("third_party", &["BUILD", "WORKSPACE"]), ("target", &["build.sbt"]), ("build", &["CMakeLists.txt"])];

/// True when a folder is skipped. `has` tells whether a file lies beside the folder.
pub(super) fn is_passed_over(name: &str, has: impl Fn(&str) -> bool) -> bool {
    if lower::all_traits().any(|traits| traits.foreign_folders.contains(&name)) {
        return true;
    }
    let beside = lower::all_traits().flat_map(|traits| traits.foreign_folders_beside).chain(BUILT_BESIDE);
    beside.filter(|(folder, _)| *folder == name).any(|(_, files)| files.iter().any(|file| has(file)))
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

/// Folders with tests, in all languages. The traits of the languages name more of them.
const TEST_FOLDERS: &[&str] = &["test", "tests", "spec", "specs", "e2e", "mocks", "testing", "fixtures"];
const TEST_FOLDER_ENDS: &[&str] = &[".tests", ".test", "-tests", "_tests"];

/// True when a path is a test by the conventions of its language.
fn is_test(path: &str) -> bool {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    if folders.split('/').any(is_test_folder) {
        return true;
    }
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    lower::traits_of(name).is_some_and(|traits| traits.tests.fit(stem))
}

fn is_test_folder(name: &str) -> bool {
    let name = name.to_lowercase();
    TEST_FOLDERS.contains(&name.as_str())
        || TEST_FOLDER_ENDS.iter().any(|end| name.ends_with(end))
        || lower::all_traits().any(|traits| traits.tests.folders.contains(&name.as_str()))
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
            "a.test.jsx",
            "BillingSpec.kts",
            "e2e/run.rb",
            "cypress/a.rb",
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
