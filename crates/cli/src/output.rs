//! Standard output and standard error; no other module writes to them. When the reader has closed the pipe (`| head`),
//! a command ends silently, but a server or a gate continues.

use std::{
    error::Error,
    fmt,
    io::{self, ErrorKind, Write},
};

/// Prints a line of a command's result.
macro_rules! line {
    ($($text:tt)*) => { $crate::output::result(format_args!("{}\n", format_args!($($text)*))) };
}
pub(crate) use line;

/// Prints a line of a server's status.
macro_rules! notice {
    ($($text:tt)*) => { $crate::output::said(&mut std::io::stdout().lock(), format_args!($($text)*)) };
}
pub(crate) use notice;

/// Prints a command's error.
macro_rules! complaint {
    ($($text:tt)*) => { $crate::output::said(&mut std::io::stderr().lock(), format_args!($($text)*)) };
}
pub(crate) use complaint;

/// Prints a command's result. Ends the process when printing fails, because a command without a result has nothing left
/// to do.
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

/// Prints a line; ignores errors, because the reader may have closed the pipe.
pub(crate) fn said(to: &mut dyn Write, text: fmt::Arguments<'_>) {
    let _ = writeln!(to, "{text}");
}

/// An error with its sources. (None of those of the HTTP client has the URL, which may contain a
/// secret.)
pub(crate) fn chain(fault: &dyn Error) -> String {
    let mut text = fault.to_string();
    let mut next = fault.source();
    while let Some(source) = next {
        text = format!("{text}: {source}");
        next = source.source();
    }
    text
}
