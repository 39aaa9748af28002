//! Taking money: the card, the confirmation, the receipt, the batch.

use jiff::tz::Offset;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use tillkey_terminal::wire::ids::OperatorNumber;
use tillkey_terminal::wire::journal::{Amount, Entry, Head, MaskedPan, Sum, Totals, Transaction};

use super::body::{BAD, BOX_FOCUSED, FAINT, GOOD, PLAIN, of_operator, say};
use super::text::{Page, columns, padded};
use crate::terminal::cards;
use crate::terminal::model::{Dip, Errand, Model, Said};
use crate::terminal::words::{Filled, Word};
use crate::till::Batch;

/// Fen as yuan: `1,234.50`.
pub(super) fn yuan(fen: u64) -> String {
    let digits = (fen / 100).to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{grouped}.{:02}", fen % 100)
}

/// As [`yuan`], with a minus before what was given back.
fn signed_yuan(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    format!("{sign}{}", yuan(fen.unsigned_abs()))
}

fn of_amount(amount: Amount) -> Filled {
    Filled {
        amount: yuan(amount.fen()),
        ..Filled::default()
    }
}

/// What the supervisor confirms.
pub(super) fn errand(model: &Model, errand: &Errand) -> String {
    let supervisor = of_operator(OperatorNumber::SUPERVISOR);
    match errand {
        Errand::Void { entry, amount } => Word::HintConfirmVoid.say(
            model.language,
            &Filled {
                amount: yuan(amount.fen()),
                count: entry.to_string(),
                ..supervisor
            },
        ),
        Errand::Refund { amount, .. } => Word::HintConfirmRefund.say(
            model.language,
            &Filled {
                amount: yuan(amount.fen()),
                ..supervisor
            },
        ),
    }
}

/// The cards, each with its key.
pub(super) fn dip_page(model: &Model, (dip, said): (Dip, Option<&Said>), page: &mut Page) {
    let (Dip::Sale(amount) | Dip::Refund(amount)) = dip;
    let hint = Word::HintDip.say(model.language, &of_amount(amount));
    page.gap();
    page.styled(&hint, PLAIN);
    page.lines.push(Line::default());
    for (key, card) in cards::all() {
        let name = match card {
            Some(card) => card.to_string(),
            None => Word::CardBad.raw(model.language).to_owned(),
        };
        page.lines.push(Line::from(vec![
            Span::raw("  "),
            Span::styled(format!(" {key} "), BOX_FOCUSED),
            Span::raw(format!("  {name}")),
        ]));
        page.gap();
    }
    page.gap();
    say(model, said, page);
}

/// What the batch comes to, before it is settled.
pub(super) fn settle_page(model: &Model, page: &mut Page) {
    page.gap();
    match model.head() {
        Some(head) if !head.is_settled() => {
            totals(model, &head.unsettled, page);
            page.gap();
            let hint = Word::HintSettle.say(model.language, &of_batch(head));
            page.styled(&hint, PLAIN);
        }
        _ => page.styled(Word::NothingToSettle.raw(model.language), PLAIN),
    }
}

fn of_batch(head: &Head) -> Filled {
    Filled {
        count: head.batch.to_string(),
        amount: signed_yuan(head.unsettled.net_fen()),
        ..Filled::default()
    }
}

fn totals(model: &Model, totals: &Totals, page: &mut Page) {
    for (word, sum) in [
        (Word::LineSales, totals.sales),
        (Word::LineRefunds, totals.refunds),
        (Word::LineVoids, totals.voids),
    ] {
        let Sum { count, fen } = sum;
        let value = format!("{count:>5}  {:>15}", yuan(fen));
        line(model, (word, &value), page);
    }
    let net = format!("{:>5}  {:>15}", "", signed_yuan(totals.net_fen()));
    line(model, (Word::LineNet, &net), page);
}

fn line(model: &Model, (word, value): (Word, &str), page: &mut Page) {
    let label = padded(word.raw(model.language), 14);
    page.lines.push(Line::from(vec![
        Span::styled(label, FAINT),
        Span::raw(value.to_owned()),
    ]));
}

/// What was recorded, as it would be printed.
pub(super) fn receipt_page(model: &Model, (entry, offset): (&Entry, Offset), page: &mut Page) {
    page.gap();
    page.styled(kind(&entry.transaction).raw(model.language), GOOD);
    page.gap();
    let number = entry.number.to_string();
    match &entry.transaction {
        Transaction::Sale { amount, card, .. } => money(model, (*amount, Some(card)), page),
        Transaction::Refund {
            amount,
            card,
            confirmed_by,
            ..
        } => {
            money(model, (*amount, Some(card)), page);
            line(
                model,
                (Word::LineConfirmed, &confirmed_by.to_string()),
                page,
            );
        }
        Transaction::Void {
            entry,
            amount,
            confirmed_by,
        } => {
            money(model, (*amount, None), page);
            line(model, (Word::LineVoided, &entry.to_string()), page);
            line(
                model,
                (Word::LineConfirmed, &confirmed_by.to_string()),
                page,
            );
        }
        Transaction::Settlement { totals: settled } => totals(model, settled, page),
    }
    line(model, (Word::LineEntry, &number), page);
    line(model, (Word::LineBatch, &entry.batch.to_string()), page);
    line(model, (Word::Operator, &entry.operator.to_string()), page);
    let at = offset.to_datetime(entry.at);
    let time = at.strftime("%Y-%m-%d %H:%M:%S").to_string();
    line(model, (Word::LineTime, &time), page);
}

fn money(model: &Model, (amount, card): (Amount, Option<&MaskedPan>), page: &mut Page) {
    line(model, (Word::LineAmount, &yuan(amount.fen())), page);
    if let Some(card) = card {
        line(model, (Word::LineCard, &card.to_string()), page);
    }
}

const fn kind(transaction: &Transaction) -> Word {
    match transaction {
        Transaction::Sale { .. } => Word::KindSale,
        Transaction::Refund { .. } => Word::KindRefund,
        Transaction::Void { .. } => Word::KindVoid,
        Transaction::Settlement { .. } => Word::KindSettlement,
    }
}

/// The open batch, newest first, as many lines as there is room for.
pub(super) fn journal_page(model: &Model, top: usize, page: &mut Page) {
    let Some(batch) = model.batch() else { return };
    let hint = Word::BatchLine.say(model.language, &of_batch(&batch.head));
    page.styled(&hint, FAINT);
    page.gap();
    if batch.entries.is_empty() {
        page.styled(Word::NoEntries.raw(model.language), PLAIN);
    }
    let room = usize::from(page.height.saturating_sub(page.row()));
    for entry in batch.entries.iter().skip(top).take(room) {
        let (text, style) = journal_line(model, (batch, entry), page.width);
        page.lines.push(Line::styled(text, style));
    }
}

fn journal_line(model: &Model, (batch, entry): (&Batch, &Entry), width: u16) -> (String, Style) {
    let (amount, what) = match &entry.transaction {
        Transaction::Sale { amount, card, .. } => (amount.fen(), card.to_string()),
        Transaction::Refund { amount, card, .. } => (amount.fen(), card.to_string()),
        Transaction::Void { entry, amount, .. } => (amount.fen(), format!("-> {entry}")),
        Transaction::Settlement { .. } => (0, String::new()),
    };
    // On a narrow screen the last digits of the card have to do.
    let is_narrow = width < 44;
    let what = if is_narrow && columns(&what) > 8 {
        format!(
            "*{}",
            what.get(what.len().saturating_sub(4)..).unwrap_or("")
        )
    } else {
        what
    };
    let (word, style) = if batch.is_voided(entry.number) {
        (Word::KindVoided, FAINT)
    } else if matches!(entry.transaction, Transaction::Sale { .. }) {
        (kind(&entry.transaction), PLAIN)
    } else {
        (kind(&entry.transaction), BAD)
    };
    let kind = padded(word.raw(model.language), 7);
    let what = padded(&what, if is_narrow { 8 } else { 17 });
    let text = format!("{:>5} {kind}{what}{:>13}", entry.number, yuan(amount));
    (text, style)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_in_yuan() {
        for (fen, text) in [
            (1, "0.01"),
            (100, "1.00"),
            (123_450, "1,234.50"),
            (1_000_000_000, "10,000,000.00"),
        ] {
            assert_eq!(yuan(fen), text);
        }
        assert_eq!(signed_yuan(-1_205), "-12.05");
    }
}
