//! `postrider top`: a live view of a server in the terminal.

mod data;
mod rates;
mod requests;
mod screen;
mod terminal;
mod view;

use crate::client::{Server, Session};
use anyhow::{Context, ensure};
use screen::{Command, Notice, Screen, Subject};
use std::{io::IsTerminal, sync::Arc, time::Duration};
use terminal::{Input, Terminal, inputs};
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::mpsc,
    time::{MissedTickBehavior, interval},
};

/// Watch a server live: rates, backlog, receivers in trouble, nodes and errors
///
/// Keys inspect, pause and activate a subscription, send its failed deliveries again, and reset its circuit breaker; `?`
/// explains them. Requires the operator's key, and a terminal of at least 60 columns.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Seconds between two readings
    #[arg(long, value_name = "SECONDS", default_value_t = 1.0, value_parser = seconds)]
    interval: f64,
    /// Panics after the first reading, for tests of the terminal's restoration
    #[cfg(debug_assertions)]
    #[arg(long, hide = true)]
    panic: bool,
    #[command(flatten)]
    server: Server,
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds: f64 = text.parse().map_err(|_| "it must be a number, for example 2".to_owned())?;
    if (0.2..=60.0).contains(&seconds) { Ok(seconds) } else { Err("it must be from 0.2 to 60".into()) }
}

/// A result of a request.
enum Answer {
    Overview(anyhow::Result<Box<data::Overview>>),
    Inspected(Subject, anyhow::Result<Box<data::Detail>>),
    Changed(Subject, anyhow::Result<String>),
}

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    ensure!(
        std::io::stdin().is_terminal() && std::io::stdout().is_terminal(),
        "`postrider top` needs a terminal; programs can use GET /api/v1/admin/overview"
    );
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let ended = runtime.block_on(watch(args));
    // A request may still be under way.
    runtime.shutdown_background();
    ended
}

async fn watch(args: Args) -> anyhow::Result<()> {
    let session = Arc::new(args.server.session()?);
    // Before the terminal is taken over, so that an error is printed as by other commands.
    let mut screen = Screen::new(session.url().to_owned(), requests::overview(&session).await?);
    let mut stop = Stop::new()?;
    let mut terminal = Terminal::enter()?;
    let (mut inputs, (sender, mut answers)) = (inputs(), mpsc::unbounded_channel());
    let mut ticks = interval(Duration::from_secs_f64(args.interval));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut is_reading = false;
    loop {
        terminal.draw(|frame| view::draw(frame, &screen))?;
        #[cfg(debug_assertions)]
        assert!(!args.panic, "a panic was asked for");
        tokio::select! {
            _ = ticks.tick(), if !is_reading => {
                is_reading = true;
                let (session, sender) = (session.clone(), sender.clone());
                tokio::spawn(async move {
                    let read = requests::overview(&session).await;
                    let _ = sender.send(Answer::Overview(read.map(Box::new)));
                });
            }
            answer = answers.recv() => match answer {
                Some(answer) => {
                    is_reading &= !matches!(answer, Answer::Overview(_));
                    take(&mut screen, answer, &session, &sender);
                }
                None => return Ok(()),
            },
            input = inputs.recv() => match input {
                Some(Input::Key(key)) => match screen.key(key) {
                    Some(Command::Quit) => return Ok(()),
                    Some(command) => request(command, &session, &sender),
                    None => {}
                },
                Some(Input::Resized) => {}
                Some(Input::Closed) | None => return Ok(()),
            },
            () = stop.wait() => return Ok(()),
        }
    }
}

fn take(screen: &mut Screen, answer: Answer, session: &Arc<Session>, sender: &mpsc::UnboundedSender<Answer>) {
    match answer {
        Answer::Overview(Ok(overview)) => screen.update(*overview),
        Answer::Overview(Err(fault)) => screen.lose(format!("{fault:#}")),
        Answer::Inspected(subject, Ok(detail)) => screen.inspected(&subject, *detail),
        Answer::Inspected(_, Err(fault)) | Answer::Changed(_, Err(fault)) => {
            screen.notice = Some(Notice::Failed(format!("{fault:#}")));
        }
        Answer::Changed(subject, Ok(done)) => {
            screen.notice = Some(Notice::Done(done));
            if matches!(&screen.view, screen::View::Inspect(shown, _) if *shown == subject) {
                request(Command::Inspect(subject, None), session, sender);
            }
        }
    }
}

/// Starts a request; its result comes as an [`Answer`].
fn request(command: Command, session: &Arc<Session>, sender: &mpsc::UnboundedSender<Answer>) {
    let (session, sender) = (session.clone(), sender.clone());
    tokio::spawn(async move {
        let answer = match command {
            Command::Quit => return,
            Command::Inspect(subject, delivery) => {
                let read = requests::inspect(&session, &subject, delivery).await;
                Answer::Inspected(subject, read.map(Box::new))
            }
            Command::Change(subject, change) => {
                let made = requests::change(&session, &subject, change).await;
                Answer::Changed(subject, made)
            }
        };
        let _ = sender.send(answer);
    });
}

/// Signals that end the view; Ctrl-C is a key in raw mode.
struct Stop([Signal; 3]);

impl Stop {
    fn new() -> anyhow::Result<Self> {
        let listen = |kind| signal(kind).context("failed to register signal handlers");
        Ok(Self([listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?, listen(SignalKind::hangup())?]))
    }

    async fn wait(&mut self) {
        let [terminate, interrupt, hangup] = &mut self.0;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            _ = hangup.recv() => {}
        }
    }
}
