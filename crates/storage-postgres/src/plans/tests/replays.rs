//! Replays and cancellations.

use super::{ANY_DAY, Book, Rule, There, hour, late};
use model::{
    DeliveryStatus::{Delivered, Pending, Retrying},
    EventPattern, Replay, ReplaySelection, ReplayState, SubscriptionId,
};
use storage::{CancelFilter, Cancels, InsertReplay, Page, ReplayStep, ReplayStepped, Replays, Subscriptions as _};

/// A running replay of one day.
fn replay(book: &Book, there: &There, of: SubscriptionId, selection: ReplaySelection) -> Replay {
    Replay {
        id: book.ids.replay(late()),
        tenant: there.tenant.clone(),
        subscription: of,
        position: selection.begin(),
        selection,
        rate: None,
        state: ReplayState::Running,
        reason: None,
        found: 0,
        is_found_capped: false,
        queued: 0,
        skipped: 0,
        created_at: late(),
        updated_at: late(),
        ended_at: None,
    }
}

pub(super) async fn replays(book: &mut Book, there: &There) {
    let tenant = &there.tenant;
    let failed = ReplaySelection {
        statuses: ReplaySelection::STATUSES.to_vec(),
        event_types: Vec::new(),
        missed: Vec::new(),
        after: Some(hour(48)),
        before: hour(72),
    };
    let patterns = vec![EventPattern::parse("kind.*").unwrap()];
    let every =
        ReplaySelection { statuses: vec![Retrying, Delivered], event_types: patterns.clone(), ..failed.clone() };
    let missed = ReplaySelection { statuses: Vec::new(), missed: patterns, ..failed.clone() };
    let one = vec![EventPattern::parse("kind.3").unwrap()];
    let of_type = ReplaySelection { missed: one, ..missed.clone() };
    // No event has a delivery to this one.
    let mut new = super::writes::subscription(book, tenant.clone());
    new.url = model::SubscriptionUrl::stored("https://receiver.example/nobody").unwrap();
    let nobody = new.id;
    assert_eq!(book.store.insert_subscription(&new).await.unwrap(), storage::InsertOutcome::Done);
    let mut begun = Vec::new();
    for (of, selection) in
        [(there.subscription, &failed), (there.subscription, &every), (nobody, &missed), (nobody, &of_type)]
    {
        begun.push(replay(book, there, of, selection.clone()));
    }
    book.see("A replay is created", ANY_DAY, async |store| {
        for one in &begun {
            assert_eq!(store.insert_replay(one, 10).await.unwrap(), InsertReplay::Done);
        }
    })
    .await;
    book.see("Replays of a tenant, and a change of one", ANY_DAY, async |store| {
        assert_eq!(store.replays(tenant, Page::first(10)).await.unwrap().len(), begun.len());
        let id = begun[0].id;
        store.replay(tenant, id).await.unwrap().unwrap();
        store.set_replay_state(tenant, id, ReplayState::Paused, None, late()).await.unwrap();
        store.set_replay_state(tenant, id, ReplayState::Running, None, late()).await.unwrap();
    })
    .await;
    // Once in a while, and for all tenants.
    let rule = Rule { whole: &["tenants", "replays"], ..ANY_DAY };
    book.see("The running replays", rule, async |store| {
        assert_eq!(store.running_replays().await.unwrap().len(), begun.len());
    })
    .await;
    counts(book, there, [&failed, &missed]).await;
    // The day of the range. The rows of a step are looked up by their ids, which the plan cannot prune.
    for (name, replay) in [
        "A step of a replay of failed deliveries",
        "A step of a replay of other deliveries",
        "A step of a replay of missed events",
        "A step of a replay of missed events of one type",
    ]
    .into_iter()
    .zip(&begun)
    {
        book.see(name, ANY_DAY, async |store| {
            let step = ReplayStep { rows: 10, waiting_max: 1_000, now: late() };
            let stepped = store.step_replay(tenant, replay.id, step, None).await.unwrap();
            assert!(matches!(stepped, ReplayStepped::Done { queued, .. } if queued > 0), "{name}: {stepped:?}");
        })
        .await;
    }
}

async fn counts(book: &mut Book, there: &There, [failed, missed]: [&ReplaySelection; 2]) {
    let unknown = book.ids.subscription(late());
    for (name, of, selection) in
        [("A count of a replay", there.subscription, failed), ("A count of missed events", unknown, missed)]
    {
        book.see(name, ANY_DAY, async |store| {
            let counted = store.count_replay(&there.tenant, of, selection, (1_000, 1), None).await.unwrap();
            assert!(counted.deliveries + counted.missed > 0);
        })
        .await;
    }
}

pub(super) async fn cancels(book: &mut Book, there: &There) {
    let tenant = &there.tenant;
    let filter = CancelFilter {
        subscription: None,
        event_types: Vec::new(),
        statuses: vec![Pending, Retrying],
        after: None,
        before: late(),
    };
    book.see("Waiting deliveries are cancelled by a filter", ANY_DAY, async |store| {
        assert_eq!(store.cancel_deliveries(tenant, &filter, None, 10, late()).await.unwrap().cancelled, 10);
    })
    .await;
}
