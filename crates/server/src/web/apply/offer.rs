//! A product's terms as people read them.

use tillkey_rules::onboarding::catalogue::{Fee, Product, Surcharge};
use tillkey_rules::trade::Fen;

use super::super::Language;
use super::super::words::{fill, side};
use super::answers::Answers;
use super::words::ApplyWords;

/// A name with what is said of it.
pub(super) struct Line {
    pub(super) name: String,
    pub(super) text: String,
}

/// A product in a reader's language.
#[derive(Debug, Clone, Copy)]
pub(super) struct Offer<'a> {
    pub(super) product: &'a Product,
    language: Language,
    words: &'static ApplyWords,
}

impl<'a> Offer<'a> {
    pub(super) fn new(product: &'a Product, language: Language) -> Self {
        Self {
            product,
            language,
            words: ApplyWords::of(language),
        }
    }

    pub(super) fn name(&self) -> &'a str {
        side(&self.product.name, self.language)
    }

    pub(super) fn summary(&self) -> &'a str {
        side(&self.product.summary, self.language)
    }

    pub(super) fn provider(&self) -> &'a str {
        side(&self.product.provider, self.language)
    }

    pub(super) fn kind(&self) -> &'static str {
        self.words.kind(self.product.kind)
    }

    pub(super) fn fees(&self) -> Vec<Line> {
        let line = |(card, fee): (&_, &Fee)| Line {
            name: self.words.card(*card).to_owned(),
            text: match fee.cap {
                None => rate(fee.basis_points),
                Some(cap) => {
                    let text = fill(
                        &self.words.terms.fee_capped,
                        "rate",
                        &rate(fee.basis_points),
                    );
                    fill(&text, "cap", &self.money(cap))
                }
            },
        };
        self.product.fees.iter().map(line).collect()
    }

    pub(super) fn settlements(&self) -> Vec<Line> {
        let words = &self.words.terms;
        let line = |(time, surcharge): (&_, &Surcharge)| {
            let Surcharge {
                basis_points,
                per_payout,
            } = *surcharge;
            let sentence = match (basis_points, per_payout) {
                (0, Fen::ZERO) => &words.free,
                (_, Fen::ZERO) => &words.by_rate,
                (0, _) => &words.by_payout,
                _ => &words.by_both,
            };
            let text = fill(sentence, "rate", &rate(basis_points));
            Line {
                name: self.words.settlement(*time).to_owned(),
                text: fill(&text, "money", &self.money(per_payout)),
            }
        };
        self.product.settlements.iter().map(line).collect()
    }

    /// What is paid before the first sale, and what every month, in sentences.
    pub(super) fn up_front(&self) -> Vec<Line> {
        let words = &self.words.terms;
        let product = self.product;
        let money = |name: &String, none: &String, fen: Fen| Line {
            name: name.clone(),
            text: if fen == Fen::ZERO {
                none.clone()
            } else {
                self.money(fen)
            },
        };
        vec![
            money(&words.price, &words.price_none, product.price),
            Line {
                name: words.deposit.clone(),
                text: self.deposit(),
            },
            money(
                &words.monthly_fee,
                &words.monthly_fee_none,
                product.monthly_fee,
            ),
        ]
    }

    /// What else is or is not asked for.
    pub(super) fn conditions(&self) -> Vec<String> {
        let words = &self.words.terms;
        let deposit = &self.product.deposit;
        let say = |none: &String, some: &str, fen: Fen| {
            if fen == Fen::ZERO {
                none.clone()
            } else {
                fill(some, "money", &self.money(fen))
            }
        };
        vec![
            say(
                &words.first_sale_none,
                &words.first_sale_required,
                deposit.first_sale,
            ),
            say(
                &words.frozen_fee_none,
                &words.frozen_fee_some,
                deposit.frozen_fee,
            ),
        ]
    }

    fn deposit(&self) -> String {
        let words = &self.words.terms;
        let terms = &self.product.deposit;
        if terms.deposit == Fen::ZERO {
            return words.deposit_none.clone();
        }
        let sentence = match terms.back {
            Some(_) => &words.deposit_back,
            None => &words.deposit_kept,
        };
        let text = fill(sentence, "deposit", &self.money(terms.deposit));
        match terms.back {
            None => text,
            Some(back) => {
                let text = fill(&text, "taken", &self.money(back.taken));
                fill(&text, "days", &back.within_days.to_string())
            }
        }
    }

    pub(super) fn takings(&self) -> String {
        let words = &self.words.terms;
        let takings = &self.product.takings;
        let sentence = match takings.to {
            Some(_) if takings.from == Fen::ZERO => &words.takings_to,
            Some(_) => &words.takings_between,
            None => &words.takings_from,
        };
        let text = fill(sentence, "from", &self.money(takings.from));
        fill(&text, "to", &self.money(takings.to.unwrap_or(Fen::ZERO)))
    }

    /// Who may have it.
    pub(super) fn applicants(&self) -> Vec<&'static str> {
        let kinds = self.product.papers.keys();
        kinds.map(|kind| self.words.applicant(*kind).0).collect()
    }

    pub(super) fn joined<'t>(&self, parts: impl IntoIterator<Item = &'t str>) -> String {
        joined(parts, self.language)
    }

    /// Where an application for it begins.
    pub(super) fn apply(&self, answers: &Answers) -> String {
        let mut address = format!("/apply/form?product={}", self.product.id);
        if let Some(kind) = answers.applicant {
            address.push_str(&format!("&kind={kind}"));
        }
        if let Some(region) = answers.region {
            address.push_str(&format!("&region={region}"));
        }
        address
    }

    /// Where all of its terms are.
    pub(super) fn details(&self, answers: &Answers) -> String {
        answers.with(&format!("/apply/products/{}", self.product.id))
    }

    pub(super) fn money(&self, fen: Fen) -> String {
        money(fen, self.language)
    }
}

/// A list in one line.
pub(super) fn joined<'t>(parts: impl IntoIterator<Item = &'t str>, language: Language) -> String {
    let parts: Vec<&str> = parts.into_iter().collect();
    parts.join(match language {
        Language::Chinese => "、",
        Language::English => ", ",
    })
}

/// Hundredths of a per cent as a per cent: `0.38%`.
fn rate(basis_points: u16) -> String {
    format!("{}.{:02}%", basis_points / 100, basis_points % 100)
}

/// Money as it is read: thousands apart, and fen only where there are any.
pub(super) fn money(fen: Fen, language: Language) -> String {
    let text = fen.to_string();
    let (yuan, cents) = text.split_once('.').unwrap_or((&text, "00"));
    let (sign, digits) = match yuan.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", yuan),
    };
    let mut amount = String::from(sign);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            amount.push(',');
        }
        amount.push(digit);
    }
    if cents != "00" {
        amount.push('.');
        amount.push_str(cents);
    }
    match language {
        Language::Chinese => format!("{amount} 元"),
        Language::English => format!("CNY {amount}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_read_as_it_is_spoken() {
        for (fen, zh, en) in [
            (0, "0 元", "CNY 0"),
            (5_900, "59 元", "CNY 59"),
            (1_000_000, "10,000 元", "CNY 10,000"),
            (123_456_789, "1,234,567.89 元", "CNY 1,234,567.89"),
            (1_140, "11.40 元", "CNY 11.40"),
            (-50_000, "-500 元", "CNY -500"),
        ] {
            assert_eq!(money(Fen::sum(fen), Language::Chinese), zh);
            assert_eq!(money(Fen::sum(fen), Language::English), en);
        }
        assert_eq!(rate(38), "0.38%");
        assert_eq!(rate(100), "1.00%");
    }
}
