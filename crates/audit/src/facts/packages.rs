//! Names of packages, as manifests declare them: which folder or file an import path stands for, and which imports the
//! files of a package have without stating them.

/// An imported name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Import {
    /// The local name; `*` for everything.
    pub(crate) local: String,
    /// Segments of the module's path, as far as the file tells: `a.b` → `[a, b]`; `./c` is already absolute.
    pub(crate) module: Vec<String>,
    /// The imported item; `None` when the module itself is imported.
    pub(crate) item: Option<String>,
}

/// A manifest and its place. Folders are segments from the root of the file system, since only a part of a package may
/// be audited.
#[derive(Clone, Debug)]
pub(crate) struct ManifestFile {
    pub(crate) folder: Vec<String>,
    pub(crate) name: String,
    pub(crate) text: String,
}

/// Declarations of manifests.
#[derive(Clone, Debug, Default)]
pub(crate) struct Packages {
    pub(crate) roots: Vec<Root>,
    pub(crate) aliases: Vec<Alias>,
    pub(crate) given: Vec<Given>,
    /// Folders of packages, with the family of their languages.
    pub(crate) folders: Vec<(&'static str, Vec<String>)>,
}

/// A package's root folder, and the import path that stands for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Root {
    /// Of the languages that import it.
    pub(crate) family: &'static str,
    /// The files below this folder know the name.
    pub(crate) seen_in: Vec<String>,
    pub(crate) folder: Vec<String>,
    pub(crate) name: Vec<String>,
}

/// A specifier that is no path, such as `@acme/events`, and the files that it may stand for.
#[derive(Clone, Debug)]
pub(crate) struct Alias {
    pub(crate) family: &'static str,
    /// The files below this folder know it.
    pub(crate) seen_in: Vec<String>,
    /// May contain one `*`, which stands for any text.
    pub(crate) pattern: String,
    /// Paths, the likeliest first; a `*` stands for the text of the pattern's.
    pub(crate) targets: Vec<String>,
    /// The module path of a target.
    pub(crate) module: fn(&str) -> Vec<String>,
}

impl Alias {
    /// The text that the `*` of the pattern stands for in a specifier; `None` when the pattern does not fit.
    pub(crate) fn rest<'s>(&self, specifier: &'s str) -> Option<&'s str> {
        match self.pattern.split_once('*') {
            None => (self.pattern == specifier).then_some(""),
            Some((start, end)) => specifier.strip_prefix(start)?.strip_suffix(end),
        }
    }
}

/// An import that all files of a package have.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    pub(crate) family: &'static str,
    pub(crate) seen_in: Vec<String>,
    pub(crate) import: Import,
}

impl Packages {
    pub(crate) fn add(&mut self, other: Self) {
        self.roots.extend(other.roots);
        self.aliases.extend(other.aliases);
        self.given.extend(other.given);
        self.folders.extend(other.folders);
    }

    /// Makes all folders relative to the audited tree. `above`: the folders above the tree. A package whose folder lies
    /// above has the tree as a part of it; a target outside of the tree is left out.
    pub(crate) fn relative(mut self, above: &[String]) -> Self {
        let mut roots: Vec<Root> = Vec::new();
        for mut root in self.roots {
            root.seen_in = below(&root.seen_in, above).unwrap_or_default();
            match below(&root.folder, above) {
                Some(folder) => root.folder = folder,
                None if above.starts_with(&root.folder) => {
                    root.name.extend(above[root.folder.len()..].iter().cloned());
                    root.folder.clear();
                }
                None => continue,
            }
            if !roots.contains(&root) {
                roots.push(root);
            }
        }
        let prefix: String = above.iter().flat_map(|part| ["/", part]).collect();
        let own = |target: String| Some(target.strip_prefix(&prefix)?.strip_prefix('/')?.to_owned());
        for alias in &mut self.aliases {
            alias.seen_in = below(&alias.seen_in, above).unwrap_or_default();
            alias.targets = std::mem::take(&mut alias.targets).into_iter().filter_map(own).collect();
        }
        self.aliases.retain(|alias| !alias.targets.is_empty());
        for given in &mut self.given {
            given.seen_in = below(&given.seen_in, above).unwrap_or_default();
        }
        for (_, folder) in &mut self.folders {
            *folder = below(folder, above).unwrap_or_default();
        }
        Self { roots, ..self }
    }
}

fn below(folder: &[String], above: &[String]) -> Option<Vec<String>> {
    folder.strip_prefix(above).map(<[String]>::to_vec)
}

impl ManifestFile {
    /// A path from the manifest's folder, with `.` and `..` resolved; `/` and segments.
    pub(crate) fn path(&self, relative: &str) -> String {
        self.segments(relative).iter().flat_map(|part| ["/", part]).collect()
    }

    pub(crate) fn segments(&self, relative: &str) -> Vec<String> {
        let mut path = if relative.starts_with('/') { Vec::new() } else { self.folder.clone() };
        for part in relative.split(['/', '\\']) {
            match part {
                "" | "." => {}
                ".." => drop(path.pop()),
                part => path.push(part.to_owned()),
            }
        }
        path
    }
}
