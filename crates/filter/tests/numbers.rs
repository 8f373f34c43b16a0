//! Numbers of JSON documents.

use filter::{Decision, Document, Filter, Why};

fn matches(number: &str, source: &str) -> Decision {
    let data = format!("{{\"x\": {number}}}");
    let document = Document::parse("t", "t", data.as_bytes(), b"").unwrap_or_else(|error| panic!("{number}: {error}"));
    Filter::parse(source).unwrap_or_else(|fault| panic!("{source}: {fault}")).decide(&document)
}

#[test]
fn the_spelling_of_a_json_number_does_not_matter() {
    for number in ["150", "150.0", "1.5e2", "150.000", "15E1"] {
        for source in [
            "data.x == 150",
            "data.x == 150.0",
            "data.x == 150u",
            "data.x + 1 > 150",
            "data.x + 0.5 == 150.5",
            "data.x / 4 == 37",
            "data.x / 4.0 == 37.5",
            "data.x % 100 == 50",
            "-data.x == -150",
            "data.x - 151u == -1",
            "string(data.x) == '150'",
            "data.x in [149, 150]",
            "[0, 1][data.x - 149] == 1",
        ] {
            assert_eq!(matches(number, source), Decision::Matches, "{number}, {source}");
        }
    }
}

#[test]
fn comparisons_are_exact() {
    for (number, source) in [
        ("9007199254740993", "data.x == 9007199254740993"),
        // 2^53 + 1 is no double.
        ("9007199254740993", "data.x != 9007199254740992.0 && data.x > 9007199254740992.0"),
        ("9007199254740992", "data.x == 9007199254740992.0"),
        ("9223372036854775807", "data.x < 9223372036854775808.0 && data.x == 9223372036854775807"),
        ("-9223372036854775808", "data.x == -9223372036854775808 && data.x == -9223372036854775808.0"),
        ("18446744073709551615", "data.x == 18446744073709551615u && data.x < 18446744073709551616.0"),
        ("18446744073709551615", "data.x - 18446744073709551614u == 1"),
        ("1e18", "data.x == 1000000000000000000"),
        // Longer numbers are doubles.
        ("18446744073709551616", "data.x == 18446744073709551616.0 && data.x > 18446744073709551615u"),
        ("123456789012345678901234567890", "data.x > 1e29 && data.x < 1e30"),
        ("-1e300", "data.x < -9223372036854775808"),
        ("1.0000000000000000000000000001", "data.x == 1"),
        ("1e-400", "data.x == 0"),
        ("-0", "data.x == 0 && data.x == 0.0 && string(data.x) == '0'"),
        ("-0.0", "data.x == 0 && !(data.x < 0)"),
        ("0.5", "data.x > 0 && data.x < 1 && !(data.x == 0)"),
        ("-0.5", "data.x < 0 && data.x > -1"),
        ("0.1", "data.x + 0.2 != 0.3 && data.x == 0.1"),
        ("1", "data.x / 0.0 > 1e308"),
        ("1", "!(0.0 / 0.0 == 0.0 / 0.0) && 0.0 / 0.0 != data.x"),
        ("1e300", "string(data.x) == '1e300'"),
        ("7", "-data.x / 2 == -3 && -data.x % 4 == -3"),
    ] {
        assert_eq!(matches(number, source), Decision::Matches, "{number}, {source}");
    }
}

#[test]
fn whole_numbers_outside_of_the_range_fail() {
    for (number, source) in [
        ("18446744073709551615", "data.x + 1 > 0"),
        ("-9223372036854775808", "data.x - 1 < 0"),
        ("18446744073709551615", "data.x * data.x > 0"),
        ("18446744073709551615", "-data.x < 0"),
        ("1e30", "int(data.x) > 0"),
    ] {
        assert_eq!(matches(number, source), Decision::Differs(Why::Overflow), "{number}, {source}");
    }
    for source in ["data.x / 0 > 0", "data.x % 0 > 0", "1 / (data.x - data.x) > 0"] {
        assert_eq!(matches("5.0", source), Decision::Differs(Why::DivisionByZero), "{source}");
    }
}

#[test]
fn documents_that_are_no_objects_are_refused() {
    for (data, metadata, part, reason) in [
        ("[]", "", "data", "not a JSON object"),
        ("", "", "data", "EOF"),
        ("{} x", "", "data", "trailing"),
        ("{}", "null", "metadata", "not a JSON object"),
        ("{\"x\": 1e400}", "", "data", "out of range"),
        (&format!("{{\"x\": {}{}}}", "[".repeat(200), "]".repeat(200)), "", "data", "recursion"),
        ("{\"x\": \"\\ud800\"}", "", "data", "hex escape"),
    ] {
        let error = Document::parse("t", "t", data.as_bytes(), metadata.as_bytes()).unwrap_err();
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert_eq!(error.part, part);
        assert!(source.contains(reason), "{data}: {source}");
        assert_eq!(error.to_string(), format!("filters cannot read the `{part}` of the event"));
    }
    assert!(Document::parse("t", "t", b"{\"x\": \"\xff\"}", b"").is_err());
}

#[test]
fn of_a_repeated_name_the_last_value_counts() {
    let document = Document::parse("t", "t", br#"{"a": 1, "b": 0, "a": 2, "a": 3}"#, b"").unwrap();
    let filter = Filter::parse("data.a == 3 && size(data) == 2").unwrap();
    assert_eq!(filter.decide(&document), Decision::Matches);
}
