//! The budget of everything that is followed through the tree: steps, depth, and a record of where a walk is.
//!
//! Nothing is followed without a [`Walk`], and a walk comes from [`Walks`] alone, which it borrows while it lives: so no
//! function inside a walk can begin another one with a new budget. [`over`] hands `Walks` out, one for each item that
//! is worked on in parallel; [`Walks::at`] refills it for each call site and turns a panic into a [`Failure`] of that
//! site. Every recursion goes through [`Walk::enter`], [`Walk::enter_once`] or [`Walk::deeper`]; the test
//! `tests/recursion.rs` finds the ones that do not.

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

/// Steps of one question about a value.
const VALUE_STEPS: u32 = 20_000;
/// Steps of one question about a type: parameters are not followed to the callers.
const TYPE_STEPS: u32 = 2_000;
/// Steps of all questions about one call site together.
const SITE_STEPS: u32 = 60_000;
/// How deep a walk goes.
const DEPTH_MAX: usize = 60;

/// A function's parameter, by its index.
pub(crate) type ParamId = (FunctionId, usize);

/// Where a walk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    /// An expression, inside of so many calls.
    Value(*const Expr, usize),
    /// A parameter that is followed to the callers.
    Param(ParamId),
    /// A map whose keys are compared.
    Pairs(*const (Expr, Expr)),
    /// An expression that is asked for a tenant.
    Tenant(*const Expr),
    /// An expression whose parts are looked at.
    Parts(*const Expr),
    /// An object that is given things before it is used.
    Object(*const Expr),
    /// A call whose arguments are collected.
    Call(*const Call),
}

/// Where the walks of one item come from, and what they have found out together.
pub(crate) struct Walks<'p> {
    /// Steps that are left for the call site at hand.
    steps: u32,
    ran_out: bool,
    params: HashMap<ParamId, Arc<Vec<Found<'p>>>>,
}

/// Why a site could not be looked at to its end.
#[derive(Clone, Debug)]
pub(crate) struct Failure(pub(crate) String);

/// A call site that could not be looked at to its end.
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

/// Looks at all items in parallel, each with walks of its own; the answers come in the order of the items.
pub(crate) fn over<'p, I: Send, T: Send>(items: Vec<I>, look: impl Fn(&mut Walks<'p>, I) -> T + Sync) -> Vec<T> {
    items.into_par_iter().map(|item| look(&mut Walks::new(), item)).collect()
}

/// The same for one item. `Err` when `look` panics.
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

    /// Looks at one call site with a full budget. A panic is the site's failure and nobody else's.
    pub(crate) fn at<T>(&mut self, look: impl FnOnce(&mut Self) -> T) -> Result<T, Failure> {
        self.steps = SITE_STEPS;
        self.ran_out = false;
        guarded(|| look(self))
    }

    /// Why what was found at the last site may not be all, when its budget was used up.
    pub(crate) fn cut_short(&self) -> Option<Failure> {
        self.ran_out.then(|| Failure("it leads to more places than are followed".into()))
    }

    /// A question about a value: parameters are followed to the callers.
    pub(crate) fn values(&mut self) -> Walk<'_, 'p> {
        self.walk(VALUE_STEPS, true)
    }

    /// A question about a type.
    pub(crate) fn types(&mut self) -> Walk<'_, 'p> {
        self.walk(TYPE_STEPS, false)
    }

    /// A question about the names that speak in a value; what they mean is a question about types.
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

/// One walk: what it has used up, where it is, and the calls that it is inside of.
pub(crate) struct Walk<'w, 'p> {
    walks: &'w mut Walks<'p>,
    steps: u32,
    /// Where it is, the outermost first; nothing for a level without a place.
    stack: Vec<Option<Place>>,
    /// Places that are looked at once in a walk.
    seen: HashSet<Place>,
    /// The outermost level that something was left out for, since it was being looked at already.
    lowest: usize,
    pub(crate) frames: Vec<Frame<'p>>,
    /// Parameters are followed to the callers.
    pub(crate) callers: bool,
}

impl<'p> Walk<'_, 'p> {
    /// Goes a level deeper, to a place. Nothing when the walk is at that place already, or when its budget is used up.
    pub(crate) fn enter<T>(&mut self, place: Place, inside: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let level = self.stack.iter().position(|one| *one == Some(place));
        self.descend(Some(place), level, inside)
    }

    /// The same for a place that has nothing more to say when it is come to a second time in this walk.
    pub(crate) fn enter_once<T>(&mut self, place: Place, inside: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.seen.insert(place) { self.descend(None, None, inside) } else { None }
    }

    /// Goes a level deeper without a place, where the recursion ends by itself.
    pub(crate) fn deeper<T>(&mut self, inside: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.descend(None, None, inside)
    }

    /// Whether a further level would be refused. To be asked before a long list is gone through.
    pub(crate) fn is_at_its_end(&mut self) -> bool {
        let ran_out = self.steps == 0 || self.walks.steps == 0;
        self.walks.ran_out |= ran_out;
        let ends = ran_out || self.stack.len() >= DEPTH_MAX;
        if ends {
            self.lowest = 0;
        }
        ends
    }

    /// Pays for an answer. The first value of it is paid by the step that found it; without this, values that pass through
    /// many parameters would multiply at each of them.
    pub(crate) fn charge(&mut self, values: usize) {
        let more = u32::try_from(values.saturating_sub(1)).unwrap_or(u32::MAX);
        self.steps = self.steps.saturating_sub(more);
        self.walks.steps = self.walks.steps.saturating_sub(more);
    }

    /// `within`: the level at which the walk is at that place already. What is refused costs a step too.
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

    /// Asks for a type in between: parameters are not followed, and the calls around are as they are.
    pub(crate) fn as_types<T>(&mut self, inside: impl FnOnce(&mut Self) -> T) -> T {
        let callers = std::mem::replace(&mut self.callers, false);
        let found = inside(self);
        self.callers = callers;
        found
    }

    /// What a parameter comes to be, from all its callers. It is found out once, unless a part of it had to be left out
    /// because of where this walk is.
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
