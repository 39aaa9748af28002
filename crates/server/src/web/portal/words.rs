//! The words of the portal. What the closed lists of a case are called stands in
//! [`CaseNames`](crate::web::CaseNames).

use tillkey_rules::vocabulary::Reason;

use crate::web::words::{file, words};

file! {
    /// The words of the portal.
    PortalWords ("portal.zh-CN.toml", "portal.en.toml") {
        nav: NavWords,
        sign_in: SignInWords,
        confirm: ConfirmWords,
        merchants: MerchantsWords,
        waiting: WaitingWords,
        terminals: TerminalsWords,
        terminal: TerminalWords,
        operators: OperatorsWords,
        removal: RemovalWords,
        reset: ResetWords,
        consent: ConsentWords,
        elsewhere: ElsewhereWords,
        objection: ObjectionWords,
        contact: ContactWords,
        history: HistoryWords,
        deposit: DepositWords,
        changes: ChangeWords,
        by_whom: ByWhomWords,
        records: RecordsWords,
        trade: TradeWords,
        sign_on_end: SignOnEndWords,
        sessions: SessionsWords,
        access: AccessWords,
        end_access: EndAccessWords,
        review: ReviewWords,
        campaign: CampaignWords,
    }
}

words! {
    /// Where a manager can go.
    NavWords {
        label, terminals, history, records, deposit, contact, access, data, account, sign_out,
    }
    /// Where a manager signs in.
    SignInWords {
        title, lead, phone, phone_hint, phone_wrong, send, send_note, no_account, too_many,
        code_title, code_lead, code, code_hint, code_shape, code_wrong, until, over, enter,
        missing, missing_wait, missing_phone, another,
    }
    /// Where a manager proves anew who they are.
    ConfirmWords { title, lead, send, code_lead, enter, leave, }
    /// Where a merchant is chosen.
    MerchantsWords { title, lead, current, choose, }
    /// What waits for a consent.
    WaitingWords { title, about, look, }
    /// The terminals.
    TerminalsWords {
        title, number, online, offline, never, seen, operators, operators_without, manage,
        empty, more,
    }
    /// One terminal.
    TerminalWords {
        title, back, model, serial_number, long_unheard, never_enrolled, unsettled,
        all_settled,
    }
    /// The operators of a terminal.
    OperatorsWords {
        title, dormant, renewal_due, signed_on, password_set, password_missing, reset, why, remove, not_allowed, empty, add,
        add_label, add_hint, add_wrong, add_exists, add_not_allowed, add_send, add_note,
    }
    /// Whether an operator is really to go.
    RemovalWords { title, lead, ends_password, ends_sign_on, ends_case, terminal, operator, yes, no, }
    /// Where a reset is asked for.
    ResetWords {
        title, lead, terminal, operator, offline, reason, reason_wrong, forgotten, locked,
        staff_left, compromised, careful, send, back,
    }
    /// What a campaign asks.
    CampaignWords {
        title, because_update, because_leak, because_left, banner, go, until, held, choose,
        at_once, terminal, due, open, renewed, failed, objected, skipped, rested, not_yours,
        send, send_note, nothing, others, look, object_summary, object_lead, object, back,
        nobody, too_many, changed, not_fresh, confirm, partly,
    }
    /// Where a consent is asked for.
    ConsentWords {
        heading, lead, ask, check_asked, check_who, check_operator, yes, yes_note, no, no_note,
    }
    /// Another channel gathers proofs.
    ElsewhereWords { heading, lead, }
    /// Where a case is stopped.
    ObjectionWords { summary, lead, yes, }
    /// The registered phone.
    ContactWords {
        title, lead, present, none, changed, fresh, new, new_hint, new_wrong, send, sent, code,
        code_hint, until, confirm, again, language, language_hint, language_save, notes, note_old, note_codes, note_hours,
    }
    /// What happened.
    HistoryWords {
        title, resets, no_resets, time, terminal, operator, channel, state, older, changes,
        no_changes, what, by,
    }
    /// How far a deposit's return has come.
    DepositWords {
        title, none, terminal, counting, earned, returned, missed, rule, still, settling,
        comes_back, came_back, stays, goal, picture, by_day, no_days, day, sales, refunds, sum,
        note,
    }
    /// What changed, by the stable names of the events.
    ChangeWords {
        merchant_added, merchant_status_changed, merchant_renamed, merchant_documents_changed,
        contact_changed, contact_change_started, message_language_changed,
        contact_disclosed, personal_data_exported,
        erasure_asked, erasure_reviewed, merchant_erased,
        manager_added, manager_rights_changed, manager_disabled, manager_dormant, manager_enabled,
        access_review_opened, access_reviewed, operator_dormant, manager_signed_in,
        manager_proved_anew, manager_signed_out, records_downloaded, terminal_added,
        terminal_enrolled, serial_number_copied, terminal_moved, terminal_retired,
        operator_added, operator_removed, deposit_evaluated, deposit_returned,
        campaign_asked, campaign_objected, operator_rested, password_aged,
    }
    /// Who did it.
    ByWhomWords { you, manager, acquirer, device, }
    /// What is known of the terminals' work.
    RecordsWords {
        title, lead, sign_ons, empty, terminal, operator, from, until, why, still_on, download,
        download_note,
    }
    /// The trade of a day.
    TradeWords {
        title, empty, day, sales, sales_total, refunds, refunds_total, voids, unsettled, paid,
        download, yuan,
    }
    /// How a sign-on ended.
    SignOnEndWords { sign_off, effective, revoked, removed, superseded, not_served, dormant, }
    /// The managers among themselves.
    AccessWords {
        title, lead, you, rights, signed_in, never_signed_in, dormant, end, above, review,
        operators, new,
    }
    /// Whether a manager's access is really to end.
    EndAccessWords { title, lead, ends_sign_in, ends_session, told, phone, yes, no, }
    /// The yearly review of access.
    ReviewWords {
        title, banner, banner_overdue, go, lead, until, overdue, operators, no_operators,
        managers, terminal, signed_on, never_signed_on, password_since, password_missing,
        dormant, keep, remove, kept_only, note, send, choose, missing, changed, not_allowed, not_fresh,
        confirm, too_many, nothing, back,
    }
    /// On which devices somebody is signed in.
    SessionsWords {
        title, lead, this_device, other_device, started, used, end, everywhere,
        everywhere_note, switch_title, switch,
    }
}

/// Why a password is to be replaced, as a manager would say it.
pub(super) fn reason_said(words: &'static PortalWords, reason: Reason) -> &'static str {
    match reason {
        Reason::Locked => &words.reset.locked,
        Reason::StaffLeft => &words.reset.staff_left,
        Reason::Compromised => &words.reset.compromised,
        _ => &words.reset.forgotten,
    }
}
