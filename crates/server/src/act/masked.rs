//! Personal data as it may be shown: enough to recognise, not enough to use.

/// The first character of a name.
pub(super) fn name(name: &str) -> String {
    name.chars().take(1).chain("**".chars()).collect()
}

/// A phone with its middle hidden: `138****8000`.
pub(super) fn phone(phone: &str) -> String {
    let national = phone.strip_prefix("+86").unwrap_or(phone);
    match (national.get(..3), national.get(7..)) {
        (Some(head), Some(tail)) if national.len() == 11 => format!("{head}****{tail}"),
        _ => "****".to_owned(),
    }
}

/// The last four characters of a number.
pub(super) fn ending(number: &str) -> String {
    let tail: Vec<char> = number.chars().rev().take(4).collect();
    if number.chars().count() <= 8 {
        return "****".to_owned();
    }
    "****".chars().chain(tail.into_iter().rev()).collect()
}

/// The first six characters of an address: enough to see which part of town.
pub(super) fn beginning(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    text.chars().take(6).chain("****".chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_thing_shows_a_part_and_hides_the_rest() {
        assert_eq!(name("陈店长"), "陈**");
        assert_eq!(phone("+8613800138000"), "138****8000");
        assert_eq!(phone("1"), "****");
        assert_eq!(ending("91350100M000100Y43"), "****0Y43");
        assert_eq!(ending("12345678"), "****");
        assert_eq!(beginning("上海市浦东新区张江路 1 号"), "上海市浦东新****");
    }
}
