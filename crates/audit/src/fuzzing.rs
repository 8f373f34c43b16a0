//! The entries of the fuzz targets: the lowering of one file, and the reading of one manifest.

use crate::{
    config::FilesConfig,
    lower,
    source::{Rules, SourceTree},
};
use std::fmt::{self, Write};

/// Lowers a file of the language that its name says; the size of its facts as text in bytes, `None` when it is refused.
///
/// Needs the stack of an audit's threads, 256 MiB.
pub fn lower(file: &str, text: &str) -> Option<u64> {
    let facts = lower::lower_file(file, text).ok()?;
    let mut size = Size(0);
    let parts: [&dyn fmt::Debug; 5] = [&facts.functions, &facts.classes, &facts.imports, &facts.sql, &facts.texts];
    for part in parts {
        let _ = write!(size, "{part:?}");
    }
    Some(size.0)
}

/// Reads a manifest of this name, alone in its folder; the size of its declarations as text in bytes.
pub fn manifest(file: &str, text: &str) -> u64 {
    let Ok(rules) = Rules::new(&FilesConfig::default()) else { return 0 };
    let texts = vec![(file.to_owned(), file.to_owned(), text.to_owned())];
    let mut size = Size(0);
    let _ = write!(size, "{:?}", SourceTree::of_texts(texts, Vec::new(), &rules).packages);
    size.0
}

/// Counts what is written.
struct Size(u64);

impl fmt::Write for Size {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 += text.len() as u64;
        Ok(())
    }
}
