//! The suite that every backend must pass: the promises of this crate's doc comments, a case each.
//!
//! A backend's test says how to make a fresh store, and gets one test per case:
//!
//! ```ignore
//! async fn fresh() -> (MyStore, impl Drop) { … }
//! storage::conformance_suite!(fresh);
//! ```
//!
//! Every case has tenants of its own, so all of them also pass one after the other on one store ([`CASES`]). No case
//! sleeps, reads a clock or draws a random number.
//!
//! A case is listed once, in [`conformance_suite!`]; one that is not listed is dead code, and the compiler says so.

mod backlog;
mod catalog;
mod deletion;
mod deliveries;
mod documents;
mod due;
mod events;
mod fixtures;
mod isolation;
mod journal;
mod keys;
mod lists;
mod outcomes;
mod pages;
mod publications;
mod retention;
mod subscriptions;
mod tenants;
mod transfer;
mod unique;
mod whole;

pub use fixtures::Seeded;

use crate::Store;
use std::pin::Pin;

/// A case, for whoever runs them by themselves.
pub type Case = for<'s> fn(&'s dyn Store) -> Pin<Box<dyn Future<Output = ()> + 's>>;

crate::conformance_suite!(@list cases);

/// One `#[tokio::test]` for each case. `make` is an async function or closure without arguments; it returns a store and
/// whatever must live as long as the store (a directory, a database).
#[macro_export]
macro_rules! conformance_suite {
    (@list $then:ident $($make:expr)?) => {
        $crate::conformance_suite! { @$then [$($make)?]
            tenants {
                a_tenant_is_created_once_and_then_updated
                what_an_update_does_not_name_is_kept
                a_name_can_be_cleared
                a_tenant_that_was_never_made_is_not_found
                tenants_are_listed_by_id_ascending
                tenants_are_paged_by_the_last_id_and_by_offset
            }
            unique {
                two_active_ones_cannot_have_the_same_event_and_url
                one_that_need_not_be_unique_stands_in_nobodys_way
                the_place_of_a_deleted_or_paused_one_is_free
                a_change_cannot_make_two_the_same
                a_deleted_one_is_still_known_to_the_log
                subscriptions_are_listed_by_profile
            }
            deletion {
                a_deletion_takes_everything_of_the_tenant_however_much
                a_deletion_takes_nothing_of_others
                a_second_deletion_finds_nothing
                a_deleted_tenant_can_be_made_anew_and_has_nothing
                nothing_is_written_for_a_tenant_that_does_not_exist
                nothing_of_a_half_deleted_tenant_is_seen
                nothing_is_written_for_a_half_deleted_tenant
                a_deletion_that_was_cut_short_goes_on
            }
            keys {
                a_key_is_kept_whole
                every_set_of_scopes_is_kept
                keys_are_listed_newest_first
                a_deleted_key_is_gone
                all_keys_are_those_of_every_tenant
            }
            subscriptions {
                a_subscription_is_kept_whole
                a_subscription_with_nothing_optional_is_kept_whole
                every_state_and_profile_is_kept
                subscriptions_are_listed_newest_first
                subscriptions_are_paged_by_the_last_id_and_by_offset
                the_list_can_be_narrowed_to_active_ones
                the_list_can_be_narrowed_to_an_event_type
                filters_of_subscriptions_go_together_and_with_pages
                an_update_writes_everything_but_the_statistics
                an_update_of_what_somebody_else_changed_is_stale
                an_update_of_what_is_not_there_finds_nothing
                a_deleted_subscription_is_hidden
                a_deletion_of_a_subscription_cancels_what_waits_for_it
                a_deletion_of_a_subscription_cancels_however_much_waits
                a_deletion_of_a_subscription_that_was_cut_short_can_be_finished
                each_subscription_is_handed_out_deleted_ones_too
                each_subscription_is_handed_out_however_many
            }
            catalog {
                a_custom_type_is_kept_whole
                a_custom_type_without_schema_and_example_is_kept
                a_custom_type_put_again_is_replaced
                a_custom_type_is_registered_once
                numbers_of_an_example_keep_their_digits
            }
            events {
                an_event_is_kept_byte_for_byte
                an_event_is_found_by_its_own_id_alone
                an_event_is_found_by_the_id_that_its_publisher_gave
                events_are_listed_newest_first
                events_can_be_narrowed_to_a_type
                events_can_be_narrowed_to_a_time
                time_bounds_can_be_anywhere
                filters_of_events_go_together
                events_are_paged_by_the_last_id_and_by_offset
                pages_of_events_are_exact_while_events_are_added
            }
            deliveries {
                every_combination_of_filters_finds_what_it_says
                deliveries_are_paged_by_the_last_id_and_by_offset
                pages_of_deliveries_are_exact_while_deliveries_are_added
                any_page_of_a_long_list_is_exact
                the_deliveries_of_an_event_are_found_in_order
                a_retry_of_an_ended_delivery_begins_a_new_round
                a_retry_of_a_waiting_delivery_makes_it_due_now
                a_retry_of_what_was_delivered_is_refused
                a_forced_retry_brings_back_what_was_delivered
                a_retry_of_what_is_not_there_finds_nothing
            }
            lists {
                deliveries_match_every_filter_in_one_tenant_and_in_all
                events_match_every_filter_in_one_tenant_and_in_all
                subscriptions_match_every_filter_in_one_tenant_and_in_all
                a_list_that_walks_far_ends_early_and_leads_on
            }
            pages {
                pages_of_events_end_by_bytes
                pages_of_subscriptions_end_by_bytes
                an_event_shows_its_first_deliveries
                the_newest_attempts_are_found_in_order
            }
            backlog {
                the_backlog_is_counted_by_subscription_and_queue
                a_long_queue_is_counted_up_to_a_limit
            }
            due {
                what_is_due_is_handed_out_oldest_first_with_its_event
                a_limit_cuts_and_the_next_one_is_due_already
                the_next_one_may_be_due_later_or_not_at_all
                what_the_caller_holds_is_passed_over_and_does_not_count
                what_has_ended_is_not_due
                a_retried_delivery_is_due_in_its_new_round
                each_subscription_has_its_own_queue
                each_priority_waits_in_its_queue_and_so_do_retries_and_replays
                next_due_is_when_the_first_one_is_due
                a_retry_in_the_future_is_pulled_back_and_keeps_its_wait
            }
            journal {
                an_append_makes_an_event_and_its_deliveries
                every_write_of_a_batch_gets_its_answer_in_order
                an_empty_batch_is_fine
                what_was_published_in_an_earlier_batch_is_a_duplicate
                what_was_published_earlier_in_the_batch_is_a_duplicate
                what_was_published_earlier_in_the_append_is_a_duplicate
                any_key_that_is_known_makes_a_duplicate
                a_given_id_and_an_idempotency_key_of_the_same_text_are_two_names
                an_append_without_tenant_does_not_keep_the_others_back
                a_batch_with_a_fault_writes_nothing_and_is_handed_back
            }
            outcomes {
                an_outcome_sets_what_the_delivery_shows
                an_attempt_is_kept_whole
                attempts_are_kept_in_order
                an_ended_delivery_is_not_changed_but_the_attempt_is_kept
                an_attempt_that_was_under_way_when_the_subscription_was_deleted_shows_its_outcome
                the_first_attempt_of_a_number_is_kept
                an_outcome_of_a_delivery_that_is_not_there_leaves_nothing
                statistics_add_up
                the_times_of_statistics_never_go_back
                gone_disables_the_subscription
                gone_does_not_bring_a_deleted_subscription_back
                a_cancelled_delivery_waits_no_more
                what_has_ended_cannot_be_cancelled
            }
            isolation {
                reads_with_ids_of_another_tenant_find_nothing
                lists_with_ids_of_another_tenant_are_empty
                writes_with_ids_of_another_tenant_change_nothing
                outcomes_with_ids_of_another_tenant_change_nothing
                a_list_never_shows_what_is_of_another_tenant
                the_same_ids_in_two_tenants_are_two_things
                the_same_name_is_published_once_in_each_tenant
                tenants_whose_ids_are_almost_the_same_are_apart
            }
            retention {
                what_is_old_goes_with_all_that_hangs_on_it
                what_waits_is_kept_whatever_its_age
                an_event_with_many_deliveries_goes_piece_by_piece
                retention_in_one_tenant_takes_nothing_of_others
                a_name_is_free_again_when_its_event_is_gone
                the_newest_event_up_to_a_time_is_found
                the_believed_time_is_kept
            }
            publications {
                what_was_published_is_counted_by_type
                what_broke_its_schema_is_counted_too
                a_duplicate_is_not_counted
                counts_are_of_whole_days
                the_counts_of_all_tenants_are_added_up
                counts_outlive_their_events_but_not_for_ever
                counts_are_carried_to_another_store
            }
            documents {
                a_document_is_kept_byte_for_byte
                a_document_put_again_is_replaced
            }
            transfer {
                what_is_read_for_a_transfer_is_whole
                what_is_written_by_a_transfer_is_the_same
                what_waits_after_a_transfer_will_be_sent
            }
            whole {
                a_store_that_works_says_so
                a_pause_is_kept_until_it_is_ended
                what_comes_after_the_close_is_refused_and_handed_back
            }
        }
    };
    (@cases [] $($module:ident { $($case:ident)* })*) => {
        $(pub use $module::{$($case),*};)*

        /// Every case with its name; the last one closes the store.
        pub const CASES: &[(&str, Case)] = &[$($((stringify!($case), |store| Box::pin($case(store)))),*),*];
    };
    (@tests [$make:expr] $($module:ident { $($case:ident)* })*) => {
        $(mod $module {
            #[allow(unused_imports, reason = "make names what is there")]
            use super::*;

            $(#[tokio::test]
            async fn $case() {
                let (store, _guard) = ($make)().await;
                $crate::conformance::$case(&store).await;
            })*
        })*
    };
    ($make:expr) => {
        $crate::conformance_suite! { @list tests $make }
    };
}
