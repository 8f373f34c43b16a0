//! `package.json`: the package's name, what its `exports` and `imports` name, and dependencies under other names.

use super::jsonc;
use crate::{
    facts::{Alias, ManifestFile, Packages},
    lower::typescript::module_path,
};
use serde_json::{Map, Value};

/// Folders that a build writes from the sources.
const BUILT: &[&str] = &["dist", "build", "lib", "out", "es", "esm", "cjs", "types"];
/// Fields that name the file of the package itself.
const ENTRIES: &[&str] = &["source", "main", "module", "types", "typings", "browser"];
const DEPENDENCIES: &[&str] = &["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];

pub(super) fn read(manifest: &ManifestFile, all: &[ManifestFile]) -> Packages {
    let Some(Value::Object(package)) = jsonc::parse(&manifest.text) else { return Packages::default() };
    let mut aliases = Vec::new();
    if let Some(name) = package.get("name").and_then(Value::as_str).filter(|name| !name.is_empty()) {
        aliases.extend(of_package(manifest, &package, name, Vec::new()));
    }
    // `#internal/*`, for the package's own files.
    for (key, value) in package.get("imports").and_then(Value::as_object).into_iter().flatten() {
        let targets = targets(manifest, value);
        aliases.push(alias(key.clone(), targets, manifest.folder.clone()));
    }
    let lists = DEPENDENCIES.iter().filter_map(|key| package.get(*key)?.as_object());
    for (name, version) in lists.flatten() {
        let Some(other) = version.as_str().and_then(|version| dependency(manifest, version, all)) else { continue };
        if let Some(Value::Object(package)) = jsonc::parse(&other.text) {
            aliases.extend(of_package(other, &package, name, manifest.folder.clone()));
        }
    }
    Packages { aliases, ..Packages::default() }
}

pub(super) fn alias(pattern: String, targets: Vec<String>, seen_in: Vec<String>) -> Alias {
    Alias { family: "ecmascript", seen_in, pattern, targets, module: module_path }
}

/// A package that is imported as `name`, and its parts.
fn of_package(manifest: &ManifestFile, package: &Map<String, Value>, name: &str, seen_in: Vec<String>) -> Vec<Alias> {
    let mut aliases = Vec::new();
    let mut own: Vec<String> = Vec::new();
    match package.get("exports") {
        Some(Value::Object(parts)) if parts.keys().any(|key| key.starts_with('.')) => {
            for (key, value) in parts.iter().filter(|(key, _)| *key != ".") {
                let pattern = format!("{name}{}", key.trim_start_matches('.'));
                aliases.push(alias(pattern, targets(manifest, value), seen_in.clone()));
            }
            own.extend(parts.get(".").map(|value| targets(manifest, value)).unwrap_or_default());
        }
        Some(value) => own.extend(targets(manifest, value)),
        None => {}
    }
    own.extend(ENTRIES.iter().filter_map(|key| package.get(*key)).flat_map(|value| targets(manifest, value)));
    own.push(manifest.path(""));
    aliases.push(alias(name.to_owned(), own, seen_in.clone()));
    let inside = ["*", "src/*", "lib/*"].map(|inside| manifest.path(inside));
    aliases.push(alias(format!("{name}/*"), inside.to_vec(), seen_in));
    aliases
}

/// All paths below a value, and those of the sources that they are built from.
fn targets(manifest: &ManifestFile, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::String(path) => {
                let mut parts = manifest.segments(path);
                found.push(manifest.path(path));
                let inner = manifest.folder.len().min(parts.len());
                while parts.get(inner).is_some_and(|part| BUILT.contains(&part.as_str())) {
                    parts.remove(inner);
                    found.push(parts.iter().flat_map(|part| ["/", part]).collect());
                }
            }
            Value::Object(conditions) => open.extend(conditions.values().rev()),
            Value::Array(several) => open.extend(several.iter().rev()),
            _ => {}
        }
    }
    found
}

/// The package in the tree that a dependency is, when its version says so: `file:../events`, `workspace:@acme/events@*`.
fn dependency<'m>(manifest: &ManifestFile, version: &str, all: &'m [ManifestFile]) -> Option<&'m ManifestFile> {
    let (protocol, rest) = version.split_once(':')?;
    let packages = || all.iter().filter(|one| one.name == manifest.name);
    match protocol {
        "file" | "link" | "portal" | "workspace" if rest.starts_with('.') => {
            let folder = manifest.segments(rest);
            packages().find(|one| one.folder == folder)
        }
        "workspace" | "npm" => {
            let (name, _) = rest.rsplit_once('@').filter(|(name, _)| !name.is_empty())?;
            let named = |one: &&ManifestFile| {
                jsonc::parse(&one.text).is_some_and(|package| package.get("name").and_then(Value::as_str) == Some(name))
            };
            packages().find(named)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The targets of a pattern in the package in `/r/web`, beside another in `/r/mail`.
    fn targets_of(text: &str, pattern: &str) -> Vec<String> {
        let at = |folder: &str, text: &str| ManifestFile {
            folder: vec!["r".to_owned(), folder.to_owned()],
            name: "package.json".into(),
            text: text.to_owned(),
        };
        let all = [at("web", text), at("mail", r#"{"name": "@acme/mail"}"#)];
        let found = read(&all[0], &all).aliases;
        found.into_iter().find(|alias| alias.pattern == pattern).map(|alias| alias.targets).unwrap_or_default()
    }

    #[test]
    fn a_package_and_its_parts_have_names() {
        let exports = r#"{"name": "@acme/web", "exports": {".": {"types": "./dist/a.d.ts", "default": ["./dist/a.js"]}, "./b/*": "./src/b/*.ts"}}"#;
        assert_eq!(
            targets_of(exports, "@acme/web"),
            ["/r/web/dist/a.js", "/r/web/a.js", "/r/web/dist/a.d.ts", "/r/web/a.d.ts", "/r/web"]
        );
        assert_eq!(targets_of(exports, "@acme/web/b/*"), ["/r/web/src/b/*.ts"]);
        assert_eq!(
            targets_of(r#"{"name": "w", "main": "lib/x.js"}"#, "w"),
            ["/r/web/lib/x.js", "/r/web/x.js", "/r/web"]
        );
        assert_eq!(targets_of(r##"{"imports": {"#x": "./src/x.ts"}}"##, "#x"), ["/r/web/src/x.ts"]);
        assert_eq!(targets_of("{", "w"), [""; 0]);
    }

    #[test]
    fn a_dependency_has_the_name_that_its_package_is_given() {
        for version in
            ["file:../mail", "link:../mail", "workspace:../mail", "workspace:@acme/mail@*", "npm:@acme/mail@1"]
        {
            let text = format!(r#"{{"dependencies": {{"post": "{version}", "x": "^1.0.0"}}}}"#);
            assert_eq!(targets_of(&text, "post"), ["/r/mail"], "{version}");
        }
    }
}
