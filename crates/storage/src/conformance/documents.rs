//! Documents of the installation.

use super::fixtures::World;
use crate::{Document, Store};
use bytes::Bytes;

pub async fn a_document_is_kept_byte_for_byte(store: &dyn Store) {
    let world = World::new(store, "documents.keep");
    assert_eq!(store.document("conformance-keep").await.unwrap(), None);
    assert_eq!(store.document_digest("conformance-keep").await.unwrap(), None);
    let body: Vec<u8> = (0..300_000_u32).map(|at| (at % 251) as u8).collect();
    let document = Document { digest: "in short ✓".into(), body: body.into(), put_at: world.now() };
    store.put_document("conformance-keep", &document).await.unwrap();
    assert_eq!(store.document("conformance-keep").await.unwrap(), Some(document));
    let digest = store.document_digest("conformance-keep").await.unwrap();
    assert_eq!(digest, Some(("in short ✓".into(), world.now())));
    assert_eq!(store.document("conformance-KEEP").await.unwrap(), None);
}

pub async fn a_document_put_again_is_replaced(store: &dyn Store) {
    let world = World::new(store, "documents.replace");
    let document = |text: &'static str| Document {
        digest: text.to_uppercase(),
        body: Bytes::from_static(text.as_bytes()),
        put_at: world.tick(),
    };
    let (first, other, second) = (document("first"), document("other"), document("second"));
    store.put_document("conformance-one", &first).await.unwrap();
    store.put_document("conformance-other", &other).await.unwrap();
    store.put_document("conformance-one", &second).await.unwrap();
    let names = store.document_names().await.unwrap();
    assert_eq!(names.iter().filter(|name| *name == "conformance-one").count(), 1);
    assert!(names.contains(&"conformance-other".to_owned()) && names.is_sorted());
    assert_eq!(store.document("conformance-one").await.unwrap(), Some(second));
    assert_eq!(store.document("conformance-other").await.unwrap(), Some(other));
}
