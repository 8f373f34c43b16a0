//! Callers that wait for the fetch of another one.

use super::*;

const DOWN: &str = "no access token: HTTP 502 from the token endpoint";

#[tokio::test]
async fn callers_share_one_fetch_and_its_token() {
    let scene = Scene::new();
    let (mut first, end) = scene.caller();
    assert!(poll(&mut first).is_pending());
    let mut others: Vec<_> = (0..20).map(|_| scene.caller().0).collect();
    for other in &mut others {
        assert!(poll(other).is_pending());
    }
    end.send(fetched("a", None)).unwrap();
    let token = first.await.unwrap();
    for other in others {
        assert!(Arc::ptr_eq(&other.await.unwrap(), &token));
    }
    assert_eq!(scene.fetches(), 1);
}

#[tokio::test]
async fn callers_share_one_fetch_and_its_fault() {
    let scene = Scene::new();
    let (mut first, end) = scene.caller();
    let (mut other, _unused) = scene.caller();
    assert!(poll(&mut first).is_pending() && poll(&mut other).is_pending());
    end.send(down()).unwrap();
    assert_eq!(text(poll(&mut first)).as_deref(), Some(DOWN));
    // The other one gets the fault even when its backoff is over by then.
    scene.clock.advance(BACKOFF_MAX);
    let Poll::Ready(Err(fault)) = poll(&mut other) else { panic!("the other caller has no fault") };
    assert_eq!((fault.to_string().as_str(), fault.retry_at()), (DOWN, Some(START.after(BACKOFF_MIN))));
    assert_eq!(scene.fetches(), 1);
}

#[tokio::test]
async fn fetches_of_different_keys_do_not_wait_for_each_other() {
    let scene = Scene::new();
    let (mut first, _end) = scene.caller();
    assert!(poll(&mut first).is_pending());
    assert_eq!(scene.get(&key(2), fetched("b", None)).await.unwrap().access_token(), "b");
}

#[tokio::test]
async fn a_dropped_caller_lets_the_next_one_fetch() {
    let scene = Scene::new();
    let (mut first, _dropped) = scene.caller();
    assert!(poll(&mut first).is_pending());
    let (mut second, end) = scene.caller();
    let (mut third, _unused) = scene.caller();
    assert!(poll(&mut second).is_pending() && poll(&mut third).is_pending());
    drop(first);
    assert_eq!(scene.fetches(), 1);
    assert!(poll(&mut second).is_pending() && poll(&mut third).is_pending());
    assert_eq!(scene.fetches(), 2);
    end.send(fetched("a", None)).unwrap();
    assert_eq!(text(poll(&mut second)).as_deref(), Some("a"));
    assert_eq!(text(poll(&mut third)).as_deref(), Some("a"));
    assert_eq!(scene.fetches(), 2);
}

#[tokio::test]
async fn a_caller_after_a_dropped_one_fetches() {
    let scene = Scene::new();
    for _ in 0..3 {
        let (mut dropped, _end) = scene.caller();
        assert!(poll(&mut dropped).is_pending());
    }
    assert_eq!(scene.text(fetched("a", None)).await, "a");
    assert_eq!(scene.fetches(), 4);
}

#[tokio::test]
async fn a_dropped_waiting_caller_changes_nothing() {
    let scene = Scene::new();
    let (mut first, end) = scene.caller();
    let (mut dropped, _unused) = scene.caller();
    assert!(poll(&mut first).is_pending() && poll(&mut dropped).is_pending());
    drop(dropped);
    end.send(fetched("a", None)).unwrap();
    assert_eq!(text(poll(&mut first)).as_deref(), Some("a"));
}

#[tokio::test]
async fn a_token_for_single_use_serves_those_who_waited_for_it() {
    for expires_in in [0, -1, i64::MIN] {
        let scene = Scene::new();
        let (mut first, end) = scene.caller();
        let (mut other, _unused) = scene.caller();
        assert!(poll(&mut first).is_pending() && poll(&mut other).is_pending());
        end.send(fetched("a", Some(expires_in))).unwrap();
        assert_eq!(text(poll(&mut first)).as_deref(), Some("a"));
        assert_eq!(text(poll(&mut other)).as_deref(), Some("a"));
        assert_eq!(scene.text(fetched("b", Some(expires_in))).await, "b");
        assert_eq!(scene.text(fetched("c", Some(expires_in))).await, "c");
        assert_eq!(scene.fetches(), 3);
    }
}

#[tokio::test]
async fn one_caller_renews_while_others_use_the_old_token() {
    let scene = Scene::new();
    assert_eq!(scene.text(fetched("a", Some(1_000))).await, "a");
    scene.clock.advance(secs(800));
    let (mut renewing, end) = scene.caller();
    assert!(poll(&mut renewing).is_pending());
    assert_eq!(scene.text(down()).await, "a");
    // Expired: others wait for the renewal that is under way.
    scene.clock.advance(secs(200));
    let (mut waiting, _unused) = scene.caller();
    assert!(poll(&mut waiting).is_pending());
    end.send(fetched("b", Some(1_000))).unwrap();
    assert_eq!(text(poll(&mut renewing)).as_deref(), Some("b"));
    assert_eq!(text(poll(&mut waiting)).as_deref(), Some("b"));
    assert_eq!(scene.fetches(), 2);
}

#[tokio::test]
async fn a_dropped_renewal_is_made_by_the_next_caller() {
    let scene = Scene::new();
    scene.text(fetched("a", Some(1_000))).await;
    scene.clock.advance(secs(800));
    let (mut renewing, _end) = scene.caller();
    assert!(poll(&mut renewing).is_pending());
    drop(renewing);
    assert_eq!(scene.text(fetched("b", Some(1_000))).await, "b");
}

#[tokio::test]
async fn those_who_meet_a_refused_token_wait_for_the_new_one() {
    let scene = Scene::new();
    let old = scene.get(&key(1), fetched("a", None)).await.unwrap();
    scene.tokens.refuse(&key(1), &old);
    let (mut first, end) = scene.caller();
    let (mut other, _unused) = scene.caller();
    assert!(poll(&mut first).is_pending() && poll(&mut other).is_pending());
    end.send(fetched("b", None)).unwrap();
    assert_eq!(text(poll(&mut first)).as_deref(), Some("b"));
    assert_eq!(text(poll(&mut other)).as_deref(), Some("b"));
}

#[test]
fn the_future_can_move_between_threads() {
    fn assert_send<T: Send>(_: &T) {}
    let tokens = Tokens::new();
    let key = key(1);
    assert_send(&tokens.get(&key, || START, || async { down() }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn callers_on_many_threads_never_fetch_at_the_same_time() {
    let scene = Arc::new(Scene::new());
    let running = Arc::new(AtomicUsize::new(0));
    let callers: Vec<_> = (0..200)
        .map(|number| {
            let (scene, running) = (Arc::clone(&scene), Arc::clone(&running));
            tokio::spawn(async move {
                let fetch = || async {
                    assert_eq!(running.fetch_add(1, SeqCst), 0);
                    tokio::task::yield_now().await;
                    running.fetch_sub(1, SeqCst);
                    fetched("a", Some(if number % 2 == 0 { 0 } else { 1 }))
                };
                scene.tokens.get(&key(1), || scene.clock.now(), fetch).await.unwrap();
                scene.clock.advance(secs(1));
            })
        })
        .collect();
    for caller in callers {
        caller.await.unwrap();
    }
}
