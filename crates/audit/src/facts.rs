//! The facts of a source file: the intermediate representation (IR) that the audit analyses, in one form for all
//! languages. `lower` builds it from a syntax tree, which is dropped afterwards; later stages depend on no language.

mod packages;
mod traits;

pub(crate) use packages::{Alias, Given, Import, ManifestFile, Packages, Root};
pub(crate) use traits::{Manifest, MethodPlaces, TestNames, Traits};

use std::sync::Arc;

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expr {
    /// A string literal.
    Text(String),
    /// An identifier, or the receiver (`self` in every language).
    Name(String),
    /// `a.b`, `a::b`, `a->b`, `a?.b`
    Member(Box<Expr>, String),
    /// `a[b]`
    Index(Box<Expr>, Box<Expr>),
    Call(Arc<Call>),
    /// Alternatives, one of which is the value: both arms of a conditional, the arms of a match, `a or b`.
    Any(Vec<Expr>),
    /// A dictionary or an object; keys of objects are texts. An entry that is spread into it (`...other`) has the key
    /// `...`.
    Map(Vec<(Expr, Expr)>),
    List(Vec<Expr>),
    /// Any element of a collection: the value of a loop variable.
    Each(Box<Expr>),
    /// A concatenated or formatted string, as its parts.
    Join(Vec<Expr>),
    /// A function used as a value (a closure, a block): its index in [`Facts::functions`].
    Function(usize),
    /// Any other expression, as its source text, shortened.
    Opaque(String),
    /// A value that is never an event: a number, `null`.
    Nil,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Call {
    pub(crate) target: Expr,
    pub(crate) args: Vec<Arg>,
    /// First line of the whole call.
    pub(crate) line: u32,
    pub(crate) end_line: u32,
    /// A constructor call (`new X(...)`) or a struct literal: the call creates an object of X.
    pub(crate) makes: bool,
    /// Index of the function that contains it.
    pub(crate) function: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Arg {
    pub(crate) name: Option<String>,
    pub(crate) value: Expr,
    /// `*args`, `...list`: the number of arguments is unknown.
    pub(crate) spread: bool,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Param {
    pub(crate) name: String,
    pub(crate) default: Option<Expr>,
    /// The bare name of the type, without wrappers: `EventBus` for `Optional[EventBus]` and `&dyn EventBus`.
    pub(crate) kind: Option<String>,
    /// A variadic parameter.
    pub(crate) rest: bool,
}

/// A function, method, closure or block. Index 0 of [`Facts::functions`] is the top level of the file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Function {
    /// Empty for the top level of the file and for anonymous functions.
    pub(crate) name: String,
    /// The type whose method it is.
    pub(crate) class: Option<String>,
    /// The enclosing function.
    pub(crate) parent: usize,
    pub(crate) line: u32,
    pub(crate) end_line: u32,
    /// Without the receiver.
    pub(crate) params: Vec<Param>,
    /// Assignments to its local names.
    pub(crate) bindings: Vec<Binding>,
    pub(crate) calls: Vec<Arc<Call>>,
    /// Names that it refers to without calling them, sorted.
    pub(crate) mentions: Vec<String>,
    /// The returned expressions.
    pub(crate) returns: Vec<Expr>,
    /// The declared return type.
    pub(crate) return_kind: Option<String>,
    /// Not visible outside its class or file.
    pub(crate) private: bool,
    /// Called from outside the tree: registered by a decorator, an annotation, or its position.
    pub(crate) registered: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Binding {
    pub(crate) name: String,
    pub(crate) value: Expr,
    /// The bare name of the declared type.
    pub(crate) kind: Option<String>,
    pub(crate) line: u32,
}

/// A class, an enum, a struct, a module with constants, an object or map that holds constants.
#[derive(Clone, Debug, Default)]
pub(crate) struct Class {
    pub(crate) name: String,
    pub(crate) line: u32,
    pub(crate) bases: Vec<String>,
    /// The enclosing class.
    pub(crate) outer: Option<String>,
    /// Constants, enum members and class-level values; nested groups of an object as `Name.member`.
    pub(crate) members: Vec<Binding>,
    /// Instance fields, with the assigned value and the type. The number is the function that contains the assignment.
    pub(crate) fields: Vec<(Binding, usize)>,
    /// The function in whose scope its values are evaluated: the top level of the file, or an enclosing function.
    pub(crate) scope: usize,
    /// An enum: all its members count as one group, whatever their texts are.
    pub(crate) is_enum: bool,
}

/// A string that contains SQL.
#[derive(Clone, Debug)]
pub(crate) struct Sql {
    pub(crate) text: String,
    pub(crate) line: u32,
    pub(crate) function: usize,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    /// Path below the root, with `/`.
    pub(crate) file: String,
    /// The traits of its language.
    pub(crate) traits: &'static Traits,
    /// Segments of the path by which other files import this one.
    pub(crate) module: Vec<String>,
    /// Files of the same package see each other's top-level names without an import; empty when the language has no
    /// such rule.
    pub(crate) package: String,
    pub(crate) functions: Vec<Function>,
    pub(crate) classes: Vec<Class>,
    pub(crate) imports: Vec<Import>,
    /// Imports by a specifier that a manifest may define: local name, imported item, specifier.
    pub(crate) specifiers: Vec<(String, Option<String>, String)>,
    /// Imports that hold in all files of the package.
    pub(crate) shared_imports: Vec<Import>,
    /// Types, possibly of other files, that get more bases here: type, bases.
    pub(crate) extended: Vec<(String, Vec<String>)>,
    pub(crate) sql: Vec<Sql>,
    /// A string in the file may be the end of an endpoint's URL.
    pub(crate) has_endpoint: bool,
    /// Texts that a look-up or a `switch` assigns to members of an enum, which may be in another file: enum, member,
    /// text.
    pub(crate) texts: Vec<(String, String, String)>,
    /// Line of the first syntax error.
    pub(crate) broken: Option<u32>,
}

/// Name of a module's default export.
pub(crate) const DEFAULT_EXPORT: &str = "default";

/// The name as written in the source, without the number of the variable: `event` for `event#2`.
pub(crate) fn as_written(name: &str) -> &str {
    match name.rsplit_once('#') {
        Some((own, number)) if !own.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) => own,
        _ => name,
    }
}

/// The name of a base without that of the module around it: `Base` for `Api.Base`.
pub(crate) fn base_name(base: &str) -> &str {
    base.rsplit_once('.').map_or(base, |(_, name)| name)
}

impl Call {
    /// Names of which one may be the class that the call makes: `new Paid()`, `events.Paid()`, `Paid::dispatch()`,
    /// `Paid.builder()`.
    pub(crate) fn made_names(&self) -> impl Iterator<Item = &str> {
        let owner = match &self.target {
            Expr::Member(of, _) => of.last_name(),
            _ => None,
        };
        self.target.last_name().into_iter().chain(owner)
    }
}

impl Function {
    /// True when it seems to be a declaration without a body, as in an interface.
    pub(crate) fn has_no_body(&self) -> bool {
        self.calls.is_empty() && self.returns.is_empty() && self.line == self.end_line
    }
}

impl Expr {
    pub(crate) fn member(self, name: impl Into<String>) -> Self {
        Self::Member(Box::new(self), name.into())
    }

    /// True when this is the key of an entry that is spread into a map.
    pub(crate) fn is_spread(&self) -> bool {
        matches!(self, Self::Opaque(text) if text == "...")
    }

    /// The last name of `a.b.c`.
    // Bounded: by the depth of the expression, which `Writer` limits.
    pub(crate) fn last_name(&self) -> Option<&str> {
        match self {
            Self::Name(name) => Some(as_written(name)),
            Self::Member(_, name) => Some(name),
            Self::Call(call) => call.target.last_name(),
            Self::Index(of, _) => of.last_name(),
            _ => None,
        }
    }
}

impl Expr {
    /// Approximately the source text, for reports.
    // Bounded: by the depth of the expression, which `Writer` limits.
    pub(crate) fn shown(&self) -> String {
        let list = |items: &[Self]| items.iter().map(Self::shown).collect::<Vec<_>>().join(", ");
        match self {
            Self::Text(text) => format!("{text:?}"),
            Self::Name(name) => as_written(name).to_owned(),
            Self::Member(of, name) => format!("{}.{name}", of.shown()),
            Self::Index(of, key) => format!("{}[{}]", of.shown(), key.shown()),
            Self::Call(call) => format!("{}({})", call.target.shown(), if call.args.is_empty() { "" } else { "…" }),
            Self::Any(items) => items.iter().map(Self::shown).collect::<Vec<_>>().join(" or "),
            Self::Map(_) => "{…}".into(),
            Self::List(items) => format!("[{}]", list(items)),
            Self::Each(of) => format!("each of {}", of.shown()),
            Self::Join(parts) => {
                let text: String = parts
                    .iter()
                    .map(
                        |part| if let Self::Text(text) = part { text.clone() } else { format!("{{{}}}", part.shown()) },
                    )
                    .collect();
                format!("{text:?}")
            }
            Self::Function(_) => "a function".into(),
            Self::Opaque(text) => text.clone(),
            Self::Nil => "null".into(),
        }
    }
}
