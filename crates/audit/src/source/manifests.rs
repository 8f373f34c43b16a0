//! Manifests of packages, which say by what name the packages are imported.

use crate::{
    facts::{Manifest, Traits},
    lower,
};

/// A folder, and the name that imports have in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Root {
    pub(crate) language: &'static str,
    /// Below the root of the tree.
    pub(crate) folder: Vec<String>,
    pub(crate) name: Vec<String>,
}

fn manifests() -> impl Iterator<Item = (&'static Traits, &'static Manifest)> {
    lower::all_traits().filter_map(|traits| Some((traits, traits.manifest.as_ref()?)))
}

/// Names of the files that are manifests.
pub(super) fn file_names() -> impl Iterator<Item = &'static str> {
    manifests().map(|(_, manifest)| manifest.file)
}

pub(super) fn is_manifest(file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or(file);
    file_names().any(|one| one == name)
}

/// What a manifest says about its folder.
pub(crate) fn read(file: &str, text: &str) -> Option<Root> {
    let (folder, file) = file.rsplit_once('/').unwrap_or(("", file));
    let (traits, manifest) = manifests().find(|(_, manifest)| manifest.file == file)?;
    let parts = folder.split('/').filter(|part| !part.is_empty()).chain(traits.own_package);
    Some(Root { language: traits.language, folder: parts.map(str::to_owned).collect(), name: (manifest.name)(text)? })
}
