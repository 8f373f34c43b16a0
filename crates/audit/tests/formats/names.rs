//! Names of formats and of their files.

use audit::report::formats::Format;
use std::collections::BTreeSet;

#[test]
fn every_format_is_found_by_its_name() {
    for format in Format::ALL {
        assert_eq!(Format::parse(format.name()), Some(format));
    }
    assert_eq!(Format::parse("pdf"), None);
    assert_eq!(Format::parse("JSON"), None);
}

#[test]
fn no_two_formats_share_a_file() {
    let files: BTreeSet<&str> = Format::ALL.iter().map(|format| format.file_name()).collect();
    assert_eq!(files.len(), Format::ALL.len());
}
