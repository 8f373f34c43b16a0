//! Hostile scripts: each ends in time, and the next call works.

use crate::support::{BODY, Pool, input, patient, sent};
use std::time::Duration;
use tokio::time::timeout;
use transform::{FaultKind::*, Limits};

/// Source, allowed kinds of the fault. Each runs as a whole source or as the body of the function.
const TABLE: &[(&str, &[transform::FaultKind])] = &[
    ("while (true) {}", &[TimeOut]),
    ("for (;;) { try { for (;;); } catch {} finally { for (;;); } }", &[TimeOut]),
    ("new Array(1e9) + ''", &[TimeOut, Memory, Crashed, Thrown]),
    ("'x'.repeat(2 ** 30)", &[Memory, Thrown]),
    ("let s = 'x'; for (;;) s += s", &[Memory, Thrown]),
    ("const a = []; for (;;) a.push({ a })", &[Memory, TimeOut]),
    ("const a = []; try { for (;;) a.push({ a }) } catch {} for (;;) try { a.push([]) } catch {}", &[TimeOut, Memory]),
    ("(function f() { f() })()", &[Thrown]),
    ("const f = () => { try { f() } finally { f() } }; f()", &[Thrown, TimeOut]),
    ("/(a+)+$/.test('a'.repeat(40) + '!')", &[TimeOut]),
    ("/(x+x+)+y/.exec('x'.repeat(5000))", &[TimeOut, Thrown]),
    ("'a'.repeat(1e7).split('').sort(() => 1)", &[TimeOut, Memory]),
    ("2n ** 100000000n", &[TimeOut, Memory, Thrown, Crashed]),
    ("JSON.parse('['.repeat(1e6))", &[Thrown, Memory]),
    ("JSON.stringify(Array(1e8))", &[TimeOut, Memory]),
    ("let o = {}; for (let i = 0; i < 1e6; i++) o = { o }; JSON.stringify(o)", &[Thrown, Memory, TimeOut]),
    ("throw { toString() { for (;;); } }", &[Thrown, TimeOut]),
    ("throw { get message() { for (;;); } }", &[TimeOut]),
    ("throw { get message() { throw 1 } }", &[Thrown]),
    ("const e = new Error('x'); e.stack = 'transform.js:77:88'; throw e", &[Thrown]),
    ("throw new InternalError('out of memory')", &[Memory]),
    ("throw Symbol('x')", &[Thrown]),
    ("throw undefined", &[Thrown]),
    ("Object.freeze(webhook); webhook.body = 1", &[Thrown]),
    ("webhook.id = 2", &[Thrown]),
    ("process.exit(0)", &[Thrown]),
    ("globalThis.std.loadFile('/etc/passwd')", &[Thrown]),
    ("require('fs')", &[Thrown]),
    ("eval('1')", &[Thrown]),
    ("(() => {}).constructor('return 1')()", &[Thrown, Output]),
    ("return (async () => webhook)()", &[Output]),
    ("return (async () => { for (;;) await 1 })()", &[Output]),
    ("return import('fs')", &[Output]),
    ("webhook.body = import('fs'); return webhook", &[Output]),
    ("webhook.body = () => 1; return webhook", &[Output]),
    ("webhook.body = Symbol('x'); return webhook", &[Output]),
    ("webhook.body = { a: [1, NaN] }; return webhook", &[Output]),
    ("webhook.body = -Infinity; return webhook", &[Output]),
    ("webhook.body = [undefined]; return webhook", &[Output]),
    ("webhook.body = new Map(); return webhook", &[Output]),
    ("webhook.body = new Error('x'); return webhook", &[Output]),
    ("webhook.body = new String('x'); return webhook", &[Output]),
    ("webhook.body = new Date(NaN); return webhook", &[Thrown]),
    ("webhook.body.self = webhook.body; return webhook", &[Output]),
    ("let a = []; for (let i = 0; i < 200; i++) a = [a]; webhook.body = a; return webhook", &[Output]),
    ("let a = [1]; for (let i = 0; i < 60; i++) a = [a, a]; webhook.body = a; return webhook", &[Output, TimeOut]),
    ("webhook.body = 'x'.repeat(3e5); return webhook", &[Output]),
    ("webhook.body = { a: 'x'.repeat(3e5) }; return webhook", &[Output]),
    ("webhook.body = { a: '\\u0001'.repeat(2e5) }; return webhook", &[Output]),
    ("const s = 'x'.repeat(1e6); webhook.body = Array(1000).fill(s); return webhook", &[Output]),
    ("webhook.body = new Array(4294967295); return webhook", &[Output]),
    ("webhook.body = { get a() { for (;;); } }; return webhook", &[TimeOut]),
    ("webhook.body = { get a() { throw new Error('get') } }; return webhook", &[Thrown]),
    ("const o = { get a() { return o } }; webhook.body = o; return webhook", &[Output]),
    ("webhook.body = { get a() { return { get a() { return this } } } }; return webhook", &[Output]),
    (
        "const a = [0]; Object.defineProperty(a, 0, { enumerable: true, get() { a.push(1); return 'x'.repeat(99) } }); a[1] = a; webhook.body = a; return webhook",
        &[Output],
    ),
    ("return { get body() { for (;;); } }", &[TimeOut]),
    ("webhook.headers = { get a() { throw 1 } }; return webhook", &[Thrown]),
    ("for (let i = 0; i < 1e4; i++) webhook.headers['x-' + i] = 'v'; return webhook", &[Output]),
    ("webhook.headers['x-a'] = 'v'.repeat(1e6); return webhook", &[Output]),
    ("webhook.headers['x-'.repeat(1e5)] = 'v'; return webhook", &[Output]),
    ("webhook.path = '/' + 'a'.repeat(1e6); return webhook", &[Output]),
    ("webhook['x'.repeat(1e6)] = 1; return webhook", &[Output]),
    ("for (;;) console.log('x'.repeat(1e5))", &[TimeOut]),
    ("console.log({ get a() { console.log(this); return 1 } }); for (;;);", &[TimeOut]),
    ("Object.setPrototypeOf(webhook, null); webhook.nope()", &[Thrown]),
];

/// Short enough for many endless loops, and long enough for scripts that end on a loaded machine.
fn strict() -> Limits {
    Limits { deadline: Duration::from_secs(1), ..Limits::default() }
}

#[tokio::test]
async fn every_hostile_script_ends_in_time_and_the_next_call_works() {
    let pool = Pool::new(strict());
    for (body, kinds) in TABLE {
        let source = format!("export default function (webhook) {{ {body} }}");
        let fault = timeout(Duration::from_secs(30), pool.fault(&source)).await.expect(body);
        assert!(kinds.contains(&fault.kind), "{body}: {:?} {fault}", fault.kind);
        assert!(fault.message.chars().count() <= 500, "{body}");
        let next = pool.run("export default w => w").await;
        assert!(next.result.is_ok(), "after {body}: {:?}", next.result);
    }
    assert!(pool.pids().len() <= 2);
}

#[tokio::test]
async fn the_top_level_is_under_the_same_limits() {
    let pool = Pool::new(strict());
    for (source, kinds) in [
        ("while (true) {}", &[TimeOut][..]),
        ("new Array(1e9) + ''; export default w => w", &[TimeOut, Memory, Crashed]),
        ("const a = []; for (;;) a.push([])", &[Memory, TimeOut]),
        ("(function f() { f() })()", &[Thrown]),
        ("await new (async () => {})().constructor(() => {})", &[Thrown, Syntax]),
    ] {
        let fault = pool.scripts.check(source).await.unwrap().unwrap_err();
        assert!(kinds.contains(&fault.kind), "{source}: {:?} {fault}", fault.kind);
        assert_eq!(pool.scripts.check("export default w => w").await.unwrap(), Ok(()));
    }
    let late = pool.fault("while (true) {}").await;
    assert_eq!(late.to_string(), "the script ran for longer than 1000 ms");
    let large = "export default () => { const b = []; for (;;) b.push('x'.repeat(1e6) + b.length) }";
    let large = Pool::new(patient()).fault(large).await;
    assert_eq!(large.kind, Memory);
    assert!(large.to_string().starts_with("the script used more than 32 MiB of memory"), "{large}");
}

#[tokio::test]
async fn changed_prototypes_affect_neither_the_output_nor_the_next_call() {
    let pool = Pool::new(Limits { workers: 1, ..patient() });
    for statement in [
        "Object.prototype.toJSON = () => 'forged'",
        "Array.prototype.toJSON = String.prototype.toJSON = () => 'forged'",
        "Array.prototype.push = Array.prototype.map = Array.prototype[Symbol.iterator] = () => { throw 1 }",
        "JSON.stringify = JSON.parse = () => { throw 1 }",
        "Object.keys = Object.getOwnPropertyNames = Reflect.ownKeys = Reflect.apply = () => { throw 1 }",
        "String.prototype.toWellFormed = Map.prototype.get = Object.getPrototypeOf(isNaN).call = () => { throw 1 }",
        "Object.defineProperty(Object.prototype, 'data', { set() { throw 1 }, get() { throw 1 } })",
        "Object.defineProperty(Array.prototype, 0, { set() { throw 1 }, get() { throw 1 } })",
        "globalThis.leak = 1; Date.now = () => 1; Date.prototype.toISOString = () => 1",
        "for (const n of Object.getOwnPropertyNames(globalThis)) try { globalThis[n] = null } catch {}",
        "for (const n of Object.getOwnPropertyNames(globalThis)) try { delete globalThis[n] } catch {}",
        "Symbol.prototype.toString = BigInt.prototype.toString = () => { throw 1 }; webhook.body.n = 1n; delete webhook.body.n",
    ] {
        for place in [
            format!("export default (webhook) => {{ {statement}; return webhook }}"),
            format!("const webhook = {{ body: {{}} }}; {statement}; export default (w) => w"),
        ] {
            let shaped = sent(pool.run(&place).await);
            assert_eq!(shaped.body, BODY, "{place}");
            let clean =
                "export default (w) => ({ body: [typeof leak, {}.toJSON, [1].map(x => x)[0], Date.now()].join() })";
            assert_eq!(sent(pool.run(clean).await).body, "undefined,,1,1796040000250", "{place}");
        }
    }
    assert_eq!(pool.pids().len(), 1, "one worker served all calls");
}

#[tokio::test]
async fn events_that_are_no_json_or_too_large_are_refused_before_a_worker_starts() {
    let pool = Pool::new(patient());
    let large = format!("\"{}\"", "x".repeat(300_000));
    for body in ["", "{", "nul", "{} x", large.as_str()] {
        let fault =
            pool.scripts.run("export default w => w", &input(body.as_bytes())).await.unwrap().result.unwrap_err();
        assert_eq!(fault.kind, Input, "{fault}");
    }
    let broken = transform::Input { metadata: "{", ..input(b"{}") };
    assert_eq!(pool.scripts.run("export default w => w", &broken).await.unwrap().result.unwrap_err().kind, Input);
    assert!(pool.pids().is_empty());
}
