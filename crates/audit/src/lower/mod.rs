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
mod parse;
mod php;
mod python;
mod ruby;
mod rust;
mod schema;
mod scopes;
mod strings;
mod texts;
mod traits;
mod typed;
mod typescript;
pub(crate) mod words;
mod writer;

pub(crate) use schema::may_be_schema;

use crate::facts::{Facts, Traits};
use dialect::Dialect;
use std::path::Path;
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
        mends: &[],
        newer: Some(php::newer),
        filler: "",
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
        mends: &[],
        newer: Some(python::newer),
        filler: "pass",
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
        mends: &[go::mend],
        newer: None,
        filler: "",
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
        mends: &[typescript::mend],
        newer: Some(typescript::newer),
        filler: "",
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
        mends: &[typescript::mend],
        newer: Some(typescript::newer),
        filler: "",
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
        mends: &[typescript::mend],
        newer: Some(typescript::newer),
        filler: "",
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
        mends: &[typescript::mend],
        newer: Some(typescript::newer),
        filler: "",
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
        mends: &[ruby::mend],
        newer: None,
        filler: "",
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
        mends: &[java::mend],
        newer: Some(java::newer),
        filler: "",
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
        mends: &[csharp::mend],
        newer: None,
        filler: "",
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
        mends: &[kotlin::mend, kotlin::newer, kotlin::newer_terminated],
        newer: None,
        filler: "",
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
        mends: &[rust::mend],
        newer: Some(rust::newer),
        filler: "",
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

/// The facts of a file, or the reason why it cannot be read: also that a schema has no set of events.
pub(crate) fn lower_file(file: &str, text: &str) -> Result<Facts, String> {
    let Some(dialect) = dialect(file) else {
        return schema::lower(file, text).ok_or_else(|| "its language is not known".into());
    };
    if let Some(most) = dialect.indents_max.filter(|most| indents(text) > *most) {
        return Err(format!("blocks are nested more than {most} deep"));
    }
    let parsed = parse::parse(text, dialect).ok_or("its grammar cannot be used")?;
    let root = parsed.tree.root_node();
    let mut writer = Writer::new(file, &parsed.text, dialect.traits, &dialect.rules);
    (dialect.place)(&mut writer.facts, root, &parsed.text);
    writer.facts.broken = parsed.broken;
    writer.lower(root);
    Ok(writer.finish(root))
}
