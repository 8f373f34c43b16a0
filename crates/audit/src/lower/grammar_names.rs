//! Every node kind and field name in this folder exists in the grammar of its language. Tree-sitter compares names as
//! text, so a misspelt one never matches and nothing else reports it.

mod reading;

use super::{DIALECTS, Dialect, dialect};
use reading::{Match, Names, Signatures};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};
use tree_sitter::Language;

/// Files of this folder and of its subfolders, with a file name of each language that they are for. A name has to exist
/// in one of the grammars of a language, and in all languages of the file.
const LANGUAGES: &[(&str, &[&[&str]])] = &[
    ("csharp", &[&["a.cs"]]),
    ("go", &[&["a.go"]]),
    ("java", &[&["a.java"]]),
    ("kotlin", &[&["a.kt"]]),
    ("php", &[&["a.php"]]),
    ("python", &[&["a.py"]]),
    ("ruby", &[&["a.rb"]]),
    ("rust", &[&["a.rs"]]),
    ("typescript", &[&["a.ts", "a.tsx", "a.js"]]),
    ("typed", &[&["a.cs"], &["a.java"], &["a.kt"]]),
];

/// Fewer than these are read only when the reading itself is at fault. Kinds, fields.
const READ_MIN: (usize, usize) = (50, 6);

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lower")
}

/// Syntax trees of the code here by their paths below this folder.
fn files() -> BTreeMap<String, syn::File> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder()];
    while let Some(folder_or_file) = open.pop() {
        if folder_or_file.is_dir() {
            open.extend(fs::read_dir(&folder_or_file).unwrap().map(|entry| entry.unwrap().path()));
        } else if folder_or_file.extension().is_some_and(|extension| extension == "rs") {
            let path = folder_or_file.strip_prefix(folder()).unwrap().to_str().unwrap().replace('\\', "/");
            if !path.starts_with("grammar_names") {
                files.insert(path, syn::parse_file(&fs::read_to_string(&folder_or_file).unwrap()).unwrap());
            }
        }
    }
    files
}

/// The part of a path that says the language: `go` of `go.rs` and of `go/types.rs`.
fn owner(path: &str) -> &str {
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

fn grammars(names: &[&str]) -> Vec<Language> {
    names.iter().map(|name| (dialect(name).unwrap().grammar)()).collect()
}

#[test]
fn each_kind_and_field_exists_in_its_grammar() {
    let files = files();
    let signatures = Signatures::of(files.values());
    let mut found: BTreeMap<&str, Names> = BTreeMap::new();
    for (path, file) in &files {
        found.entry(owner(path)).or_default().read(file, &signatures, path);
    }
    let mut wrong = BTreeSet::new();
    for (owner, names) in &found {
        wrong.extend(names.not_understood.iter().cloned());
        let Some((_, languages)) = LANGUAGES.iter().find(|(known, _)| known == owner) else {
            assert!(names.kinds.is_empty() && names.fields.is_empty(), "{owner} is for no language, but has {names:?}");
            continue;
        };
        for language in *languages {
            let grammars = grammars(language);
            let kinds = names.kinds.iter().filter(|kind| !grammars.iter().any(|grammar| has_kind(grammar, kind)));
            wrong.extend(kinds.map(|kind| format!("{owner}: no kind {kind:?} in {language:?}")));
            let fields = names.fields.iter().filter(|field| !grammars.iter().any(|one| has_field(one, field)));
            wrong.extend(fields.map(|field| format!("{owner}: no field {field:?} in {language:?}")));
        }
        if *owner != "typed" {
            let read = (names.kinds.len(), names.fields.len());
            assert!(read.0 >= READ_MIN.0 && read.1 >= READ_MIN.1, "{owner}: read only {read:?} kinds and fields");
        }
    }
    assert_eq!(
        found.keys().filter(|owner| LANGUAGES.iter().any(|(known, _)| known == *owner)).count(),
        LANGUAGES.len()
    );
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn each_kind_in_a_dialects_lists_exists_in_its_grammar() {
    let mut wrong = BTreeSet::new();
    let listed = |dialect: &Dialect| -> Vec<&'static str> { dialect.blocks.to_vec() };
    for (owner, languages) in LANGUAGES.iter().filter(|(owner, _)| *owner != "typed") {
        let grammars = grammars(languages[0]);
        let dialect = dialect(languages[0][0]).unwrap();
        let missing = listed(dialect).into_iter().filter(|kind| {
            let wanted = Match::Whole((*kind).to_owned());
            !grammars.iter().any(|grammar| has_kind(grammar, &wanted))
        });
        wrong.extend(missing.map(|kind| format!("{owner}: no kind {kind:?}")));
    }
    assert!(DIALECTS.iter().map(|dialect| listed(dialect).len()).sum::<usize>() > 40);
    assert!(wrong.is_empty(), "{wrong:#?}");
}
