//! Lifetimes, backoff after faults, and refused tokens.

use super::*;

#[test]
fn lifetimes_are_bounded_and_renewed_early() {
    for (expires_in, lifetime, renewed_after) in [
        (None, 3_600_000, 3_300_000),
        (Some(3_600), 3_600_000, 3_300_000),
        (Some(1_500), 1_500_000, 1_200_000),
        (Some(1_000), 1_000_000, 800_000),
        (Some(50), 50_000, 40_000),
        (Some(30), 30_000, 20_000),
        (Some(20), 20_000, 10_000),
        (Some(10), 10_000, 5_000),
        (Some(1), 1_000, 500),
        (Some(0), 0, 0),
        (Some(-1), 0, 0),
        (Some(86_400), 86_400_000, 86_100_000),
        (Some(86_401), 86_400_000, 86_100_000),
        (Some(i64::MAX), 86_400_000, 86_100_000),
        (Some(i64::MIN), 0, 0),
    ] {
        let token = Token::new(fetched("a", expires_in).unwrap(), START);
        let after = |at: Timestamp| at.millis() - START.millis();
        assert_eq!((after(token.valid.end), after(token.renewed_from)), (lifetime, renewed_after), "{expires_in:?}");
    }
}

#[tokio::test]
async fn a_token_is_used_until_it_is_due_for_renewal() {
    let scene = Scene::new();
    for _ in 0..3 {
        assert_eq!(scene.text(fetched("a", Some(1_000))).await, "a");
        scene.clock.advance(secs(266));
    }
    assert_eq!(scene.fetches(), 1);
    scene.clock.advance(secs(2));
    assert_eq!(scene.text(fetched("b", Some(1_000))).await, "b");
}

#[tokio::test]
async fn the_time_of_the_fetch_shortens_the_lifetime() {
    let scene = Scene::new();
    let (mut caller, end) = scene.caller();
    assert!(poll(&mut caller).is_pending());
    scene.clock.advance(secs(60));
    end.send(fetched("a", Some(60))).unwrap();
    // Expired on arrival: used by its caller only.
    assert_eq!(text(poll(&mut caller)).as_deref(), Some("a"));
    assert_eq!(scene.text(fetched("b", Some(60))).await, "b");
}

#[tokio::test]
async fn faults_are_remembered_for_twice_the_time_each() {
    let scene = Scene::new();
    for (fetches, seconds) in [(1, 5), (2, 10), (3, 20), (4, 40), (5, 80), (6, 160), (7, 300), (8, 300)] {
        let fault = scene.get(&key(1), down()).await.unwrap_err();
        assert_eq!(fault.retry_at(), Some(scene.clock.now().after(secs(seconds))));
        assert_eq!(scene.get(&key(1), fetched("a", None)).await.unwrap_err(), fault);
        scene.clock.advance(secs(seconds) - Duration::from_micros(1));
        assert_eq!(scene.get(&key(1), fetched("a", None)).await.unwrap_err(), fault);
        assert_eq!(scene.fetches(), fetches);
        scene.clock.advance(Duration::from_micros(1));
    }
    // A success resets the backoff.
    assert_eq!(scene.text(fetched("a", Some(0))).await, "a");
    assert_eq!(scene.get(&key(1), down()).await.unwrap_err().retry_at(), Some(scene.clock.now().after(BACKOFF_MIN)));
}

#[tokio::test]
async fn a_failed_renewal_is_repeated_after_the_backoff_and_keeps_the_old_token() {
    let scene = Scene::new();
    assert_eq!(scene.text(fetched("a", Some(1_000))).await, "a");
    scene.clock.advance(secs(800));
    for (fetches, wait) in [(2, 4), (2, 1), (3, 9), (3, 1), (4, 175)] {
        assert_eq!(scene.text(down()).await, "a");
        assert_eq!(scene.fetches(), fetches);
        scene.clock.advance(secs(wait));
    }
    assert_eq!(scene.text(down()).await, "a");
    assert_eq!(scene.fetches(), 5);
    scene.clock.advance(secs(10));
    assert!(scene.text(fetched("b", None)).await.contains("HTTP 502"));
    scene.clock.advance(secs(30));
    assert_eq!(scene.text(fetched("b", None)).await, "b");
}

#[tokio::test]
async fn a_refused_token_is_replaced_once_in_thirty_seconds() {
    let scene = Scene::new();
    let mut token = scene.get(&key(1), fetched("a", None)).await.unwrap();
    for (refused_after, used, fetches) in
        [(0, "b", 2), (1, "b", 2), (28, "b", 2), (1, "c", 3), (0, "c", 3), (30, "d", 4)]
    {
        scene.clock.advance(secs(refused_after));
        scene.tokens.refuse(&key(1), &token);
        token = scene.get(&key(1), fetched(["b", "c", "d", "e"][scene.fetches() - 1], None)).await.unwrap();
        assert_eq!((token.access_token(), scene.fetches()), (used, fetches), "{refused_after}");
    }
}

#[tokio::test]
async fn a_refusal_within_the_pause_is_heeded_when_the_pause_is_over() {
    let scene = Scene::new();
    let first = scene.get(&key(1), fetched("a", None)).await.unwrap();
    scene.tokens.refuse(&key(1), &first);
    let second = scene.get(&key(1), fetched("b", None)).await.unwrap();
    scene.tokens.refuse(&key(1), &second);
    scene.clock.advance(REFUSAL_PAUSE - Duration::from_micros(1));
    assert_eq!(scene.text(fetched("c", None)).await, "b");
    scene.clock.advance(Duration::from_micros(1));
    assert_eq!(scene.text(fetched("c", None)).await, "c");
}

#[tokio::test]
async fn late_refusals_of_a_replaced_token_are_ignored() {
    let scene = Scene::new();
    let old = scene.get(&key(1), fetched("a", None)).await.unwrap();
    scene.tokens.refuse(&key(1), &old);
    assert_eq!(scene.text(fetched("a", None)).await, "a");
    scene.clock.advance(secs(60));
    scene.tokens.refuse(&key(1), &old);
    assert_eq!(scene.text(fetched("c", None)).await, "a");
    scene.tokens.refuse(&key(2), &old);
    assert_eq!(scene.fetches(), 2);
}

#[tokio::test]
async fn a_refused_token_that_cannot_be_replaced_is_a_fault_for_thirty_seconds() {
    let scene = Scene::new();
    let token = scene.get(&key(1), fetched("a", None)).await.unwrap();
    scene.tokens.refuse(&key(1), &token);
    let fault = scene.get(&key(1), down()).await.unwrap_err();
    assert_eq!(fault.retry_at(), Some(START.after(REFUSAL_PAUSE)));
    scene.clock.advance(REFUSAL_PAUSE - secs(1));
    assert_eq!(scene.get(&key(1), fetched("b", None)).await.unwrap_err(), fault);
    scene.clock.advance(secs(1));
    assert_eq!(scene.text(fetched("b", None)).await, "b");
    assert_eq!(scene.fetches(), 3);
}

#[tokio::test]
async fn a_clock_that_was_set_back_ends_tokens_faults_and_pauses() {
    let scene = Scene::new();
    scene.get(&key(1), down()).await.unwrap_err();
    scene.clock.put_back(secs(86_400));
    let token = scene.get(&key(1), fetched("a", None)).await.unwrap();
    scene.tokens.refuse(&key(1), &token);
    let token = scene.get(&key(1), fetched("b", None)).await.unwrap();
    scene.tokens.refuse(&key(1), &token);
    scene.clock.put_back(secs(86_400));
    assert_eq!(scene.text(fetched("c", None)).await, "c");
}
