//! The conformance suite that every backend must pass: one case per promise of this crate's doc comments.
//!
//! A backend's test calls `storage::conformance_suite!(fresh)`; `fresh` creates a store, and each case becomes a test.
//!
//! Every case uses tenants of its own, so all cases also pass one after the other on one store ([`CASES`]). No case
//! sleeps, reads a clock or draws a random number. A case is listed once, in [`conformance_suite!`]; an unlisted case is
//! dead code, which the compiler reports.

mod backlog;
mod cancels;
mod catalog;
pub mod corrupt;
mod delayed;
mod deletion;
mod deliveries;
mod documents;
mod due;
mod erasure;
mod events;
mod figures;
mod fixtures;
mod health;
mod isolation;
mod journal;
mod keys;
mod lists;
pub mod master_keys;
mod missed_events;
mod order;
mod outcomes;
mod pages;
mod paging;
mod portal_sessions;
mod publications;
mod raises;
mod replay_steps;
mod replays;
mod retention;
mod searches;
mod sessions;
pub mod shared;
mod statistics;
mod subscriptions;
mod tenants;
mod traces;
mod transfer;
mod unique;
pub mod views;
mod walks;
mod whole;

pub use fixtures::Seeded;

use crate::Store;
use std::pin::Pin;

/// A case as a function pointer, for tests that run cases individually.
pub type Case = for<'s> fn(&'s dyn Store) -> Pin<Box<dyn Future<Output = ()> + 's>>;

crate::conformance_suite!(@list cases);

/// Generates one `#[tokio::test]` per case. `make` is an async function or closure without arguments; it returns a
/// store and a guard that must live as long as the store (a directory, a database).
#[macro_export]
macro_rules! conformance_suite {
    (@list $then:ident $($make:expr)?) => {
        $crate::conformance_suite! { @$then [$($make)?]
            tenants {
                a_tenant_is_created_once_and_then_updated
                fields_absent_from_an_update_are_kept
                limits_are_stored_and_kept
                egress_and_allow_lists_are_stored_kept_and_removed
                a_name_can_be_cleared
                a_tenant_that_was_never_created_is_not_found
                tenants_are_listed_by_id_ascending
                tenants_are_paged_by_the_last_id_and_by_offset
                the_system_tenant_is_no_customer
            }
            unique {
                two_active_subscriptions_cannot_have_the_same_event_and_url
                a_subscription_that_need_not_be_unique_blocks_no_other
                a_deleted_or_paused_subscription_frees_its_event_and_url
                an_update_cannot_duplicate_event_and_url
                a_deleted_subscription_is_still_found_for_the_log
                subscriptions_are_listed_by_profile
            }
            deletion {
                deleting_a_tenant_removes_everything_however_much
                deleting_a_tenant_removes_nothing_of_others
                a_second_deletion_of_a_tenant_finds_nothing
                a_deleted_tenant_can_be_created_again_and_is_empty
                writes_to_a_tenant_that_does_not_exist_are_refused
                a_half_deleted_tenant_is_invisible
                writes_to_a_half_deleted_tenant_are_refused
                an_interrupted_deletion_of_a_tenant_continues
            }
            keys {
                a_key_is_kept_whole
                keys_are_listed_newest_first
                a_deleted_key_is_gone
                the_last_use_of_a_key_is_kept
                a_replaced_key_expires
                all_keys_returns_the_keys_of_every_tenant
            }
            sessions {
                a_session_is_kept_whole
                a_session_is_renewed_and_never_goes_back
                a_removed_session_stays_removed
                a_key_has_a_maximum_of_sessions
                the_sessions_of_a_deleted_tenant_are_gone
            }
            portal_sessions {
                a_portal_link_is_kept_whole
                portal_links_are_listed_newest_first
                a_tenant_has_a_maximum_of_active_portal_links
                a_portal_link_is_revoked_once
                the_last_use_of_a_portal_link_never_goes_back
                ended_sessions_and_portal_links_are_tidied
                the_portal_links_of_a_deleted_tenant_are_gone
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
                the_breaker_is_written_alone_and_makes_earlier_readers_stale
                of_several_warnings_one_is_recorded
                an_update_of_an_outdated_revision_is_stale
                an_update_of_a_missing_subscription_finds_nothing
                a_deleted_subscription_is_hidden
                deleting_a_subscription_cancels_its_waiting_deliveries
                deleting_a_subscription_cancels_a_backlog_of_any_size
                an_interrupted_deletion_of_a_subscription_can_be_finished
                each_subscription_includes_deleted_ones
                each_subscription_reads_any_number_of_subscriptions
            }
            health {
                the_list_can_be_narrowed_to_a_health
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
                an_event_is_found_only_by_its_exact_id
                an_event_is_found_by_its_publishers_id
                events_are_listed_newest_first
                events_can_be_narrowed_to_a_type
                events_can_be_narrowed_to_a_time
                time_bounds_can_be_any_timestamp
                filters_of_events_go_together
                events_are_paged_by_the_last_id_and_by_offset
                pages_of_events_are_exact_while_events_are_added
            }
            deliveries {
                every_combination_of_filters_matches_exactly
                deliveries_are_paged_by_the_last_id_and_by_offset
                pages_of_deliveries_are_exact_while_deliveries_are_added
                any_page_of_a_long_list_is_exact
                the_deliveries_of_an_event_are_found_in_order
                a_retry_of_an_ended_delivery_begins_a_new_round
                a_retry_of_a_waiting_delivery_makes_it_due_now
                a_retry_of_a_delivered_delivery_is_refused
                a_forced_retry_replays_a_delivered_delivery
                a_retry_of_a_missing_delivery_finds_nothing
            }
            lists {
                deliveries_match_every_filter_in_one_tenant_and_in_all
                events_match_every_filter_in_one_tenant_and_in_all
                subscriptions_match_every_filter_in_one_tenant_and_in_all
            }
            walks {
                a_bounded_walk_ends_early_with_a_cursor
            }
            searches {
                slow_deliveries_are_found_by_their_last_attempt
                overdue_deliveries_are_due_and_not_attempted_since
                a_text_is_found_in_the_error_the_url_and_the_given_event_id
                deliveries_are_found_by_a_value_in_their_payload
                an_erased_payload_is_never_found
                a_search_in_large_payloads_ends_early_with_a_cursor
            }
            pages {
                pages_of_events_are_bounded_by_bytes
                pages_of_subscriptions_are_bounded_by_bytes
                an_event_shows_its_first_deliveries
                the_newest_attempts_are_found_in_order
            }
            backlog {
                the_backlog_is_counted_by_subscription_and_queue
                a_long_queue_is_counted_up_to_a_limit
            }
            figures {
                waiting_deliveries_are_counted_by_queue_over_all_tenants
                the_oldest_due_delivery_is_of_an_active_subscription_with_a_closed_breaker
                the_size_and_the_connections_of_a_store_are_known
                the_version_and_the_oldest_event_of_a_store_are_known
                replays_that_have_not_ended_are_counted_by_state
            }
            replays {
                a_replay_is_kept_whole
                replays_are_listed_newest_first
                a_tenant_has_a_maximum_of_open_replays
                an_ended_replay_keeps_its_state
                replays_of_other_tenants_are_not_found
            }
            replay_steps {
                a_replay_queues_each_selected_delivery_once
                a_replay_is_narrowed_by_status_type_and_time
                a_count_of_a_replay_is_bounded
                events_without_their_payload_are_not_replayed
                nothing_is_queued_while_many_replays_wait
                a_delivery_that_changes_meanwhile_is_left_alone
                nothing_is_queued_for_a_deleted_subscription
                a_replayed_delivery_can_be_cancelled
            }
            missed_events {
                missed_events_get_a_delivery_once
                only_wanted_events_are_replayed
                a_missed_event_for_a_later_time_is_delayed
                numbers_of_added_deliveries_are_never_used_twice
                an_event_with_the_maximum_of_deliveries_is_skipped
                pages_are_exact_after_deliveries_of_old_events_were_added
            }
            cancels {
                a_waiting_delivery_is_cancelled
                deliveries_are_cancelled_by_filter_in_steps
                an_attempt_in_flight_shows_its_outcome_after_a_cancellation
                deliveries_of_tests_and_of_other_tenants_are_not_cancelled
            }
            due {
                due_deliveries_come_oldest_first_with_their_events
                the_next_due_time_is_in_the_past_when_the_limit_cuts
                the_next_due_time_is_in_the_future_or_absent_without_a_cut
                held_deliveries_are_skipped_and_do_not_count_towards_the_limit
                ended_deliveries_are_not_due
                a_retried_delivery_is_due_in_its_new_round
                each_subscription_has_its_own_queue
                each_priority_waits_in_its_queue_and_so_do_retries_and_replays
                next_due_is_when_the_first_one_is_due
                a_retry_in_the_future_is_pulled_back_and_keeps_its_wait
            }
            order {
                the_first_delivery_of_each_key_is_due
                places_are_those_of_commits_and_not_of_ids
                a_delayed_delivery_takes_its_place_when_it_is_due
                an_ordered_delivery_that_is_cancelled_or_retried_by_hand_lets_no_other_overtake
                ordered_retries_are_pulled_back_and_counted
                many_that_wait_behind_one_are_counted_up_to_a_bound
            }
            delayed {
                a_delayed_delivery_is_due_at_its_time_and_not_before
                a_delayed_delivery_is_retried_and_ends_like_all_others
                a_delayed_delivery_is_not_pulled_back
                the_backlog_counts_delayed_deliveries_in_their_own_queue
                waiting_deliveries_of_every_queue_are_cancelled_by_their_ids
                an_attempt_that_was_under_way_at_the_cancellation_shows_its_outcome
            }
            traces {
                an_event_keeps_its_trace_context
                an_event_keeps_its_channels
                a_due_delivery_has_its_trace_context_and_its_due_time
            }
            journal {
                an_append_makes_an_event_and_its_deliveries
                every_write_of_a_batch_gets_its_answer_in_order
                an_empty_batch_succeeds
                an_event_published_in_an_earlier_batch_is_a_duplicate
                an_event_published_earlier_in_the_batch_is_a_duplicate
                an_event_published_earlier_in_the_append_is_a_duplicate
                any_key_that_is_known_makes_a_duplicate
                a_given_id_and_an_idempotency_key_of_the_same_text_are_two_keys
                an_append_without_tenant_does_not_block_the_rest_of_the_batch
                a_failed_batch_writes_nothing_and_is_returned
            }
            outcomes {
                an_outcome_updates_the_delivery
                an_attempt_is_kept_whole
                attempts_are_kept_in_order
                an_ended_delivery_is_not_changed_but_the_attempt_is_kept
                an_attempt_that_was_under_way_when_the_subscription_was_deleted_shows_its_outcome
                the_first_attempt_of_a_number_is_kept
                an_outcome_of_a_missing_delivery_writes_nothing
                statistics_add_up
                the_first_failure_since_the_last_success_is_kept
                the_times_of_statistics_never_go_back
                gone_410_disables_the_subscription
                gone_410_does_not_restore_a_deleted_subscription
                a_cancelled_delivery_is_not_due
                an_ended_delivery_cannot_be_cancelled
                an_expired_delivery_ends_without_an_attempt
                an_ended_delivery_cannot_expire
            }
            raises {
                an_outcome_that_ends_its_delivery_writes_its_events_once
                an_end_without_an_attempt_writes_its_events_once
                several_410_of_a_subscription_write_the_events_of_the_first
                a_raised_event_of_a_missing_tenant_does_not_prevent_the_outcome
                operational_events_are_not_counted_as_publications
            }
            isolation {
                reads_with_ids_of_another_tenant_find_nothing
                lists_with_ids_of_another_tenant_are_empty
                writes_with_ids_of_another_tenant_change_nothing
                outcomes_with_ids_of_another_tenant_change_nothing
                a_list_never_shows_rows_of_another_tenant
                equal_ids_in_two_tenants_are_independent
                the_same_key_is_published_once_per_tenant
                tenants_with_similar_ids_are_separate
            }
            retention {
                retention_removes_old_events_with_their_deliveries_and_attempts
                retention_keeps_waiting_deliveries_of_any_age
                retention_removes_an_event_with_many_deliveries_in_steps
                retention_in_one_tenant_removes_nothing_of_others
                a_key_is_free_again_after_its_event_was_removed
                the_newest_event_up_to_a_time_is_found
                the_believed_time_is_kept
            }
            erasure {
                an_erasure_leaves_the_event_and_its_deliveries_in_the_log
                a_second_erasure_returns_the_time_of_the_first
                an_erasure_cancels_waiting_deliveries
                an_attempt_in_flight_during_an_erasure_is_kept_without_its_response
                a_retry_after_an_erasure_is_refused
                an_erasure_of_a_missing_event_finds_nothing
                an_erasure_goes_in_steps_and_an_unfinished_one_is_found
                payloads_are_erased_by_age
                an_erasure_is_kept_by_a_transfer
            }
            publications {
                publications_are_counted_by_type
                events_that_break_their_schema_are_counted
                a_duplicate_is_not_counted
                counts_are_of_whole_days
                the_counts_of_all_tenants_are_added_up
                counts_outlive_their_events_until_they_are_tidied
                counts_are_transferred_to_another_store
            }
            statistics {
                statistics_count_what_happened_by_hour
                statistics_count_events_and_those_that_were_filtered
                statistics_are_divided_by_subscription_type_and_time
                statistics_equal_the_log_after_any_work
                an_attempt_that_made_no_request_is_not_counted
                statistics_of_other_tenants_are_not_counted
                the_statistics_of_a_deleted_tenant_are_gone
                old_hours_become_days_and_old_days_are_removed
                statistics_are_transferred_to_another_store
                a_query_of_statistics_is_bounded
                a_refused_batch_counts_nothing
                recent_attempts_are_those_of_two_hours
            }
            documents {
                a_document_is_kept_byte_for_byte
                a_document_put_again_is_replaced
            }
            transfer {
                events_read_for_a_transfer_are_complete
                events_written_by_a_transfer_are_unchanged
                waiting_deliveries_are_sent_after_a_transfer
            }
            whole {
                a_working_store_is_writable
                a_pause_is_kept_until_it_is_ended
                writes_after_close_are_refused_and_returned
            }
        }
    };
    (@cases [] $($module:ident { $($case:ident)* })*) => {
        $(pub use $module::{$($case),*};)*

        /// All cases with their names; the last one closes the store.
        pub const CASES: &[(&str, Case)] = &[$($((stringify!($case), |store| Box::pin($case(store)))),*),*];
    };
    (@tests [$make:expr] $($module:ident { $($case:ident)* })*) => {
        $(mod $module {
            #[allow(unused_imports, reason = "`make` may name items of the parent module")]
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
