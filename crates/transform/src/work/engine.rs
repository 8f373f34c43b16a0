//! One call: a fresh engine, the script's module, and its function.

use super::{
    console::Console,
    names::type_name,
    read::read,
    spelling::Spelling,
    stop::Stop,
    thrown::{self, NAME, fault},
    tools::{self, Tools},
    write::{self, Problem},
};
use crate::{
    fault::{FaultKind, ScriptFault},
    limits::{HEADERS_BYTES, HEADERS_MAX, PATH_MAX},
    wire::{Answer, BodyForm, Changes, Outcome, Request, Webhook},
};
use rquickjs::{
    Ctx, Function, Module, Object, Runtime, String as JsString, Value, object::Filter, promise::PromiseState,
};
use std::time::Duration;

/// Stack of the engine in bytes. The process has 8 MiB.
const STACK: usize = 512 * 1024;

type Done<T> = Result<T, ScriptFault>;

/// Answers a call, with the new body if there is one.
pub(super) fn answer(request: &Request, body: &[u8]) -> (Answer, Vec<u8>) {
    let console = Console::default();
    let (outcome, body) = match call(request, body, &console) {
        Ok(done) => done,
        Err(fault) => (Outcome::Fault(fault), Vec::new()),
    };
    (Answer { console: console.into_lines(), outcome }, body)
}

fn call(request: &Request, body: &[u8], console: &Console) -> Done<(Outcome, Vec<u8>)> {
    let stop = Stop::before(Duration::from_millis(request.bounds.deadline_millis));
    let runtime = Runtime::new().map_err(|_| thrown::out_of_memory())?;
    runtime.set_memory_limit(request.bounds.memory);
    runtime.set_max_stack_size(STACK);
    let interrupt = stop.clone();
    runtime.set_interrupt_handler(Some(Box::new(move || interrupt.is_over())));
    let context = tools::context(&runtime).map_err(|_| thrown::out_of_memory())?;
    context.with(|ctx| {
        let (timestamp, seed) = match &request.webhook {
            Some(webhook) => (webhook.timestamp.as_str(), seed(&webhook.id)),
            None => ("2000-01-01T00:00:00Z", 0),
        };
        let tools =
            Tools::install(&ctx, timestamp, seed, console).map_err(|error| fault(&ctx, &stop, &error, false))?;
        let run = Run { tools, stop, max: request.bounds.body };
        match &request.webhook {
            None => run.function(&request.source).map(|_| (Outcome::Checked, Vec::new())),
            Some(webhook) => run.transform(&request.source, webhook, body),
        }
    })
}

/// FNV-1a of the event's id.
fn seed(id: &str) -> i32 {
    id.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)).cast_signed()
}

struct Run<'js> {
    tools: Tools<'js>,
    stop: Stop,
    max: usize,
}

impl<'js> Run<'js> {
    fn ctx(&self) -> &Ctx<'js> {
        &self.tools.ctx
    }

    fn js<T>(&self, result: rquickjs::Result<T>) -> Done<T> {
        result.map_err(|error| thrown::of(&self.tools, &self.stop, &error))
    }

    fn transform(&self, source: &str, webhook: &Webhook, body: &[u8]) -> Done<(Outcome, Vec<u8>)> {
        // Before the script's top level, which may change prototypes.
        let mut spelling = Spelling::default();
        let json =
            std::str::from_utf8(body).map_err(|_| ScriptFault::new(FaultKind::Input, "the body is not UTF-8"))?;
        let input = self.js(self.input(webhook, json, &mut spelling))?;
        let function = self.function(source)?;
        let returned: Value = self.js(function.call((input.clone(),)))?;
        if self.stop.is_over() {
            return Err(thrown::late());
        }
        if returned.is_null() {
            return Ok((Outcome::Drop, Vec::new()));
        }
        if returned.is_undefined() {
            return Err(ScriptFault::output("returned nothing; return webhook, or null to drop the delivery"));
        }
        if returned.is_promise() {
            return Err(ScriptFault::output("returned a promise; the function must be synchronous"));
        }
        match returned.as_object().filter(|object| !object.is_array() && !object.is_function()) {
            Some(object) => self.changes(object, webhook, &spelling),
            None => Err(ScriptFault::output(format!(
                "returned a value of type {}; return webhook, or null to drop the delivery",
                type_name(&returned)
            ))),
        }
    }

    fn input<'s>(
        &self,
        webhook: &Webhook,
        body: &'s str,
        spelling: &mut Spelling<'js, 's>,
    ) -> rquickjs::Result<Object<'js>> {
        let text = |text: &str| JsString::from_str(self.ctx().clone(), text).map(JsString::into_value);
        let headers = Object::new(self.ctx().clone())?;
        for (name, value) in &webhook.headers {
            headers.set(name.as_str(), value.as_str())?;
        }
        let metadata = read(&self.tools, &mut Spelling::default(), webhook.metadata.get())?;
        self.tools.assemble([
            text(&webhook.id)?,
            text(&webhook.kind)?,
            text(&webhook.tenant)?,
            metadata,
            text(&webhook.method)?,
            text(&webhook.path)?,
            headers.into_value(),
            read(&self.tools, spelling, body)?,
        ])
    }

    /// Compiles the module, runs its top level, and returns the default export.
    fn function(&self, source: &str) -> Done<Function<'js>> {
        let refuse = |message: &str| Err(ScriptFault::new(FaultKind::Syntax, message));
        let compiled = Module::declare(self.ctx().clone(), NAME, source)
            .map_err(|error| fault(self.ctx(), &self.stop, &error, true))?;
        // A missing module of an import is found here.
        let (module, done) = self.js(compiled.eval())?;
        match done.state() {
            PromiseState::Pending => return refuse("the top level of a script must not use await"),
            PromiseState::Rejected => self.js(done.result::<Value>().unwrap_or(Err(rquickjs::Error::Unknown)))?,
            PromiseState::Resolved => Value::new_undefined(self.ctx().clone()),
        };
        let exported: Value = self.js(module.get("default"))?;
        if exported.is_undefined() {
            return refuse("the script has no default export; begin with `export default function (webhook)`");
        }
        let Some(function) = exported.as_function() else {
            return refuse("the default export is not a function");
        };
        if let Some(kind) = self.js(self.tools.asynchronous(function))? {
            return refuse(&format!("the default export is {kind}; it must be a synchronous function"));
        }
        Ok(function.clone())
    }

    fn changes(
        &self,
        returned: &Object<'js>,
        webhook: &Webhook,
        spelling: &Spelling<'js, '_>,
    ) -> Done<(Outcome, Vec<u8>)> {
        let (mut changes, mut bytes) = (Changes::default(), Vec::new());
        for name in returned.own_keys::<JsString>(Filter::new().string().enum_only()) {
            let name = self.js(name)?;
            let value: Value = self.js(returned.get(name.clone().into_value()))?;
            let name = self.js(self.tools.text(&name))?;
            if value.is_undefined() {
                continue;
            }
            match name.as_str() {
                "body" => {
                    let (form, body) = self.body(&value, spelling)?;
                    (changes.body, bytes) = (Some(form), body.into_bytes());
                }
                "headers" => changes.headers = Some(self.headers(&value)?),
                "path" => changes.path = Some(self.member(&name, &value, PATH_MAX)?),
                "method" => changes.method = Some(self.member(&name, &value, 100)?),
                "id" => self.same(&name, &value, &webhook.id)?,
                "type" => self.same(&name, &value, &webhook.kind)?,
                "timestamp" => self.same(&name, &value, &webhook.timestamp)?,
                "tenant" => self.same(&name, &value, &webhook.tenant)?,
                "metadata" => {}
                _ => {
                    let known = "only body, headers, path and method can be changed";
                    return Err(ScriptFault::output(format!("returned an unknown member `{name}`; {known}")));
                }
            }
        }
        Ok((Outcome::Send(changes), bytes))
    }

    fn body(&self, value: &Value<'js>, spelling: &Spelling<'js, '_>) -> Done<(BodyForm, String)> {
        if value.is_string() {
            let text = self.member("body", value, self.max)?;
            return Ok((BodyForm::Text, text));
        }
        match write::write(&self.tools, &self.stop, spelling, value, self.max) {
            Ok(json) => Ok((BodyForm::Json, json)),
            Err(Problem::Refused(message)) => Err(ScriptFault::output(message)),
            Err(Problem::Late) => Err(thrown::late()),
            Err(Problem::Engine(error)) => Err(thrown::of(&self.tools, &self.stop, &error)),
        }
    }

    fn headers(&self, value: &Value<'js>) -> Done<Vec<(String, String)>> {
        let Some(object) = value.as_object().filter(|object| !object.is_array() && !object.is_function()) else {
            return Err(ScriptFault::output("headers must be an object"));
        };
        let mut headers = Vec::new();
        for name in object.own_keys::<JsString>(Filter::new().string().enum_only()) {
            let name = self.js(name)?;
            let value: Value = self.js(object.get(name.clone().into_value()))?;
            if value.is_undefined() {
                continue;
            }
            if headers.len() >= HEADERS_MAX {
                return Err(ScriptFault::output(format!("more than {HEADERS_MAX} headers")));
            }
            let name = self.member("a header name", &name.into_value(), HEADERS_BYTES)?;
            let value = self.member(&format!("header `{name}`"), &value, HEADERS_BYTES)?;
            headers.push((name, value));
        }
        Ok(headers)
    }

    /// A text of at most `max` bytes.
    fn member(&self, what: &str, value: &Value<'js>, max: usize) -> Done<String> {
        let Some(string) = value.as_string() else {
            return Err(ScriptFault::output(format!("{what} must be a text, not {}", type_name(value))));
        };
        let text = self.js(self.tools.text(string))?;
        if text.len() > max {
            return Err(ScriptFault::output(format!("{what} is larger than {max} bytes")));
        }
        Ok(text)
    }

    fn same(&self, what: &str, value: &Value<'js>, before: &str) -> Done<()> {
        if value.is_string() && self.member(what, value, before.len())? == before {
            return Ok(());
        }
        Err(ScriptFault::output(format!("{what} cannot be changed")))
    }
}
