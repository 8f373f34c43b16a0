//! Paths of files, written with `/`.

/// The folder that a file lies in; `.` for the root.
pub(crate) fn folder(file: &str) -> &str {
    file.rsplit_once('/').map_or(".", |(folder, _)| folder)
}
