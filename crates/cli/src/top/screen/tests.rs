//! Keys and responses change the state.

use super::*;
use crate::top::view::tests::{detail, overview};

fn screen() -> Screen {
    Screen::new("http://127.0.0.1:8080".to_owned(), overview(0))
}

fn subject(number: u32) -> Subject {
    Subject { tenant: format!("tenant-{number}"), subscription: format!("sub_{number}") }
}

#[test]
fn keys_act_on_the_selected_subscription() {
    let mut screen = screen();
    assert_eq!(screen.key(Key::Down), None);
    assert_eq!(screen.subject(), Some(subject(2)));
    assert_eq!(screen.key(Key::Char('b')), Some(Command::Change(subject(2), Change::ResetBreaker)));
    assert_eq!(screen.key(Key::Char('a')), Some(Command::Change(subject(2), Change::Activate)));
    for _ in 0..20 {
        let _ = screen.key(Key::Char('j'));
    }
    assert_eq!(screen.subject(), Some(subject(6)), "the selection ends at the last row");
    let _ = screen.key(Key::PageUp);
    assert_eq!(screen.subject(), Some(subject(1)));
    let _ = screen.key(Key::Tab);
    assert_eq!(screen.subject(), Some(subject(1)), "that of the first error");
}

#[test]
fn pause_and_retry_ask_first() {
    for (key, change) in [('p', Change::Pause), ('r', Change::Retry)] {
        let mut screen = screen();
        assert_eq!(screen.key(Key::Char(key)), None);
        assert_eq!(screen.question, Some((subject(1), change)));
        // The list may change while the question stands.
        let mut later = overview(1);
        later.troubled.remove(0);
        screen.update(later);
        assert_eq!(screen.key(Key::Char('y')), Some(Command::Change(subject(1), change)));
        let _ = screen.key(Key::Char(key));
        assert_eq!(screen.key(Key::Enter), None, "every other key means no");
        assert_eq!(screen.question, None);
    }
}

#[test]
fn the_selection_follows_its_subscription() {
    let mut screen = screen();
    let _ = screen.key(Key::Down);
    let mut later = overview(1);
    later.troubled.reverse();
    screen.update(later);
    assert_eq!((screen.troubled_row, screen.subject()), (4, Some(subject(2))));
    let mut later = overview(2);
    later.troubled.truncate(1);
    screen.update(later);
    assert_eq!(screen.subject(), Some(subject(1)), "a row that exists");
    let mut later = overview(3);
    later.troubled.clear();
    screen.update(later);
    assert_eq!(screen.subject(), None);
    for key in [Key::Enter, Key::Char('p'), Key::Char('y'), Key::Char('b'), Key::Down, Key::PageUp] {
        assert_eq!(screen.key(key), None);
    }
}

#[test]
fn a_subscription_is_inspected_and_left() {
    let mut screen = screen();
    assert_eq!(screen.key(Key::Enter), Some(Command::Inspect(subject(1), None)));
    screen.inspected(&subject(2), detail());
    assert!(matches!(screen.view, View::Inspect(_, None)), "the answer to an earlier question");
    screen.inspected(&subject(1), detail());
    let _ = screen.key(Key::Down);
    assert_eq!(screen.key(Key::Enter), Some(Command::Inspect(subject(1), Some("dlv_2".to_owned()))));
    let _ = screen.key(Key::Char('p'));
    assert_eq!(screen.key(Key::Char('y')), Some(Command::Change(subject(1), Change::Pause)));
    let _ = screen.key(Key::Escape);
    assert!(matches!(screen.view, View::Lists));
    let _ = screen.key(Key::Char('?'));
    assert_eq!(screen.key(Key::Char('p')), None);
    assert_eq!(screen.question, None, "the help has no subscription");
    assert_eq!(screen.key(Key::Char('q')), Some(Command::Quit));
    assert_eq!(screen.key(Key::Interrupt), Some(Command::Quit));
}
