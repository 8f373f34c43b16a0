//! File paths with `/`.

/// The folder of a file; `.` for the root.
pub(crate) fn folder(file: &str) -> &str {
    file.rsplit_once('/').map_or(".", |(folder, _)| folder)
}
