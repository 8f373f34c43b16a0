//! Shell commands in the documentation.

use std::path::Path;

/// The text of a file, given relative to the root.
pub(crate) fn text(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|fault| panic!("{file} cannot be read: {fault}"))
}

/// The shell blocks between `<!-- name -->` and `<!-- /name -->` of a file, given relative to the root.
pub(crate) fn blocks(file: &str, name: &str) -> Vec<String> {
    let text = text(file);
    let part = text
        .split_once(&format!("<!-- {name} -->"))
        .and_then(|(_, rest)| rest.split_once(&format!("<!-- /{name} -->")))
        .unwrap_or_else(|| panic!("{file} has no <!-- {name} --> … <!-- /{name} -->"))
        .0;
    let fences = part.split("```sh\n").skip(1);
    fences.map(|rest| rest.split_once("\n```").expect("a block that ends").0.to_owned()).collect()
}
