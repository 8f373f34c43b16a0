//! The traits of a language that the stages after lowering must know. Each dialect has one row of them in
//! `lower/traits.rs`, and it travels with the facts of each file; no other stage names a language.

use super::{ManifestFile, Packages};

/// Data alone. What a field does not say is false, empty or `None`, as in [`Traits::PLAIN`].
#[derive(Debug)]
pub(crate) struct Traits {
    /// As reports name it.
    pub(crate) language: &'static str,
    /// Files of one family can use each other's names.
    pub(crate) family: &'static str,
    /// Endings of the names of its files.
    pub(crate) extensions: &'static [&'static str],
    /// Names of files that stand for their folder, without the ending.
    pub(crate) folder_files: &'static [&'static str],
    pub(crate) tests: TestNames,
    /// Folders with other people's code, or with what was built.
    pub(crate) foreign_folders: &'static [&'static str],
    /// The same for folders that are such only when one of these files lies beside them.
    pub(crate) foreign_folders_beside: &'static [(&'static str, &'static [&'static str])],
    /// Files that say by what names packages are imported.
    pub(crate) manifests: &'static [Manifest],
    /// Manifests name all packages of the tree: another name is one from outside.
    pub(crate) manifests_name_all: bool,
    /// The first part of a path that begins in the file's own package.
    pub(crate) own_package: Option<&'static str>,

    /// A format of schema files, which have sets of names and no code.
    pub(crate) is_schema: bool,
    /// An import names a package, and a package's files see each other's names.
    pub(crate) imports_packages: bool,
    /// A method sees its class's members by their bare names.
    pub(crate) bare_members: bool,
    /// A name is looked for in the classes around, wherever these are opened again, when it begins with an upper-case
    /// letter.
    pub(crate) nested_constants: bool,
    /// A variable at the top of a file, which begins with a lower-case letter, is not seen in other files.
    pub(crate) script_variables: bool,

    /// Names under which a method is called later, in a job, with the method that then runs: calls have the latter.
    pub(crate) queued: &'static [(&'static str, &'static str)],
    /// Names of constructors; without one it is called like its class.
    pub(crate) constructors: &'static [&'static str],
    /// Several methods of a class have one name, and a class has one base: what it does not have itself is what its base
    /// has.
    pub(crate) overloads: bool,
    pub(crate) methods: MethodPlaces,
    /// Several files can each have a part of one class.
    pub(crate) open_classes: bool,
    /// A class keeps to an interface without saying so.
    pub(crate) structural_interfaces: bool,
    /// A method can be called on something else than its class: its first binding is `#receiver`.
    pub(crate) extension_methods: bool,
    /// A base from outside of the tree calls no method of what is made from it: it is embedded, or it is known which
    /// methods are its own.
    pub(crate) passive_bases: bool,
    /// Names of bases from outside of the tree that call nothing of what is made from them.
    pub(crate) plain_bases: &'static [&'static str],
    /// Names of the type of a text.
    pub(crate) text_types: &'static [&'static str],

    /// The name that highlighters of Markdown know it by.
    pub(crate) fence: &'static str,
    /// The start of a comment up to the end of the line.
    pub(crate) comment: &'static str,
    /// The end of a statement.
    pub(crate) terminator: &'static str,
}

/// Files that the methods of one class may lie in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MethodPlaces {
    /// The class's own file. A class of that name in another file is another class.
    File,
    /// Files of the class's package.
    Package,
    /// Any file that opens the class again, by its name and that of the class around.
    Anywhere,
}

/// Names of test files, without their endings.
#[derive(Debug)]
pub(crate) struct TestNames {
    pub(crate) names: &'static [&'static str],
    pub(crate) starts: &'static [&'static str],
    pub(crate) ends: &'static [&'static str],
    /// Ends of names that are longer than the end alone.
    pub(crate) suffixes: &'static [&'static str],
    /// Parts after a dot.
    pub(crate) parts: &'static [&'static str],
    /// Folders, in lower case.
    pub(crate) folders: &'static [&'static str],
}

/// A kind of manifest.
#[derive(Debug)]
pub(crate) struct Manifest {
    /// The file's name; a `*` stands for any text.
    pub(crate) file: &'static str,
    /// The declarations of one manifest; also given all manifests, since they refer to each other.
    pub(crate) read: fn(&ManifestFile, &[ManifestFile]) -> Packages,
}

impl TestNames {
    pub(crate) const NONE: Self = Self { names: &[], starts: &[], ends: &[], suffixes: &[], parts: &[], folders: &[] };

    /// Whether a file is a test by its name without the ending.
    pub(crate) fn fit(&self, stem: &str) -> bool {
        self.names.contains(&stem)
            || self.starts.iter().any(|start| stem.starts_with(start))
            || self.ends.iter().any(|end| stem.ends_with(end))
            || self.suffixes.iter().any(|end| stem.len() > end.len() && stem.ends_with(end))
            || stem.split('.').skip(1).any(|part| self.parts.contains(&part))
    }
}

impl Traits {
    pub(crate) const PLAIN: Self = Self {
        language: "",
        family: "",
        extensions: &[],
        folder_files: &[],
        tests: TestNames::NONE,
        foreign_folders: &[],
        foreign_folders_beside: &[],
        manifests: &[],
        manifests_name_all: false,
        own_package: None,
        is_schema: false,
        imports_packages: false,
        bare_members: false,
        nested_constants: false,
        script_variables: false,
        queued: &[],
        constructors: &[],
        overloads: false,
        methods: MethodPlaces::Package,
        open_classes: false,
        structural_interfaces: false,
        extension_methods: false,
        passive_bases: false,
        plain_bases: &[],
        text_types: &[],
        fence: "text",
        comment: "//",
        terminator: "",
    };

    /// Whether files of both can use each other's names.
    pub(crate) fn is_related(&self, other: &Self) -> bool {
        self.family == other.family
    }
}

impl Default for &'static Traits {
    fn default() -> Self {
        &Traits::PLAIN
    }
}
