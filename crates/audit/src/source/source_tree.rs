//! The source files of an audit: found in folders, or given as texts when a git revision is read. A selected file is
//! read, counted as a test, or skipped with a reason.

use super::{
    git_index, manifests,
    rules::{Rules, SourceFault, is_passed_over},
};
use crate::{
    facts::{ManifestFile, Packages},
    lower,
    report::Skipped,
};
use ignore::{DirEntry, WalkBuilder};
use std::{
    collections::{HashMap, HashSet},
    fs,
    io::Read as _,
    path::{Path, PathBuf},
};

/// A file that will be read.
#[derive(Clone, Debug)]
pub struct Source {
    /// Path that the report shows, with `/`.
    pub name: String,
    /// Path below the audited path; only this part decides whether it is a test.
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
pub struct SourceTree {
    pub(crate) sources: Vec<Source>,
    pub(crate) skipped: Vec<Skipped>,
    pub(crate) tests: usize,
    /// Path of the audited folder before the files' names; empty when several paths are audited.
    pub(crate) root: String,
    /// Names of the folders above the tree.
    pub(crate) above: Vec<String>,
    /// Names of the packages, from their manifests.
    pub(crate) packages: Packages,
    manifests: Vec<ManifestFile>,
}

impl SourceTree {
    /// All source files below the paths.
    pub fn of_paths(paths: &[PathBuf], rules: &Rules) -> Result<Self, SourceFault> {
        let mut tree = Self::default();
        let mut full = Vec::new();
        for path in paths {
            full.push(fs::canonicalize(path).map_err(|fault| SourceFault::Path(path.display().to_string(), fault))?);
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
        tree.packages = manifests::read(&tree.manifests, &tree.above);
        tree.sources.sort_by(|one, other| one.name.cmp(&other.name));
        tree.sources.dedup_by(|one, other| one.name == other.name);
        Ok(tree)
    }

    /// Reads manifests in the folders above, since only a part of a package may be audited.
    fn look_above(&mut self, full: &Path, base: &Path) {
        for folder in full.ancestors().skip(1) {
            for name in manifests::file_names() {
                if let Ok(text) = fs::read_to_string(folder.join(name)) {
                    self.add_manifest(&below(&folder.join(name), base), segments(folder), text);
                }
            }
        }
    }

    fn add_manifest(&mut self, file: &str, folder: Vec<String>, text: String) {
        let name = file.rsplit('/').next().unwrap_or(file).to_owned();
        if !self.manifests.iter().any(|one| one.name == name && one.folder == folder) {
            self.manifests.push(ManifestFile { folder, name, text });
        }
    }

    fn walk(&mut self, full: &Path, base: &Path, rules: &Rules) {
        let root = root_of(full);
        let mut found = HashSet::new();
        let mut repositories: Vec<PathBuf> =
            root.ancestors().find(|one| one.join(".git").exists()).into_iter().map(Path::to_owned).collect();
        for entry in WalkBuilder::new(full).follow_links(false).require_git(false).filter_entry(is_open).build() {
            match entry {
                Ok(entry) if is_file(&entry) => {
                    self.add(base, &root, entry.path(), rules);
                    found.insert(entry.into_path());
                }
                Ok(entry) if entry.depth() > 0 && entry.path().join(".git").exists() => {
                    repositories.push(entry.into_path())
                }
                Ok(_) => {}
                Err(fault) => self.skipped.push(Skipped { file: String::new(), reason: fault.to_string() }),
            }
        }
        self.add_tracked(full, base, &repositories, &found, rules);
    }

    /// Adds the files that git ignores and tracks all the same.
    fn add_tracked(
        &mut self,
        full: &Path,
        base: &Path,
        repositories: &[PathBuf],
        found: &HashSet<PathBuf>,
        rules: &Rules,
    ) {
        let is_wanted = |path: &PathBuf| {
            let name = path.to_string_lossy();
            path.starts_with(full)
                && (lower::traits_of(&name).is_some() || manifests::is_manifest(&name))
                && !found.contains(path)
        };
        let tracked = repositories
            .iter()
            .flat_map(|one| git_index::tracked(one).into_iter().flatten().map(move |path| one.join(path)));
        let more: HashSet<PathBuf> = tracked.filter(is_wanted).collect();
        if more.is_empty() {
            return;
        }
        let folders: HashSet<PathBuf> =
            more.iter().flat_map(|path| path.ancestors().skip(1)).map(Path::to_owned).collect();
        let leads_there = move |entry: &DirEntry| folders.contains(entry.path()) || is_file(entry);
        // A second walk, for the other reasons to leave out a file: hidden and foreign folders, links, `.ignore`.
        let walk = WalkBuilder::new(full)
            .follow_links(false)
            .git_ignore(false)
            .git_exclude(false)
            .git_global(false)
            .filter_entry(move |entry| is_open(entry) && leads_there(entry))
            .build();
        let root = root_of(full);
        for entry in walk.flatten().filter(|entry| is_file(entry) && more.contains(entry.path())) {
            self.add(base, &root, entry.path(), rules);
        }
    }

    fn add(&mut self, base: &Path, root: &Path, path: &Path, rules: &Rules) {
        let (name, inner) = (below(path, base), below(path, root));
        if manifests::is_manifest(&name) {
            if let Ok(text) = fs::read_to_string(path) {
                self.add_manifest(&name, segments(path.parent().unwrap_or(path)), text);
            }
            return;
        }
        if lower::traits_of(&name).is_none() || !rules.wants(&inner) {
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

    /// True when a file would be read. `inner` is its path below the audited path; `has` tells which other paths exist.
    pub fn wants(inner: &str, rules: &Rules, has: impl Fn(&str) -> bool) -> bool {
        let passed_over = inner.match_indices('/').any(|(end, _)| {
            let (above, name) = inner[..end].rsplit_once('/').unwrap_or(("", &inner[..end]));
            is_passed_over(name, |file| {
                has(if above.is_empty() { file.to_owned() } else { format!("{above}/{file}") }.as_str())
            })
        });
        let known = lower::traits_of(inner).is_some() && rules.wants(inner);
        (known || manifests::is_manifest(inner)) && !passed_over
    }

    /// A tree of texts that are in memory: name, path below the audited path, text.
    pub fn of_texts(texts: Vec<(String, String, String)>, above: Vec<String>, rules: &Rules) -> Self {
        let mut tree = Self { above, ..Self::default() };
        for (name, inner, text) in texts {
            if manifests::is_manifest(&name) {
                let inside = name.rsplit_once('/').map_or("", |(folder, _)| folder).split('/');
                let inside = inside.filter(|part| !part.is_empty()).map(str::to_owned);
                let folder = tree.above.iter().cloned().chain(inside).collect();
                tree.add_manifest(&name, folder, text);
            } else if rules.is_test(&inner) {
                tree.tests += 1;
            } else if text.len() as u64 > rules.max_bytes {
                tree.skipped.push(Skipped { file: name, reason: format!("more than {} bytes", rules.max_bytes) });
            } else {
                tree.sources.push(Source { inner, name, bytes: text.len() as u64, content: Content::Text(text) });
            }
        }
        tree.sources.sort_by(|one, other| one.name.cmp(&other.name));
        tree.packages = manifests::read(&tree.manifests, &tree.above);
        tree
    }

    /// Number of files to be read.
    pub fn len(&self) -> usize {
        self.sources.len()
    }

    /// Names of the folders above the tree.
    pub fn above_names(&self) -> Vec<String> {
        self.above.clone()
    }

    pub fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }

    /// Access to the lines of the files, for quotations in the report.
    pub(crate) fn quoting(&self) -> Quotes<'_> {
        Quotes { by_name: self.sources.iter().map(|source| (source.name.as_str(), source)).collect() }
    }
}

/// Lines of source files, read from disk again at each access, so that the audit keeps no texts of files in memory.
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
    /// The text, or the reason why it cannot be read.
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

fn is_file(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|kind| kind.is_file())
}

/// Returns whether an entry is no folder that is passed over.
fn is_open(entry: &DirEntry) -> bool {
    let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
    let beside = |file: &str| entry.path().with_file_name(file).is_file();
    let name = || entry.file_name().to_str();
    entry.depth() == 0 || !is_folder || !name().is_some_and(|name| is_passed_over(name, beside))
}

/// The folder to which shown paths are relative: the current folder when it contains all paths, so that annotations
/// find their files; else their common parent.
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
