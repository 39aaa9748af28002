//! The words of the counter's pages.

use crate::web::words::{file, words};

file! {
    /// The words of the counter's pages.
    CounterPageWords ("counter.zh-CN.toml", "counter.en.toml") {
        queue: QueueWords,
        form: OpeningWords,
        case: CasePageWords,
        take: TakeWords,
        inspect: InspectWords,
        sms: SmsWords,
        scan: ScanWords,
        delivery: DeliveryWords,
        submit: SubmitWords,
        stage: StageWords,
        slip: SlipWords,
    }
}

words! {
    /// What waits, and where a request begins.
    QueueWords {
        title, lead, new, take, take_hint, take_label, take_wrong, take_send, referred,
        referred_empty, open, open_empty, case, channel, whom, reason, state, opened, unknown,
    }
    /// The form of a new request.
    OpeningWords {
        merchant, merchant_wrong, terminal, terminal_wrong, operator, operator_wrong, reason,
        reason_wrong, send,
    }
    /// What every page of a case has.
    CasePageWords {
        number, facts, merchant, name, terminal, operator, reason, deadline, timeline, hidden,
        print, print_hint, cancel, cancel_sure, cancel_yes, back, check,
    }
    /// A case of another channel.
    TakeWords { title, lead, send, closed, }
    /// Originals.
    InspectWords {
        title, lead, identity, licence, genuine, person, valid_until, valid_hint, long_term,
        identity_number, identity_hint, licence_number, licence_hint, send, matched, checks,
        validity, shape, not_matched, expired,
    }
    /// The code sent to the registered phone.
    SmsWords { title, lead, send, again, label, hint, check, shape, not_matched, }
    /// Scans.
    ScanWords {
        title, front, back, sheet, choose, hint, send, sending, again, view, kept, none,
        other_merchant, earlier_case, flagged, empty, too_large, wrong_kind, polyglot,
        too_many_pixels, too_small, broken, same_picture,
    }
    /// How the code is handed over.
    DeliveryWords { title, contact, slip, slip_hint, send, needs_scans, }
    /// Asking for the decision.
    SubmitWords { title, lead, send, more, reasons, }
    /// How a case stands.
    StageWords {
        review, review_lead, review_until, preparing, preparing_lead, slip_ready,
        slip_ready_lead, code_over, code_over_lead, issued_contact, issued_contact_lead,
        issued_slip, redeemed, redeemed_lead, effective, effective_lead, refused, cancelled,
        expired, superseded, void, closed_lead, until, left, none_left,
    }
    /// The sealed slip.
    SlipWords {
        printer, print, again, again_hint, waiting, sent, dead, unseen, to_contact,
        to_contact_hint, send_again,
    }
}
