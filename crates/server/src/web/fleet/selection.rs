//! Areas as people name them, and a selection in words.

use tillkey_rules::campaign::{Area, Selection};
use tillkey_rules::onboarding::{Region, Regions};

use super::super::Language;
use super::super::case_words::CaseNames;
use super::super::when::Reading;
use super::super::words::{fill, side};
use super::FleetWords;

/// How many names are shown before the others are only counted.
const SHOWN_MAX: usize = 5;

/// What somebody means by the name or the code of a place.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// This one.
    Found(Area),
    /// More than one has this name.
    Several,
    /// None has.
    Unknown,
}

/// Every province, and everything right below it.
fn places() -> impl Iterator<Item = &'static Region> {
    let regions = Regions::known();
    regions.provinces().flat_map(move |province| {
        let below = regions.within(province.code).into_iter();
        std::iter::once(province).chain(below.filter(|place| !place.is_province()))
    })
}

/// Those of them that an area is: a merchant number does not tell the counties apart that
/// a province administers by itself, so none of them is meant by its name.
fn areas() -> impl Iterator<Item = &'static Region> {
    places().filter(|place| place.code == place.code.prefecture())
}

/// The digits that merchant numbers of a place begin with, as an area.
fn area_of(region: &Region) -> Option<Area> {
    let code = region.code.to_string();
    let digits = if region.is_province() { 2 } else { 4 };
    code.get(..digits)?.parse().ok()
}

/// Finds a place by its code, its whole name, or how its Chinese name begins.
pub(super) fn place(typed: &str) -> Place {
    if typed.bytes().all(|byte| byte.is_ascii_digit()) {
        let area = typed.trim_end_matches("00").parse::<Area>().ok();
        let known = area.filter(|area| places().any(|place| area_of(place).as_ref() == Some(area)));
        return known.map_or(Place::Unknown, Place::Found);
    }
    let named = |is: fn(&Region, &str) -> bool| -> Vec<Area> {
        let found = areas().filter(|place| is(place, typed));
        found.filter_map(area_of).collect()
    };
    let whole =
        named(|place, typed| place.name.zh == typed || place.name.en.eq_ignore_ascii_case(typed));
    let found = match whole.is_empty() {
        true => named(|place, typed| place.name.zh.starts_with(typed)),
        false => whole,
    };
    match <[Area; 1]>::try_from(found) {
        Ok([area]) => Place::Found(area),
        Err(found) if found.is_empty() => Place::Unknown,
        Err(_) => Place::Several,
    }
}

fn name_of(area: &Area, language: Language) -> String {
    let found = areas().find(|place| area_of(place).as_ref() == Some(area));
    found.map_or_else(
        || area.to_string(),
        |place| side(&place.name, language).to_owned(),
    )
}

/// A selection as facts: what it looks at, and what of it it takes.
pub(super) fn facts(selection: &Selection, reading: Reading) -> Vec<(&'static str, String)> {
    let language = reading.language;
    let words = &FleetWords::of(language).whom;
    let names = CaseNames::of(language);
    let joint = match language {
        Language::Chinese => "、",
        Language::English => ", ",
    };
    let ranks: Vec<&str> = selection
        .ranks
        .iter()
        .map(|rank| names.rank(rank.name()))
        .collect();
    let listed = |all: Vec<String>| match all.len() {
        0 => words.everyone.clone(),
        1..=SHOWN_MAX => all.join(joint),
        n => {
            let first: Vec<String> = all.into_iter().take(SHOWN_MAX).collect();
            let text = fill(&words.merchants_some, "n", &n.to_string());
            fill(&text, "list", &format!("{} …", first.join(joint)))
        }
    };
    let areas = selection.areas.iter().map(|area| name_of(area, language));
    let before = selection.password_before.map(|at| reading.full(at));
    vec![
        (words.ranks.as_str(), ranks.join(joint)),
        (
            words.merchants.as_str(),
            listed(
                selection
                    .merchants
                    .iter()
                    .map(ToString::to_string)
                    .collect(),
            ),
        ),
        (words.areas.as_str(), listed(areas.collect())),
        (
            words.models.as_str(),
            listed(selection.models.iter().map(ToString::to_string).collect()),
        ),
        (
            words.before.as_str(),
            before.unwrap_or_else(|| words.everyone.clone()),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_by_name_or_code() {
        let area = |text: &str| Place::Found(text.parse().unwrap());
        for (typed, expect) in [
            ("31", area("31")),
            ("310000", area("31")),
            ("上海市", area("31")),
            ("上海", area("31")),
            ("shanghai", area("31")),
            ("福建", area("35")),
            ("厦门", area("3502")),
            ("厦门市", area("3502")),
            ("350200", area("3502")),
            ("3502", area("3502")),
            ("吉林省", area("22")),
            ("吉林市", area("2202")),
            ("吉林", Place::Several),
            ("Jilin", Place::Several),
            ("429004", Place::Unknown),
            ("4290", area("4290")),
            ("仙桃市", Place::Unknown),
            ("99", Place::Unknown),
            ("3101", Place::Unknown),
            ("310", Place::Unknown),
            ("亚特兰蒂斯", Place::Unknown),
        ] {
            assert_eq!(place(typed), expect, "{typed}");
        }
    }
}
