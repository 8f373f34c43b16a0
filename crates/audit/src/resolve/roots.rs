//! Absolute imports: maps an import path that starts with a package's name to the package's folder, by its manifest.

use crate::facts::{Facts, Root};

/// Path below the tree's root; `None` when no manifest says what the path means: paths are compared from their ends
/// then. `from`: the importing file.
pub(crate) fn place(roots: &[Root], path: &[String], from: &Facts) -> Option<Vec<String>> {
    let traits = from.traits;
    if traits.own_package.is_some_and(|word| path.iter().any(|part| part == word)) {
        return Some(path.to_vec());
    }
    let mut own = roots.iter().filter(|root| root.family == traits.family).peekable();
    own.peek()?;
    let sees = |root: &&Root| path.starts_with(&root.name) && is_below(&from.file, &root.seen_in);
    let found = own.filter(sees).max_by_key(|root| (root.name.len(), root.seen_in.len()));
    match found {
        Some(root) => Some(root.folder.iter().chain(path.iter().skip(root.name.len())).cloned().collect()),
        // The package is outside the tree: a path that no file has.
        None => traits.manifests_name_all.then(|| vec![String::new()]),
    }
}

/// Returns whether a file lies below a folder.
pub(crate) fn is_below(file: &str, folder: &[String]) -> bool {
    let mut parts = file.split('/');
    folder.iter().all(|one| parts.next() == Some(one))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lower;

    fn path(text: &str) -> Vec<String> {
        text.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    fn root(family: &'static str, name: &str, folder: &str, seen_in: &str) -> Root {
        Root { family, seen_in: path(seen_in), folder: path(folder), name: path(name) }
    }

    #[test]
    fn imports_lead_below_their_manifest() {
        let roots = [
            root("go", "example.com/shop", "shop", ""),
            root("rust", "mail_box", "crates/mail-box/crate", ""),
            root("rust", "post", "crates/mail-box/crate", "crates/web"),
            root("python", "acme/bus", "src/bus", ""),
        ];
        let lead = |from: &str, to: &str| place(&roots, &path(to), &lower::lower_file(from, "").unwrap());
        assert_eq!(lead("a.go", "example.com/shop/events"), Some(path("shop/events")));
        assert_eq!(lead("a.go", "log"), Some(vec![String::new()]));
        assert_eq!(lead("a.rs", "mail_box/a"), Some(path("crates/mail-box/crate/a")));
        assert_eq!(lead("a.rs", "crates/x/crate/a"), Some(path("crates/x/crate/a")));
        assert_eq!(lead("crates/web/src/a.rs", "post/a"), Some(path("crates/mail-box/crate/a")));
        assert_eq!(lead("crates/website/src/a.rs", "post/a"), Some(vec![String::new()]));
        assert_eq!(lead("a.py", "acme/bus/x"), Some(path("src/bus/x")));
        assert_eq!(lead("a.py", "a/b"), None);
        assert_eq!(lead("a.php", "a/b"), None);
    }
}
