//! Keys, the bound of the cache, and a property over any sequence of events.

use super::{state::Next, *};
use proptest::prelude::*;

#[test]
fn each_setting_makes_another_key() {
    let make = |tenant: &str, number, settings: &OAuth2| {
        TokenKey::new(TenantId::trusted(tenant), SubscriptionId::from_bytes([number; 16]), settings)
    };
    let all = [
        make("t", 1, &oauth()),
        make("u", 1, &oauth()),
        make("t", 2, &oauth()),
        make("t", 1, &OAuth2 { token_url: "https://id.example/other".into(), ..oauth() }),
        make("t", 1, &OAuth2 { client_id: "m".into(), client_secret: "ehush".into(), ..oauth() }),
        make("t", 1, &OAuth2 { client_id: "mehush".into(), client_secret: String::new(), ..oauth() }),
        make("t", 1, &OAuth2 { client_secret: "other".into(), ..oauth() }),
        make("t", 1, &OAuth2 { scope: Some(String::new()), ..oauth() }),
        make("t", 1, &OAuth2 { scope: Some("a".into()), ..oauth() }),
        make("t", 1, &OAuth2 { audience: Some("a".into()), ..oauth() }),
        make("t", 1, &OAuth2 { client_authentication: ClientAuthentication::Body, ..oauth() }),
    ];
    assert_eq!(all.iter().collect::<std::collections::HashSet<_>>().len(), all.len());
    assert_eq!(make("t", 1, &oauth()), all[0]);
}

#[tokio::test]
async fn debug_shows_no_token() {
    let scene = Scene::new();
    let token = scene.get(&key(1), fetched("very-secret", None)).await.unwrap();
    let shown = format!("{token:?} {:?} {:?} {:?}", scene.tokens, fetched("very-secret", None), key(1));
    assert!(!shown.contains("very-secret") && !shown.contains("settings"), "{shown}");
}

#[tokio::test]
async fn the_least_recently_used_keys_are_evicted() {
    let scene = Scene { tokens: Tokens::with_capacity(10), ..Scene::new() };
    for number in 0..100 {
        scene.get(&key(0), fetched("kept", None)).await.unwrap();
        scene.get(&key(number), fetched("a", None)).await.unwrap();
        assert!(scene.tokens.cache.lock().len() <= 10);
    }
    assert_eq!(scene.fetches(), 100);
    for number in (91..100).rev() {
        scene.get(&key(number), fetched("b", None)).await.unwrap();
    }
    // An eviction removes a tenth and one more.
    assert!(scene.fetches() <= 102, "{}", scene.fetches());
    scene.get(&key(1), fetched("b", None)).await.unwrap();
    assert!(scene.fetches() > 100);
}

#[tokio::test]
async fn a_key_whose_fetch_is_under_way_is_not_evicted() {
    let scene = Scene { tokens: Tokens::with_capacity(3), ..Scene::new() };
    let (mut caller, end) = scene.caller();
    assert!(poll(&mut caller).is_pending());
    for number in 2..20 {
        scene.get(&key(number), fetched("a", None)).await.unwrap();
    }
    let (mut waiting, _unused) = scene.caller();
    assert!(poll(&mut waiting).is_pending());
    end.send(fetched("b", None)).unwrap();
    assert_eq!(text(poll(&mut caller)).as_deref(), Some("b"));
    assert_eq!(text(poll(&mut waiting)).as_deref(), Some("b"));
}

#[derive(Clone, Debug)]
enum Event {
    Call,
    Succeed(Option<i64>),
    Fail,
    Drop,
    Refuse,
    Pass(u64),
    PutBack(u64),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => Just(Event::Call),
        2 => prop_oneof![Just(None), (-2_i64..100).prop_map(Some), any::<i64>().prop_map(Some)].prop_map(Event::Succeed),
        2 => Just(Event::Fail),
        1 => Just(Event::Drop),
        1 => Just(Event::Refuse),
        3 => (0_u64..400).prop_map(Event::Pass),
        1 => (0_u64..400).prop_map(Event::PutBack),
    ]
}

proptest! {
    /// One fetch at a time; tokens are used within their lifetime; callers wait only for a fetch that is under way; a
    /// fault is remembered for at most five minutes.
    #[test]
    fn the_rules_hold_in_any_sequence(events in prop::collection::vec(event(), 0..80)) {
        let mut state = State::default();
        let (mut now, mut fetch, mut last) = (START, None, None::<Arc<Token>>);
        for event in events {
            match event {
                Event::Pass(seconds) => now = now.after(secs(seconds)),
                Event::PutBack(seconds) => now = now.before(secs(seconds)),
                Event::Refuse => if let Some(token) = &last { state.refuse(token) },
                Event::Drop => fetch = None,
                Event::Succeed(expires_in) => if let Some((_sender, started)) = fetch.take() {
                    let (own, shared) = state.land(fetched("a", expires_in), started, now);
                    prop_assert!(Arc::ptr_eq(&own.unwrap(), &shared.unwrap()));
                },
                Event::Fail => if let Some((_sender, started)) = fetch.take() {
                    let (_, shared) = state.land(down(), started, now);
                    prop_assert!(shared.is_err());
                },
                Event::Call => match state.next(now) {
                    Next::Use(token) => {
                        prop_assert!(token.valid.contains(&now));
                        last = Some(token);
                    }
                    Next::Fail(fault) => {
                        let left = fault.retry_at().unwrap().since(now);
                        prop_assert!(left > Duration::ZERO && left <= BACKOFF_MAX);
                    }
                    Next::Wait(_) => prop_assert!(fetch.is_some()),
                    Next::Fetch(sender) => {
                        prop_assert!(fetch.is_none());
                        fetch = Some((sender, now));
                    }
                },
            }
        }
    }
}
