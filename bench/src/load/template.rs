//! Templates of bodies: `__SEQ__` becomes the event's number, `__T0__` the time at which it is sent (or was scheduled).

use std::fmt::Write;

#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Text(String),
    Seq,
    Sent,
}

/// A template of a request with one or many events.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    open: &'static str,
    event: Vec<Piece>,
    close: &'static str,
    /// Events per request.
    pub(crate) events: u64,
}

impl Template {
    /// A request with one event.
    pub(crate) fn one(event: &str) -> Self {
        Self { open: "", event: pieces(event), close: "", events: 1 }
    }

    /// A request with many events, for `POST /api/v1/events/batch`.
    pub(crate) fn batch(event: &str, events: u64) -> Self {
        Self { open: r#"{"events":["#, event: pieces(event), close: "]}", events }
    }

    /// The body whose first event has the number `first`.
    pub(crate) fn fill(&self, first: u64, sent_us: u64) -> String {
        let mut body = String::with_capacity(self.events as usize * 400);
        body.push_str(self.open);
        for seq in first..first + self.events {
            if seq > first {
                body.push(',');
            }
            for piece in &self.event {
                match piece {
                    Piece::Text(text) => body.push_str(text),
                    Piece::Seq => drop(write!(body, "{seq}")),
                    Piece::Sent => drop(write!(body, "{sent_us}")),
                }
            }
        }
        body.push_str(self.close);
        body
    }
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("__") {
        let (before, from) = rest.split_at(at);
        let (piece, hole) = match from {
            _ if from.starts_with("__SEQ__") => (Piece::Seq, "__SEQ__"),
            _ if from.starts_with("__T0__") => (Piece::Sent, "__T0__"),
            _ => (Piece::Text("__".into()), "__"),
        };
        pieces.push(Piece::Text(before.to_owned()));
        pieces.push(piece);
        rest = &from[hole.len()..];
    }
    pieces.push(Piece::Text(rest.to_owned()));
    pieces
}

/// A publisher's event of this type, about `bytes` long when filled. `extra` are further members, each preceded by a
/// comma.
pub(crate) fn event(event_type: &str, extra: &str, bytes: usize) -> String {
    // The fields that the catalog's schemas require for the types of loads.
    let without = format!(
        r#"{{"type":"{event_type}"{extra},"data":{{"seq":__SEQ__,"t0":__T0__,"ticket_id":"tic_1","customer_id":"cus_1","user_id":"usr_1","subject":""}}}}"#
    );
    // Placeholders are about as long as their values: 5 digits and 16.
    let padding = "x".repeat(bytes.saturating_sub(without.len() + 8).max(1));
    without.replace(r#""subject":"""#, &format!(r#""subject":"{padding}""#))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled() {
        let one = Template::one(r#"{"seq":__SEQ__,"t0":__T0__,"x":"__y__"}"#);
        assert_eq!(one.fill(7, 99), r#"{"seq":7,"t0":99,"x":"__y__"}"#);
    }

    #[test]
    fn a_batch_numbers_its_events() {
        let three = Template::batch(r#"{"seq":__SEQ__}"#, 3);
        assert_eq!(three.fill(30, 0), r#"{"events":[{"seq":30},{"seq":31},{"seq":32}]}"#);
    }

    #[test]
    fn events_have_the_requested_length() {
        for bytes in [300, 20_000] {
            let body = Template::one(&event("ticket.created", r#","priority":"high""#, bytes))
                .fill(12_345, 1_760_000_000_000_000);
            assert!(body.len().abs_diff(bytes) < 4, "{} {bytes}", body.len());
            assert!(serde_json::from_str::<serde_json::Value>(&body).is_ok());
        }
    }
}
