//! Package manifests: the name by which a package is imported, and its folder.

use crate::{
    facts::{Manifest, Traits},
    lower,
};

/// A package's root folder, and the import path that stands for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Root {
    pub(crate) language: &'static str,
    /// Segments below the root of the tree.
    pub(crate) folder: Vec<String>,
    pub(crate) name: Vec<String>,
}

fn manifests() -> impl Iterator<Item = (&'static Traits, &'static Manifest)> {
    lower::all_traits().filter_map(|traits| Some((traits, traits.manifest.as_ref()?)))
}

/// File names of manifests.
pub(super) fn file_names() -> impl Iterator<Item = &'static str> {
    manifests().map(|(_, manifest)| manifest.file)
}

pub(super) fn is_manifest(file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or(file);
    file_names().any(|one| one == name)
}

/// The root that a manifest declares.
pub(crate) fn read(file: &str, text: &str) -> Option<Root> {
    let (folder, file) = file.rsplit_once('/').unwrap_or(("", file));
    let (traits, manifest) = manifests().find(|(_, manifest)| manifest.file == file)?;
    let parts = folder.split('/').filter(|part| !part.is_empty()).chain(traits.own_package);
    Some(Root { language: traits.language, folder: parts.map(str::to_owned).collect(), name: (manifest.name)(text)? })
}
