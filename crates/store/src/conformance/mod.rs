//! What every engine has to pass: each operation, its order, its uniqueness, and
//! that nothing acknowledged is lost.
//!
//! A check is given a way to open one database of its own; opened again, it is the
//! same database. A check that fails panics, or ends with a fault.

mod applications;
mod attempts;
mod campaigns;
mod cases;
mod codes;
mod credentials;
mod deposits;
mod devices;
mod erasures;
mod ground;
mod ledger;
mod managers;
mod outgoing;
mod parties;
mod people;
mod reports;
mod restores;
mod scans;
mod sealing;
mod snapshots;
mod trade;
mod transactions;
mod watching;

use crate::fault::Fault;
use crate::store::Store;

/// Opens the database of one check. The store opened before is dropped by then.
pub type Open<'a> = &'a dyn Fn() -> Result<Store, Fault>;

/// One check.
pub type Check = fn(Open<'_>) -> Result<(), Fault>;

/// Every check, by name.
pub const CHECKS: &[(&str, Check)] = &[
    (
        "a_failed_request_leaves_nothing",
        transactions::a_failed_request_leaves_nothing,
    ),
    (
        "an_attempt_is_kept_wholly_or_not_at_all",
        transactions::an_attempt_is_kept_wholly_or_not_at_all,
    ),
    (
        "what_is_answered_is_there_again",
        transactions::what_is_answered_is_there_again,
    ),
    (
        "a_read_sees_one_moment",
        transactions::a_read_sees_one_moment,
    ),
    ("acquirers_are_unique", parties::acquirers_are_unique),
    (
        "merchants_are_found_and_listed",
        parties::merchants_are_found_and_listed,
    ),
    (
        "documents_are_compared_blind",
        parties::documents_are_compared_blind,
    ),
    (
        "contacts_keep_the_previous_one",
        parties::contacts_keep_the_previous_one,
    ),
    (
        "terminals_are_unique_while_in_service",
        parties::terminals_are_unique_while_in_service,
    ),
    ("a_counter_counts_once", parties::a_counter_counts_once),
    (
        "an_enrolment_is_used_once",
        people::an_enrolment_is_used_once,
    ),
    ("operators_come_and_go", people::operators_come_and_go),
    ("operators_rest_and_wake", people::operators_rest_and_wake),
    (
        "one_access_review_is_open_at_once",
        people::one_access_review_is_open_at_once,
    ),
    ("managers_rest_and_wake", managers::managers_rest_and_wake),
    (
        "staff_choose_passwords_and_are_disabled",
        people::staff_choose_passwords_and_are_disabled,
    ),
    (
        "staff_sessions_are_listed_and_ended",
        people::staff_sessions_are_listed_and_ended,
    ),
    (
        "managers_are_found_by_phone_and_disabled",
        managers::managers_are_found_by_phone_and_disabled,
    ),
    (
        "d02_a_sign_in_takes_its_tries_and_counts_once",
        managers::d02_a_sign_in_takes_its_tries_and_counts_once,
    ),
    (
        "a_managers_session_belongs_to_its_phone",
        managers::a_managers_session_belongs_to_its_phone,
    ),
    (
        "a_new_contact_waits_for_its_code",
        managers::a_new_contact_waits_for_its_code,
    ),
    (
        "a_merchants_history_is_its_own",
        managers::a_merchants_history_is_its_own,
    ),
    (
        "what_stands_in_the_way_is_counted",
        erasures::what_stands_in_the_way_is_counted,
    ),
    (
        "a_closed_merchant_is_due_once",
        erasures::a_closed_merchant_is_due_once,
    ),
    (
        "a_request_for_an_erasure_waits_for_another",
        erasures::a_request_for_an_erasure_waits_for_another,
    ),
    (
        "an_erased_merchant_is_a_number_and_no_more",
        erasures::an_erased_merchant_is_a_number_and_no_more,
    ),
    (
        "facts_are_those_of_the_moment",
        people::facts_are_those_of_the_moment,
    ),
    (
        "a_case_is_the_fold_of_its_events",
        cases::a_case_is_the_fold_of_its_events,
    ),
    (
        "a_stale_case_is_a_conflict",
        cases::a_stale_case_is_a_conflict,
    ),
    (
        "one_proven_case_an_operator",
        cases::one_proven_case_an_operator,
    ),
    (
        "cases_fall_due_and_are_listed",
        cases::cases_fall_due_and_are_listed,
    ),
    ("a_case_token_is_set_once", cases::a_case_token_is_set_once),
    (
        "a_list_is_made_in_parts_and_read_in_order",
        campaigns::a_list_is_made_in_parts_and_read_in_order,
    ),
    (
        "a_merchant_is_asked_once_for_whom_there_is",
        campaigns::a_merchant_is_asked_once_for_whom_there_is,
    ),
    (
        "a_target_follows_its_cases",
        campaigns::a_target_follows_its_cases,
    ),
    (
        "old_passwords_have_their_time",
        campaigns::old_passwords_have_their_time,
    ),
    (
        "a_campaign_is_the_fold_of_its_events",
        campaigns::a_campaign_is_the_fold_of_its_events,
    ),
    (
        "a_deposit_counts_what_its_terminal_settled",
        deposits::a_deposit_counts_what_its_terminal_settled,
    ),
    (
        "deposits_are_found_by_how_they_stand",
        deposits::deposits_are_found_by_how_they_stand,
    ),
    (
        "an_application_is_the_fold_of_its_events",
        applications::an_application_is_the_fold_of_its_events,
    ),
    (
        "a_terminal_finds_its_application",
        applications::a_terminal_finds_its_application,
    ),
    (
        "what_an_applicant_wrote_is_erased_with_its_key",
        applications::what_an_applicant_wrote_is_erased_with_its_key,
    ),
    (
        "d02_an_applicants_code_takes_its_tries",
        applications::d02_an_applicants_code_takes_its_tries,
    ),
    (
        "a_picture_of_a_paper_is_known_again",
        applications::a_picture_of_a_paper_is_known_again,
    ),
    (
        "an_application_goes_with_its_merchant",
        applications::an_application_goes_with_its_merchant,
    ),
    (
        "cases_are_counted_by_day",
        reports::cases_are_counted_by_day,
    ),
    (
        "a_challenge_takes_its_tries",
        codes::a_challenge_takes_its_tries,
    ),
    (
        "d02_parallel_guesses_take_tries",
        codes::d02_parallel_guesses_take_tries,
    ),
    ("one_live_reset_code", codes::one_live_reset_code),
    ("attempts_slide", attempts::attempts_slide),
    (
        "d02_parallel_attempts_are_all_counted",
        attempts::d02_parallel_attempts_are_all_counted,
    ),
    ("attempts_are_pruned", attempts::attempts_are_pruned),
    (
        "transactions_are_recorded_once",
        trade::transactions_are_recorded_once,
    ),
    (
        "questions_take_their_tries_over_all_cases",
        trade::questions_take_their_tries_over_all_cases,
    ),
    (
        "spending_adds_up_and_alarms_once",
        trade::spending_adds_up_and_alarms_once,
    ),
    (
        "a_replacement_ends_what_was",
        credentials::a_replacement_ends_what_was,
    ),
    (
        "a_revocation_ends_now_or_later",
        credentials::a_revocation_ends_now_or_later,
    ),
    (
        "sessions_start_and_end",
        credentials::sessions_start_and_end,
    ),
    (
        "a_number_in_hand_is_passed_once",
        devices::a_number_in_hand_is_passed_once,
    ),
    ("a_deed_is_answered_once", devices::a_deed_is_answered_once),
    (
        "a_challenge_is_answered_once",
        devices::a_challenge_is_answered_once,
    ),
    (
        "the_last_report_of_a_terminal_is_kept",
        devices::the_last_report_of_a_terminal_is_kept,
    ),
    (
        "the_newest_command_counts",
        outgoing::the_newest_command_counts,
    ),
    (
        "a_message_is_sent_once_and_wiped",
        outgoing::a_message_is_sent_once_and_wiped,
    ),
    (
        "what_a_killed_sender_took_up_is_due",
        outgoing::what_a_killed_sender_took_up_is_due,
    ),
    ("an_answer_is_remembered", outgoing::an_answer_is_remembered),
    ("meta_values_are_kept", outgoing::meta_values_are_kept),
    (
        "an_upload_grows_and_is_replaced",
        snapshots::an_upload_grows_and_is_replaced,
    ),
    (
        "a_backup_is_recorded_once_and_listed",
        snapshots::a_backup_is_recorded_once_and_listed,
    ),
    (
        "only_settled_backups_are_old",
        snapshots::only_settled_backups_are_old,
    ),
    (
        "a_restore_is_asked_approved_and_wiped",
        restores::a_restore_is_asked_approved_and_wiped,
    ),
    (
        "an_unsettled_batch_is_a_hint_one_way",
        snapshots::an_unsettled_batch_is_a_hint_one_way,
    ),
    ("a_replaced_scan_is_wiped", scans::a_replaced_scan_is_wiped),
    (
        "e19_a_picture_is_known_again",
        scans::e19_a_picture_is_known_again,
    ),
    (
        "a_message_says_how_it_stands",
        scans::a_message_says_how_it_stands,
    ),
    (
        "sealed_values_open_in_their_place",
        sealing::sealed_values_open_in_their_place,
    ),
    (
        "an_erased_owner_stays_closed",
        sealing::an_erased_owner_stays_closed,
    ),
    (
        "positions_are_dense_under_concurrency",
        ledger::positions_are_dense_under_concurrency,
    ),
    (
        "events_are_listed_and_counted",
        ledger::events_are_listed_and_counted,
    ),
    (
        "the_ledger_verifies_after_reopening",
        ledger::the_ledger_verifies_after_reopening,
    ),
    (
        "the_watch_goes_on_where_it_stopped",
        watching::the_watch_goes_on_where_it_stopped,
    ),
    (
        "an_alert_concerns_whom_it_is_about",
        watching::an_alert_concerns_whom_it_is_about,
    ),
    (
        "an_alert_is_raised_owned_and_closed",
        watching::an_alert_is_raised_owned_and_closed,
    ),
];
