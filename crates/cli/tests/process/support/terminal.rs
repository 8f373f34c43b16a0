//! A pseudo-terminal with a screen, for commands that draw.

use super::{
    server::{Launch, send_signal},
    wait_until,
};
use rustix::{
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize},
};
use std::{
    fmt::Write as _,
    fs::{File, OpenOptions},
    io::{Read, Write},
    num::NonZeroU16,
    os::fd::OwnedFd,
    process::{Child, ExitStatus},
    sync::{Arc, Mutex},
    thread,
};
use vt100::{Color, Parser};

/// A command in a terminal; killed when dropped.
pub(crate) struct Terminal {
    keyboard: File,
    /// The command's end; also keeps the terminal open after the command has ended.
    line: OwnedFd,
    screen: Arc<Mutex<Parser>>,
    child: Child,
}

impl Terminal {
    pub(crate) fn start(launch: &Launch, (rows, columns): (u16, u16)) -> Self {
        let keyboard = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&keyboard).unwrap();
        unlockpt(&keyboard).unwrap();
        let path = ptsname(&keyboard, Vec::new()).unwrap();
        let line = OpenOptions::new().read(true).write(true).open(path.to_str().unwrap()).unwrap();
        let (keyboard, line) = (File::from(keyboard), OwnedFd::from(line));
        let terminal = Self {
            screen: Arc::new(Mutex::new(Parser::new(size(rows), size(columns), 0))),
            child: {
                set_size(&line, rows, columns);
                launch.on_terminal(&line)
            },
            keyboard,
            line,
        };
        let (mut output, screen) = (terminal.keyboard.try_clone().unwrap(), terminal.screen.clone());
        thread::spawn(move || {
            let mut bytes = [0; 4_096];
            while let Ok(length @ 1..) = output.read(&mut bytes) {
                screen.lock().unwrap().process(&bytes[..length]);
            }
        });
        terminal
    }

    /// Types these characters.
    pub(crate) fn keys(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    pub(crate) fn resize(&self, rows: u16, columns: u16) {
        self.screen.lock().unwrap().screen_mut().set_size(size(rows), size(columns));
        set_size(&self.line, rows, columns);
    }

    /// The lines of the screen.
    pub(crate) fn text(&self) -> String {
        self.screen.lock().unwrap().screen().contents()
    }

    /// Returns a value found on the screen.
    pub(crate) async fn until<T>(&self, what: &str, look: impl Fn(&str) -> Option<T>) -> T {
        wait_until(what, async || look(&self.text())).await
    }

    /// Returns when the screen has this text.
    pub(crate) async fn shows(&self, text: &str) {
        self.until(&format!("the screen shows {text:?}"), |screen| screen.contains(text).then_some(())).await;
    }

    pub(crate) fn signal(&self, name: &str) {
        assert!(send_signal(name, &self.child.id().to_string()));
    }

    pub(crate) async fn ended(&mut self) -> ExitStatus {
        wait_until("the command ends", async || self.child.try_wait().unwrap()).await
    }

    /// True when lines are edited and echoed, and the cursor and the normal screen are shown, as a shell expects.
    pub(crate) fn is_as_before(&self) -> bool {
        let modes = tcgetattr(&self.line).unwrap().local_modes;
        let screen = self.screen.lock().unwrap();
        let screen = screen.screen();
        modes.contains(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG)
            && !screen.alternate_screen()
            && !screen.hide_cursor()
    }

    /// True when the command has taken over the terminal.
    pub(crate) fn is_taken_over(&self) -> bool {
        let modes = tcgetattr(&self.line).unwrap().local_modes;
        !modes.contains(LocalModes::ICANON) && self.screen.lock().unwrap().screen().alternate_screen()
    }

    /// Whether a cell has a colour, and whether one is inverse, as a selected row is.
    pub(crate) fn looks(&self) -> (bool, bool) {
        let screen = self.screen.lock().unwrap();
        let screen = screen.screen();
        let (rows, columns) = screen.size();
        let cells = (0..rows.get()).flat_map(|row| (0..columns.get()).map(move |column| (row, column)));
        let cells: Vec<&vt100::Cell> = cells.filter_map(|(row, column)| screen.cell(row, column)).collect();
        let is_coloured = |cell: &&vt100::Cell| (cell.fgcolor(), cell.bgcolor()) != (Color::Default, Color::Default);
        (cells.iter().any(is_coloured), cells.iter().any(|cell| cell.inverse()))
    }

    /// A picture of the screen.
    pub(crate) fn svg(&self) -> String {
        svg(self.screen.lock().unwrap().screen())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            eprintln!("--- the screen:\n{}\n---", self.text());
        }
    }
}

fn size(length: u16) -> NonZeroU16 {
    NonZeroU16::new(length).expect("a terminal has a size")
}

fn set_size(line: &OwnedFd, rows: u16, columns: u16) {
    tcsetwinsize(line, Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
}

/// Width and height of a character in the picture.
const CELL: (usize, usize) = (8, 17);

fn svg(screen: &vt100::Screen) -> String {
    let (rows, columns) = (screen.size().0.get(), screen.size().1.get());
    let (width, height) = (usize::from(columns) * CELL.0 + 16, usize::from(rows) * CELL.1 + 16);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"monospace\" \
         font-size=\"13\">\n<rect width=\"{width}\" height=\"{height}\" rx=\"6\" fill=\"#1c1c1c\"/>\n"
    );
    for row in 0..rows {
        let mut column = 0;
        while column < columns {
            let style = style(screen, row, column);
            let start = column;
            let mut text = String::new();
            while column < columns && self::style(screen, row, column) == style {
                let cell = screen.cell(row, column).unwrap();
                text.push_str(if cell.contents().is_empty() { " " } else { cell.contents() });
                column += 1;
            }
            draw_run(&mut svg, (row, start), &text, style);
        }
    }
    svg + "</svg>\n"
}

fn draw_run(svg: &mut String, (row, column): (u16, u16), text: &str, (colour, is_inverse): (&str, bool)) {
    let (x, y) = (usize::from(column) * CELL.0 + 8, usize::from(row) * CELL.1 + 8);
    let width = text.chars().count() * CELL.0;
    let fill = if is_inverse {
        let _ = writeln!(svg, "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{}\" fill=\"{colour}\"/>", CELL.1);
        "#1c1c1c"
    } else {
        colour
    };
    if text.trim().is_empty() {
        return;
    }
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    let baseline = y + 13;
    let _ = writeln!(
        svg,
        "<text x=\"{x}\" y=\"{baseline}\" fill=\"{fill}\" textLength=\"{width}\" xml:space=\"preserve\">{text}</text>"
    );
}

/// Colour of a cell, and whether it is inverse.
fn style(screen: &vt100::Screen, row: u16, column: u16) -> (&'static str, bool) {
    let cell = screen.cell(row, column).unwrap();
    let colour = match cell.fgcolor() {
        Color::Idx(1 | 9) => "#ff6b6b",
        Color::Idx(2 | 10) => "#6bd968",
        Color::Idx(3 | 11) => "#e8c547",
        _ if cell.dim() => "#9a9a9a",
        _ if cell.bold() => "#ffffff",
        _ => "#d0d0d0",
    };
    (colour, cell.inverse())
}
