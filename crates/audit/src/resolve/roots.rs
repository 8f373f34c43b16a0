//! Absolute imports: maps an import path that starts with a package's name to the package's folder, by its manifest.

use crate::{facts::Traits, source::manifests::Root};

/// Path below the tree's root; `None` without a manifest of the language: paths are compared from their ends then.
pub(crate) fn place(roots: &[Root], path: &[String], traits: &Traits) -> Option<Vec<String>> {
    let mut own = roots.iter().filter(|root| root.language == traits.language).peekable();
    if traits.own_package.is_some_and(|word| path.iter().any(|part| part == word)) {
        return Some(path.to_vec());
    }
    own.peek()?;
    let found = own.filter(|root| path.starts_with(&root.name)).max_by_key(|root| root.name.len());
    match found {
        Some(root) => Some(root.folder.iter().chain(path.iter().skip(root.name.len())).cloned().collect()),
        // The package is outside the tree: a path that no file has.
        None => Some(vec![String::new()]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{lower, source::manifests::read};

    fn path(text: &str) -> Vec<String> {
        text.split('/').map(str::to_owned).collect()
    }

    #[test]
    fn imports_lead_below_their_manifest() {
        let roots = [
            read("shop/go.mod", "module example.com/shop\n").unwrap(),
            read("crates/mail-box/Cargo.toml", "[package]\nname = \"mail-box\"\n").unwrap(),
        ];
        let lead = |from: &str, to: &str| place(&roots, &path(to), lower::traits_of(from).unwrap());
        assert_eq!(lead("a.go", "example.com/shop/events"), Some(path("shop/events")));
        assert_eq!(lead("a.go", "log"), Some(vec![String::new()]));
        assert_eq!(lead("a.rs", "mail_box/a"), Some(path("crates/mail-box/crate/a")));
        assert_eq!(lead("a.rs", "crates/x/crate/a"), Some(path("crates/x/crate/a")));
        assert_eq!(lead("a.py", "a/b"), None);
    }
}
