//! Content filters of subscriptions.

mod compile;
mod datum;
mod document;
mod eval;
mod fault;
mod number;
mod scan;
mod syntax;
mod tree;
mod value;
mod why;

pub use document::{Document, UnreadableDocument};
pub use fault::Fault;
pub use value::Kind;
pub use why::{Mismatch, Why};

use std::{fmt, sync::Arc};
use tree::Node;
use value::Value;

/// Characters of a filter.
pub const LENGTH: usize = 4_000;

/// Levels of brackets, chained operators and conditionals around any place of a filter.
pub const DEPTH: usize = 64;

/// Steps of one evaluation. Each operator, field and function is a step, and each element of a loop or comparison.
pub const STEPS: usize = 100_000;

/// Bytes of strings that one step reads.
pub const BYTES_PER_STEP: usize = 32;

/// Sizes of compiled regular expressions in bytes, with the bytes of a string that one step of `matches` searches.
pub(crate) const PATTERN_BYTES: [(usize, usize); 3] = [(1 << 14, 16), (1 << 16, 4), (1 << 18, 1)];

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
