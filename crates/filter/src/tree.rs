//! The compiled expression.

use crate::datum::Datum;
use regex::Regex;
use std::sync::Arc;

#[derive(Debug)]
pub(crate) enum Node {
    Constant(Datum),
    Variable(Variable),
    /// A variable of a loop, by its depth.
    Local {
        slot: usize,
        name: Arc<str>,
    },
    Field {
        parent: Box<Node>,
        name: Box<str>,
        path: Arc<str>,
    },
    Has {
        parent: Box<Node>,
        name: Box<str>,
        path: Arc<str>,
    },
    Index {
        parent: Box<Node>,
        key: Box<Node>,
        path: Arc<str>,
    },
    Not(Box<Node>),
    Negate(Box<Node>),
    /// `&&` of two or more.
    And(Box<[Node]>),
    /// `||` of two or more.
    Or(Box<[Node]>),
    /// Condition, value if true, value if false.
    Choice(Box<[Node; 3]>),
    Equal(Box<[Node; 2]>),
    Differs(Box<[Node; 2]>),
    Order(Order, Box<[Node; 2]>),
    In(Box<[Node; 2]>),
    Arithmetic(Arithmetic, Box<[Node; 2]>),
    List(Box<[Node]>),
    Map(Box<[(Node, Node)]>),
    Call(Function, Box<[Node]>),
    Matches(Box<Node>, Pattern),
    Loop(Box<Loop>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Variable {
    Type,
    Data,
    Metadata,
    Tenant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    Size,
    Contains,
    StartsWith,
    EndsWith,
    LowerAscii,
    UpperAscii,
    Int,
    Uint,
    Double,
    String,
    Timestamp,
    Duration,
    Part(Part),
}

/// A part of a timestamp, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Year,
    Month,
    Date,
    DayOfMonth,
    DayOfWeek,
    DayOfYear,
    Hours,
    Minutes,
    Seconds,
    Milliseconds,
}

#[derive(Debug)]
pub(crate) struct Pattern {
    pub(crate) regex: Regex,
    /// Steps for each byte of the string: more for a large pattern, whose search is slower.
    pub(crate) steps_per_byte: usize,
}

#[derive(Debug)]
pub(crate) struct Loop {
    pub(crate) kind: LoopKind,
    pub(crate) range: Node,
    /// The condition; of `map` with two arguments absent.
    pub(crate) condition: Option<Node>,
    /// The new value; of `map` only.
    pub(crate) transform: Option<Node>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LoopKind {
    All,
    Exists,
    ExistsOne,
    Filter,
    Map,
}

impl Order {
    pub(crate) const fn sign(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

impl Arithmetic {
    pub(crate) const fn sign(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
        }
    }
}

impl LoopKind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Exists => "exists",
            Self::ExistsOne => "exists_one",
            Self::Filter => "filter",
            Self::Map => "map",
        }
    }
}
