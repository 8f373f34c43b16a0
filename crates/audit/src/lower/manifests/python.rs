//! `pyproject.toml` and `setup.cfg`: packages whose folder has another name. All others are found by their own name.

use crate::facts::{ManifestFile, Packages, Root};
use toml::{Table, Value};

pub(super) fn pyproject(manifest: &ManifestFile, _all: &[ManifestFile]) -> Packages {
    let Ok(table) = manifest.text.parse::<Table>() else { return Packages::default() };
    let at = |path: &[&str]| {
        let mut value = table.get("tool")?;
        for key in path {
            value = value.get(key)?;
        }
        Some(value)
    };
    let mut all: Vec<(String, String)> = Vec::new();
    // setuptools: name = folder.
    let folders = at(&["setuptools", "package-dir"]).and_then(Value::as_table).into_iter().flatten();
    all.extend(folders.filter_map(|(name, folder)| Some((name.clone(), folder.as_str()?.to_owned()))));
    // Hatch: folder = name.
    for target in [&["hatch", "build"][..], &["hatch", "build", "targets", "wheel"]] {
        for key in ["sources", "force-include"] {
            let sources = at(target).and_then(|one| one.get(key)).and_then(Value::as_table).into_iter().flatten();
            all.extend(sources.filter_map(|(folder, name)| Some((name.as_str()?.replace('/', "."), folder.clone()))));
        }
    }
    // Poetry: the folder that is included, where it lies, and below which package it is installed.
    let packages = at(&["poetry", "packages"]).and_then(Value::as_array).into_iter().flatten();
    for one in packages {
        let text = |key: &str| one.get(key).and_then(Value::as_str);
        if let (Some(include), Some(to)) = (text("include"), text("to")) {
            let folder = [text("from").unwrap_or(""), include].join("/");
            all.push((format!("{to}/{include}").replace('/', "."), folder));
        }
    }
    packages_of(manifest, all)
}

pub(super) fn setup_cfg(manifest: &ManifestFile, _all: &[ManifestFile]) -> Packages {
    let mut inside = false;
    let mut all = Vec::new();
    for line in manifest.text.lines() {
        let is_entry = line.starts_with(char::is_whitespace);
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        if !is_entry {
            inside = key.trim() == "package_dir" || key.trim() == "package-dir";
        }
        // `package_dir = a=b` or one entry on each line below.
        let entry = if is_entry { Some((key, value)) } else { value.split_once('=') };
        if let (true, Some((name, folder))) = (inside, entry) {
            all.push((name.trim().to_owned(), folder.trim().to_owned()));
        }
    }
    packages_of(manifest, all)
}

fn packages_of(manifest: &ManifestFile, all: Vec<(String, String)>) -> Packages {
    let named = all.into_iter().filter(|(name, _)| !name.is_empty());
    let roots = named.map(|(name, folder)| Root {
        family: "python",
        seen_in: Vec::new(),
        folder: manifest.segments(&folder),
        name: name.split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect(),
    });
    Packages { roots: roots.collect(), ..Packages::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(read: fn(&ManifestFile, &[ManifestFile]) -> Packages, text: &str) -> Vec<(String, String)> {
        let manifest = ManifestFile { folder: vec!["r".into()], name: String::new(), text: text.to_owned() };
        read(&manifest, &[]).roots.iter().map(|root| (root.name.join("."), root.folder.join("/"))).collect()
    }

    #[test]
    fn a_package_in_a_folder_of_another_name_is_found() {
        let wanted = [("acme.bus".to_owned(), "r/src/bus".to_owned())];
        for text in [
            "[tool.setuptools.package-dir]\n\"\" = \"src\"\n\"acme.bus\" = \"src/bus\"\n",
            "[tool.hatch.build.targets.wheel.sources]\n\"src/bus\" = \"acme/bus\"\n",
            "[tool.hatch.build.targets.wheel.force-include]\n\"src/bus\" = \"acme/bus\"\n",
            "[tool.poetry]\npackages = [{ include = \"bus\", from = \"src\", to = \"acme\" }, { include = \"x\" }]\n",
        ] {
            assert_eq!(names(pyproject, text), wanted, "{text}");
        }
        for text in [
            "[options]\npackage_dir =\n    = src\n    acme.bus = src/bus\npackages = find:\n",
            "[options]\npackage_dir = acme.bus=src/bus\n",
        ] {
            assert_eq!(names(setup_cfg, text), wanted, "{text}");
        }
        assert_eq!(names(pyproject, "[project]\nname = \"x\"\n"), []);
        assert_eq!(names(pyproject, "no = toml = file"), []);
    }
}
