//! Event types, patterns, publishers' ids, tenants, channels and header names.

use crate::input::{text, texts};
use model::{Channels, EventPattern, EventType, TenantId, event::check_given_id, headers::check_header, portal::Color};

pub(super) const WORDS: &[&str] = &["invoice.created", ".*", "*", "..", "project:42", "_postrider", "\u{1e}", "#0af"];

pub(super) fn run(input: &[u8]) {
    let whole = text(input);
    if let Ok(event_type) = EventType::parse(&whole) {
        assert!((1..=EventType::MAX).contains(&whole.len()));
        assert_eq!(event_type.as_str(), whole);
        assert!(EventPattern::parse(&whole).is_ok_and(|pattern| pattern.matches(&whole)));
        let below = EventPattern::parse(&format!("{whole}.*")).unwrap();
        assert!(!below.matches(&whole) && below.matches(&format!("{whole}.a")));
    }
    if let Ok(pattern) = EventPattern::parse(&whole) {
        assert!(whole.len() <= EventType::MAX + 2);
        assert_eq!(pattern.to_string(), whole);
    }
    if let Ok(tenant) = TenantId::parse(&whole) {
        assert!((1..=TenantId::MAX).contains(&whole.len()) && tenant.as_str() == whole);
    }
    if check_given_id(&whole).is_ok() {
        assert!(whole.len() <= 200 && whole.is_ascii() && !whole.contains(['.', ' ']));
    }
    if let Ok(color) = Color::parse(&whole) {
        assert_eq!(Color::parse(&color.to_string()).ok(), Some(color));
        assert!(color.check_on(color.text_on()).is_ok(), "{color} has no readable text");
    }
    channels(&whole);
    let [name, value] = texts(input);
    if check_header(&name, &value).is_ok() {
        assert!(http::HeaderName::try_from(&*name).is_ok() && http::HeaderValue::try_from(&*value).is_ok());
    }
}

fn channels(text: &str) {
    let Ok(channels) = Channels::parse(text.split(',')) else { return };
    assert!(channels.iter().count() <= 10);
    if let Some(stored) = channels.stored() {
        assert_eq!(Channels::from_stored(&stored).ok().as_ref(), Some(&channels));
    }
    assert!(channels.reach(&channels) || channels.is_empty());
}
