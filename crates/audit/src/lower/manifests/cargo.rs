//! `Cargo.toml`: the name of the library or the package, and the names by which a package knows its dependencies.

use crate::facts::{ManifestFile, Packages, Root};
use toml::{Table, Value};

const DEPENDENCIES: &[&str] = &["dependencies", "dev-dependencies", "build-dependencies"];

pub(super) fn read(manifest: &ManifestFile, all: &[ManifestFile]) -> Packages {
    let Ok(table) = manifest.text.parse::<Table>() else { return Packages::default() };
    let root = |name: String, folder: &[String], seen_in: Vec<String>| Root {
        family: "rust",
        seen_in,
        folder: folder.iter().cloned().chain(["crate".to_owned()]).collect(),
        name: vec![name],
    };
    let own = library(&table).map(|name| root(name, &manifest.folder, Vec::new()));
    let renamed = renamed(&table).into_iter().filter_map(|(name, package)| {
        let is_one = |one: &&ManifestFile| {
            let named = || one.text.parse::<Table>().is_ok_and(|other| package_name(&other) == Some(package.as_str()));
            one.name == manifest.name && one.text.contains(&package) && named()
        };
        Some(root(name, &all.iter().find(is_one)?.folder, manifest.folder.clone()))
    });
    Packages { roots: own.into_iter().chain(renamed).collect(), ..Packages::default() }
}

fn package_name(table: &Table) -> Option<&str> {
    table.get("package")?.get("name")?.as_str()
}

fn library(table: &Table) -> Option<String> {
    let named = table.get("lib").and_then(|lib| lib.get("name")).and_then(Value::as_str);
    Some(named.or_else(|| package_name(table))?.replace('-', "_"))
}

/// `events = { package = "acme-events" }`: the local name and the package.
fn renamed(table: &Table) -> Vec<(String, String)> {
    let workspace = table.get("workspace").and_then(Value::as_table);
    let targets = table.get("target").and_then(Value::as_table).into_iter().flatten();
    let tables = [Some(table), workspace].into_iter().flatten().chain(targets.filter_map(|(_, one)| one.as_table()));
    let lists = tables.flat_map(|table| DEPENDENCIES.iter().filter_map(|kind| table.get(*kind)?.as_table()));
    let all = lists
        .flatten()
        .filter_map(|(name, one)| Some((name.replace('-', "_"), one.get("package")?.as_str()?.to_owned())));
    all.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<(String, String)> {
        let at = |folder: &str, text: &str| ManifestFile {
            folder: vec![folder.to_owned()],
            name: "Cargo.toml".into(),
            text: text.to_owned(),
        };
        let all = [at("shop", text), at("mail", "[package]\nname = \"mail-box\"\n")];
        read(&all[0], &all).roots.iter().map(|root| (root.name.join("/"), root.folder.join("/"))).collect()
    }

    #[test]
    fn a_crate_has_the_name_that_paths_begin_with() {
        let own = |name: &str| vec![(name.to_owned(), "shop/crate".to_owned())];
        assert_eq!(names("[package]\nname = \"mail-box\"\n"), own("mail_box"));
        assert_eq!(names("[package]\nname = \"mail-box\"\n[lib]\nname = \"post\"\n"), own("post"));
        assert_eq!(names("[workspace]\n"), []);
    }

    #[test]
    fn a_renamed_dependency_has_its_local_name() {
        for table in ["[dependencies]", "[workspace.dependencies]", "[target.'cfg(unix)'.dependencies]"] {
            let text = format!("{table}\nthe-post = {{ package = \"mail-box\", path = \"../mail\" }}\nserde = \"1\"\n");
            assert_eq!(names(&text), [("the_post".to_owned(), "mail/crate".to_owned())], "{table}");
        }
    }
}
