//! From source text to [`Facts`]: a syntax tree by tree-sitter, read once and dropped.

mod csharp;
mod escapes;
mod exprs;
mod functions;
mod go;
mod handed;
mod java;
mod kotlin;
mod php;
mod python;
mod ruby;
mod rust;
mod scopes;
mod strings;
mod typed;
mod typescript;
pub(crate) mod words;
mod writer;

use crate::facts::{Expr, Facts};
use std::{cell::RefCell, path::Path};
use tree_sitter::{Language, Node, Parser};
use writer::Writer;

/// Turns a node into a value and notes all that it says on the way.
type Lower = fn(&mut Writer<'_>, Node<'_>) -> Expr;

/// How one language is read.
struct Dialect {
    name: &'static str,
    extensions: &'static [&'static str],
    grammar: fn() -> Language,
    lower: Lower,
    /// Nodes whose variables are not known outside of them.
    blocks: &'static [&'static str],
    /// Module path and package of a file, by its path below the root and its text.
    place: fn(&mut Facts, Node<'_>, &str),
    /// For what the grammar does not take: the text, as long as it is, with something in it that says the same.
    mend: Option<fn(&str) -> Option<String>>,
}

const DIALECTS: &[Dialect] = &[
    Dialect {
        name: "php",
        extensions: &["php", "phtml", "inc"],
        grammar: || tree_sitter_php::LANGUAGE_PHP.into(),
        lower: php::lower,
        blocks: &[],
        place: php::place,
        mend: None,
    },
    Dialect {
        name: "python",
        extensions: &["py", "pyi"],
        grammar: || tree_sitter_python::LANGUAGE.into(),
        lower: python::lower,
        blocks: &[],
        place: python::place,
        mend: None,
    },
    Dialect {
        name: "go",
        extensions: &["go"],
        grammar: || tree_sitter_go::LANGUAGE.into(),
        lower: go::lower,
        blocks: go::BLOCKS,
        place: go::place,
        mend: None,
    },
    Dialect {
        name: "typescript",
        extensions: &["ts", "mts", "cts"],
        grammar: || tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
        lower: typescript::lower,
        blocks: typescript::BLOCKS,
        place: typescript::place,
        mend: None,
    },
    Dialect {
        name: "typescript",
        extensions: &["tsx"],
        grammar: || tree_sitter_typescript::LANGUAGE_TSX.into(),
        lower: typescript::lower,
        blocks: typescript::BLOCKS,
        place: typescript::place,
        mend: None,
    },
    Dialect {
        name: "javascript",
        extensions: &["js", "mjs", "cjs", "jsx"],
        grammar: || tree_sitter_javascript::LANGUAGE.into(),
        lower: typescript::lower,
        blocks: typescript::BLOCKS,
        place: typescript::place,
        mend: None,
    },
    Dialect {
        name: "ruby",
        extensions: &["rb", "rake", "ru"],
        grammar: || tree_sitter_ruby::LANGUAGE.into(),
        lower: ruby::lower,
        blocks: &[],
        place: ruby::place,
        mend: None,
    },
    Dialect {
        name: "java",
        extensions: &["java"],
        grammar: || tree_sitter_java::LANGUAGE.into(),
        lower: java::lower,
        blocks: java::BLOCKS,
        place: java::place,
        mend: None,
    },
    Dialect {
        name: "csharp",
        extensions: &["cs"],
        grammar: || tree_sitter_c_sharp::LANGUAGE.into(),
        lower: csharp::lower,
        blocks: csharp::BLOCKS,
        place: csharp::place,
        mend: None,
    },
    Dialect {
        name: "kotlin",
        extensions: &["kt", "kts"],
        grammar: || tree_sitter_kotlin_ng::LANGUAGE.into(),
        lower: kotlin::lower,
        blocks: kotlin::BLOCKS,
        place: kotlin::place,
        mend: Some(kotlin::mend),
    },
    Dialect {
        name: "rust",
        extensions: &["rs"],
        grammar: || tree_sitter_rust::LANGUAGE.into(),
        lower: rust::lower,
        blocks: rust::BLOCKS,
        place: rust::place,
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
    DIALECTS.iter().find(|dialect| dialect.extensions.contains(&extension))
}

/// The language of a file, by the extension of its name.
pub(crate) fn language(file: &str) -> Option<&'static str> {
    dialect(file).map(|dialect| dialect.name)
}

/// The facts of a file; `None` when its extension belongs to no known language.
pub(crate) fn lower_file(file: &str, text: &str) -> Option<Facts> {
    let dialect = dialect(file)?;
    if dialect.name == "python" && indents(text) > INDENTS_MAX {
        return Some(Facts { file: file.to_owned(), broken: Some(1), ..Facts::default() });
    }
    // The parser is kept for its allocated memory.
    let tree = PARSER.with_borrow_mut(|parser| {
        parser.set_language(&(dialect.grammar)()).ok()?;
        parser.reset();
        let tree = parser.parse(text, None)?;
        let again = || dialect.mend.filter(|_| tree.root_node().has_error())?(text);
        let mended = again().and_then(|mended| parser.parse(mended, None));
        Some(mended.filter(|mended| !mended.root_node().has_error()).unwrap_or(tree))
    })?;
    let root = tree.root_node();
    let mut writer = Writer::new(file, text, dialect);
    (dialect.place)(&mut writer.facts, root, text);
    if root.has_error() {
        writer.facts.broken = Some(writer::first_error(root));
    }
    writer.lower(root);
    Some(writer.finish(root))
}
