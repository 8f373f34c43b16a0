//! Shares: how the limits of a subscription are divided among the nodes that deliver for it.
//!
//! Each node has a claim in the store: its demand, and the part of the limits that it has reserved. At an exchange (once a
//! second) a node writes its claim and reads those of the others. The store grants a reservation only out of the part that
//! no other node has reserved ([`free_share`], [`free_slots`]), and a node uses only what it was granted. So the parts in
//! use never add up to more than the limit, however late an exchange or its answer is.
//!
//! A node reserves its *fair* part, in proportion to the demands. It lowers what it uses as soon as it knows of other
//! demands, before it releases its reservation; the other nodes raise theirs after that.
//!
//! Of a rate limit, 2 % are not reserved but divided equally, so that the first delivery of a node need not wait for an
//! exchange.

mod stake;

use super::rate::WHOLE;
pub use stake::{Load, Next, Stake};

/// The part of a rate limit that nodes reserve, in millionths.
pub const POOL: u32 = WHOLE / 100 * 98;

/// The share of a rate limit that each node has without a reservation.
pub fn floor(nodes: u32) -> u32 {
    (WHOLE - POOL) / nodes.max(1)
}

/// A node's claim on the limits of a subscription.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Claim {
    /// Demand, in thousandths of a delivery per second.
    pub wanted: u64,
    /// Share of the rate limit, in millionths.
    pub share: u32,
    /// Concurrent requests.
    pub slots: u16,
}

/// Answer of the store to a claim.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grant {
    /// The granted share, at most the one that was claimed.
    pub share: u32,
    /// The granted number of concurrent requests, at most the one that was claimed.
    pub slots: u16,
    /// Claims of the other nodes that are live and deliver, by node.
    pub others: Vec<(i32, Claim)>,
}

/// The nodes that are live and deliver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nodes {
    pub count: u32,
    /// The number of this node.
    pub this: i32,
}

/// The share that no other node has reserved.
pub fn free_share(others: &[(i32, Claim)]) -> u32 {
    others.iter().fold(POOL, |free, (_, claim)| free.saturating_sub(claim.share))
}

/// The number of concurrent requests that no other node has reserved or is guaranteed.
pub fn free_slots(cap: u16, nodes: u32, others: &[(i32, Claim)]) -> u16 {
    let least = least_slots(cap, nodes);
    let silent = (nodes.saturating_sub(1)).saturating_sub(u32::try_from(others.len()).unwrap_or(u32::MAX));
    let reserved: u64 = others.iter().map(|(_, claim)| u64::from(claim.slots.max(least))).sum();
    let taken = reserved + u64::from(silent) * u64::from(least);
    cap.saturating_sub(u16::try_from(taken).unwrap_or(u16::MAX))
}

/// The number of concurrent requests that every node is guaranteed: 1 when there are enough.
fn least_slots(cap: u16, nodes: u32) -> u16 {
    u16::from(u32::from(cap) >= nodes)
}

/// The fair share of a node with this demand.
pub fn fair_share(own: u64, others: impl IntoIterator<Item = u64>) -> u32 {
    let all: u128 = others.into_iter().map(u128::from).sum::<u128>() + u128::from(own);
    if all == 0 {
        return 0;
    }
    // At most the pool.
    (u128::from(POOL) * u128::from(own) / all) as u32
}

/// The fair number of concurrent requests of a node that has a demand. `wanted` has the demands of all nodes in the order
/// of their numbers, that of the node at `own`.
///
/// With at least one for each node, each has one, and the rest is divided by largest remainder; of equal remainders the
/// lower node number goes first. With fewer, the nodes take turns: over many turns each node has its fraction, and in
/// each turn the numbers add up to the cap.
pub fn fair_slots(cap: u16, nodes: u32, wanted: &[u64], own: usize, turn: u64) -> u16 {
    let all: u128 = wanted.iter().copied().map(u128::from).sum();
    let least = least_slots(cap, nodes);
    if all == 0 {
        return least;
    }
    if least == 0 {
        return turns(cap, wanted, all, own, turn);
    }
    // A live node is counted, so there are at most `cap` nodes.
    let rest = u128::from(u32::from(cap) - nodes);
    let quota = |wanted: u64| (rest * u128::from(wanted) / all, rest * u128::from(wanted) % all);
    let left = rest - wanted.iter().map(|one| quota(*one).0).sum::<u128>();
    let (whole, remainder) = quota(wanted[own]);
    let ahead = |(at, other): (usize, &u64)| {
        let theirs = quota(*other).1;
        theirs > remainder || theirs == remainder && at < own
    };
    let rank = wanted.iter().enumerate().filter(|one| ahead(*one)).count();
    least + (whole as u16) + u16::from((rank as u128) < left && remainder > 0)
}

/// Systematic sampling: the node gets the whole numbers between two points on a line on which each node has a length of
/// its fraction. Each turn moves all points by the golden ratio, which spreads the turns evenly.
fn turns(cap: u16, wanted: &[u64], all: u128, own: usize, turn: u64) -> u16 {
    const UNIT: u128 = 1 << 32;
    const GOLDEN: u128 = 2_654_435_769;
    let offset = u128::from(turn) * GOLDEN % UNIT;
    let point = |nodes: &[u64]| {
        let sum: u128 = nodes.iter().copied().map(u128::from).sum();
        (u128::from(cap) * sum * UNIT / all + offset) / UNIT
    };
    // At most the cap.
    (point(&wanted[..=own]) - point(&wanted[..own])) as u16
}

#[cfg(test)]
mod tests;
