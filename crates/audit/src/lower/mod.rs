//! From source text to [`Facts`]: a syntax tree by tree-sitter, read once and dropped.

mod csharp;
mod dialect;
mod escapes;
mod exprs;
mod functions;
mod go;
mod handed;
mod java;
mod kotlin;
mod manifests;
mod php;
mod python;
mod ruby;
mod rust;
mod schema;
mod scopes;
mod strings;
mod traits;
mod typed;
mod typescript;
pub(crate) mod words;
mod writer;

pub(crate) use schema::may_be_schema;

use crate::facts::{Facts, Traits};
use dialect::Dialect;
use std::{cell::RefCell, path::Path};
use tree_sitter::Parser;
use writer::{Rules, Writer};

const DIALECTS: &[Dialect] = &[
    Dialect {
        traits: &traits::PHP,
        rules: Rules {
            grammar: || tree_sitter_php::LANGUAGE_PHP.into(),
            lower: php::lower,
            blocks: &[],
            redeclares: true,
        },
        place: php::place,
        indents_max: None,
        mend: None,
    },
    Dialect {
        traits: &traits::PYTHON,
        rules: Rules {
            grammar: || tree_sitter_python::LANGUAGE.into(),
            lower: python::lower,
            blocks: &[],
            redeclares: true,
        },
        place: python::place,
        indents_max: Some(INDENTS_MAX),
        mend: None,
    },
    Dialect {
        traits: &traits::GO,
        rules: Rules {
            grammar: || tree_sitter_go::LANGUAGE.into(),
            lower: go::lower,
            blocks: go::BLOCKS,
            redeclares: false,
        },
        place: go::place,
        indents_max: None,
        mend: None,
    },
    Dialect {
        traits: &traits::TYPESCRIPT,
        rules: Rules {
            grammar: || tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
            lower: typescript::lower,
            blocks: typescript::BLOCKS,
            redeclares: false,
        },
        place: typescript::place,
        indents_max: None,
        mend: None,
    },
    Dialect {
        traits: &traits::TSX,
        rules: Rules {
            grammar: || tree_sitter_typescript::LANGUAGE_TSX.into(),
            lower: typescript::lower,
            blocks: typescript::BLOCKS,
            redeclares: false,
        },
        place: typescript::place,
        indents_max: None,
        mend: None,
    },
    Dialect {
        traits: &traits::JAVASCRIPT,
        rules: Rules {
            grammar: || tree_sitter_javascript::LANGUAGE.into(),
            lower: typescript::lower,
            blocks: typescript::BLOCKS,
            redeclares: false,
        },
        place: typescript::place,
        indents_max: None,
        mend: None,
    },
    Dialect {
        traits: &traits::JSX,
        rules: Rules {
            grammar: || tree_sitter_javascript::LANGUAGE.into(),
            lower: typescript::lower,
            blocks: typescript::BLOCKS,
            redeclares: false,
        },
        place: typescript::place,
        indents_max: None,
        mend: None,
    },
    Dialect {
        traits: &traits::RUBY,
        rules: Rules {
            grammar: || tree_sitter_ruby::LANGUAGE.into(),
            lower: ruby::lower,
            blocks: &[],
            redeclares: true,
        },
        place: ruby::place,
        indents_max: None,
        mend: None,
    },
    Dialect {
        traits: &traits::JAVA,
        rules: Rules {
            grammar: || tree_sitter_java::LANGUAGE.into(),
            lower: java::lower,
            blocks: java::BLOCKS,
            redeclares: true,
        },
        place: java::place,
        indents_max: None,
        mend: None,
    },
    Dialect {
        traits: &traits::CSHARP,
        rules: Rules {
            grammar: || tree_sitter_c_sharp::LANGUAGE.into(),
            lower: csharp::lower,
            blocks: csharp::BLOCKS,
            redeclares: true,
        },
        place: csharp::place,
        indents_max: None,
        mend: None,
    },
    Dialect {
        traits: &traits::KOTLIN,
        rules: Rules {
            grammar: || tree_sitter_kotlin_ng::LANGUAGE.into(),
            lower: kotlin::lower,
            blocks: kotlin::BLOCKS,
            redeclares: true,
        },
        place: kotlin::place,
        indents_max: None,
        mend: Some(kotlin::mend),
    },
    Dialect {
        traits: &traits::RUST,
        rules: Rules {
            grammar: || tree_sitter_rust::LANGUAGE.into(),
            lower: rust::lower,
            blocks: rust::BLOCKS,
            redeclares: true,
        },
        place: rust::place,
        indents_max: None,
        mend: None,
    },
];

/// Nesting of blocks beyond which Python's grammar has no room. No real program is as deep.
const INDENTS_MAX: usize = 300;

/// The nesting of a text's blocks, by their indentation.
fn indents(text: &str) -> usize {
    let mut open: Vec<usize> = Vec::new();
    let mut most = 0;
    for line in text.lines().filter(|line| !line.trim_start().is_empty()) {
        let indent = line.len() - line.trim_start().len();
        while open.last().is_some_and(|last| *last >= indent) {
            open.pop();
        }
        open.push(indent);
        most = most.max(open.len());
    }
    most
}

thread_local! {
    static PARSER: RefCell<Parser> = RefCell::new(Parser::new());
}

fn dialect(file: &str) -> Option<&'static Dialect> {
    let extension = Path::new(file).extension()?.to_str()?;
    DIALECTS.iter().find(|dialect| dialect.traits.extensions.contains(&extension))
}

/// The traits of the language of a file, by the extension of its name.
pub(crate) fn traits_of(file: &str) -> Option<&'static Traits> {
    dialect(file).map(|dialect| dialect.traits)
}

/// The traits of all dialects.
pub(crate) fn all_traits() -> impl Iterator<Item = &'static Traits> {
    DIALECTS.iter().map(|dialect| dialect.traits)
}

/// The facts of a file; `None` when it is in no known language, and when it is a schema without a set of events.
pub(crate) fn lower_file(file: &str, text: &str) -> Option<Facts> {
    let Some(dialect) = dialect(file) else { return schema::lower(file, text) };
    if dialect.indents_max.is_some_and(|most| indents(text) > most) {
        return Some(Facts { file: file.to_owned(), traits: dialect.traits, broken: Some(1), ..Facts::default() });
    }
    // The parser is kept for its allocated memory.
    let tree = PARSER.with_borrow_mut(|parser| {
        parser.set_language(&(dialect.rules.grammar)()).ok()?;
        parser.reset();
        let tree = parser.parse(text, None)?;
        let again = || dialect.mend.filter(|_| tree.root_node().has_error())?(text);
        let mended = again().and_then(|mended| parser.parse(mended, None));
        Some(mended.filter(|mended| !mended.root_node().has_error()).unwrap_or(tree))
    })?;
    let root = tree.root_node();
    let mut writer = Writer::new(file, text, dialect.traits, &dialect.rules);
    (dialect.place)(&mut writer.facts, root, text);
    if root.has_error() {
        writer.facts.broken = Some(writer::first_error(root));
    }
    writer.lower(root);
    Some(writer.finish(root))
}
