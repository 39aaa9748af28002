use proptest::prelude::*;

use super::*;

#[test]
fn g05_card_data_is_found_however_it_is_written() {
    use CardData::*;
    for (text, found) in [
        ("4111111111111111", Some(CardNumber)),
        ("卡号4111 1111 1111 1111", Some(CardNumber)),
        ("4111-1111-1111-1111 退货", Some(CardNumber)),
        ("4111.1111.1111.1111", Some(CardNumber)),
        ("４１１１１１１１１１１１１１１１", Some(CardNumber)),
        ("٤١١١١١١١١١١١١١١١", Some(CardNumber)),
        ("4111\u{200b}111111111111", Some(CardNumber)),
        ("6222021234567890128", Some(CardNumber)),
        ("order 0004111111111111111", Some(CardNumber)),
        ("378282246310005", Some(CardNumber)),
        ("%B4111111111111111^", Some(Track)),
        (";6222021234567890120=2512", Some(Track)),
        ("6222021234567890120D2512", Some(Track)),
        ("0412ac89abcdef67", Some(PinBlock)),
        ("pin 0412AC89ABCDEF67.", Some(PinBlock)),
        ("", None),
        ("老顾客，少收2元", None),
        ("invoice 2026-11-24", None),
        ("tel. 13812345678", None),
        ("000000000000", None),
        ("AB=12", None),
    ] {
        assert_eq!(find(text), found, "{text}");
    }
}

fn with_check_digit(mut digits: Vec<u8>) -> Vec<u8> {
    let last = (0..=9)
        .find(|last| passes_luhn(&[&digits[..], &[*last]].concat()))
        .unwrap();
    digits.push(last);
    digits
}

proptest! {
    #[test]
    fn g05_no_card_number_passes(
        body in prop::collection::vec(0_u8..=9, 11..=18),
        before in "[a-z\u{4e00}-\u{4eff} ]{0,10}",
        separator in prop::sample::select(vec!["", " ", "-", "\u{3000}"]),
        group in 1_usize..=6,
    ) {
        prop_assume!(body.iter().any(|digit| *digit != 0));
        let number: Vec<String> = with_check_digit(body)
            .chunks(group)
            .map(|group| group.iter().map(u8::to_string).collect())
            .collect();
        let text = format!("{before}{}", number.join(separator));
        prop_assert!(find(&text).is_some(), "{}", text);
    }

    #[test]
    fn one_wrong_digit_breaks_the_check(
        body in prop::collection::vec(0_u8..=9, 12..=18),
        place in 0_usize..12,
        by in 1_u8..=9,
    ) {
        let mut digits = with_check_digit(body);
        let digit = digits.get_mut(place).unwrap();
        *digit = (*digit + by) % 10;
        prop_assert!(!passes_luhn(&digits));
    }
}
