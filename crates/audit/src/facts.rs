//! What a source file says, in one form for all languages. Lowering makes it of a syntax tree; nothing after that knows a
//! language any more.

mod traits;

pub(crate) use traits::{Manifest, MethodPlaces, TestNames, Traits};

use std::sync::Arc;

/// A value as it stands in the code.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expr {
    /// A string that is there literally.
    Text(String),
    /// An identifier, or the receiver (`self` in every language).
    Name(String),
    /// `a.b`, `a::b`, `a->b`, `a?.b`
    Member(Box<Expr>, String),
    /// `a[b]`
    Index(Box<Expr>, Box<Expr>),
    Call(Arc<Call>),
    /// One of these: both arms of a conditional, the arms of a match, `a or b`.
    Any(Vec<Expr>),
    /// A dictionary or an object; keys of objects are texts. What is spread into it has the key `...`.
    Map(Vec<(Expr, Expr)>),
    List(Vec<Expr>),
    /// Any element of this: what a loop variable is.
    Each(Box<Expr>),
    /// A string put together.
    Join(Vec<Expr>),
    /// A function that stands there as a value: its index in [`Facts::functions`].
    Function(usize),
    /// Something else, as it is written, shortened.
    Opaque(String),
    /// Nothing that could be an event: a number, `null`.
    Nil,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Call {
    pub(crate) target: Expr,
    pub(crate) args: Vec<Arg>,
    /// Where the whole call starts.
    pub(crate) line: u32,
    pub(crate) end_line: u32,
    /// `new X(...)`, or a literal of a struct: it makes an X.
    pub(crate) makes: bool,
    /// Index of the function that holds it.
    pub(crate) function: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Arg {
    pub(crate) name: Option<String>,
    pub(crate) value: Expr,
    /// `*args`, `...list`: how many there are is not known.
    pub(crate) spread: bool,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Param {
    pub(crate) name: String,
    pub(crate) default: Option<Expr>,
    /// The type's own name, without what wraps it: `EventBus` for `Optional[EventBus]` and `&dyn EventBus`.
    pub(crate) kind: Option<String>,
    /// Takes what is left over.
    pub(crate) rest: bool,
}

/// Index 0 of [`Facts::functions`] is the file itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Function {
    /// Empty for the file itself and for functions without a name.
    pub(crate) name: String,
    /// The type that it is a method of.
    pub(crate) class: Option<String>,
    /// The function around it.
    pub(crate) parent: usize,
    pub(crate) line: u32,
    pub(crate) end_line: u32,
    /// Without the receiver.
    pub(crate) params: Vec<Param>,
    /// What it assigns to its own names.
    pub(crate) bindings: Vec<Binding>,
    pub(crate) calls: Vec<Arc<Call>>,
    /// Names that it mentions without calling them, sorted.
    pub(crate) mentions: Vec<String>,
    /// What it answers.
    pub(crate) returns: Vec<Expr>,
    /// The type that it says to answer.
    pub(crate) return_kind: Option<String>,
    /// Not visible outside of its class or file.
    pub(crate) private: bool,
    /// A decorator, an annotation or its place hands it to somebody who calls it.
    pub(crate) registered: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Binding {
    pub(crate) name: String,
    pub(crate) value: Expr,
    /// The declared type's own name.
    pub(crate) kind: Option<String>,
    pub(crate) line: u32,
}

/// A class, an enum, a struct, a module with constants, an object or map that holds constants.
#[derive(Clone, Debug, Default)]
pub(crate) struct Class {
    pub(crate) name: String,
    pub(crate) line: u32,
    pub(crate) bases: Vec<String>,
    /// The class that it stands in.
    pub(crate) outer: Option<String>,
    /// Constants, enum members, class-level values; nested groups of an object as `Name.member`.
    pub(crate) members: Vec<Binding>,
    /// Fields of its objects, with what is assigned to them and their types. The function is where it is assigned.
    pub(crate) fields: Vec<(Binding, usize)>,
    /// The function in which its own values are made: the file itself, or one in which its names are known.
    pub(crate) scope: usize,
    /// An enum: all its members count as one group whatever they look like.
    pub(crate) is_enum: bool,
}

/// A name that comes from elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Import {
    /// What it is called here; `*` for everything.
    pub(crate) local: String,
    /// Path of the module in segments, as far as the file can tell: `a.b` → `[a, b]`; `./c` already made absolute.
    pub(crate) module: Vec<String>,
    /// What of it; nothing when it is the module itself.
    pub(crate) item: Option<String>,
}

/// A string with SQL in it.
#[derive(Clone, Debug)]
pub(crate) struct Sql {
    pub(crate) text: String,
    pub(crate) line: u32,
    pub(crate) function: usize,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    /// Below the root, with `/`.
    pub(crate) file: String,
    /// Of the language that it is written in.
    pub(crate) traits: &'static Traits,
    /// Path of the module in segments, by which others import it.
    pub(crate) module: Vec<String>,
    /// Files with the same one see each other's top-level names without import; empty when the language has no such thing.
    pub(crate) package: String,
    pub(crate) functions: Vec<Function>,
    pub(crate) classes: Vec<Class>,
    pub(crate) imports: Vec<Import>,
    /// Types of other files that get more bases here.
    pub(crate) extended: Vec<(String, Vec<String>)>,
    pub(crate) sql: Vec<Sql>,
    /// Some string may be the end of an endpoint's URL.
    pub(crate) has_endpoint: bool,
    /// Texts that a look-up or a `switch` gives to members of enums that may lie elsewhere: enum, member, text.
    pub(crate) texts: Vec<(String, String, String)>,
    /// Where a syntax error stands.
    pub(crate) broken: Option<u32>,
}

/// The name of what a file exports as a whole.
pub(crate) const DEFAULT_EXPORT: &str = "default";

/// A name without what tells variables of one name apart: `event` for `event#2`.
pub(crate) fn as_written(name: &str) -> &str {
    match name.rsplit_once('#') {
        Some((own, number)) if !own.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) => own,
        _ => name,
    }
}

impl Function {
    /// Whether it only says that there is such a function, as far as can be seen.
    pub(crate) fn has_no_body(&self) -> bool {
        self.calls.is_empty() && self.returns.is_empty() && self.line == self.end_line
    }
}

impl Expr {
    pub(crate) fn member(self, name: impl Into<String>) -> Self {
        Self::Member(Box::new(self), name.into())
    }

    /// The key of what is spread into a map.
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
    /// About as it is written.
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
