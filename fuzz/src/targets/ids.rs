//! Ids in both forms, and places in the feed.

use crate::input::text;
use model::{DeliveryId, EventId, IdStyle, KeyId, PortalSessionId, ReplayId, SubscriptionId};

pub(super) const WORDS: &[&str] =
    &["evt_", "dlv_", "sub_", "key_", "rpl_", "pts_", "01890a5d-ac96-774b-bcce-b302099a8057", "zzzzzzzz", "ilo"];

macro_rules! check {
    ($($id:ty),*) => {
        |text: &str| {
            $(if let Ok(id) = <$id>::parse(text) {
                let shown = id.to_string();
                assert!(text.len() == shown.len() || text.len() == 36, "{text:?} is as long as no id");
                assert_eq!(<$id>::parse(&shown).ok(), Some(id), "{shown} is not read back");
                assert_eq!(<$id>::parse(&id.uuid().hyphenated().to_string()).ok(), Some(id));
                assert_eq!(<$id>::from_bytes(*id.bytes()), id);
                let _ = id.made_at().to_string();
            })*
        }
    };
}

pub(super) fn run(input: &[u8]) {
    let text = text(input);
    check!(EventId, DeliveryId, SubscriptionId, KeyId, ReplayId, PortalSessionId)(&text);
    if let Some(id) = EventId::parse_exact(&text) {
        let styles = [IdStyle::Prefixed, IdStyle::Uuid].map(|style| id.text(style));
        assert!(styles.contains(&text.into_owned()), "an exact id in another spelling");
        return;
    }
    if let Ok(id) = DeliveryId::parse(&text)
        && !id.is_test()
        && id.number() > 0
    {
        assert_eq!(id.event().delivery(usize::from(id.number())), Some(id));
    }
    if let Some(position) = delivery::Position::parse(&text) {
        assert_eq!(delivery::Position::parse(&position.to_string()), Some(position));
    }
}
