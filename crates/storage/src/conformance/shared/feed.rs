//! Changes that nodes hand to each other for live streams.

use super::{Cluster, member, nodes, shared};
use crate::{FeedPacket, NodeRole};

pub async fn packets_reach_the_nodes_that_have_live_streams(cluster: &dyn Cluster) {
    let [one, two, three] = [
        member(cluster, "one", NodeRole::All).await,
        member(cluster, "two", NodeRole::Worker).await,
        member(cluster, "three", NodeRole::Api).await,
    ];
    let ids: Vec<_> = nodes(&one).await.iter().map(|node| node.id).collect();
    for store in [&one, &two] {
        assert_eq!(shared(store).exchange_feed(false, None, &[]).await.unwrap(), crate::FeedExchanged::default());
    }
    // A node does not want its own packets.
    assert!(!shared(&one).exchange_feed(true, None, &[]).await.unwrap().is_wanted);
    assert!(shared(&two).exchange_feed(false, Some((1, b"first")), &[]).await.unwrap().is_wanted);
    assert!(shared(&two).exchange_feed(false, Some((2, b"second")), &[]).await.unwrap().packets.is_empty());
    shared(&one).exchange_feed(true, Some((1, b"own")), &[]).await.unwrap();
    let packet = |number, entries: &[u8]| FeedPacket { node: ids[1], number, entries: entries.to_vec() };
    let (first, second) = (packet(1, b"first"), packet(2, b"second"));
    let got = shared(&one).exchange_feed(true, None, &[]).await.unwrap();
    assert_eq!(got.packets, [first.clone(), second.clone()]);
    let got = shared(&one).exchange_feed(true, None, &[(ids[1], 1)]).await.unwrap();
    assert_eq!(got.packets, std::slice::from_ref(&second));
    let got = shared(&one).exchange_feed(true, None, &[(ids[1], 2)]).await.unwrap();
    assert_eq!(got.packets, []);
    let got = shared(&three).exchange_feed(true, None, &[]).await.unwrap();
    let own = FeedPacket { node: ids[0], number: 1, entries: b"own".to_vec() };
    assert_eq!((got.is_wanted, got.packets), (true, vec![own, first, second]));
}
