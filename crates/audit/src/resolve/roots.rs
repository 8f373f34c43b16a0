//! Absolute imports: maps an import path that starts with a package's name to the package's folder, by its manifest.

use crate::source::manifests::Root;

/// Where an import leads; nothing when the language's paths are compared from their ends.
pub(crate) fn place(roots: &[Root], path: &[String], language: &str) -> Option<Vec<String>> {
    let mut own = roots.iter().filter(|root| root.language == language).peekable();
    let is_rust = language == "rust";
    if is_rust && path.iter().any(|part| part == "crate") {
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
    use crate::source::manifests::read;

    fn path(text: &str) -> Vec<String> {
        text.split('/').map(str::to_owned).collect()
    }

    #[test]
    fn imports_lead_below_their_manifest() {
        let roots = [
            read("shop/go.mod", "// about\nmodule example.com/shop // end\n\ngo 1.22\n").unwrap(),
            read("crates/mail-box/Cargo.toml", "[package]\nname = \"mail-box\"\n").unwrap(),
        ];
        assert_eq!(place(&roots, &path("example.com/shop/events"), "go"), Some(path("shop/events")));
        assert_eq!(place(&roots, &path("log"), "go"), Some(vec![String::new()]));
        assert_eq!(place(&roots, &path("mail_box/a"), "rust"), Some(path("crates/mail-box/crate/a")));
        assert_eq!(place(&roots, &path("a/b"), "python"), None);
    }
}
