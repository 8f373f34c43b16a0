//! The lines "success", "final failure" and "retried".

use super::{PROFILES, Profile, attempts, subscribe};
use crate::{
    receiver::{NOBODY, Receiver, reply},
    rows::{Row, World, row, wait_until},
};
use serde_json::json;

/// Asserts the status, in the platform API's form, of a delivery after this first response, and that no further request
/// is sent.
async fn outcome(w: &World, profile: Profile, status: u16, expected: &str) {
    let w = w.in_tenant(Some(&format!("{}-{profile:?}-{status}", w.tenant())));
    let elsewhere = Receiver::start().await;
    // A retry must wait long enough for the assertions.
    let answer = reply(status).header("location", &elsewhere.url()).header("retry-after", "600");
    let receiver = Receiver::answering(vec![answer]).await;
    subscribe(&w, profile, &receiver.url(), None).await;
    w.publish("invoice.created").await;
    let one = wait_until(&format!("{profile:?} {status} is through"), async || {
        let list = w.p("GET /deliveries", ()).await.is(200);
        list.list().first().filter(|one| one["attempt_number"] == 1).cloned()
    })
    .await;
    assert_eq!(one["status"], expected, "{profile:?} {status}");
    assert_eq!(one["response_code"], status);
    assert_eq!(elsewhere.count(), 0, "a redirect was followed");
    let error = one["error_message"].as_str().unwrap_or_default();
    assert!(expected == "disabled" || !error.contains("disabled"), "{profile:?} {status}: {error}");
}

#[expect(clippy::too_many_lines, reason = "a table of calls")]
pub(super) fn rows() -> Vec<Row> {
    vec![
        row("Wire, success", "2xx: all profiles", |w| async move {
            for profile in PROFILES {
                for status in [200, 201, 202, 204, 299] {
                    outcome(&w, profile, status, "success").await;
                }
            }
        }),
        row("Wire, success", "tenant: 3xx too (never followed)", |w| async move {
            for status in [300, 301, 302, 303, 304, 307, 308] {
                outcome(&w, Profile::Tenant, status, "success").await;
            }
        }),
        row("Wire, retried: all else", "platform and standard: 3xx, never followed", |w| async move {
            for profile in [Profile::Platform, Profile::Standard] {
                for status in [301, 302, 304, 307, 308] {
                    outcome(&w, profile, status, "retrying").await;
                }
            }
        }),
        row("Wire, retried: all else", "platform and standard: 4xx but 410, 5xx", |w| async move {
            for profile in [Profile::Platform, Profile::Standard] {
                for status in [400, 401, 404, 408, 429, 500, 503] {
                    outcome(&w, profile, status, "retrying").await;
                }
            }
        }),
        row("Wire, final failure", "platform and standard: 410 (disables the subscription)", |w| async move {
            for profile in [Profile::Platform, Profile::Standard] {
                outcome(&w, profile, 410, "disabled").await;
                let tenant = format!("{}-{profile:?}-410", w.tenant());
                wait_until("the subscription is inactive", async || {
                    let list = w.in_tenant(Some(&tenant)).p("GET /subscriptions", ()).await.is(200);
                    (list.body[0]["is_active"] == false).then_some(())
                })
                .await;
            }
        }),
        row("Wire, final failure", "tenant: any 4xx but 408 and 429", |w| async move {
            for status in [400, 401, 403, 404, 409, 410, 422, 451] {
                outcome(&w, Profile::Tenant, status, "failed").await;
                let tenant = format!("{}-Tenant-{status}", w.tenant());
                let list = w.in_tenant(Some(&tenant)).t("GET /subscriptions", ()).await.is(200);
                assert_eq!(list.list().len(), 1, "{status} leaves it active");
            }
        }),
        row("Wire, retried", "tenant: 408, 429, 5xx", |w| async move {
            // Their waits are tested by the rows of "default policy".
            for status in [429, 503] {
                outcome(&w, Profile::Tenant, status, "retrying").await;
            }
        }),
        row(
            "Wire, final failure",
            "no retries left: max_retries counts those after the first attempt",
            |w| async move {
                for (profile, max_retries, expected) in
                    [("platform", 0, 1), ("standard", 0, 1), ("tenant", 0, 1), ("tenant", 1, 2)]
                {
                    let w = w.in_tenant(Some(&format!("{}-{profile}-{max_retries}", w.tenant())));
                    let receiver = Receiver::answering(vec![reply(500)]).await;
                    w.subscribe(&receiver.url(), json!({ "profile": profile, "max_retries": max_retries })).await;
                    w.publish("invoice.created").await;
                    let one = w.delivery("failed").await;
                    assert_eq!((&one["attempt_number"], receiver.count()), (&json!(expected), expected), "{profile}");
                    assert_eq!(attempts(&w, &one).await.len(), expected);
                }
            },
        ),
        row("Wire, retried: all else", "platform and standard: connection error", |w| async move {
            for profile in [Profile::Platform, Profile::Standard] {
                let w = w.in_tenant(Some(&format!("{}-{profile:?}", w.tenant())));
                subscribe(&w, profile, NOBODY, None).await;
                w.publish("invoice.created").await;
                let one = w.delivery("retrying").await;
                assert!(one["response_code"].is_null() && one["error_message"].is_string(), "{one}");
            }
        }),
    ]
}
