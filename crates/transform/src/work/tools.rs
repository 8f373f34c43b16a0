//! The environment of scripts: the engine's parts that they may use, the prelude, and helpers that it returns.

use super::console::Console;
use rquickjs::{
    Array, Context, Ctx, Function, Object, Result, Runtime, String as JsString, Value, context::intrinsic,
    function::Func,
};

const PRELUDE: &str = include_str!("prelude.js");

/// Parts of the language beyond the basic objects. Proxy, WeakRef, typed arrays (with SharedArrayBuffer and Atomics) and
/// performance are absent.
type Parts = (
    intrinsic::Date,
    intrinsic::Eval,
    intrinsic::RegExpCompiler,
    intrinsic::RegExp,
    intrinsic::Json,
    intrinsic::MapSet,
    intrinsic::Promise,
);

pub(super) fn context(runtime: &Runtime) -> Result<Context> {
    Context::custom::<Parts>(runtime)
}

/// Functions of the prelude, which a script cannot change.
#[derive(Clone)]
pub(super) struct Tools<'js> {
    pub(super) ctx: Ctx<'js>,
    well_formed: Function<'js>,
    to_big: Function<'js>,
    digits: Function<'js>,
    kind_of_object: Function<'js>,
    kind_of_function: Function<'js>,
    assemble: Function<'js>,
    plain: Object<'js>,
}

/// A way to write an object in JSON.
pub(super) enum Kind {
    Plain,
    /// A date, by its ISO 8601 text.
    Date(String),
    /// An object of a named kind that JSON does not know.
    Foreign(String),
}

impl<'js> Tools<'js> {
    /// Runs the prelude. `timestamp` is the current time for the script, `seed` starts its random numbers.
    pub(super) fn install(ctx: &Ctx<'js>, timestamp: &str, seed: i32, console: &Console) -> Result<Self> {
        let prelude: Function = ctx.eval(PRELUDE)?;
        let console = console.clone();
        let log = Func::from(move |level: JsString<'js>, parts: Array<'js>| console.log(&level, &parts));
        let tools: Array = prelude.call((timestamp, seed, log))?;
        let plain: Function = tools.get(6)?;
        Ok(Self {
            ctx: ctx.clone(),
            well_formed: tools.get(0)?,
            to_big: tools.get(1)?,
            digits: tools.get(2)?,
            kind_of_object: tools.get(3)?,
            kind_of_function: tools.get(4)?,
            assemble: tools.get(5)?,
            plain: plain.call(())?,
        })
    }

    /// The text of a string, with U+FFFD for each lone surrogate. The engine's own text of such a string is not UTF-8.
    pub(super) fn text(&self, string: &JsString<'js>) -> Result<String> {
        match string.to_string() {
            Err(rquickjs::Error::Utf8(_)) => self.well_formed.call::<_, JsString>((string.clone(),))?.to_string(),
            other => other,
        }
    }

    pub(super) fn big(&self, digits: &str) -> Result<Value<'js>> {
        self.to_big.call((digits,))
    }

    pub(super) fn digits(&self, integer: &Value<'js>) -> Result<String> {
        self.digits.call((integer.clone(),))
    }

    pub(super) fn kind(&self, object: &Object<'js>) -> Result<Kind> {
        match object.get_prototype() {
            None => return Ok(Kind::Plain),
            Some(prototype) if prototype == self.plain => return Ok(Kind::Plain),
            Some(_) => {}
        }
        let kind: Value = self.kind_of_object.call((object.clone(),))?;
        if let Some(name) = kind.as_string() {
            return Ok(Kind::Foreign(name.to_string()?));
        }
        match kind.as_array() {
            Some(date) => Ok(Kind::Date(date.get(0)?)),
            None => Ok(Kind::Plain),
        }
    }

    /// The kind of a function that is not a synchronous one.
    pub(super) fn asynchronous(&self, function: &Function<'js>) -> Result<Option<String>> {
        self.kind_of_function.call((function.clone(),))
    }

    /// The object that is passed to the script: id, type, tenant, metadata, method, path, headers, body.
    pub(super) fn assemble(&self, members: [Value<'js>; 8]) -> Result<Object<'js>> {
        let mut args = rquickjs::function::Args::new(self.ctx.clone(), members.len());
        for member in members {
            args.push_arg(member)?;
        }
        args.apply(&self.assemble)
    }
}
