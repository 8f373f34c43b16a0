//! The source files of an audit: found in folders, or given as texts when a git revision is read. A selected file is
//! read, counted as a test, or skipped with a reason.

use super::{
    manifests::{self, Root},
    rules::{Rules, SourceFault, is_passed_over},
};
use crate::{lower, report::Skipped};
use ignore::WalkBuilder;
use std::{
    collections::HashMap,
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
    /// Import names of the packages, from their manifests.
    pub(crate) roots: Vec<Root>,
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
        tree.sources.sort_by(|one, other| one.name.cmp(&other.name));
        tree.sources.dedup_by(|one, other| one.name == other.name);
        Ok(tree)
    }

    /// Reads manifests in the folders above, since only a part of a package may be audited.
    fn look_above(&mut self, full: &Path, base: &Path) {
        for folder in full.ancestors().skip(1) {
            for manifest in manifests::file_names() {
                let Ok(text) = fs::read_to_string(folder.join(manifest)) else { continue };
                let inside = folder.starts_with(base).then(|| below(&folder.join(manifest), base));
                let Some(mut root) = manifests::read(inside.as_deref().unwrap_or(manifest), &text) else { continue };
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
        if manifests::is_manifest(&name) {
            let root = fs::read_to_string(path).ok().and_then(|text| manifests::read(&name, &text));
            self.roots.extend(root);
            return;
        }
        if !is_read(&name) || !rules.wants(&inner) {
            return;
        }
        let is_schema = lower::may_be_schema(&name);
        if rules.is_test(&inner) {
            self.tests += usize::from(!is_schema);
            return;
        }
        let bytes = fs::metadata(path).map(|data| data.len()).unwrap_or(0);
        if bytes > rules.max_bytes {
            if is_schema {
                return;
            }
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
        let known = is_read(inner) && rules.wants(inner);
        (known || manifests::is_manifest(inner)) && !passed_over
    }

    /// A tree of texts that are in memory: name, path below the audited path, text.
    pub fn of_texts(texts: Vec<(String, String, String)>, above: Vec<String>, rules: &Rules) -> Self {
        let mut tree = Self { above, ..Self::default() };
        for (name, inner, text) in texts {
            if manifests::is_manifest(&name) {
                tree.roots.extend(manifests::read(&name, &text));
            } else if rules.is_test(&inner) {
                tree.tests += usize::from(!lower::may_be_schema(&name));
            } else if text.len() as u64 > rules.max_bytes {
                if lower::may_be_schema(&name) {
                    continue;
                }
                tree.skipped.push(Skipped { file: name, reason: format!("more than {} bytes", rules.max_bytes) });
            } else {
                tree.sources.push(Source { inner, name, bytes: text.len() as u64, content: Content::Text(text) });
            }
        }
        tree.sources.sort_by(|one, other| one.name.cmp(&other.name));
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

/// True when files of this name are read: source code, and what may be a schema.
fn is_read(name: &str) -> bool {
    lower::traits_of(name).is_some() || lower::may_be_schema(name)
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
