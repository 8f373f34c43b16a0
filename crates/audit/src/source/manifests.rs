//! Manifests of packages: which files are manifests, and what all of them declare.

use crate::{
    facts::{Manifest, ManifestFile, Packages},
    lower,
};

fn manifests() -> impl Iterator<Item = &'static Manifest> {
    lower::all_traits().flat_map(|traits| traits.manifests)
}

/// Names of manifests that are looked for in the folders above the tree.
pub(super) fn file_names() -> impl Iterator<Item = &'static str> {
    let mut names: Vec<&str> = manifests().map(|manifest| manifest.file).filter(|name| !name.contains('*')).collect();
    names.sort_unstable();
    names.dedup();
    names.into_iter()
}

pub(super) fn is_manifest(file: &str) -> bool {
    manifest_of(file.rsplit('/').next().unwrap_or(file)).is_some()
}

fn manifest_of(name: &str) -> Option<&'static Manifest> {
    manifests().find(|manifest| match manifest.file.split_once('*') {
        Some((start, end)) => name.len() >= manifest.file.len() && name.starts_with(start) && name.ends_with(end),
        None => name == manifest.file,
    })
}

/// The declarations of all manifests. `above`: the folders above the tree.
pub(super) fn read(all: &[ManifestFile], above: &[String]) -> Packages {
    let mut found = Packages::default();
    for manifest in all {
        if let Some(kind) = manifest_of(&manifest.name) {
            found.add((kind.read)(manifest, all));
        }
    }
    found.relative(above)
}
