//! The words of the auditors' pages.

use super::super::words::{file, words};

file! {
    /// The words of the auditors' pages.
    LedgerWords ("ledger.zh-CN.toml", "ledger.en.toml") {
        list: ListWords,
        entry: EntryWords,
        story: StoryWords,
        who: WhoWords,
        tell: TellWords,
        kind: KindWords,
        application: ApplicationStepWords,
        campaign: CampaignStepWords,
        dashboard: DashboardWords,
        outcome: OutcomeWords,
        void: VoidWords,
    }
}

words! {
    /// What happened, newest first.
    ListWords {
        title, size, root, origin, checkpoint, search, search_hint, kind, every_kind, go,
        none, position, at, who, what, case, older, newest, not_found, cases_of, opened,
        state, channel, verify, verify_how,
    }
    /// One entry.
    EntryWords {
        title, as_hashed, no_personal_data, proof, proof_lead, download, how, key, story,
        back,
    }
    /// One case.
    StoryWords { title, lead, back, }
    /// Who did something.
    WhoWords { holder, manager, terminal, system, other, }
    /// What happened in a case, a sentence each.
    TellWords {
        opened, opened_nobody, challenged, matched, not_matched, objected, decided, handed_over,
        amended,
        reviewed_yes, reviewed_no, reviewed_in_campaign, approved_kept, approved_revoked, approved_ends_at,
        backup_asked, backup_not_done, backup_damaged, backup_foreign, backup_too_large,
        prepared, prepared_snapshot, prepared_waived, prepared_unreachable, journal_intact,
        journal_differs, code_to_contact, code_to_screen, code_to_slip, answer_to_contact,
        answer_read_out, scanned, delivery_contact,
        delivery_slip, code_announced, code_mistyped,
        code_expired, code_used_up, code_lapsed, code_replaced, code_redeemed, effective,
        cancelled, expired, superseded, voided, refused,
    }
    /// What else happens, by its stable name.
    KindWords {
        merchant_added, merchant_status_changed, contact_changed, terminal_added,
        enrolment_opened, terminal_enrolled, terminal_moved, terminal_retired, operator_added,
        operator_removed, signed_on, sign_on_held, old_password_ended,
        operator_dormant, manager_dormant, manager_enabled, access_review_opened, access_reviewed,
        staff_added,
        staff_disabled, staff_signed_in, staff_proved, staff_password_changed,
        staff_sessions_ended, looked_up, transactions_recorded, settlements_recorded,
        message_cap_reached, guessing_noticed, merchant_numbers_asked, scan_viewed, form_printed,
        slip_printed, policy_served, contact_change_started, message_language_changed, manager_added,
        manager_rights_changed, manager_disabled, manager_signed_in, manager_proved_anew,
        manager_signed_out, records_downloaded, restore_asked, restore_reviewed, restored,
        restore_failed, snapshot_removed, backup_key_given, snapshot_exported,
        supervisor_acted, serial_number_copied, merchant_renamed, merchant_documents_changed,
        imported, applicant_disclosed, application_erased, contact_disclosed,
        personal_data_exported, erasure_asked, erasure_reviewed, merchant_erased,
        deposit_evaluated, deposit_returned,
        alert_raised, alert_taken, alert_closed,
        campaign_asked, campaign_objected, operator_rested, password_aged,
    }
    /// What happens to an application, by its stable name.
    ApplicationStepWords {
        started, phone_proven, chosen, paper_taken, submitted, checked, proposed, returned,
        approved, declined, shipped, received, enrolled, activated, withdrawn, lapsed,
    }
    /// What happens to a campaign, by its stable name.
    CampaignStepWords {
        planned, listed, plan_failed, approved, declined, wave_began, stopped, paused, resumed,
        cancelled, lapsed, list_altered, completed,
    }
    /// Numbers over all cases.
    DashboardWords {
        title, lead, days, period, cases, effective_share, p50, p90, no_time, by_day,
        by_day_alt, times, times_alt, times_p50, times_p90, by_channel, channel, total,
        refusals, refusals_lead, refusals_none, reason, count, reviewer, policy, date,
        numbers, seconds, minutes,
    }
    /// How cases end.
    OutcomeWords { effective, open, refused, ended, }
    /// Why a case could not go on.
    VoidWords { merchant_not_active, terminal_not_in_service, operator_removed, contact_changed, }
}
