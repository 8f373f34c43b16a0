//! `go.mod`: the module's path, and local replacements of other modules.

use crate::facts::{ManifestFile, Packages, Root};

pub(super) fn read(manifest: &ManifestFile, _all: &[ManifestFile]) -> Packages {
    let lines = || manifest.text.lines().map(|line| line.split("//").next().unwrap_or("").trim());
    let root = |name: &str, folder: Vec<String>, seen_in: Vec<String>| Root {
        family: "go",
        seen_in,
        folder,
        name: name.trim_matches('"').split('/').map(str::to_owned).collect(),
    };
    let module = lines().find_map(|line| line.strip_prefix("module ")).map(str::trim);
    let mut roots: Vec<Root> = module.map(|name| root(name, manifest.folder.clone(), Vec::new())).into_iter().collect();
    // `replace example.com/a v1.2.3 => ../a`, also in a block.
    for (from, to) in lines().filter_map(|line| line.split_once("=>")) {
        let from = from.trim().trim_start_matches("replace ").split_whitespace().next();
        if let (Some(from), true) = (from, to.trim().starts_with('.')) {
            roots.push(root(from, manifest.segments(to.trim()), manifest.folder.clone()));
        }
    }
    Packages { roots, ..Packages::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_and_its_local_replacements_have_names() {
        let text = "// about\nmodule example.com/shop // end\n\nreplace (\n\texample.com/mail v1.0.0 => ../mail\n\texample.com/other => example.com/fork v2.0.0\n)\n";
        let manifest =
            ManifestFile { folder: vec!["r".into(), "shop".into()], name: "go.mod".into(), text: text.into() };
        let found: Vec<(String, String)> =
            read(&manifest, &[]).roots.iter().map(|root| (root.name.join("/"), root.folder.join("/"))).collect();
        let wanted = [("example.com/shop", "r/shop"), ("example.com/mail", "r/mail")];
        assert_eq!(found, wanted.map(|(name, folder)| (name.to_owned(), folder.to_owned())));
    }
}
