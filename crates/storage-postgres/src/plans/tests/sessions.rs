//! Sign-in sessions and portal links.

use super::{ANY_DAY, Book, There, late};
use model::{
    PortalMode, PortalSession, Session,
    portal::{Appearance, Capabilities},
};
use storage::{InsertPortalSession, ListScope, Page, PortalSessions as _, Sessions as _};

pub(super) async fn sign_in(book: &mut Book, there: &There) {
    let session = Session::begin([1; 32], [2; 32], Some(there.tenant.clone()), late());
    book.see("A session begins", ANY_DAY, async |store| store.insert_session(&session, 100).await.unwrap()).await;
    book.see("A session is looked up, used and ended", ANY_DAY, async |store| {
        assert_eq!(store.session(&session.hash).await.unwrap().as_ref(), Some(&session));
        store.renew_session(&session).await.unwrap();
        store.remove_session(&session.hash).await.unwrap();
    })
    .await;
}

pub(super) async fn portal_links(book: &mut Book, there: &There) {
    let link = PortalSession {
        id: book.ids.portal_session(late()),
        tenant: there.tenant.clone(),
        hash: [3; 32],
        mode: PortalMode::View,
        capabilities: Capabilities::default(),
        appearance: Appearance::default(),
        return_url: None,
        refresh_url: None,
        allowed_ancestors: Vec::new(),
        created_at: late(),
        expires_at: late(),
        revoked_at: None,
        last_used_at: None,
    };
    book.see("A portal link is created", ANY_DAY, async |store| {
        assert_eq!(store.insert_portal_session(&link, 10_000).await.unwrap(), InsertPortalSession::Done);
    })
    .await;
    book.see("A portal link is looked up, used and revoked", ANY_DAY, async |store| {
        assert!(store.portal_session(link.id).await.unwrap().is_some());
        assert!(store.portal_session_by_token(&link.hash).await.unwrap().is_some());
        store.use_portal_session(link.id, late()).await.unwrap();
        store.revoke_portal_session(link.id, late()).await.unwrap();
    })
    .await;
    book.see("Portal links of a tenant, and of all", ANY_DAY, async |store| {
        for scope in [ListScope::Tenant(&there.tenant), ListScope::AllTenants] {
            assert!(!store.portal_sessions(scope, Page::first(20)).await.unwrap().is_empty());
        }
    })
    .await;
    book.see("Ended sessions and portal links are removed", ANY_DAY, async |store| {
        store.tidy_sessions(late()).await.unwrap();
    })
    .await;
}
