//! What the packages of a tree are called by those who import them: `go.mod`, `Cargo.toml`.

/// A folder, and the name that imports have in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Root {
    pub(crate) language: &'static str,
    /// Below the root of the tree.
    pub(crate) folder: Vec<String>,
    pub(crate) name: Vec<String>,
}

/// Names of the files that say it.
pub(crate) const MANIFESTS: &[&str] = &["go.mod", "Cargo.toml"];

pub(crate) fn is_manifest(file: &str) -> bool {
    MANIFESTS.contains(&file.rsplit('/').next().unwrap_or(file))
}

/// What a manifest says about its folder.
pub(crate) fn read(file: &str, text: &str) -> Option<Root> {
    let (folder, manifest) = file.rsplit_once('/').unwrap_or(("", file));
    let mut folder: Vec<String> = folder.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
    match manifest {
        "go.mod" => {
            let line = text.lines().find_map(|line| line.trim().strip_prefix("module "))?;
            let path = line.split("//").next()?.trim().trim_matches('"');
            Some(Root { language: "go", folder, name: path.split('/').map(str::to_owned).collect() })
        }
        "Cargo.toml" => {
            let manifest: toml::Table = text.parse().ok()?;
            let name = |table: &str| manifest.get(table)?.get("name")?.as_str();
            let name = name("lib").or_else(|| name("package"))?.replace('-', "_");
            folder.push("crate".into());
            Some(Root { language: "rust", folder, name: vec![name] })
        }
        _ => None,
    }
}

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
        // Out of the tree.
        None => Some(vec![String::new()]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
