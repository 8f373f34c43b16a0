//! The use of generated files.

/// Generated files are written, or compared with the committed ones.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Write,
    Check,
}
