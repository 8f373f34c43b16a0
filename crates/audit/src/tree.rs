//! Which files are read: those of a folder, or of a revision in git.

use crate::{
    config::FilesConfig,
    lower,
    report::Skipped,
    roots::{self, Root},
};
use globset::{Glob, GlobSet, GlobSetBuilder};
use ignore::WalkBuilder;
use std::{
    collections::HashMap,
    fs,
    io::Read as _,
    path::{Path, PathBuf},
};

/// Larger files are no source that people write.
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

/// Whether a folder is not looked into, by its name and by whether a file lies beside it.
fn is_passed_over(name: &str, has: impl Fn(&str) -> bool) -> bool {
    PASSED_OVER.contains(&name)
        || PASSED_OVER_BESIDE.iter().any(|(one, beside)| *one == name && beside.iter().any(|file| has(file)))
}

/// A file that may be read.
#[derive(Clone, Debug)]
pub struct Source {
    /// As it is shown, with `/`.
    pub name: String,
    /// Below the path that was asked for; by this it is seen whether it is a test.
    pub inner: String,
    pub(crate) bytes: u64,
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    Path(PathBuf),
    Text(String),
}

/// All files of one audit.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    pub(crate) sources: Vec<Source>,
    pub(crate) skipped: Vec<Skipped>,
    pub(crate) tests: usize,
    /// The only folder that was asked for, as it stands before the names.
    pub(crate) root: String,
    /// Folders above, by their names.
    pub(crate) above: Vec<String>,
    /// What the packages are called by those who import them.
    pub(crate) roots: Vec<Root>,
}

/// A path or a pattern that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TreeFault {
    #[error("{0}: {1}")]
    Path(String, std::io::Error),
    #[error("files: {0:?} is no pattern: {1}")]
    Pattern(String, globset::Error),
}

/// What the configuration says about files, ready to be asked.
pub struct Rules {
    include: Option<GlobSet>,
    exclude: GlobSet,
    tests: GlobSet,
    max_bytes: u64,
}

impl Rules {
    pub fn new(config: &FilesConfig) -> Result<Self, TreeFault> {
        let set = |patterns: &[String]| -> Result<GlobSet, TreeFault> {
            let mut set = GlobSetBuilder::new();
            for pattern in patterns {
                set.add(Glob::new(pattern).map_err(|fault| TreeFault::Pattern(pattern.clone(), fault))?);
            }
            set.build().map_err(|fault| TreeFault::Pattern(patterns.join(", "), fault))
        };
        Ok(Self {
            include: if config.include.is_empty() { None } else { Some(set(&config.include)?) },
            exclude: set(&config.exclude)?,
            tests: set(&config.tests)?,
            max_bytes: config.max_bytes.unwrap_or(MAX_BYTES),
        })
    }

    fn wants(&self, inner: &str) -> bool {
        self.include.as_ref().is_none_or(|set| set.is_match(inner)) && !self.exclude.is_match(inner)
    }

    fn is_test(&self, inner: &str) -> bool {
        is_test(inner) || self.tests.is_match(inner)
    }
}

impl Tree {
    /// All source files below the paths.
    pub fn of_paths(paths: &[PathBuf], rules: &Rules) -> Result<Self, TreeFault> {
        let mut tree = Self::default();
        let mut full = Vec::new();
        for path in paths {
            full.push(fs::canonicalize(path).map_err(|fault| TreeFault::Path(path.display().to_string(), fault))?);
        }
        let base = base_of(&full);
        tree.above = segments(&base);
        if let [only] = &full[..] {
            tree.root = below(&root_of(only), &base);
        }
        for full in full {
            tree.look_above(&full, &base);
            tree.walk(&full, &base, rules);
        }
        tree.sources.sort_by(|one, other| one.name.cmp(&other.name));
        tree.sources.dedup_by(|one, other| one.name == other.name);
        Ok(tree)
    }

    /// Manifests in the folders above, when only a part of a package is read.
    fn look_above(&mut self, full: &Path, base: &Path) {
        for folder in full.ancestors().skip(1) {
            for manifest in roots::MANIFESTS {
                let Ok(text) = fs::read_to_string(folder.join(manifest)) else { continue };
                let inside = folder.starts_with(base).then(|| below(&folder.join(manifest), base));
                let Some(mut root) = roots::read(inside.as_deref().unwrap_or(manifest), &text) else { continue };
                if inside.is_none() {
                    root.name.extend(segments(base.strip_prefix(folder).unwrap_or(base)));
                }
                if !self.roots.contains(&root) {
                    self.roots.push(root);
                }
            }
        }
    }

    fn walk(&mut self, full: &Path, base: &Path, rules: &Rules) {
        let root = root_of(full);
        let walk = WalkBuilder::new(full)
            .follow_links(false)
            .require_git(false)
            .filter_entry(|entry| {
                let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
                entry.depth() == 0
                    || !is_folder
                    || !entry
                        .file_name()
                        .to_str()
                        .is_some_and(|name| is_passed_over(name, |file| entry.path().with_file_name(file).is_file()))
            })
            .build();
        for entry in walk {
            match entry {
                Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => {
                    let name = below(entry.path(), base);
                    let inner = below(entry.path(), &root);
                    self.add(name, inner, entry.path(), rules);
                }
                Ok(_) => {}
                Err(fault) => self.skipped.push(Skipped { file: String::new(), reason: fault.to_string() }),
            }
        }
    }

    fn add(&mut self, name: String, inner: String, path: &Path, rules: &Rules) {
        if roots::is_manifest(&name) {
            let root = fs::read_to_string(path).ok().and_then(|text| roots::read(&name, &text));
            self.roots.extend(root);
            return;
        }
        if lower::language(&name).is_none() || !rules.wants(&inner) {
            return;
        }
        if rules.is_test(&inner) {
            self.tests += 1;
            return;
        }
        let bytes = fs::metadata(path).map(|data| data.len()).unwrap_or(0);
        if bytes > rules.max_bytes {
            self.skipped.push(Skipped { file: name, reason: format!("{bytes} bytes, more than {}", rules.max_bytes) });
            return;
        }
        self.sources.push(Source { name, inner, bytes, content: Content::Path(path.to_owned()) });
    }

    /// Whether a file would be read, by its path below the path that is asked for; `has` says which other paths there are.
    pub fn wants(inner: &str, rules: &Rules, has: impl Fn(&str) -> bool) -> bool {
        let passed_over = inner.match_indices('/').any(|(end, _)| {
            let (above, name) = inner[..end].rsplit_once('/').unwrap_or(("", &inner[..end]));
            is_passed_over(name, |file| {
                has(if above.is_empty() { file.to_owned() } else { format!("{above}/{file}") }.as_str())
            })
        });
        let known = lower::language(inner).is_some() && rules.wants(inner);
        (known || roots::is_manifest(inner)) && !passed_over
    }

    /// Files whose text is known already: name, path below the path that is asked for, text.
    pub fn of_texts(texts: Vec<(String, String, String)>, above: Vec<String>, rules: &Rules) -> Self {
        let mut tree = Self { above, ..Self::default() };
        for (name, inner, text) in texts {
            if roots::is_manifest(&name) {
                tree.roots.extend(roots::read(&name, &text));
            } else if rules.is_test(&inner) {
                tree.tests += 1;
            } else if text.len() as u64 > rules.max_bytes {
                tree.skipped.push(Skipped { file: name, reason: format!("more than {} bytes", rules.max_bytes) });
            } else {
                tree.sources.push(Source { inner, name, bytes: text.len() as u64, content: Content::Text(text) });
            }
        }
        tree.sources.sort_by(|one, other| one.name.cmp(&other.name));
        tree
    }

    /// How many files will be read.
    pub fn len(&self) -> usize {
        self.sources.len()
    }

    /// The folders above, by their names.
    pub fn above_names(&self) -> Vec<String> {
        self.above.clone()
    }

    pub fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }

    /// The lines of a file, for what is quoted from it.
    pub(crate) fn quoting(&self) -> Quotes<'_> {
        Quotes { by_name: self.sources.iter().map(|source| (source.name.as_str(), source)).collect() }
    }
}

/// Texts of files, read anew when they are asked for.
pub(crate) struct Quotes<'t> {
    by_name: HashMap<&'t str, &'t Source>,
}

impl Quotes<'_> {
    /// Lines `from` to `to`, counted from 1.
    pub(crate) fn lines(&self, file: &str, from: u32, to: u32) -> Option<Vec<String>> {
        let text = self.by_name.get(file)?.read().ok()?;
        let count = (to.checked_sub(from)? + 1) as usize;
        Some(text.lines().skip(from.saturating_sub(1) as usize).take(count).map(str::to_owned).collect())
    }
}

impl Source {
    /// The text, or why there is none.
    pub(crate) fn read(&self) -> Result<String, String> {
        let path = match &self.content {
            Content::Text(text) => return Ok(text.clone()),
            Content::Path(path) => path,
        };
        let mut bytes = Vec::new();
        fs::File::open(path).and_then(|mut file| file.read_to_end(&mut bytes)).map_err(|fault| fault.to_string())?;
        if bytes.iter().take(8_000).any(|byte| *byte == 0) {
            return Err("it is binary".into());
        }
        let text = String::from_utf8(bytes).map_err(|fault| {
            let line =
                fault.as_bytes()[..fault.utf8_error().valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
            format!("it is not UTF-8 (line {line})")
        })?;
        Ok(text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), str::to_owned))
    }
}

/// From where names are told: the folder where the audit starts when all paths are below it, so that annotations find
/// their files; else the folder that all of them are in.
pub fn base_of(full: &[PathBuf]) -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    let Some(first) = full.first() else { return here };
    if full.iter().all(|one| one.starts_with(&here)) {
        return here;
    }
    let common = root_of(first);
    common.ancestors().find(|folder| full.iter().all(|one| one.starts_with(folder))).unwrap_or(&common).to_owned()
}

fn root_of(full: &Path) -> PathBuf {
    if full.is_dir() { full.to_owned() } else { full.parent().unwrap_or(full).to_owned() }
}

fn below(path: &Path, base: &Path) -> String {
    segments(path.strip_prefix(base).unwrap_or(path)).join("/")
}

fn segments(path: &Path) -> Vec<String> {
    path.iter().map(|part| part.to_string_lossy().into_owned()).filter(|part| part != "/").collect()
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

/// Whether a path is one of tests by the customs of its language.
pub(crate) fn is_test(path: &str) -> bool {
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
