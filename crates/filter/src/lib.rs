//! Content filters of subscriptions in CEL, the Common Expression Language, evaluated with a step budget.
//!
//! The `cel` crate only parses; the evaluator is our own, because the one of the crate has no step limit. A
//! [`Document`] is parsed once per event and serves any number of [`Filter`]s. Performs no I/O and reads no clock.
//!
//! The semantics are those of <https://github.com/google/cel-spec/blob/master/doc/langdef.md> for values without static
//! types. `docs/filters.md` is the page for customers. In short:
//!
//! - **Variables**: `type` and `tenant` (strings), `data` and `metadata` (maps). The variable `type` hides CEL's `type()`.
//! - **Operators**: `?:`, `||`, `&&`, comparisons, `in`, arithmetic, `!`, `-`, `.field`, `[key]`; literals of lists and
//!   maps.
//! - **Functions**: `has`, `size`, `contains`, `startsWith`, `endsWith`, `matches`, `lowerAscii`, `upperAscii`, `int`,
//!   `uint`, `double`, `string`, `timestamp`, `duration`, parts of timestamps in UTC (`getFullYear` …), and the loops
//!   `all`, `exists`, `exists_one`, `filter`, `map`.
//! - **Failures**: a missing field, a wrong type, an overflow or a division by zero fails the expression, and the event
//!   does not match. `&&`, `||`, `all` and `exists` absorb a failure when another operand decides.
//!
//! # Differences from CEL
//!
//! - A whole number of the document is an integer however it is written (150, 150.0, 1.5e2), and integers and doubles mix
//!   in arithmetic. Integers are exact from -2^63 to 2^64 - 1; a result outside is a failure. Other numbers are doubles.
//!   Division by the integer 0 is a failure; by the literal `0.0` it is infinite.
//! - The pattern of `matches` is a literal.
//! - Types that are known without an event are checked when a filter is parsed, and constant parts are evaluated then. A
//!   constant part that fails is refused, even where `&&` or `||` would absorb the failure.
//! - Maps of documents are in the order of their names. Of a repeated name the last value counts.
//! - Not supported: bytes, messages, optional values, names in backticks, `type()`, `dyn()`, `bool()`, time zones.
//!
//! # Limits
//!
//! [`LENGTH`], [`DEPTH`], [`STEPS`] and [`PATTERNS`]. Steps are charged before the work, for nodes, elements and bytes.

mod compile;
mod datum;
mod document;
mod eval;
mod fault;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod kind;
mod limits;
mod number;
mod scan;
mod syntax;
mod tree;
mod value;
mod why;

pub use document::{Document, UnreadableDocument};
pub use fault::Fault;
pub use kind::Kind;
pub(crate) use limits::PATTERN_STEPS;
pub use limits::{BYTES_PER_STEP, DEPTH, LENGTH, PATTERNS, STEPS};
pub use why::{Mismatch, Why};

use std::{fmt, sync::Arc};
use tree::Node;
use value::Value;

/// Stack of the thread on which a filter is parsed. The parser needs up to 90 KiB for each of the 64 levels in a debug
/// build, and threads of a server have 2 MiB. Only the pages that are used are allocated.
const PARSER_STACK: usize = 32 << 20;

/// A compiled filter. Clones share it.
#[derive(Clone)]
pub struct Filter(Arc<Compiled>);

struct Compiled {
    source: Box<str>,
    root: Node,
}

/// The decision of a filter about an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    Matches,
    Differs(Why),
}

impl Filter {
    /// Checks and compiles a filter. All faults that can be found without an event are found here.
    ///
    /// Runs on a thread of its own, and takes about 0.1 ms for a short filter and 10 ms for the longest.
    pub fn parse(source: &str) -> Result<Self, Fault> {
        let text = scan::check(source)?;
        let failed = |message: &str| Fault::at(&text, 0, message);
        let root = std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().name("filter-parser".to_owned()).stack_size(PARSER_STACK);
            let parsing = thread
                .spawn_scoped(scope, || {
                    let (expression, places) = syntax::parse(source, &text)?;
                    compile::compile(expression, &places, &text)
                })
                .map_err(|_| failed("the server is too busy to check the filter; try again"))?;
            parsing.join().unwrap_or_else(|_| Err(failed("the filter cannot be parsed")))
        })?;
        Ok(Self(Arc::new(Compiled { source: source.into(), root })))
    }

    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// Decides within [`STEPS`] steps; the same filter and document always give the same decision.
    pub fn decide(&self, document: &Document) -> Decision {
        match eval::Run::new(document, STEPS).evaluate(&self.0.root) {
            Ok(Value::Boolean(true)) => Decision::Matches,
            Ok(Value::Boolean(false)) => Decision::Differs(Why::False),
            Ok(other) => Decision::Differs(Why::NotBoolean(other.kind())),
            Err(why) => Decision::Differs(why),
        }
    }
}

impl PartialEq for Filter {
    fn eq(&self, other: &Self) -> bool {
        self.0.source == other.0.source
    }
}

impl Eq for Filter {}

impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Filter").field(&self.source()).finish()
    }
}
