//! `cargo xtask sbom`: the software bill of materials of the binary, in CycloneDX 1.6 (ECMA-424), from cargo's own view
//! of the build and from the two lock files. It is written to the target folder and the same for the same inputs.

use super::{
    lock::{self, Package},
    npm::{self, NpmPackage},
};
use crate::workspace::{host, root, target_folder};
use anyhow::{Context, bail};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    process::Command,
};

/// The package whose binary is described.
const PRODUCT: &str = "postrider";

/// Name and version of a crate.
type Key = (String, String);

/// A crate of the build.
#[derive(Clone, Debug)]
struct Crate {
    license: String,
    /// False for crates that only run during the build: macros and build scripts.
    is_in_binary: bool,
}

pub(crate) fn run() -> anyhow::Result<()> {
    let document = document()?;
    let file = target_folder().join("sbom.cdx.json");
    fs::create_dir_all(target_folder())?;
    fs::write(&file, format!("{document:#}\n"))?;
    let count = document["components"].as_array().map_or(0, Vec::len);
    println!("wrote {count} components to {}", file.display());
    Ok(())
}

fn document() -> anyhow::Result<Value> {
    let crates = crates()?;
    let locked: BTreeMap<Key, Package> =
        lock::packages()?.into_iter().map(|one| ((one.name.clone(), one.version.to_string()), one)).collect();
    let mut components = Vec::new();
    let mut product = None;
    for (key, of) in &crates {
        let component = crate_component(key, of, locked.get(key).with_context(|| format!("{key:?} is not locked"))?);
        if key.0 == PRODUCT { product = Some(component) } else { components.push(component) }
    }
    let packages = npm::packages()?;
    components.extend(packages.iter().map(npm_component));
    let mut product = product.context("cargo does not name the product")?;
    product["type"] = "application".into();
    let product_ref = product["bom-ref"].clone();
    let mut dependencies = dependencies(&crates)?;
    for one in dependencies.iter_mut().filter(|one| one["ref"] == product_ref) {
        let of_npm = packages.iter().map(|one| Value::from(npm_purl(one)));
        one["dependsOn"].as_array_mut().into_iter().for_each(|list| list.extend(of_npm.clone()));
    }
    Ok(json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "lifecycles": [{"phase": "build"}],
            "tools": {"components": [{"type": "application", "name": "cargo xtask sbom"}]},
            "component": product,
        },
        "components": components,
        "dependencies": dependencies,
    }))
}

/// The crates of the product's build for this machine.
fn crates() -> anyhow::Result<BTreeMap<Key, Crate>> {
    let mut crates = BTreeMap::new();
    for (kinds, is_in_binary) in [("normal,build", false), ("normal,no-proc-macro", true)] {
        let format = "{p}\t{l}";
        for line in
            cargo(&["tree", "--package", PRODUCT, "--edges", kinds, "--prefix", "none", "--format", format])?.lines()
        {
            // `name v1.0.0 (/path) (*)`, a tab, and the licence.
            let (package, license) = line.split_once('\t').with_context(|| format!("{line:?}"))?;
            let mut words = package.split(' ');
            let name = words.next().unwrap_or_default();
            let version = words.next().and_then(|word| word.strip_prefix('v')).with_context(|| format!("{line:?}"))?;
            // Some manifests have the old form `MIT/Apache-2.0`.
            let parts: Vec<&str> = license.trim_end_matches("(*)").split('/').map(str::trim).collect();
            let license = parts.join(" OR ");
            crates.insert((name.to_owned(), version.to_owned()), Crate { license, is_in_binary });
        }
    }
    Ok(crates)
}

fn cargo(arguments: &[&str]) -> anyhow::Result<String> {
    let output = Command::new("cargo").args(arguments).args(["--locked", "--offline"]).current_dir(root()).output()?;
    if !output.status.success() {
        bail!("`cargo {}` failed: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8(output.stdout)?)
}

fn purl((name, version): &Key) -> String {
    format!("pkg:cargo/{name}@{}", version.replace('+', "%2B"))
}

fn npm_purl(package: &NpmPackage) -> String {
    format!("pkg:npm/{}@{}", package.name.replace('@', "%40"), package.version)
}

fn crate_component(key: &Key, of: &Crate, locked: &Package) -> Value {
    let mut component = json!({
        "type": "library",
        "bom-ref": purl(key),
        "name": key.0,
        "version": key.1,
        "scope": if of.is_in_binary { "required" } else { "excluded" },
        "licenses": [{"expression": of.license}],
        "purl": purl(key),
    });
    if let Some(checksum) = &locked.checksum {
        component["hashes"] = json!([{"alg": "SHA-256", "content": checksum}]);
    }
    if locked.source.as_ref().is_some_and(|source| source.contains("crates.io-index")) {
        let url = format!("https://crates.io/crates/{}/{}", key.0, key.1);
        component["externalReferences"] = json!([{"type": "distribution", "url": url}]);
    }
    component
}

fn npm_component(package: &NpmPackage) -> Value {
    let purl = npm_purl(package);
    let mut component = json!({
        "type": "library",
        "bom-ref": purl,
        "name": package.name,
        "version": package.version,
        "scope": "required",
        "purl": purl,
    });
    if let Some(license) = &package.license {
        component["licenses"] = json!([{"expression": license}]);
    }
    if let Some(hash) = &package.sha512 {
        component["hashes"] = json!([{"alg": "SHA-512", "content": hash}]);
    }
    component
}

/// The dependencies between crates of the build, in the form of the document.
fn dependencies(crates: &BTreeMap<Key, Crate>) -> anyhow::Result<Vec<Value>> {
    let host = host()?;
    let text = cargo(&["metadata", "--format-version", "1", "--filter-platform", &host])?;
    let metadata: Value = serde_json::from_str(&text).context("cargo metadata is malformed")?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let keys: BTreeMap<String, Key> = list(&metadata["packages"])
        .iter()
        .map(|package| (text(&package["id"]), (text(&package["name"]), text(&package["version"]))))
        .collect();
    let mut all = Vec::new();
    for node in list(&metadata["resolve"]["nodes"]) {
        let Some(key) = keys.get(&text(&node["id"])).filter(|key| crates.contains_key(key)) else { continue };
        let is_used = |of: &Value| list(&of["dep_kinds"]).iter().any(|kind| kind["kind"] != "dev");
        let used =
            list(&node["deps"]).into_iter().filter(is_used).filter_map(|of| keys.get(&text(&of["pkg"])).cloned());
        let used: BTreeSet<String> = used.filter(|key| crates.contains_key(key)).map(|key| purl(&key)).collect();
        all.push(json!({"ref": purl(key), "dependsOn": used}));
    }
    all.sort_by_key(|one| text(&one["ref"]));
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_of_the_binary_is_in_the_bill_of_materials() {
        let document = document().unwrap();
        let components = document["components"].as_array().unwrap();
        let names: BTreeSet<&str> = components.iter().map(|one| one["bom-ref"].as_str().unwrap()).collect();
        assert_eq!(names.len(), components.len(), "two components have one reference");
        // Cargo's own list for the binary, and what the lock file says about it.
        let tree =
            cargo(&["tree", "--package", PRODUCT, "--edges", "normal", "--prefix", "none", "--format", "{p}"]).unwrap();
        let locked = lock::packages().unwrap();
        for line in tree.lines() {
            let mut words = line.split(' ');
            let (name, version) = (words.next().unwrap(), words.next().unwrap().trim_start_matches('v'));
            let reference = purl(&(name.to_owned(), version.to_owned()));
            let found = components.iter().find(|one| one["bom-ref"] == reference.as_str());
            let Some(found) = found else {
                assert_eq!(name, PRODUCT, "{name} is missing");
                continue;
            };
            let package = locked.iter().find(|one| one.name == name && one.version.to_string() == version).unwrap();
            match &package.checksum {
                Some(checksum) => assert_eq!(found["hashes"][0]["content"], checksum.as_str()),
                None => assert!(name.starts_with("postrider-"), "{name} has no checksum"),
            }
            assert!(!found["licenses"][0]["expression"].as_str().unwrap().is_empty(), "{name} has no licence");
        }
        for name in ["pkg:cargo/rustls@", "pkg:cargo/postrider-api@", "pkg:npm/react@", "pkg:npm/%40mantine/core@"] {
            assert!(names.iter().any(|one| one.starts_with(name)), "{name} is missing");
        }
        assert!(!names.iter().any(|one| one.starts_with("pkg:cargo/proptest@") || one.starts_with("pkg:npm/vite@")));
        assert_eq!(document["metadata"]["component"]["name"], PRODUCT);
        // Each reference of a dependency is a component.
        let product = document["metadata"]["component"]["bom-ref"].as_str().unwrap();
        for one in document["dependencies"].as_array().unwrap() {
            for reference in one["dependsOn"].as_array().unwrap().iter().chain([&one["ref"]]) {
                let reference = reference.as_str().unwrap();
                assert!(names.contains(reference) || reference == product, "{reference} is no component");
            }
        }
    }
}
