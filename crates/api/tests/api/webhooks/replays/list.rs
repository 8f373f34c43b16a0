//! `GET /api/v1/webhooks/replays`.

use super::{PATH, failing};
use crate::support::{TestApp, each};
use serde_json::json;

#[tokio::test]
async fn replays_are_listed_newest_first_in_pages() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let (subscription, _) = failing(&app, &acme, &mut receiver, 1).await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        let made = acme.post(PATH, json!({"subscription_id": subscription["id"]})).await.expect(202);
        app.replayed(&acme, &made, "completed").await;
        ids.insert(0, made["id"].as_str().unwrap().to_owned());
    }
    assert_eq!(each(&acme.get(PATH).await.expect(200), "id"), ids);
    assert_eq!(each(&acme.get(&format!("{PATH}?limit=2&offset=1")).await.expect(200), "id"), ids[1..3]);
    let (mut page, mut listed) = (format!("{PATH}?limit=2"), Vec::new());
    loop {
        let answer = acme.get(&page).await;
        listed.extend(each(&answer.expect(200), "id").into_iter().map(str::to_owned));
        match answer.next_page() {
            Some(next) => page = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(listed, ids);
    assert_eq!(acme.get(&format!("{PATH}?cursor=nothing")).await.fault().0, "cursor");
    receiver.next().await;
    app.finish().await;
    receiver.nothing_more();
}
