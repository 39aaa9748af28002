//! The table of places: provinces and what is right below them, as GB/T 2260 names them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::region::RegionCode;
use crate::policy::Bilingual;

/// The table that this version was built with.
const TABLE: &str = include_str!("../../../../catalogue/regions.toml");

/// A place of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// Its code.
    pub code: RegionCode,
    /// Its name: officially in Chinese, romanised in English.
    pub name: Bilingual,
}

/// Every place that a shop can be in.
#[derive(Debug)]
pub struct Regions(BTreeMap<RegionCode, Region>);

impl Regions {
    /// The table.
    pub fn known() -> &'static Self {
        static KNOWN: LazyLock<Regions> = LazyLock::new(|| {
            #[expect(
                clippy::unwrap_used,
                reason = "the table is part of the build, and tested"
            )]
            let table: BTreeMap<RegionCode, (String, String)> = toml::from_str(TABLE).unwrap();
            let region = |(code, (zh, en))| {
                let name = Bilingual::new(zh, en);
                (code, Region { code, name })
            };
            Regions(table.into_iter().map(region).collect())
        });
        &KNOWN
    }

    /// A place by its very code.
    pub fn find(&self, code: RegionCode) -> Option<&Region> {
        self.0.get(&code)
    }

    /// The smallest place of the table that a code lies in: a county's prefecture.
    pub fn around(&self, code: RegionCode) -> Option<&Region> {
        [code, code.prefecture(), code.province()]
            .into_iter()
            .find_map(|code| self.0.get(&code))
    }

    /// The provinces, in the order of their codes.
    pub fn provinces(&self) -> impl Iterator<Item = &Region> {
        self.0.values().filter(|region| region.is_province())
    }

    /// What a shop of a province can be in: its prefectures and the counties that it
    /// administers itself, or the province where it has none.
    pub fn within(&self, province: RegionCode) -> Vec<&Region> {
        let province = province.province();
        let inside: Vec<&Region> = self
            .0
            .values()
            .filter(|region| !region.is_province() && province.covers(region.code))
            .collect();
        if inside.is_empty() {
            self.find(province).into_iter().collect()
        } else {
            inside
        }
    }

    /// Whether a shop can be said to be there: not in a province as a whole, unless it has
    /// no prefectures, and nowhere that the table does not know.
    pub fn is_place(&self, code: RegionCode) -> bool {
        self.around(code).is_some_and(|around| {
            let within = self.within(around.code);
            within.iter().any(|place| place.code == around.code)
        })
    }

    /// A place with its province, as it is written: `广东省深圳市`, `Shenzhen, Guangdong`.
    /// A code that is in no place of the table is shown as it is.
    pub fn full_name(&self, code: RegionCode) -> Bilingual {
        match (self.around(code), self.find(code.province())) {
            (Some(place), Some(province)) if place.code != province.code => Bilingual::new(
                format!("{}{}", province.name.zh, place.name.zh),
                format!("{}, {}", place.name.en, province.name.en),
            ),
            (Some(place), _) => place.name.clone(),
            (None, _) => Bilingual::new(code.to_string(), code.to_string()),
        }
    }
}

impl Region {
    /// Whether it is a province, a municipality or a special region.
    pub fn is_province(&self) -> bool {
        self.code.province() == self.code
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn code(text: &str) -> RegionCode {
        text.parse().unwrap()
    }

    #[test]
    fn the_table_has_every_province_and_prefecture() {
        let regions = Regions::known();
        assert_eq!(regions.provinces().count(), 34);
        let prefectures = regions
            .0
            .keys()
            .filter(|code| code.prefecture() == **code && code.province() != **code);
        assert_eq!(prefectures.count(), 333);
        for region in regions.0.values() {
            let province = regions.find(region.code.province()).unwrap();
            assert!(province.is_province(), "{region:?}");
            assert!(region.name.zh.chars().all(|c| !c.is_ascii()), "{region:?}");
            let plain = |c: char| c.is_ascii_alphabetic() || " 'ü".contains(c);
            assert!(region.name.en.chars().all(plain), "{region:?}");
        }
    }

    #[test]
    fn no_two_places_of_a_province_share_a_name() {
        let regions = Regions::known();
        for province in regions.provinces() {
            let inside = regions.within(province.code);
            let names = |pick: fn(&Bilingual) -> &str| {
                let names: BTreeSet<&str> = inside.iter().map(|place| pick(&place.name)).collect();
                names.len()
            };
            assert_eq!(names(|name| &name.zh), inside.len(), "{province:?}");
            assert_eq!(names(|name| &name.en), inside.len(), "{province:?}");
        }
    }

    #[test]
    fn a_shop_is_in_a_prefecture_or_in_a_province_without_any() {
        let regions = Regions::known();
        let inside = |text| {
            let found = regions.within(code(text));
            found.iter().map(|place| place.code.to_string()).collect()
        };
        let beijing: Vec<String> = inside("110105");
        assert_eq!(beijing, ["110000"]);
        let ningxia: Vec<String> = inside("640000");
        assert_eq!(ningxia, ["640100", "640200", "640300", "640400", "640500"]);
        let hubei: Vec<String> = inside("420000");
        assert!(hubei.contains(&"429004".to_owned()));
    }

    #[test]
    fn a_whole_province_is_no_place_of_a_shop_unless_it_is_a_city() {
        for (text, is_place) in [
            ("440300", true),
            ("440305", true),
            ("429004", true),
            ("110000", true),
            ("110105", true),
            ("810000", true),
            ("440000", false),
            ("449900", false),
            ("160000", false),
        ] {
            assert_eq!(Regions::known().is_place(code(text)), is_place, "{text}");
        }
    }

    #[test]
    fn a_place_is_named_with_its_province() {
        for (text, zh, en) in [
            ("440305", "广东省深圳市", "Shenzhen, Guangdong"),
            ("110105", "北京市", "Beijing"),
            ("610100", "陕西省西安市", "Xi'an, Shaanxi"),
            ("650100", "新疆维吾尔自治区乌鲁木齐市", "Urumqi, Xinjiang"),
            ("150100", "内蒙古自治区呼和浩特市", "Hohhot, Inner Mongolia"),
            ("429004", "湖北省仙桃市", "Xiantao, Hubei"),
        ] {
            assert_eq!(
                Regions::known().full_name(code(text)),
                Bilingual::new(zh, en)
            );
        }
        let nowhere = Regions::known().full_name(code("160000"));
        assert_eq!(nowhere, Bilingual::new("160000", "160000"));
    }
}
