//! The semantics of CEL. Cases with a section name follow `tests/simple/testdata` of <https://github.com/google/cel-spec>,
//! written as conditions because a filter has no other result.

use filter::{Decision, Document, Filter, Why};

const DATA: &str = r#"{"yes": true, "no": false, "nil": null, "n": 7, "zero": 0, "half": 2.5, "text": "hello",
    "decimal": "12.5", "huge": 1e30, "currency": "EUR", "a-b": 1, "list": [1, 2.5, "x"], "map": {"a": 1, "b": 2},
    "at": "2026-03-01T12:00:00Z"}"#;

fn document() -> Document {
    Document::parse("order.paid", "acme", DATA.as_bytes(), br#"{"source": "shop"}"#).unwrap()
}

fn decide(source: &str) -> Decision {
    Filter::parse(source).unwrap_or_else(|fault| panic!("{source}: {fault}")).decide(&document())
}

fn table(cases: &[(&str, bool)]) {
    for (source, expected) in cases {
        let decision = decide(source);
        let wanted = if *expected { Decision::Matches } else { Decision::Differs(Why::False) };
        assert_eq!(decision, wanted, "{source}");
    }
}

fn failures(cases: &[(&str, &str)]) {
    for (source, name) in cases {
        match decide(source) {
            Decision::Differs(why) => assert_eq!(why.name(), *name, "{source}: {why}"),
            Decision::Matches => panic!("{source} matches"),
        }
    }
}

#[test]
fn logic_absorbs_failures_in_any_order() {
    // logic.textproto, with a missing field in place of 1/0, which is refused before any event.
    table(&[
        ("data.yes && data.yes", true),
        ("data.no && data.none", false),
        ("data.none && data.no", false),
        ("data.none || data.yes", true),
        ("data.yes || data.none", true),
        ("data.no && data.n", false),
        ("data.n && data.no", false),
        ("data.yes || data.n", true),
        ("data.n || data.yes", true),
        ("(data.n / data.zero > 3 ? false : true) || true", true),
        ("data.none && data.yes && data.no", false),
        ("!data.no", true),
        ("!!data.yes", true),
        ("data.yes ? data.yes : data.none", true),
        ("data.no ? data.none : data.yes", true),
    ]);
    failures(&[
        ("data.none && data.yes", "missing"),
        ("data.yes && data.none", "missing"),
        ("data.none || data.no", "missing"),
        ("data.n && data.yes", "types"),
        ("data.n || data.no", "types"),
        ("data.n / data.zero > 4 ? true : false", "division_by_zero"),
        ("data.n ? true : false", "types"),
        ("!data.n", "types"),
        ("!data.none", "missing"),
    ]);
}

#[test]
fn loops_follow_the_macros_of_cel() {
    // macros.textproto
    table(&[
        ("[1, 2, 3].exists(e, e > 0)", true),
        ("[1, 2, 3].exists(e, e == 2)", true),
        ("[1, 2, 3].exists(e, e > 3)", false),
        ("[1, 'foo', 3].exists(e, e != '1')", true),
        ("[1, 'foo', 3].exists(e, e == '10')", false),
        ("[].exists(e, e == 2)", false),
        ("{'key1':1, 'key2':2}.exists(k, k == 'key2')", true),
        ("!{'key1':1, 'key2':2}.exists(k, k == 'key3')", true),
        ("{'key':1, 1:21}.exists(k, k != 2)", true),
        ("!{'key':1, 1:42}.exists(k, k == 2)", true),
        ("[1, 2, 3].all(e, e > 0)", true),
        ("[1, 2, 3].all(e, e == 2)", false),
        ("[1, 'foo', 3].all(e, e == 1)", false),
        ("[1, 2, 3].all(e, 6 / (2 - e) == 6)", false),
        ("[].all(e, e > 0)", true),
        ("{'key1':1, 'key2':2}.all(k, k == 'key2')", false),
        ("[].exists_one(a, a == 7)", false),
        ("[7].exists_one(a, a == 7)", true),
        ("[6, 7, 8].exists_one(foo, foo % 5 == 2)", true),
        ("[6, 7, 8].existsOne(foo, foo % 5 == 2)", true),
        ("[0, 1, 2, 3, 4].exists_one(n, n % 2 == 1)", false),
        ("['foal', 'foo', 'four'].exists_one(n, n.startsWith('fo'))", false),
        ("{6: 'six', 7: 'seven', 8: 'eight'}.exists_one(foo, foo % 5 == 2)", true),
        ("[].map(n, n / 2) == []", true),
        ("[3].map(n, n * n) == [9]", true),
        ("[2, 4, 6].map(n, n / 2) == [1, 2, 3]", true),
        ("[2, 4, 6].map(n, n > 2, n / 2) == [2, 3]", true),
        ("{'John': 'smart'}.map(key, key) == ['John']", true),
        ("[1, 2, 3].filter(e, e > 3) == []", true),
        ("[0, 1, 2, 3, 4].filter(x, x % 2 == 1) == [1, 3]", true),
        ("{'Paul': 'cute', 'Ringo': 'funny'}.filter(key, key == 'Ringo') == ['Ringo']", true),
        ("['signer'].filter(signer, ['artifact'].all(artifact, true)) == ['signer']", true),
        ("['signer'].all(signer, ['artifact'].all(artifact, true))", true),
        // The inner variable hides the outer one, and a variable of a loop hides `data`.
        ("[1].all(x, [2].all(x, x == 2) && x == 1)", true),
        ("[1].all(data, data == 1)", true),
        ("data.map.all(k, data.map[k] > 0)", true),
    ]);
    failures(&[
        ("[1, 2, 3].exists(e, e / data.zero == 17)", "division_by_zero"),
        ("[1, 'foo', 3].all(e, e % 2 == 1)", "types"),
        ("[1, 2, 3].all(e, e / data.zero != 17)", "division_by_zero"),
        ("[3, 2, 1, 0].exists_one(n, 12 / n > 1)", "division_by_zero"),
        ("[2, 1, 0].map(n, 4 / n) == []", "division_by_zero"),
        ("[3, 2, 1, 0].filter(n, 12 / n > 4) == []", "division_by_zero"),
        ("data.n.all(x, true)", "types"),
        ("data.list.all(x, x)", "types"),
    ]);
}

#[test]
fn strings_are_unicode() {
    // string.textproto
    table(&[
        ("size('') == 0", true),
        ("size('ÿ') == 1", true),
        ("'πέντε'.size() == 5", true),
        ("size('four') == 4", true),
        ("'foobar'.startsWith('foo')", true),
        ("'foobar'.startsWith('bar')", false),
        ("''.startsWith('')", true),
        ("'завтра'.startsWith('за')", true),
        (r"'\U0001F431\U0001F600\U0001F61B'.endsWith('\U0001F61B')", true),
        ("'forté'.endsWith('té')", true),
        ("''.endsWith('foo')", false),
        ("'hello'.contains('')", true),
        ("'abababc'.contains('ababc')", true),
        ("'Straße'.contains('aß')", true),
        ("'hello'.contains('ol')", false),
        ("'hubba'.matches('ubb')", true),
        ("matches('hubba', 'ubb')", true),
        ("''.matches('foo|bar')", false),
        ("'grey'.matches('gr(a|e)y')", true),
        ("'mañana'.matches('a+ñ+a+')", true),
        (r"'\U0001F431\U0001F600\U0001F600'.matches('(a|\U0001F600){2}')", true),
        (r"'a.b+c@mail.example.com'.matches(r'^[\w.+-]+@[\w-]+\.[\w.]+$')", true),
        (r"'Ñandú'.matches(r'^\p{Lu}\p{L}+$')", true),
        ("'he' + 'llo' == 'hello'", true),
        ("'¢' + 'ÿ' + 'Ȁ' == '¢ÿȀ'", true),
        ("'Ä-AbC'.lowerAscii() == 'Ä-abc'", true),
        ("'ä-AbC'.upperAscii() == 'ä-ABC'", true),
        (r#"r'a\d' == "a\\d""#, true),
        ("'''two\nlines''' == 'two\\nlines'", true),
        (r#""\x41\u0042\U00000043\104" == 'ABCD'"#, true),
        // comparisons.textproto
        ("'a' < 'b'", true),
        ("'🐱' > 'À'", true),
        ("'a' < 'a'", false),
        ("'abc' < 'ac'", true),
    ]);
    failures(&[
        ("data.n.contains('x')", "types"),
        ("data.text.contains(data.n)", "types"),
        ("data.n + data.text == ''", "types"),
    ]);
}

#[test]
fn values_of_different_types_are_not_equal() {
    // comparisons.textproto, where they are compared as dyn
    table(&[
        ("data.n == data.text", false),
        ("data.n != data.text", true),
        ("data.nil == null", true),
        ("data.n == null", false),
        ("[1, 'a'] == ['a', 1]", false),
        ("[1, [2]] == [1.0, [2u]]", true),
        ("[1] == [1, 1]", false),
        ("{'a': 1, 'b': 2} == {'b': 2.0, 'a': 1}", true),
        ("{'a': 1} == {'a': 2}", false),
        ("{'a': 1} == {'b': 1}", false),
        ("data.map == {'a': 1, 'b': 2}", true),
        ("{'a': 1, 'b': 2} == data.map", true),
        ("data.map == data.map", true),
        ("data.map != data", true),
        ("false < true", true),
        ("data.list == [1, 2.5, 'x']", true),
    ]);
    failures(&[("data.n < data.text", "types"), ("data.nil < data.n", "types"), ("data.list < data.list", "types")]);
}

#[test]
fn elements_and_fields_are_found_by_name_and_index() {
    // lists.textproto, fields.textproto
    table(&[
        ("[7, 8, 9][0] == 7", true),
        ("[7, 8, 9][2u] == 9", true),
        ("[7, 8, 9][1.0] == 8", true),
        ("1 in [1, 2]", true),
        ("1.0 in [1, 2]", true),
        ("'x' in data.list", true),
        ("'y' in data.list", false),
        ("null in [1]", false),
        ("'a' in data.map", true),
        ("'z' in data.map", false),
        ("1 in data.map", false),
        ("2 in {1: 'a', 2: 'b'}", true),
        ("data['a-b'] == 1", true),
        ("data.map['a'] == 1", true),
        ("{'EUR': 100, 'USD': 120}[data.currency] == 100", true),
        ("{1: 'a', true: 'b'}[1] == 'a'", true),
        ("has(data.map)", true),
        ("has(data.none)", false),
        ("has(data.nil)", true),
        ("has(data.map.a) && !has(data.map.z)", true),
        ("has({'a': 1}.a)", true),
        ("[1] + data.list == [1, 1, 2.5, 'x']", true),
        ("size(data.list) == 3 && data.map.size() == 2 && size([]) == 0", true),
        ("type == 'order.paid' && tenant == 'acme' && metadata.source == 'shop'", true),
    ]);
    failures(&[
        ("[1, 2, 3][3] == 1", "missing"),
        ("[1, 2, 3][-1] == 1", "missing"),
        ("[1, 2, 3][1.5] == 1", "missing"),
        ("data.list['a'] == 1", "types"),
        ("data.n.x == 1", "types"),
        ("data.nil.x == 1", "types"),
        ("data.n[0] == 1", "types"),
        ("has(data.none.x)", "missing"),
        ("has(data.n.x)", "types"),
        ("{'a': 1}['b'] == 1", "missing"),
        ("1 in data.n", "types"),
        ("{'a': 1, 'a': 2}.a == 1", "repeated_key"),
        ("{data.list: 1} == {}", "types"),
    ]);
}

#[test]
fn timestamps_and_durations_compare_and_add() {
    // timestamps.textproto
    table(&[
        ("timestamp('2009-02-13T23:31:30Z') == timestamp(1234567890)", true),
        ("int(timestamp('2009-02-13T23:31:30Z')) == 1234567890", true),
        ("string(timestamp('2009-02-13T23:31:30Z')) == '2009-02-13T23:31:30Z'", true),
        ("timestamp('2009-02-13T23:31:30Z').getFullYear() == 2009", true),
        ("timestamp('2009-02-13T23:31:30Z').getMonth() == 1", true),
        ("timestamp('2009-02-13T23:31:30Z').getDate() == 13", true),
        ("timestamp('2009-02-13T23:31:30Z').getDayOfMonth() == 12", true),
        ("timestamp('2009-02-13T23:31:30Z').getDayOfWeek() == 5", true),
        ("timestamp('2009-02-13T23:31:30Z').getDayOfYear() == 43", true),
        ("timestamp('2009-02-13T23:31:20.123456789Z').getHours() == 23", true),
        ("timestamp('2009-02-13T23:31:20.123456789Z').getMinutes() == 31", true),
        ("timestamp('2009-02-13T23:31:20.123456789Z').getSeconds() == 20", true),
        ("timestamp('2009-02-13T23:31:20.123456789Z').getMilliseconds() == 123", true),
        ("timestamp('2009-02-13T23:00:00Z') + duration('240s') == timestamp('2009-02-13T23:04:00Z')", true),
        ("duration('120s') + timestamp('2009-02-13T23:01:00Z') == timestamp('2009-02-13T23:03:00Z')", true),
        ("timestamp('2009-02-13T23:31:00Z') - timestamp('2009-02-13T23:29:00Z') == duration('120s')", true),
        ("timestamp('2009-02-13T00:00:00Z') < timestamp('2009-02-13T00:00:01+00:00')", true),
        ("timestamp('2009-02-13T01:00:00+01:00') == timestamp('2009-02-13T00:00:00Z')", true),
        ("duration('600s') - duration('50s') == duration('9m10s')", true),
        ("-duration('1.5h') == duration('-1h30m')", true),
        ("duration('200s') > duration('199999ms')", true),
        ("string(duration('1h0.25s')) == '3600.25s'", true),
        ("string(duration('-1ms')) == '-0.001s'", true),
        ("timestamp(data.at) > timestamp('2026-01-01T00:00:00Z')", true),
    ]);
    failures(&[
        ("timestamp(data.text) < timestamp(0)", "conversion"),
        ("duration(data.text) < duration('1s')", "conversion"),
        ("timestamp(data.at) + duration('9999999999h') > timestamp(0)", "time_range"),
        ("timestamp(data.at) > data.n", "types"),
        ("timestamp(data.list) > timestamp(0)", "types"),
    ]);
}

#[test]
fn conversions_are_exact_or_fail() {
    // conversions.textproto
    table(&[
        ("int('987') == 987", true),
        ("int(1.9) == 1", true),
        ("int(-7.9) == -7", true),
        ("int(42u) == 42", true),
        ("uint('300') == 300", true),
        ("uint(3.14159265) == 3", true),
        ("double('-984.32') == -984.32", true),
        ("double('+Infinity') > 1e308", true),
        ("double(123) == 123.0", true),
        ("string(123) == '123' && string(-1.5) == '-1.5' && string(true) == 'true' && string('x') == 'x'", true),
        ("string(18446744073709551615u) == '18446744073709551615'", true),
    ]);
    failures(&[
        ("int(data.text) == 1", "conversion"),
        ("int(data.decimal) == 12", "conversion"),
        ("double(data.text) == 1.0", "conversion"),
        ("int(data.huge) == 1", "overflow"),
        ("uint(-data.n) == 1", "overflow"),
        ("int(data.list) == 1", "types"),
        ("string(data.list) == ''", "types"),
        ("size(data.n) == 1", "types"),
    ]);
}

#[test]
fn a_result_that_is_no_boolean_does_not_match() {
    for (source, kind) in [("data.n", "a number"), ("data.yes ? data.text : 1", "a string"), ("data['nil']", "null")] {
        let Decision::Differs(why) = decide(source) else { panic!("{source}") };
        assert_eq!(why.to_string(), format!("the result is {kind}, neither true nor false"));
    }
}

#[test]
fn reasons_name_the_path_and_the_types() {
    for (source, sentence) in [
        ("data.none == 1", "the event has no `data.none`"),
        ("data.map.x.y == 1", "the event has no `data.map.x`"),
        ("data['c-d'].e == 1", "the event has no `data[\"c-d\"]`"),
        ("data.list[7] == 1", "the event has no `data.list[7]`"),
        ("data.list[data.n] == 1", "the event has no `data.list[data.n]`"),
        ("[data].exists(d, d.none == 1)", "the event has no `d.none`"),
        ("data.n.x == 1", "`data.n.x` cannot be read, because its parent is a number"),
        ("data.n < data.text", "`<` does not take a number and a string"),
        ("!data.n", "`!` does not take a number"),
        ("data.n / 0 == 1", "a number is divided by zero"),
        ("data.half % 2 == 1", "`%` takes whole numbers only"),
        ("data.no", "the condition is false"),
    ] {
        let Decision::Differs(why) = decide(source) else { panic!("{source} matches") };
        assert_eq!(why.to_string(), sentence, "{source}");
    }
}

#[test]
fn one_filter_is_shared_by_threads() {
    let filter = Filter::parse("data.n == 7").unwrap();
    let document = document();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let filter = filter.clone();
            scope.spawn(|| assert_eq!({ filter }.decide(&document), Decision::Matches));
        }
    });
    assert_eq!(filter.source(), "data.n == 7");
    assert_eq!(format!("{filter:?}"), "Filter(\"data.n == 7\")");
    assert_eq!(filter, Filter::parse("data.n == 7").unwrap());
    assert_ne!(filter, Filter::parse("data.n ==  7").unwrap());
}

#[test]
fn depths_that_cel_demands_are_accepted() {
    // parse.textproto: nest and repeat
    let repeated = |part: &str, count: usize| part.repeat(count);
    table(&[
        (&format!("{}7{} == 7", repeated("(", 32), repeated(")", 32)), true),
        (&format!("{}true", repeated("!", 32)), true),
        (&format!("{}19 == 19", repeated("-", 32)), true),
        (&format!("{}false", repeated("true ? true : ", 24)), true),
        (&format!("{}true", repeated("false || ", 31)), true),
        (&format!("{}false", repeated("true && ", 31)), false),
        (&format!("3{} == 3", repeated(" - 3 + 3", 12)), true),
        (&format!("4{} == 4", repeated(" * 4 / 4", 12)), true),
        (&format!("{}'foo'{}{} == 'foo'", repeated("[", 12), repeated("]", 12), repeated("[0]", 12)), true),
        (&format!("{}7{} == 7", repeated("int(uint(", 6), repeated("))", 6)), true),
    ]);
}
