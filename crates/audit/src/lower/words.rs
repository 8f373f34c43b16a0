//! Words with the same meaning in every language.

/// Types and keywords that wrap the relevant type, of all languages.
const WRAPPERS: &[&str] = &[
    "Annotated",
    "Arc",
    "Array",
    "Awaitable",
    "Box",
    "ClassVar",
    "Final",
    "Future",
    "IEnumerable",
    "Inject",
    "Lazy",
    "List",
    "Mutex",
    "None",
    "Option",
    "Optional",
    "Partial",
    "Promise",
    "Provider",
    "Rc",
    "Readonly",
    "RwLock",
    "Self",
    "Supplier",
    "Task",
    "Type",
    "Union",
    "ValueTask",
    "as",
    "async",
    "const",
    "dyn",
    "final",
    "impl",
    "in",
    "list",
    "mut",
    "null",
    "readonly",
    "ref",
    "static",
    "suspend",
    "type",
    "typing",
    "undefined",
    "val",
    "var",
];

/// The own name of a declared type: `EventBus` for `Optional[EventBus]`, `&dyn EventBus`, `*events.Bus` (`Bus`).
pub(crate) fn type_name(text: &str) -> Option<String> {
    let mut paths = text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | ':' | '\\')));
    paths
        .find_map(|path| {
            let last = path.rsplit(['.', ':', '\\']).next()?;
            (!last.is_empty() && !WRAPPERS.contains(&last) && !last.starts_with(|c: char| c.is_ascii_digit()))
                .then_some(last)
        })
        .map(str::to_owned)
}

/// Decorators and annotations that change how a function runs but do not register it.
const PLAIN_DECORATORS: &[&str] = &[
    "abstractmethod",
    "asynccontextmanager",
    "atomic",
    "cache",
    "cached",
    "cached_property",
    "classmethod",
    "contextmanager",
    "deprecated",
    "final",
    "inject",
    "inline",
    "jvmstatic",
    "jvmoverloads",
    "log",
    "logged",
    "lru_cache",
    "must_use",
    "nonnull",
    "nullable",
    "obsolete",
    "override",
    "overload",
    "property",
    "retry",
    "safevarargs",
    "setter",
    "singledispatch",
    "staticmethod",
    "suppress",
    "suppresswarnings",
    "synchronized",
    "throws",
    "timed",
    "traced",
    "trace",
    "transactional",
    "allow",
    "cfg",
    "doc",
    "instrument",
    "expect",
    "wraps",
    "typing",
    "methodimpl",
    "suppressmessage",
    "debuggerstepthrough",
    "excludefromcodecoverage",
    "returntypewillchange",
    "sensitiveparameter",
    "pure",
    "contract",
    "visiblefortesting",
    "publishedapi",
    "optin",
];

/// Returns whether a decorator, by its last name, registers the function with a caller.
pub(crate) fn registers(decorator: &str) -> bool {
    let name: String = decorator.chars().filter(|c| *c != '_').flat_map(char::to_lowercase).collect();
    let known = |plain: &&str| plain.chars().filter(|c| *c != '_').eq(name.chars());
    !PLAIN_DECORATORS.iter().any(known)
}
