//! The feed: its ring, its readers, and packets.

use super::*;
use model::{DeliveryId, DeliveryStatus, EventId, EventType, SubscriptionId, Timestamp};

fn tenant() -> TenantId {
    TenantId::parse("acme").unwrap()
}

fn delivery(number: u8, status: DeliveryStatus) -> Change {
    Change::Delivery {
        tenant: tenant(),
        id: DeliveryId::from_bytes([number; 16]),
        given: number.is_multiple_of(2).then(|| "own".into()),
        subscription: SubscriptionId::from_bytes([7; 16]),
        event_type: EventType::parse("invoice.created").unwrap(),
        status,
        at: Timestamp::from_millis(1_700_000_000_000),
    }
}

fn gathered(changes: impl IntoIterator<Item = Change>) -> Gathered {
    let mut gathered = Gathered::default();
    changes.into_iter().for_each(|change| gathered.change(change));
    gathered
}

fn read(reader: &mut Reader) -> (usize, bool) {
    let news = reader.news();
    (news.pieces.iter().map(|piece| piece.len()).sum(), news.is_lost)
}

#[tokio::test(start_paused = true)]
async fn a_feed_without_readers_records_nothing_and_is_kept_for_a_minute_after_the_last() {
    let feed = Arc::new(Feed::new(1));
    assert!(!feed.is_on());
    let mut reader = feed.read(None);
    assert!(feed.is_on());
    feed.record(gathered([delivery(1, DeliveryStatus::Pending)]));
    assert_eq!(read(&mut reader), (1, false));
    assert_eq!(read(&mut reader), (0, false));
    let position = reader.position();
    drop(reader);
    feed.record(gathered([delivery(1, DeliveryStatus::Delivered)]));
    let back = Position::parse(&position.to_string()).unwrap();
    assert_eq!(read(&mut feed.read(Some(back))), (1, false), "a reader comes back to its place");
    tokio::time::advance(WARM + Duration::from_secs(1)).await;
    assert!(feed.is_on());
    feed.record(gathered([delivery(2, DeliveryStatus::Pending)]));
    assert!(!feed.is_on(), "the next commit after a minute finds nobody");
    assert_eq!(read(&mut feed.read(Some(back))), (0, true));
    assert_eq!(read(&mut feed.read(None)), (0, false));
    for bad in ["", "1", "x-1", "1-", "00-zz", "ffffffffffffffffff-1"] {
        assert_eq!(Position::parse(bad), None, "{bad}");
    }
    let ahead = Position { next: back.next + 1_000, ..back };
    assert_eq!(read(&mut feed.read(Some(ahead))), (0, true), "a place that never was");
}

#[tokio::test(start_paused = true)]
async fn the_ring_is_bounded_and_a_reader_that_falls_behind_learns_it() {
    let feed = Arc::new(Feed::new(1));
    let (mut slow, mut fast) = (feed.read(None), feed.read(None));
    for _ in 0..=KEPT / 200 {
        feed.record(gathered((0..200).map(|number| delivery(number, DeliveryStatus::Pending))));
        assert_eq!(read(&mut fast), (200, false));
    }
    assert_eq!(read(&mut slow), (0, true));
    assert_eq!(read(&mut slow), (0, false));
}

#[test]
fn changes_are_coalesced_and_counted_beyond_the_limit() {
    let mut all = gathered([delivery(1, DeliveryStatus::Pending), delivery(2, DeliveryStatus::Pending)]);
    all.change(delivery(1, DeliveryStatus::Delivered));
    let expected = [delivery(1, DeliveryStatus::Delivered), delivery(2, DeliveryStatus::Pending)];
    assert_eq!(all.entries(), expected.map(Entry::Change));
    let event = |number: u32| Change::Event {
        tenant: tenant(),
        id: EventId::from_bytes((u128::from(number) << 80).to_be_bytes()),
        given: None,
        event_type: EventType::parse("invoice.created").unwrap(),
        at: Timestamp::from_millis(1),
    };
    let entries = gathered((0..1_300).map(event)).entries();
    assert_eq!(entries.len(), 1_001);
    assert_eq!(entries[1_000], Entry::Skipped(tenant(), Skipped { deliveries: 0, events: 300 }));
}

#[test]
fn a_packet_carries_all_entries_and_ignores_unknown_ones() {
    let event = Change::Event {
        tenant: tenant(),
        id: EventId::from_bytes((9u128 << 80).to_be_bytes()),
        given: Some("own".into()),
        event_type: EventType::parse("invoice.created").unwrap(),
        at: Timestamp::from_millis(1),
    };
    let subscription = Change::Subscription { tenant: tenant(), id: SubscriptionId::from_bytes([3; 16]) };
    let entries = vec![
        Entry::Change(event),
        Entry::Change(delivery(1, DeliveryStatus::Retrying)),
        Entry::Change(delivery(2, DeliveryStatus::Delivered)),
        Entry::Change(subscription),
        Entry::Skipped(tenant(), Skipped { deliveries: 3, events: 4 }),
        Entry::Gap(Some(tenant())),
        Entry::Gap(None),
    ];
    assert_eq!(decode(&encode(&entries)), Some(entries));
    assert_eq!(decode(br#"[["later version", 1], ["gap", "acme"]]"#), Some(vec![Entry::Gap(Some(tenant()))]));
    assert_eq!(decode(b"x"), None);
}
