//! Standard output and standard error: the one place that writes to them. A reader that has had enough (`| head`) ends a
//! command quietly; a server or a gate whose reader is gone goes on.

use std::{
    fmt,
    io::{self, ErrorKind, Write},
};

/// Prints a line of a command's result.
macro_rules! line {
    ($($text:tt)*) => { $crate::output::result(format_args!("{}\n", format_args!($($text)*))) };
}
pub(crate) use line;

/// Prints a line that a server says about itself.
macro_rules! notice {
    ($($text:tt)*) => { $crate::output::said(&mut std::io::stdout().lock(), format_args!($($text)*)) };
}
pub(crate) use notice;

/// Prints what a command failed with.
macro_rules! complaint {
    ($($text:tt)*) => { $crate::output::said(&mut std::io::stderr().lock(), format_args!($($text)*)) };
}
pub(crate) use complaint;

/// Prints a command's result as it is. Ends the process when it cannot be printed: without its result there is nothing left
/// for it to do.
pub(crate) fn result(text: fmt::Arguments<'_>) {
    let mut output = io::stdout().lock();
    match output.write_fmt(text).and_then(|()| output.flush()) {
        Ok(()) => {}
        Err(fault) if fault.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
        Err(fault) => {
            complaint!("postrider: standard output cannot be written: {fault}");
            std::process::exit(1);
        }
    }
}

/// Prints a line if there is somebody to read it.
pub(crate) fn said(to: &mut dyn Write, text: fmt::Arguments<'_>) {
    let _ = writeln!(to, "{text}");
}
