//! `*.csproj` and `Directory.Build.props`: namespaces that all files of a project use. Other names stand in the files.

use crate::facts::{Given, Import, ManifestFile, Packages};

pub(super) fn read(manifest: &ManifestFile, _all: &[ManifestFile]) -> Packages {
    let uses = manifest.text.split("<Using ").skip(1).filter_map(|rest| rest.split('>').next());
    let given = uses.filter_map(|tag| {
        let value = |name: &str| {
            let (_, rest) = tag.split_once(&format!("{name}=\""))?;
            rest.split('"').next()
        };
        let mut module: Vec<String> = value("Include")?.split('.').map(str::to_owned).collect();
        let import = match value("Alias") {
            Some(alias) => {
                let item = module.pop();
                Import { local: alias.to_owned(), module, item }
            }
            None => Import { local: "*".into(), module, item: Some("*".into()) },
        };
        Some(Given { family: "csharp", seen_in: manifest.folder.clone(), import })
    });
    let folders = vec![("csharp", manifest.folder.clone())];
    Packages { given: given.collect(), folders, ..Packages::default() }
}
