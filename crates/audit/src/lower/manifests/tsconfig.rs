//! `tsconfig.json` and `jsconfig.json`: `paths` and `baseUrl`, also inherited by `extends`; import maps of `deno.json`.

use super::{jsonc, node::alias};
use crate::facts::{ManifestFile, Packages};
use serde_json::Value;

/// Files that extend each other in a circle end here.
const DEPTH_MAX: usize = 16;

/// `paths` and `baseUrl` that are in force in a file, as paths from the root of the file system.
#[derive(Clone, Default)]
struct Options {
    base: Option<String>,
    paths: Vec<(String, Vec<String>)>,
}

pub(super) fn read(manifest: &ManifestFile, all: &[ManifestFile]) -> Packages {
    let options = options(manifest, all, 0);
    let seen_in = || manifest.folder.clone();
    let mut aliases: Vec<_> =
        options.paths.into_iter().map(|(pattern, targets)| alias(pattern, targets, seen_in())).collect();
    // Any specifier may be a path below the base.
    aliases.extend(options.base.map(|base| alias("*".into(), vec![format!("{base}/*")], seen_in())));
    Packages { aliases, ..Packages::default() }
}

// Bounded: by its depth.
fn options(manifest: &ManifestFile, all: &[ManifestFile], depth: usize) -> Options {
    let Some(config) = jsonc::parse(&manifest.text).filter(|_| depth < DEPTH_MAX) else { return Options::default() };
    let mut found = Options::default();
    let extended = match config.get("extends") {
        Some(Value::Array(several)) => several.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    };
    for other in extended.into_iter().filter_map(|name| extended_file(manifest, name.as_str()?, all)) {
        let other = options(other, all, depth + 1);
        found.base = other.base.or(found.base);
        if !other.paths.is_empty() {
            found.paths = other.paths;
        }
    }
    let compiler = config.get("compilerOptions");
    let base = compiler.and_then(|options| options.get("baseUrl")).and_then(Value::as_str);
    if let Some(base) = base {
        found.base = Some(manifest.path(base));
    }
    if let Some(paths) = compiler.and_then(|options| options.get("paths")).and_then(Value::as_object) {
        let folder = found.base.clone().unwrap_or_else(|| manifest.path(""));
        let base = ManifestFile { folder: segments(&folder), name: String::new(), text: String::new() };
        let targets = |list: &Value| -> Vec<String> {
            let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
            list.iter().filter_map(Value::as_str).map(|target| base.path(target)).collect()
        };
        found.paths = paths.iter().map(|(pattern, list)| (pattern.clone(), targets(list))).collect();
    }
    found
}

fn segments(path: &str) -> Vec<String> {
    path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// The file that `extends` names: a path with or without its ending, or a path in a package.
fn extended_file<'m>(manifest: &ManifestFile, name: &str, all: &'m [ManifestFile]) -> Option<&'m ManifestFile> {
    let at = |path: Vec<String>| {
        let file = |path: &[String]| {
            let (name, folder) = path.split_last()?;
            all.iter().find(|one| one.folder == folder && (one.name == *name || one.name == format!("{name}.json")))
        };
        let inside: Vec<String> = path.iter().cloned().chain(["tsconfig.json".to_owned()]).collect();
        file(&path).or_else(|| file(&inside))
    };
    if name.starts_with('.') || name.starts_with('/') {
        return at(manifest.segments(name));
    }
    let packages = all.iter().filter(|one| one.name == "package.json");
    let named = packages.filter_map(|one| Some((one, jsonc::parse(&one.text)?)));
    let mut inside = named.filter_map(|(one, package)| {
        let rest = name.strip_prefix(package.get("name")?.as_str()?)?;
        (rest.is_empty() || rest.starts_with('/')).then(|| one.segments(rest.trim_start_matches('/')))
    });
    inside.find_map(at)
}

/// `imports` of a `deno.json`; a key that ends with `/` stands for a folder.
pub(super) fn import_map(manifest: &ManifestFile, _all: &[ManifestFile]) -> Packages {
    let config = jsonc::parse(&manifest.text);
    let imports = config.as_ref().and_then(|config| config.get("imports")?.as_object()).into_iter().flatten();
    let local = imports.filter_map(|(key, value)| {
        let target = value.as_str().filter(|target| target.starts_with('.'))?;
        let star = if key.ends_with('/') { "*" } else { "" };
        let path = manifest.path(target);
        let path = if star.is_empty() { path } else { format!("{path}/{star}") };
        Some(alias(format!("{key}{star}"), vec![path], manifest.folder.clone()))
    });
    Packages { aliases: local.collect(), ..Packages::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> ManifestFile {
        let (folder, name) = path.rsplit_once('/').unwrap();
        ManifestFile { folder: segments(folder), name: name.to_owned(), text: text.to_owned() }
    }

    fn aliases(found: Packages) -> Vec<(String, String)> {
        found.aliases.into_iter().map(|alias| (alias.pattern, alias.targets.join(" "))).collect()
    }

    fn pair(pattern: &str, targets: &str) -> (String, String) {
        (pattern.to_owned(), targets.to_owned())
    }

    #[test]
    fn paths_begin_at_the_base_or_beside_the_file() {
        let alone =
            file("/r/tsconfig.json", "{\"compilerOptions\": {\"paths\": {\"@a/*\": [\"./a/*\", \"b/*\"],}}} // x");
        assert_eq!(aliases(read(&alone, &[])), [pair("@a/*", "/r/a/* /r/b/*")]);
        let based = file("/r/tsconfig.json", r#"{"compilerOptions": {"baseUrl": "./src", "paths": {"~": ["x.ts"]}}}"#);
        assert_eq!(aliases(read(&based, &[])), [pair("~", "/r/src/x.ts"), pair("*", "/r/src/*")]);
    }

    #[test]
    fn paths_are_inherited() {
        let all = [
            file("/r/tsconfig.base.json", r#"{"compilerOptions": {"paths": {"@a/*": ["./a/*"]}}}"#),
            file("/r/config/package.json", r#"{"name": "@acme/config"}"#),
            file("/r/config/node.json", "{}"),
            file("/r/config/tsconfig.json", r#"{"extends": "../tsconfig.base"}"#),
        ];
        for extends in
            ["\"../tsconfig.base.json\"", "\"../tsconfig.base\"", "[\"./none\", \"@acme/config\"]", "\"../config\""]
        {
            let web = file("/r/web/tsconfig.json", &format!("{{\"extends\": {extends}}}"));
            let found = read(&web, &all);
            assert_eq!(found.aliases[0].seen_in, ["r", "web"], "{extends}");
            assert_eq!(aliases(found), [pair("@a/*", "/r/a/*")], "{extends}");
        }
        let circle = file("/r/tsconfig.json", r#"{"extends": "./tsconfig.json"}"#);
        assert_eq!(aliases(read(&circle, std::slice::from_ref(&circle))), []);
    }

    #[test]
    fn import_maps_name_files_and_folders() {
        let map = file("/r/deno.json", r#"{"imports": {"@/": "./src/", "bus": "./bus/mod.ts", "std": "jsr:@std/x"}}"#);
        assert_eq!(aliases(import_map(&map, &[])), [pair("@/*", "/r/src/*"), pair("bus", "/r/bus/mod.ts")]);
    }
}
