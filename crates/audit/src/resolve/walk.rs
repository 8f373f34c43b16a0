//! Budgets of the resolver: fuel (steps), depth and cycle detection for everything that follows values through the
//! tree.
//!
//! A [`Walk`] is one query about a value or a type. A walk borrows [`Walks`], and there is no other way to get one, so
//! no function inside a walk can begin another with a new budget. [`over`] creates a `Walks` for each item that is
//! processed in parallel; [`Walks::at`] refills it for each call site and turns a panic into a [`Failure`] of that
//! site. Every recursion goes through [`Walk::enter`], [`Walk::enter_once`] or [`Walk::deeper`]; the test
//! `tests/recursion.rs` finds those that do not.

use crate::{
    facts::{Call, Expr},
    resolve::{Found, FunctionId, found::Frame},
};
use rayon::prelude::*;
use std::{
    any::Any,
    collections::{HashMap, HashSet},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

/// Fuel of one query about a value.
const VALUE_STEPS: u32 = 20_000;
/// Fuel of one query about a type, which follows no parameter to its callers.
const TYPE_STEPS: u32 = 2_000;
/// Fuel of all queries about one call site together.
const SITE_STEPS: u32 = 60_000;
/// Maximum depth of recursion.
const DEPTH_MAX: usize = 60;

/// A parameter: its function and its index.
pub(crate) type ParamId = (FunctionId, usize);

/// A place that a walk visits, for the detection of cycles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    /// An expression, in a call stack of this depth.
    Value(*const Expr, usize),
    /// A parameter that is resolved through its callers.
    Param(ParamId),
    /// A map whose keys are compared.
    Pairs(*const (Expr, Expr)),
    /// An expression that is searched for a tenant.
    Tenant(*const Expr),
    /// An expression whose parts are visited.
    Parts(*const Expr),
    /// An object that is searched for arguments of calls that set it up.
    Object(*const Expr),
    /// A call whose arguments are collected.
    Call(*const Call),
}

/// The budget of a call site, and the memo of parameters that all walks of one item share.
pub(crate) struct Walks<'p> {
    /// Steps left for the current call site.
    steps: u32,
    ran_out: bool,
    params: HashMap<ParamId, Arc<Vec<Found<'p>>>>,
}

/// The reason why the analysis of a site failed or ended early.
#[derive(Clone, Debug)]
pub(crate) struct Failure(pub(crate) String);

/// A call site whose analysis failed.
#[derive(Clone, Debug)]
pub(crate) struct Failed {
    pub(crate) at: FunctionId,
    pub(crate) line: u32,
    pub(crate) expression: String,
    pub(crate) reason: String,
}

impl Failed {
    pub(crate) fn new(call: &Call, file: usize, failure: Failure) -> Self {
        let expression = format!("{}(…)", call.target.shown());
        Self { at: FunctionId { file, index: call.function }, line: call.line, expression, reason: failure.0 }
    }
}

/// Processes all items in parallel, each with its own `Walks`. The results have the order of the items.
pub(crate) fn over<'p, I: Send, T: Send>(items: Vec<I>, look: impl Fn(&mut Walks<'p>, I) -> T + Sync) -> Vec<T> {
    items.into_par_iter().map(|item| look(&mut Walks::new(), item)).collect()
}

/// Runs `look` and turns a panic into an error.
pub(crate) fn guarded<T>(look: impl FnOnce() -> T) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(look)).map_err(|panic| Failure(format!("an internal error: {}", message(&*panic))))
}

/// A panic's message on one line.
fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it panicked");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl<'p> Walks<'p> {
    fn new() -> Self {
        Self { steps: SITE_STEPS, ran_out: false, params: HashMap::new() }
    }

    /// Analyses one call site with a full budget. A panic is a failure of this site only.
    pub(crate) fn at<T>(&mut self, look: impl FnOnce(&mut Self) -> T) -> Result<T, Failure> {
        self.steps = SITE_STEPS;
        self.ran_out = false;
        guarded(|| look(self))
    }

    /// The reason why the result for the last site may be incomplete: its budget ran out.
    pub(crate) fn cut_short(&self) -> Option<Failure> {
        self.ran_out.then(|| Failure("it leads to more places than are followed".into()))
    }

    /// Begins a query about a value: parameters are resolved through their callers.
    pub(crate) fn values(&mut self) -> Walk<'_, 'p> {
        self.walk(VALUE_STEPS, true)
    }

    /// Begins a query about a type: parameters are not resolved through their callers.
    pub(crate) fn types(&mut self) -> Walk<'_, 'p> {
        self.walk(TYPE_STEPS, false)
    }

    /// Begins a query about the names in an expression: the budget of a value, without callers.
    pub(crate) fn names(&mut self) -> Walk<'_, 'p> {
        self.walk(VALUE_STEPS, false)
    }

    fn walk(&mut self, steps: u32, callers: bool) -> Walk<'_, 'p> {
        Walk {
            walks: self,
            steps,
            stack: Vec::new(),
            seen: HashSet::new(),
            lowest: usize::MAX,
            frames: Vec::new(),
            callers,
        }
    }
}

/// A query: its remaining fuel, its position, and the call stack that is the context of parameters.
pub(crate) struct Walk<'w, 'p> {
    walks: &'w mut Walks<'p>,
    steps: u32,
    /// The visited places, outermost first; `None` for a level without a place.
    stack: Vec<Option<Place>>,
    /// Places that are visited only once per walk.
    seen: HashSet<Place>,
    /// The outermost level that closed a cycle, so that its values are missing in the levels below; 0 when the budget
    /// ran out, `usize::MAX` when nothing is missing.
    lowest: usize,
    pub(crate) frames: Vec<Frame<'p>>,
    /// True when parameters are resolved through their callers.
    pub(crate) callers: bool,
}

impl<'p> Walk<'_, 'p> {
    /// Recurses into a place. `None` when the walk is there already (a cycle) or the budget is used up.
    pub(crate) fn enter<T>(&mut self, place: Place, inside: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let level = self.stack.iter().position(|one| *one == Some(place));
        self.descend(Some(place), level, inside)
    }

    /// Recurses into a place, unless this walk has visited it before. `None` as for [`Self::enter`].
    pub(crate) fn enter_once<T>(&mut self, place: Place, inside: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.seen.insert(place) { self.descend(None, None, inside) } else { None }
    }

    /// Recurses without a place, where no cycle is possible.
    pub(crate) fn deeper<T>(&mut self, inside: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.descend(None, None, inside)
    }

    /// True when the budget is used up. Callers check this before they iterate over a long list.
    pub(crate) fn is_at_its_end(&mut self) -> bool {
        let ran_out = self.steps == 0 || self.walks.steps == 0;
        self.walks.ran_out |= ran_out;
        let ends = ran_out || self.stack.len() >= DEPTH_MAX;
        if ends {
            self.lowest = 0;
        }
        ends
    }

    /// Pays fuel for the values of a result. The first value is paid by the step that found it; without this charge,
    /// values that pass through many parameters would multiply at each of them.
    pub(crate) fn charge(&mut self, values: usize) {
        let more = u32::try_from(values.saturating_sub(1)).unwrap_or(u32::MAX);
        self.steps = self.steps.saturating_sub(more);
        self.walks.steps = self.walks.steps.saturating_sub(more);
    }

    /// `within`: the level at which the walk is at this place already. A refused step costs fuel too.
    fn descend<T>(
        &mut self,
        place: Option<Place>,
        within: Option<usize>,
        inside: impl FnOnce(&mut Self) -> T,
    ) -> Option<T> {
        let ends = self.is_at_its_end();
        self.steps = self.steps.saturating_sub(1);
        self.walks.steps = self.walks.steps.saturating_sub(1);
        if ends {
            return None;
        }
        if let Some(level) = within {
            self.lowest = self.lowest.min(level);
            return None;
        }
        self.stack.push(place);
        let found = inside(self);
        self.stack.pop();
        Some(found)
    }

    /// Runs a query about types inside this walk, with the same call stack.
    pub(crate) fn as_types<T>(&mut self, inside: impl FnOnce(&mut Self) -> T) -> T {
        let callers = std::mem::replace(&mut self.callers, false);
        let found = inside(self);
        self.callers = callers;
        found
    }

    /// The values of a parameter, from all its callers. Memoised, unless a call stack restricts the callers, or a part
    /// is missing because of a cycle through an outer place or the budget.
    pub(crate) fn param(&mut self, param: ParamId, find: impl FnOnce(&mut Self) -> Vec<Found<'p>>) -> Vec<Found<'p>> {
        let plain = self.frames.is_empty();
        if let Some(known) = self.walks.params.get(&param).filter(|_| plain) {
            return known.to_vec();
        }
        let level = self.stack.len();
        let around = std::mem::replace(&mut self.lowest, usize::MAX);
        let found = self.enter(Place::Param(param), find);
        let is_whole = found.is_some() && self.lowest >= level;
        self.lowest = self.lowest.min(around);
        let found = found.unwrap_or_default();
        if is_whole && plain {
            self.walks.params.insert(param, Arc::new(found.clone()));
        }
        found
    }
}
