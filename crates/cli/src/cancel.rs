//! `postrider cancel`: cancels the waiting deliveries of an event over HTTP.

use crate::client::{Server, escape, print};
use http::Method;

/// Cancel the deliveries of an event that still wait.
///
/// Prints the numbers of cancelled deliveries and of those that had ended before. Example:
///
/// postrider cancel order-4711
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Your own id of the event, or the generated one
    #[arg(value_name = "EVENT")]
    event: String,
    #[command(flatten)]
    server: Server,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let path = format!("/api/v1/events/{}/cancel", escape(&args.event));
    print(&args.server.call(Method::POST, &path, None, &[])?);
    Ok(())
}
