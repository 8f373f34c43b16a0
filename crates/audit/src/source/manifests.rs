//! Manifests of packages, which say by what name the packages are imported: `go.mod`, `Cargo.toml`.

/// A package's root folder, and the import path that stands for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Root {
    pub(crate) language: &'static str,
    /// Segments below the root of the tree.
    pub(crate) folder: Vec<String>,
    pub(crate) name: Vec<String>,
}

/// Names of the files that say it.
pub(crate) const MANIFESTS: &[&str] = &["go.mod", "Cargo.toml"];

pub(crate) fn is_manifest(file: &str) -> bool {
    MANIFESTS.contains(&file.rsplit('/').next().unwrap_or(file))
}

/// The root that a manifest declares.
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
