//! Scripts as customers write them, and the language that they may use.

use crate::support::{BODY, Pool, patient, sent};
use transform::{Effect, FaultKind, Method};

#[tokio::test]
async fn a_script_changes_all_parts_of_the_request() {
    let pool = Pool::new(patient());
    let shaped = sent(
        pool.run(
            r#"export default function (webhook) {
                webhook.body = { text: `${webhook.type} ${webhook.id} ${webhook.tenant} ${webhook.metadata.region}` };
                webhook.headers["X-Amount"] = String(150);
                delete webhook.headers["x-team"];
                webhook.path += "&y=2";
                webhook.method = "PUT";
                return webhook;
            }"#,
        )
        .await,
    );
    assert_eq!(shaped.body, r#"{"text":"order.paid evt_1 acme eu"}"#);
    assert_eq!(shaped.headers, [("x-amount".to_owned(), "150".to_owned())]);
    assert_eq!((shaped.path.as_deref(), shaped.method), (Some("/hook?x=1&y=2"), Some(Method::Put)));
    assert_eq!(shaped.content_type, "application/json");
}

#[tokio::test]
async fn bodies_by_their_kind() {
    let pool = Pool::new(patient());
    for (returned, body, content_type) in [
        ("webhook", BODY, "application/json"),
        ("({})", BODY, "application/json"),
        ("({ ...webhook, body: [1, 'a', null, true] })", r#"[1,"a",null,true]"#, "application/json"),
        ("({ body: null })", "null", "application/json"),
        ("({ body: 'a=1' })", "a=1", "text/plain; charset=utf-8"),
        ("({ body: '' })", "", "text/plain; charset=utf-8"),
        ("({ body: 'a=1', headers: { 'content-type': 'text/x' } })", "a=1", "text/x"),
        ("({ body: { at: new Date() } })", r#"{"at":"2026-11-30T12:00:00.250Z"}"#, "application/json"),
        ("({ body: { a: undefined, b: 1n } })", r#"{"b":1}"#, "application/json"),
        ("({ body: { toJSON() { return 1 } }.x })", BODY, "application/json"),
        ("({ body: '😀'.slice(0, 1) })", "\u{fffd}", "text/plain; charset=utf-8"),
        ("({ body: { ['😀'.slice(1)]: '😀'.slice(0, 1) } })", "{\"\u{fffd}\":\"\u{fffd}\"}", "application/json"),
        ("({ body: { __proto__: { a: 1 }, ['__proto__']: 2 } })", r#"{"__proto__":2}"#, "application/json"),
        ("({ body: new (class { a = 1; get b() { return 2 } })() })", r#"{"a":1}"#, "application/json"),
        ("({ body: Object.create(null) })", "{}", "application/json"),
        ("({ body: webhook.body.data.items.map(i => i.sku).join() })", "a,b", "text/plain; charset=utf-8"),
        ("({ body: { a: 'a\\u0000\\n\"' } })", r#"{"a":"a\u0000\n\""}"#, "application/json"),
    ] {
        let shaped = sent(pool.run(&format!("export default (webhook) => {returned}")).await);
        assert_eq!(shaped.body, body, "{returned}");
        assert_eq!(shaped.content_type, content_type, "{returned}");
    }
}

#[tokio::test]
async fn null_drops_the_delivery_and_other_values_are_errors() {
    let pool = Pool::new(patient());
    assert_eq!(pool.run("export default () => null").await.result, Ok(Effect::Drop));
    for (returned, message) in [
        ("undefined", "returned nothing; return webhook, or null to drop the delivery"),
        ("false", "returned a value of type boolean"),
        ("'text'", "returned a value of type string"),
        ("[]", "returned a value of type array"),
        ("(() => 1)", "returned a value of type function"),
        ("({ url: 'x' })", "returned an unknown member `url`; only body, headers, path and method can be changed"),
        ("({ id: 'x' })", "id cannot be changed"),
        ("({ timestamp: 1 })", "timestamp cannot be changed"),
        ("({ path: 1 })", "path must be a text, not number"),
        ("({ path: '//evil.example' })", "path must begin with a single `/`"),
        ("({ method: 'GET' })", "method must be POST, PUT or PATCH, not `GET`"),
        ("({ headers: [] })", "headers must be an object"),
        ("({ headers: { 'x-a': 1 } })", "header `x-a` must be a text, not number"),
        ("({ headers: { 'x-a': '1\\r\\nx: y' } })", "the value of header `x-a` must be visible ASCII"),
        ("({ headers: { 'x-a\\r\\n': '1' } })", "is not a header name"),
        ("({ headers: { host: 'x' } })", "a script cannot set header `host`"),
        ("({ headers: { 'x-team': '1', 'X-Team': '2' } })", "header `x-team` is set twice"),
    ] {
        let fault = pool.fault(&format!("export default () => {returned}")).await;
        assert_eq!(fault.kind, FaultKind::Output, "{returned}: {fault}");
        assert!(fault.message.contains(message), "{returned}: {fault}");
    }
}

#[tokio::test]
async fn faults_name_their_line() {
    let pool = Pool::new(patient());
    for (source, kind, text) in [
        ("export default function (w) {\n\n  return w.a.b.c\n}", FaultKind::Thrown, "line 3: TypeError: cannot read"),
        ("export default function (w) {\n  return w..a\n}", FaultKind::Syntax, "line 2: SyntaxError: "),
        ("\n\nthrow new RangeError('no')", FaultKind::Thrown, "line 3: RangeError: no"),
        ("export default w => {\n w.id = 'x' }", FaultKind::Thrown, "line 2: TypeError: 'id' is read-only"),
        ("export default w => { w.metadata.tags.push(1) }", FaultKind::Thrown, "line 1: TypeError: "),
        ("export default () => {\n missing() }", FaultKind::Thrown, "line 2: ReferenceError: missing is not defined"),
        ("export default () => { throw 'text' }", FaultKind::Thrown, "threw text"),
        (
            "export default () => { throw null }",
            FaultKind::Memory,
            "the script used more than 32 MiB of memory, or threw null",
        ),
        ("export default () => { throw { message: 'm' } }", FaultKind::Thrown, "Error: m"),
        ("export default () => [1].map(() => {\n throw Error('in') })", FaultKind::Thrown, "line 2: Error: in"),
    ] {
        let fault = pool.fault(source).await;
        assert_eq!(fault.kind, kind, "{source}: {fault}");
        assert!(fault.to_string().starts_with(text), "{source}: {fault}");
    }
}

#[tokio::test]
async fn check_compiles_without_running_the_function() {
    let pool = Pool::new(patient());
    let check = async |source: &str| pool.scripts.check(source).await.unwrap().map_err(|fault| fault.to_string());
    for source in [
        "export default function (webhook) { throw 1 }",
        "export default (webhook) => webhook",
        "const f = () => null; export { f as default }",
        "const at = new Date(); export default () => ({ body: { at } })",
    ] {
        assert_eq!(check(source).await, Ok(()), "{source}");
    }
    for (source, text) in [
        ("", "the script has no default export"),
        ("export function f() {}", "the script has no default export"),
        ("export default 1", "the default export is not a function"),
        ("export default async function () {}", "the default export is an async function"),
        ("export default async () => {}", "the default export is an async function"),
        ("export default function* () {}", "the default export is a generator"),
        ("export default async function* () {}", "the default export is a generator"),
        ("await 1; export default () => null", "the top level of a script must not use await"),
        ("export default (", "line 1: SyntaxError"),
        ("import x from 'fs'; export default () => x", "could not load module"),
        ("import * as os from 'os'; export default () => null", "could not load module"),
        ("throw Error('top'); export default () => null", "line 1: Error: top"),
        ("export default () => null \0", "no NUL"),
        (&"x".repeat(70_000), "at most 65536 bytes"),
    ] {
        let message = check(source).await.unwrap_err();
        assert!(message.contains(text), "{source}: {message}");
    }
}

#[tokio::test]
async fn the_language_has_no_clock_no_chance_and_no_way_out() {
    let pool = Pool::new(patient());
    let eval = async |expression: &str| {
        let source = format!("export default () => ({{ body: String({expression}) }})");
        String::from_utf8(sent(pool.run(&source).await).body.to_vec()).unwrap()
    };
    for name in [
        "Proxy",
        "WeakRef",
        "FinalizationRegistry",
        "SharedArrayBuffer",
        "Atomics",
        "ArrayBuffer",
        "Uint8Array",
        "Float64Array",
        "DataView",
        "eval",
        "Function",
        "Promise",
        "queueMicrotask",
        "setTimeout",
        "setInterval",
        "process",
        "require",
        "std",
        "os",
        "bjson",
        "print",
        "performance",
        "fetch",
        "XMLHttpRequest",
        "Worker",
        "navigator",
        "gc",
        "scriptArgs",
        "module",
        "exports",
        "__proto__",
        "Intl",
    ] {
        assert_eq!(eval(&format!("typeof {name} + typeof globalThis['{name}']")).await, "undefinedundefined", "{name}");
    }
    for (expression, text) in [
        ("Date.now()", "1796040000250"),
        ("new Date().toISOString()", "2026-11-30T12:00:00.250Z"),
        ("new Date(0).constructor === Date", "true"),
        ("new (new Date(0).constructor)().getTime()", "1796040000250"),
        ("Date()", "Mon Nov 30 2026 12:00:00 GMT+0000"),
        ("new Date(2026, 0, 1).toISOString()", "2026-01-01T00:00:00.000Z"),
        ("new (class extends Date {})().getTime()", "1796040000250"),
        ("Date.UTC(2026, 0)", "1767225600000"),
        ("(() => 1).constructor === Object", "true"),
        ("(async () => 1).constructor === Object", "true"),
        ("(function* () {}).constructor === Object", "true"),
        ("[].concat.constructor === Object", "true"),
        ("'é'.normalize('NFD').length", "2"),
        ("/(?<y>\\d+)/.exec('a12').groups.y", "12"),
        ("new Map([[1, 2]]).get(1)", "2"),
        ("encodeURIComponent('ü')", "%C3%BC"),
    ] {
        assert!(eval(expression).await.starts_with(text), "{expression}: {}", eval(expression).await);
    }
    let random = eval("[Math.random(), Math.random()]").await;
    assert_eq!(random, eval("[Math.random(), Math.random()]").await);
    assert!(random.starts_with("0."), "{random}");
}

#[tokio::test]
async fn the_console_is_captured_and_bounded() {
    let pool = Pool::new(patient());
    let ran = pool
        .run(
            "console.log('top'); export default (w) => { console.warn('a', 1, { b: [2] }, null, undefined, 3n);
             console.error(new TypeError('e')); console.log({ get x() { throw 1 } }); return w }",
        )
        .await;
    assert_eq!(ran.console, ["top", r#"warn: a 1 {"b":[2]} null undefined 3"#, "error: TypeError: e", "(object)"]);
    assert!(ran.result.is_ok());
    for statement in ["console.log(i)", "console.log('x'.repeat(5000))", "console.log(...Array(5000).fill('ab'))"] {
        let source = format!("export default (w) => {{ for (let i = 0; i < 200; i++) {statement}; return w }}");
        let ran = pool.run(&source).await;
        assert!(ran.result.is_ok(), "{statement}: {:?}", ran.result);
        assert!(ran.console.len() <= 100 && ran.console.join("").len() <= 8_300, "{statement}");
        assert_eq!(ran.console.last().unwrap(), "(further lines are left out)");
    }
    let fault = pool.run("export default () => { console.log('before'); throw Error('x') }").await;
    assert_eq!(fault.console, ["before"]);
}
