//! Names of packages, as their manifests say them.

/// `module example.com/shop` of a `go.mod`.
pub(super) fn go_mod(text: &str) -> Option<Vec<String>> {
    let line = text.lines().find_map(|line| line.trim().strip_prefix("module "))?;
    let path = line.split("//").next()?.trim().trim_matches('"');
    Some(path.split('/').map(str::to_owned).collect())
}

/// The name of the library in a `Cargo.toml`, or that of the package.
pub(super) fn cargo(text: &str) -> Option<Vec<String>> {
    let manifest: toml::Table = text.parse().ok()?;
    let name = |table: &str| manifest.get(table)?.get("name")?.as_str();
    let name = name("lib").or_else(|| name("package"))?.replace('-', "_");
    Some(vec![name])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_has_the_name_that_imports_begin_with() {
        let path = |text: &str| Some(text.split('/').map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(go_mod("// about\nmodule example.com/shop // end\n\ngo 1.22\n"), path("example.com/shop"));
        assert_eq!(cargo("[package]\nname = \"mail-box\"\n"), path("mail_box"));
        assert_eq!(cargo("[package]\nname = \"mail-box\"\n[lib]\nname = \"post\"\n"), path("post"));
        assert_eq!(cargo("[workspace]\n"), None);
    }
}
