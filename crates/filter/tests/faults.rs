//! Filters that are refused, with the place and the sentence.

use filter::Filter;

/// Source, line, column, message.
const TABLE: &[(&str, usize, usize, &str)] = &[
    // Before the parser.
    ("", 1, 1, "the filter is empty; `true` matches every event"),
    (" \n// nothing", 1, 1, "the filter is empty; `true` matches every event"),
    ("data.a = 1", 1, 8, "`=` is not an operator; write `==` to compare"),
    ("data.a === 1", 1, 10, "`=` is not an operator; write `==` to compare"),
    ("data.a & data.b", 1, 8, "`&` is not an operator; write `&&`"),
    ("data.a | data.b", 1, 8, "`|` is not an operator; write `||`"),
    ("data.ä == 1", 1, 6, "the character `ä` is not allowed outside of a string"),
    ("data.a == “x”", 1, 11, "`“` is not a quote that code uses; write \" or '"),
    ("true\0", 1, 5, "the character `\\0` is not allowed outside of a string"),
    ("data.`a-b`", 1, 6, "names in backticks are not supported; write data[\"a-b\"]"),
    ("data.a == \"x", 1, 11, "this string has no closing \""),
    ("data.a == 'x\n'", 1, 11, "this string has no closing ' on its line"),
    ("data.a.matches(\"\\d\")", 1, 17, "`\\d` is not an escape sequence; write `\\\\d`, or a raw string: r\"\\d\""),
    ("'\\ud800' == ''", 1, 2, "`\\u` needs 4 digits that name a character"),
    ("'\\x4' == ''", 1, 2, "`\\x` needs 2 digits that name a character"),
    ("(data.a == 1", 1, 1, "`(` is never closed"),
    ("data.a == 1)", 1, 12, "`)` closes no `(`"),
    ("data.x in [1, 2)", 1, 16, "`)` does not close `[` of line 1, column 11"),
    // From the parser.
    ("data.a == ", 1, 11, "the filter ends too early: a value is missing"),
    ("data.a ==\n  1 &&", 2, 7, "the filter ends too early: a value is missing"),
    ("data.a == == 1", 1, 11, "`=` is not expected here: a value is missing before it"),
    ("data.a data.b", 1, 8, "`data` is not expected here: an operator such as `==` or `&&` is missing before it"),
    ("data.a == 1 and data.b == 2", 1, 13, "`and` is not an operator; write `&&`"),
    ("data.a == 1 OR data.b == 2", 1, 13, "`or` is not an operator; write `||`"),
    ("not data.a", 1, 5, "`not` is not an operator; write `!`"),
    ("data.in == 1", 1, 6, "`in` is a word of the language; write [\"in\"] without the dot"),
    ("data. == 1", 1, 7, "`=` is not expected here"),
    ("99999999999999999999 == data.a", 1, 1, "`99999999999999999999` is not a whole number of 64 bits"),
    ("for == 1", 1, 1, "`for` is reserved and cannot be a name"),
    ("1e999 == data.a", 1, 1, "`1e999` is not a number of the range of a double"),
    ("data.?a == 1", 1, 5, "optional values (`?`) are not supported; use has()"),
    ("data[?'a'] == 1", 1, 5, "optional values (`?`) are not supported; use has()"),
    // Names.
    (
        "true &&\n  amount > 1",
        2,
        3,
        "`amount` is not a variable: filters know data, metadata, type and tenant; a field of the event is data.amount",
    ),
    (
        "\"ü\" == unknown",
        1,
        8,
        "`unknown` is not a variable: filters know data, metadata, type and tenant; a field of the event is data.unknown",
    ),
    ("data.a == True", 1, 11, "write `true` in small letters"),
    (
        "type(data.a) == 'x'",
        1,
        1,
        "`type` is the event's type here, not a function; compare it: type == \"order.paid\"",
    ),
    ("data.name.toLowerCase() == 'x'", 1, 11, "there is no function `toLowerCase`; write x.lowerAscii()"),
    ("now() > timestamp(data.at)", 1, 1, "there is no `now()`, because a filter gives the same result at any time"),
    ("all(data.items, x, true)", 1, 1, "`all` follows a list: data.items.all(item, item.price > 10)"),
    ("data.items.all(x)", 1, 12, "`all` takes a variable and a condition: data.items.all(item, …)"),
    ("data.items.exists(x, true, true)", 1, 12, "`exists` takes a variable and one condition"),
    ("data.items.exists(x.y, true)", 1, 20, "the first argument of `exists` is the name of a variable"),
    ("data.items.all(x, 1)", 1, 19, "`all` takes a condition, but this is a number"),
    ("has(data)", 1, 1, "has() takes one field, such as has(data.customer); for other names write \"a-b\" in data"),
    (
        "has(data['a'])",
        1,
        1,
        "has() takes one field, such as has(data.customer); for other names write \"a-b\" in data",
    ),
    ("has()", 1, 1, "has() takes one field, such as has(data.customer); for other names write \"a-b\" in data"),
    ("data.a.contains()", 1, 8, "`contains` is called as in data.name.contains(\"part\")"),
    ("contains(data.a, 'x')", 1, 1, "`contains` is called as in data.name.contains(\"part\")"),
    ("data.a.int() == 1", 1, 8, "`int` is called as in int(data.count)"),
    // Regular expressions.
    ("data.a.matches('(')", 1, 16, "the regular expression is not valid: unclosed group"),
    (
        "data.a.matches(data.b)",
        1,
        16,
        "the regular expression is a string in the filter: data.name.matches(\"^[a-z]+$\")",
    ),
    (
        r"data.a.matches(r'\w{500}')",
        1,
        16,
        "the regular expressions of the filter are too large; repeat fewer times, and write [0-9] for \\d or [0-9A-Za-z_] for \\w, which have thousands of characters",
    ),
    // Types that are known without an event.
    ("1 + 1", 1, 1, "a filter is a condition that is true or false, but this is a number"),
    ("\"x\"", 1, 1, "a filter is a condition that is true or false, but this is a string"),
    ("data", 1, 1, "a filter is a condition that is true or false, but this is a map"),
    ("data.a + 1", 1, 1, "a filter is a condition that is true or false, but this is a number"),
    ("data.items.map(x, x)", 1, 1, "a filter is a condition that is true or false, but this is a list"),
    ("type == 5", 1, 6, "a string never equals a number"),
    ("size(data.items) > '3'", 1, 18, "`>` does not take a number and a string"),
    ("data.a && 1", 1, 11, "`&&` takes a condition, but this is a number"),
    ("!'x'", 1, 2, "`!` takes a condition, but this is a string"),
    ("-type == 1", 1, 1, "`-` does not take a string"),
    ("type.paid == 1", 1, 5, "`.paid` reads a field of a map, but this is a string"),
    ("type in 'order.paid'", 1, 9, "`in` takes a list or a map, but this is a string"),
    ("data.a + null == 1", 1, 8, "`+` does not take null"),
    ("'a' - 'b' == 1", 1, 5, "`-` does not take a string and a string"),
    ("[1]['a'] == 1", 1, 5, "the index of a list is a number, but this is a string"),
    ("type.contains(1)", 1, 15, "`contains` takes a string, but this is a number"),
    ("{null: 1} == data", 1, 2, "null cannot be a key of a map"),
    ("1 / 0 == data.a", 1, 3, "this always fails: a number is divided by zero"),
    ("timestamp('yesterday') < timestamp(data.at)", 1, 1, "this always fails: `timestamp` cannot convert this value"),
    (
        "18446744073709551615u + 1 == data.a",
        1,
        23,
        "this always fails: a whole number is outside of the range from -2^63 to 2^64 - 1",
    ),
    ("b'x' == data.a", 1, 1, "bytes are not supported, because JSON has none"),
    ("Order{id: 1} == data", 1, 6, "messages such as `Order{…}` are not supported"),
];

#[test]
fn a_fault_names_its_place_and_what_would_be_right() {
    let mut wrong = Vec::new();
    for (source, line, column, message) in TABLE {
        match Filter::parse(source) {
            Ok(_) => wrong.push(format!("{source:?} is accepted")),
            Err(fault) if (fault.line, fault.column, fault.message.as_str()) != (*line, *column, *message) => {
                wrong.push(format!("{source:?}: {fault}"));
            }
            Err(_) => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_offset_counts_characters_of_the_whole_text() {
    for (source, offset) in [("\"ü\" == unknown", 7), ("true &&\n  amount > 1", 10), ("\"ü\" ==\n\n x", 9), ("", 0)] {
        assert_eq!(Filter::parse(source).unwrap_err().offset, offset, "{source}");
    }
}

#[test]
fn a_fault_reads_as_a_sentence() {
    let fault = Filter::parse("data.a = 1").unwrap_err();
    assert_eq!(fault.to_string(), "line 1, column 8: `=` is not an operator; write `==` to compare");
}

#[test]
fn filters_up_to_the_length_are_accepted() {
    let longest = format!("type == \"{}\"", "ü".repeat(3_990));
    assert_eq!(longest.chars().count(), filter::LENGTH);
    Filter::parse(&longest).unwrap();
    let fault = Filter::parse(&format!("{longest} ")).unwrap_err();
    assert_eq!((fault.message.as_str(), fault.offset), ("a filter has at most 4000 characters", 4_000));
}
