//! The choice of the tenants with series of their own: by their deliveries, with a hysteresis, so that tenants of about the
//! same size do not take turns. Pure.

use model::TenantId;

/// A tenant takes the place of another one when it has more than this many times its deliveries.
const MORE: u64 = 2;

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Ranked {
    pub(super) promoted: Vec<TenantId>,
    pub(super) demoted: Vec<TenantId>,
}

/// Ranks tenants, each with its deliveries and whether it has a seat.
pub(super) fn rank(tenants: Vec<(TenantId, u64, bool)>, seats: usize) -> Ranked {
    let (mut seated, mut others): (Vec<_>, Vec<_>) = tenants.into_iter().partition(|(.., has_seat)| *has_seat);
    // The tenant with the fewest deliveries is the last one, and the first one to be replaced.
    seated.sort_unstable_by(|a, b| (b.1, &a.0).cmp(&(a.1, &b.0)));
    others.retain(|(_, count, _)| *count > 0);
    others.sort_unstable_by(|a, b| (b.1, &a.0).cmp(&(a.1, &b.0)));
    let mut ranked = Ranked::default();
    let mut free = seats.saturating_sub(seated.len());
    for (tenant, count, _) in others {
        if free > 0 {
            free -= 1;
        } else {
            match seated.last() {
                Some((_, least, _)) if count > MORE * least => {
                    ranked.demoted.extend(seated.pop().map(|(tenant, ..)| tenant));
                }
                _ => break,
            }
        }
        ranked.promoted.push(tenant);
    }
    ranked
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranked(tenants: &[(&str, u64, bool)], seats: usize) -> (Vec<String>, Vec<String>) {
        let tenants = tenants.iter().map(|(name, count, seat)| (TenantId::trusted(name), *count, *seat)).collect();
        let Ranked { promoted, demoted } = rank(tenants, seats);
        let names = |list: Vec<TenantId>| list.iter().map(ToString::to_string).collect();
        (names(promoted), names(demoted))
    }

    #[test]
    fn a_tenant_with_many_more_deliveries_replaces_the_smallest() {
        let rows = [("a", 10, true), ("b", 100, true), ("c", 20, false), ("d", 21, false), ("e", 0, false)];
        assert_eq!(ranked(&rows, 2), (vec!["d".into()], vec!["a".into()]));
        // 20 is not more than twice 10, and b stays.
        assert_eq!(ranked(&rows[..3], 2), (vec![], vec![]));
    }

    #[test]
    fn free_seats_go_to_the_largest() {
        let rows = [("a", 1, false), ("b", 5, false), ("c", 3, false), ("d", 0, false)];
        assert_eq!(ranked(&rows, 2), (vec!["b".into(), "c".into()], vec![]));
    }
}
