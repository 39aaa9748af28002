use tillkey_wire::password::Lengths;

use super::*;

fn broken(rank: Rank, password: &str) -> Vec<Rule> {
    let rules = PasswordRules::new(1, Lengths::FLOOR).unwrap();
    let serial_number = "PAX-4471920".parse().unwrap();
    let terminal_number = "8K310277".parse().unwrap();
    let circumstances = Circumstances {
        rules: &rules,
        rank,
        serial_number: &serial_number,
        terminal_number: &terminal_number,
    };
    weaknesses(password, &circumstances).into_iter().collect()
}

#[test]
fn e13_weak_passwords_are_refused_by_name() {
    use Rank::{Administrator, Cashier, Supervisor};
    use Rule::{Digits, Length, PublishedDefault, Repeat, Sequence, SerialNumber, TerminalNumber};
    for (rank, password, expect) in [
        // What the field has always shipped.
        (Cashier, "0000", vec![Repeat, PublishedDefault]),
        (Supervisor, "123456", vec![Sequence, PublishedDefault]),
        (Administrator, "12345678", vec![Sequence, PublishedDefault]),
        (Cashier, "01483", vec![PublishedDefault]),
        (Supervisor, "000000", vec![Repeat, PublishedDefault]),
        (Supervisor, "166831", vec![PublishedDefault]),
        // Runs, up and down, over the edge, with a step, doubled.
        (Supervisor, "234567", vec![Sequence]),
        (Supervisor, "987654", vec![Sequence]),
        (Supervisor, "890123", vec![Sequence, PublishedDefault]),
        (Supervisor, "210987", vec![Sequence, PublishedDefault]),
        (Supervisor, "246802", vec![Sequence]),
        (Supervisor, "445566", vec![Sequence]),
        (Administrator, "87654321", vec![Sequence]),
        // Groups over and over.
        (Cashier, "7777", vec![Repeat]),
        (Cashier, "3737", vec![Repeat]),
        (Supervisor, "121212", vec![Repeat, PublishedDefault]),
        (Supervisor, "739739", vec![Repeat]),
        (Cashier, "74747", vec![Repeat]),
        (Supervisor, "778787", vec![Repeat]),
        (Administrator, "94729472", vec![Repeat]),
        // Days.
        (Administrator, "11232026", vec![PublishedDefault]),
        (Administrator, "23112026", vec![PublishedDefault]),
        (Administrator, "20261123", vec![PublishedDefault]),
        (Supervisor, "112326", vec![PublishedDefault]),
        (Supervisor, "840729", vec![PublishedDefault]),
        (Cashier, "0729", vec![PublishedDefault]),
        (Cashier, "1984", vec![PublishedDefault]),
        // What is printed on the device and on receipts.
        (Cashier, "4719", vec![SerialNumber]),
        (Supervisor, "447192", vec![SerialNumber]),
        (Administrator, "94471920", vec![SerialNumber]),
        (Cashier, "3102", vec![TerminalNumber]),
        (Administrator, "83102779", vec![TerminalNumber]),
        // Lengths.
        (Cashier, "738", vec![Length]),
        (Supervisor, "73920", vec![Length]),
        (Administrator, "7392016", vec![Length]),
        (Cashier, "7392016473920", vec![Length]),
        (Cashier, "", vec![Length, Repeat]),
        // What only looks like digits.
        (Supervisor, "７３９２０１", vec![Digits]),
        (Supervisor, "٧٣٩٢٠١", vec![Digits]),
        (Supervisor, "73920a", vec![Digits]),
        (Supervisor, "739 201", vec![Digits]),
        (Supervisor, "-73920", vec![Digits]),
        (Supervisor, "739201\n", vec![Digits]),
    ] {
        assert_eq!(broken(rank, password), expect, "{password:?}");
    }
}

#[test]
fn ordinary_passwords_pass() {
    for (rank, password) in [
        (Rank::Cashier, "7392"),
        (Rank::Cashier, "604817"),
        (Rank::Supervisor, "739201"),
        (Rank::Supervisor, "482915"),
        (Rank::Administrator, "59318264"),
        (Rank::Administrator, "739201647392"),
    ] {
        assert_eq!(broken(rank, password), [], "{password}");
    }
}

/// The rules must not leave so little that guessing becomes easy.
#[test]
fn most_passwords_pass() {
    let passing = |width: usize, from: u32, to: u32, rank| {
        (from..to)
            .filter(|n| broken(rank, &format!("{n:0width$}")).is_empty())
            .count()
    };
    assert!(passing(4, 0, 10_000, Rank::Cashier) > 8_000);
    assert!(passing(6, 300_000, 340_000, Rank::Supervisor) > 34_000);
}
