//! Languages whose files can use each other's names.

/// What a file gives as a whole, in languages that have that.
pub(super) const DEFAULT: &str = "default";

/// Languages whose files can use each other's names have one name for that.
pub(crate) fn family(language: &'static str) -> &'static str {
    match language {
        "javascript" => "typescript",
        "kotlin" => "java",
        other => other,
    }
}

/// Files of these languages can use each other's names.
pub(crate) fn related(one: &'static str, other: &'static str) -> bool {
    family(one) == family(other)
}

/// Languages in which several methods of a class have one name. With one base each, what a child class does not have
/// itself is what its base has.
pub(crate) const OVERLOADS: &[&str] = &["java", "kotlin", "csharp"];
