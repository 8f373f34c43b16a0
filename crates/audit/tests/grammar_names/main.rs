//! Every node kind and field name in `src/lower` exists in the grammar of its language. Tree-sitter compares names as
//! text, so a misspelt one never matches and nothing else reports it.

mod reading;
mod signatures;

use reading::{Match, Names};
use signatures::Signatures;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};
use tree_sitter::Language;

/// Grammars of which one has to have a name.
type Grammars = fn() -> Vec<Language>;

const CSHARP: Grammars = || vec![tree_sitter_c_sharp::LANGUAGE.into()];
const JSON: Grammars = || vec![tree_sitter_json::LANGUAGE.into()];
const GO: Grammars = || vec![tree_sitter_go::LANGUAGE.into()];
const JAVA: Grammars = || vec![tree_sitter_java::LANGUAGE.into()];
const KOTLIN: Grammars = || vec![tree_sitter_kotlin_ng::LANGUAGE.into()];
const PHP: Grammars = || vec![tree_sitter_php::LANGUAGE_PHP.into()];
const PYTHON: Grammars = || vec![tree_sitter_python::LANGUAGE.into()];
const RUBY: Grammars = || vec![tree_sitter_ruby::LANGUAGE.into()];
const RUST: Grammars = || vec![tree_sitter_rust::LANGUAGE.into()];
const TYPESCRIPT: Grammars = || {
    vec![
        tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
        tree_sitter_typescript::LANGUAGE_TSX.into(),
        tree_sitter_javascript::LANGUAGE.into(),
    ]
};

/// Files and folders of `src/lower` with their languages. A name has to exist in all of them.
const LANGUAGES: &[(&str, &[Grammars])] = &[
    ("csharp", &[CSHARP]),
    ("go", &[GO]),
    ("java", &[JAVA]),
    ("kotlin", &[KOTLIN]),
    ("php", &[PHP]),
    ("python", &[PYTHON]),
    ("ruby", &[RUBY]),
    ("rust", &[RUST]),
    ("typescript", &[TYPESCRIPT]),
    // Schemas.
    ("json", &[JSON]),
    // Shared rules.
    ("functions", &[CSHARP, JAVA, PYTHON]),
    ("lowering", &[CSHARP, JAVA, TYPESCRIPT]),
    ("strings", &[CSHARP, GO, JAVA, KOTLIN, RUST]),
    ("typed", &[CSHARP, JAVA, KOTLIN]),
];

/// Fewer than these are read only when the reading itself is at fault. Kinds, fields.
const READ_MIN: (usize, usize) = (50, 6);
const READ_MIN_SCHEMA: (usize, usize) = (7, 2);
const READ_MIN_SHARED: (usize, usize) = (1, 0);

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lower")
}

/// Syntax trees of the code by their paths below `src/lower`.
fn files() -> BTreeMap<String, syn::File> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder()];
    while let Some(folder_or_file) = open.pop() {
        if folder_or_file.is_dir() {
            open.extend(fs::read_dir(&folder_or_file).unwrap().map(|entry| entry.unwrap().path()));
        } else if folder_or_file.extension().is_some_and(|extension| extension == "rs") {
            let path = folder_or_file.strip_prefix(folder()).unwrap().to_str().unwrap().replace('\\', "/");
            files.insert(path, syn::parse_file(&fs::read_to_string(&folder_or_file).unwrap()).unwrap());
        }
    }
    files
}

/// The part of a path that says the language: `go` of `go.rs` and of `go/types.rs`. Shared rules go by their file.
fn owner(path: &str) -> &str {
    let path = path.strip_prefix("writer/").or(path.strip_prefix("schema/")).unwrap_or(path);
    path.split(['/', '.']).next().unwrap_or(path)
}

fn has_kind(grammar: &Language, wanted: &Match) -> bool {
    let count = u16::try_from(grammar.node_kind_count()).unwrap();
    let mut visible = (0..count).filter(|id| grammar.node_kind_is_visible(*id));
    visible.any(|id| grammar.node_kind_for_id(id).is_some_and(|kind| wanted.fits(kind)))
}

fn has_field(grammar: &Language, wanted: &str) -> bool {
    grammar.field_id_for_name(wanted).is_some()
}

#[test]
fn each_kind_and_field_exists_in_its_grammar() {
    let files = files();
    let signatures = Signatures::of(files.iter().map(|(path, file)| (owner(path), file)));
    let mut found: BTreeMap<&str, Names> = BTreeMap::new();
    for (path, file) in &files {
        found.entry(owner(path)).or_default().read(file, &signatures, owner(path), path);
    }
    let mut wrong = BTreeSet::new();
    for (owner, names) in &found {
        wrong.extend(names.not_understood.iter().cloned());
        let Some((_, languages)) = LANGUAGES.iter().find(|(known, _)| known == owner) else {
            assert!(names.kinds.is_empty() && names.fields.is_empty(), "{owner} is for no language, but has {names:?}");
            continue;
        };
        for grammars in *languages {
            let grammars = grammars();
            let language = grammars[0].name().unwrap_or_default().to_owned();
            let kinds = names.kinds.iter().filter(|kind| !grammars.iter().any(|one| has_kind(one, kind)));
            wrong.extend(kinds.map(|kind| format!("{owner}: no kind {kind:?} in {language}")));
            let fields = names.fields.iter().filter(|field| !grammars.iter().any(|one| has_field(one, field)));
            wrong.extend(fields.map(|field| format!("{owner}: no field {field:?} in {language}")));
        }
        let least = match languages {
            _ if *owner == "json" => READ_MIN_SCHEMA,
            [_] => READ_MIN,
            _ => READ_MIN_SHARED,
        };
        let read = (names.kinds.len(), names.fields.len());
        assert!(read.0 + read.1 >= least.0 + least.1 && read.1 >= least.1, "{owner}: read only {read:?}");
    }
    assert_eq!(
        found.keys().filter(|owner| LANGUAGES.iter().any(|(known, _)| known == *owner)).count(),
        LANGUAGES.len()
    );
    assert!(wrong.is_empty(), "{wrong:#?}");
}
