//! The catalogue is read strictly, and the advice is what a careful person would say.

use super::*;
use crate::onboarding::RegionCode;
use crate::trade::Fen;
use crate::vocabulary::{ApplicantKind, CardKind, Need, SettlementTime};

/// The delivered files with a change in one of them.
fn changed(name: &str, from: &str, to: &str) -> Vec<ProductFile> {
    let mut files = Catalogue::delivered_files();
    let file = files.iter_mut().find(|file| file.name == name).unwrap();
    assert!(file.text.contains(from), "{name} has no {from:?}");
    file.text = file.text.replacen(from, to, 1);
    files
}

#[track_caller]
fn faults(name: &str, from: &str, to: &str) -> Vec<String> {
    let faults = Catalogue::parse(&changed(name, from, to)).unwrap_err();
    faults.iter().map(ToString::to_string).collect()
}

fn region(text: &str) -> RegionCode {
    text.parse().unwrap()
}

fn wish(applicant: ApplicantKind, place: &str, yuan: i64, needs: &[Need]) -> Wish {
    Wish {
        applicant,
        region: region(place),
        monthly: Fen::new(yuan * 100).unwrap(),
        needs: needs.iter().copied().collect(),
    }
}

#[test]
fn the_delivered_catalogue_has_an_offer_of_each_kind_from_each_provider() {
    let catalogue = Catalogue::delivered();
    assert_eq!(catalogue.products().count(), 9);
    let ids: Vec<&str> = catalogue.products().map(|one| one.id.as_str()).collect();
    assert!(ids.is_sorted());
    let smart = catalogue.get(&"shengpay-smart".parse().unwrap()).unwrap();
    let back = smart.deposit.back.unwrap();
    assert_eq!(smart.deposit.deposit, Fen::sum(5_900));
    assert_eq!((back.taken, back.within_days), (Fen::sum(1_000_000), 30));
    assert_eq!(smart.source_host(), "www.midsuntech.com.cn");
    assert_eq!(smart.deposit.first_sale, Fen::ZERO);
    assert_eq!(smart.deposit.frozen_fee, Fen::ZERO);
}

#[test]
fn every_file_of_the_folder_is_delivered() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../catalogue");
    let mut there: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".toml") && name != "regions.toml")
        .collect();
    there.sort();
    let delivered: Vec<String> = Catalogue::delivered_files()
        .into_iter()
        .map(|file| file.name)
        .collect();
    assert_eq!(there, delivered);
}

#[test]
fn the_order_of_the_files_means_nothing_and_their_text_does() {
    let mut files = Catalogue::delivered_files();
    let digest = Catalogue::parse(&files).unwrap().digest();
    files.reverse();
    assert_eq!(Catalogue::parse(&files).unwrap().digest(), digest);
    let other = changed("lakala-box.toml", "basis_points = 38", "basis_points = 37");
    assert_ne!(Catalogue::parse(&other).unwrap().digest(), digest);
}

#[test]
fn what_is_not_by_the_schema_is_refused_with_file_and_place() {
    let name = "shengpay-smart.toml";
    for (from, to, says) in [
        (
            "price_fen = 0",
            "price_fen = 0\nprice_yuan = 0",
            "unknown field `price_yuan`",
        ),
        ("price_fen = 0\n", "", "missing field `price_fen`"),
        ("price_fen = 0", "price_fen = 0.5", "invalid type"),
        (
            "kind = \"smart\"",
            "kind = \"clever\"",
            "unknown variant `clever`",
        ),
        ("en = \"Shengpay\"\n", "", "missing field `en`"),
        ("company = [", "bank = [", "unknown variant `bank`"),
        ("frozen_fee_fen = 0\n", "", "missing field `frozen_fee_fen`"),
        ("region = \"710000\"", "region = \"71\"", "6 digits"),
        ("as_of = \"2026-11-27\"", "as_of = \"2026-02-30\"", "as_of"),
    ] {
        let faults = faults(name, from, to);
        let is_placed = |fault: &String| fault.starts_with("shengpay-smart.toml:");
        assert!(faults.iter().all(is_placed), "{faults:?}");
        let about = faults.iter().any(|fault| fault.contains(says));
        assert!(about || says == "as_of", "{to}: {faults:?}");
    }
}

#[test]
fn a_value_that_cannot_be_offered_is_named_by_its_key() {
    let name = "shengpay-smart.toml";
    for (from, to, says) in [
        (
            "id = \"shengpay-smart\"",
            "id = \"shengpay\"",
            "`id` is not the file's name",
        ),
        (
            "price_fen = 0",
            "price_fen = -1",
            "`price_fen` is not whole fen",
        ),
        (
            "basis_points = 38",
            "basis_points = 1001",
            "`fees.scan.basis_points` is more",
        ),
        (
            "cap_fen = 2_000",
            "cap_fen = 0",
            "`fees.debit.cap_fen` is 0",
        ),
        (
            "to_fen = 50_000_000",
            "to_fen = 5",
            "`takings.to_fen` is not more",
        ),
        (
            "within_days = 30",
            "within_days = 0",
            "`deposit.back.within_days`",
        ),
        (
            "taken_fen = 1_000_000",
            "taken_fen = 0",
            "`deposit.back.taken_fen` is 0",
        ),
        (
            "deposit_fen = 5_900",
            "deposit_fen = 0",
            "`deposit.back` is for a deposit",
        ),
        (
            "zh-CN = \"盛付通\"",
            "zh-CN = \" \"",
            "`provider.zh-CN` is empty",
        ),
        (
            "zh-CN = \"盛付通\"",
            "zh-CN = \"盛\\u202E通\"",
            "cannot be seen",
        ),
        (
            "en = \"Shengpay\"",
            "en = \"A very long name that no column of a table holds\"",
            "40",
        ),
        (
            "region = \"710000\"",
            "region = \"160000\"",
            "`not_served[1].region` is no province",
        ),
        (
            "region = \"710000\"",
            "region = \"810000\"",
            "`not_served[2].region` is named twice",
        ),
        (
            "    \"take_cards\",\n",
            "",
            "`meets` names `take_cards` if and only if",
        ),
        (
            "source = \"http://",
            "source = \"",
            "`source` is not the address of a page",
        ),
        ("\"business_licence\",", "", ""),
        (
            "individual = [\n    \"identity_card_front\",",
            "individual = [\n    \"identity_card_back\",",
            "`papers.individual` is empty or names one twice",
        ),
    ] {
        if says.is_empty() {
            assert!(Catalogue::parse(&changed(name, from, to)).is_ok());
            continue;
        }
        let faults = faults(name, from, to);
        assert!(
            faults.iter().any(|fault| fault.contains(says)),
            "{says}: {faults:?}"
        );
    }
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let mut files = changed("lakala-box.toml", "price_fen = 4_900", "price_fen = -1");
    for file in &mut files {
        if file.name == "unionpay-box.toml" {
            file.text = file.text.replace("price_fen = 9_900", "price = 1");
        }
        if file.name == "lakala-smart.toml" {
            file.text = file
                .text
                .replace("basis_points = 60", "basis_points = 6000");
        }
    }
    files.push(ProductFile::new("lakala-box.toml", ""));
    files.push(ProductFile::new(
        "long.toml",
        "#".repeat(PRODUCT_BYTES_MAX + 1),
    ));
    let faults = Catalogue::parse(&files).unwrap_err();
    let said: Vec<String> = faults.iter().map(ToString::to_string).collect();
    for file in [
        "lakala-box.toml",
        "unionpay-box.toml",
        "lakala-smart.toml",
        "long.toml",
    ] {
        assert!(
            said.iter().any(|fault| fault.starts_with(file)),
            "{file}: {said:?}"
        );
    }
    assert_eq!(Catalogue::parse(&[]).unwrap_err(), [CatalogueFault::Empty]);
    let many: Vec<ProductFile> = (0..=PRODUCTS_MAX)
        .map(|place| ProductFile::new(format!("{place}.toml"), ""))
        .collect();
    assert!(matches!(
        Catalogue::parse(&many).unwrap_err().as_slice(),
        [CatalogueFault::TooMany { .. }]
    ));
}

#[test]
fn a_place_that_is_not_served_is_refused_with_its_reason_and_what_else_there_is() {
    let catalogue = Catalogue::delivered();
    let lakala = catalogue.get(&"lakala-smart".parse().unwrap()).unwrap();
    assert!(lakala.serves(region("440305")).is_ok());
    let not = lakala.serves(region("540102")).unwrap_err();
    assert_eq!(not.region, region("540000"));
    assert!(not.reason.en.contains("service partner"));
    let there: Vec<&str> = catalogue
        .possible(ApplicantKind::Company, region("540100"))
        .map(|product| product.id.as_str())
        .collect();
    assert_eq!(
        there,
        [
            "shengpay-signature",
            "shengpay-smart",
            "unionpay-signature",
            "unionpay-smart"
        ]
    );
    let hong_kong = catalogue.possible(ApplicantKind::Company, region("810000"));
    assert_eq!(hong_kong.count(), 0);
}

/// What is advised, in one line a product.
fn advised(wish: &Wish) -> Vec<String> {
    let catalogue = Catalogue::delivered();
    let line = |advice: Advice<'_>| match advice.outcome {
        Outcome::Suits(suits) => format!(
            "{}. {} {} {:?} {:?}",
            suits.rank, advice.product.id, suits.monthly_cost, suits.advantages, suits.cautions
        ),
        Outcome::DoesNotSuit(hindrances) => {
            format!("-- {} {}", advice.product.id, hindrances.len())
        }
    };
    recommend(&catalogue, wish).into_iter().map(line).collect()
}

#[test]
fn a_restaurant_is_advised_a_smart_terminal() {
    let needs = [
        Need::TakeCards,
        Need::ScanCodes,
        Need::PrintReceipts,
        Need::Apps,
    ];
    let lines = advised(&wish(ApplicantKind::Company, "440300", 80_000, &needs));
    assert_eq!(
        lines.get(..3).unwrap(),
        [
            "1. shengpay-smart 376.00 [CostsLeast, MeetsEveryNeed, MeantForSuchTakings, \
             DepositComesBack] []",
            "2. lakala-smart 376.00 [CostsLeast, MeetsEveryNeed, MeantForSuchTakings, \
             DepositComesBack] []",
            "3. unionpay-smart 386.00 [MeetsEveryNeed, MeantForSuchTakings, DepositComesBack] []",
        ]
    );
    assert!(
        lines.iter().skip(3).all(|line| line.starts_with("--")),
        "{lines:?}"
    );
}

#[test]
fn a_stall_is_not_advised_what_its_deposit_would_stay_in() {
    let lines = advised(&wish(
        ApplicantKind::Individual,
        "510100",
        3_000,
        &[Need::ScanCodes],
    ));
    assert!(
        lines[0].starts_with("1. shengpay-box 11.40 [MeetsEveryNeed,"),
        "{lines:?}"
    );
    let smart = lines
        .iter()
        .find(|line| line.contains("shengpay-smart"))
        .unwrap();
    assert!(smart.ends_with("[MeantForMore, DepositStays]"), "{smart}");
    let company_only: Vec<&String> = lines.iter().filter(|line| line.starts_with("--")).collect();
    assert_eq!(company_only, ["-- lakala-smart 1", "-- unionpay-smart 1"]);
}

#[test]
fn every_reason_against_a_product_is_said() {
    let catalogue = Catalogue::delivered();
    let wish = wish(
        ApplicantKind::Individual,
        "540100",
        3_000,
        &[Need::MoneySameDay, Need::Apps],
    );
    let advice = recommend(&catalogue, &wish);
    let of = |id: &str| {
        let advice = advice
            .iter()
            .find(|advice| advice.product.id.as_str() == id)
            .unwrap();
        match &advice.outcome {
            Outcome::DoesNotSuit(hindrances) => hindrances.clone(),
            Outcome::Suits(_) => Vec::new(),
        }
    };
    assert!(matches!(
        of("lakala-smart").as_slice(),
        [
            Hindrance::NotServed(_),
            Hindrance::NotFor(ApplicantKind::Individual)
        ]
    ));
    assert_eq!(
        of("unionpay-signature"),
        [
            Hindrance::Lacks(Need::Apps),
            Hindrance::Lacks(Need::MoneySameDay)
        ]
    );
}

#[test]
fn money_on_the_same_day_is_reckoned_with_what_it_costs() {
    let cards = [Need::TakeCards, Need::MoneySameDay];
    let catalogue = Catalogue::delivered();
    let wish = wish(ApplicantKind::SoleTrader, "310000", 10_000, &cards);
    let advice = recommend(&catalogue, &wish);
    let suits = |id: &str| {
        let advice = advice
            .iter()
            .find(|advice| advice.product.id.as_str() == id)
            .unwrap();
        let Outcome::Suits(suits) = &advice.outcome else {
            panic!("{id} does not suit");
        };
        (suits.settlement, suits.monthly_cost)
    };
    // 4,000 × 0.50 % + 6,000 × 0.60 % + 10,000 × 0.03 %.
    let smart = (SettlementTime::AtOnce, Fen::sum(2_000 + 3_600 + 300));
    assert_eq!(suits("shengpay-smart"), smart);
    // 4,000 × 0.55 % + 6,000 × 0.63 % + 30 × 2.00.
    let reader = (SettlementTime::SameDay, Fen::sum(2_200 + 3_780 + 6_000));
    assert_eq!(suits("lakala-box"), reader);
}

#[test]
fn fees_are_rounded_half_up_to_a_fen() {
    let catalogue = Catalogue::delivered();
    // 0.38 % of 1.31 is 0.4978 fen, of 1.32 is 0.5016.
    for (fen, cost) in [
        (0, 0),
        (131, 0),
        (132, 1),
        (1_315, 5),
        (1_316, 5),
        (1_448, 6),
    ] {
        let wish = Wish {
            monthly: Fen::new(fen).unwrap(),
            ..wish(ApplicantKind::Individual, "110000", 0, &[Need::ScanCodes])
        };
        let advice = recommend(&catalogue, &wish);
        let boxed = advice
            .iter()
            .find(|one| one.product.id.as_str() == "shengpay-box");
        let Outcome::Suits(suits) = &boxed.unwrap().outcome else {
            panic!("it suits");
        };
        assert_eq!(suits.monthly_cost, Fen::sum(cost), "{fen}");
    }
}

#[test]
fn the_shares_are_the_whole() {
    for needs in [
        &[][..],
        &[Need::TakeCards],
        &[Need::TakeCards, Need::ScanCodes],
    ] {
        let shares = shares(&wish(ApplicantKind::Company, "110000", 1, needs));
        let whole: i64 = shares.iter().map(|(_, percent)| percent).sum();
        assert_eq!(whole, 100);
        assert!(shares.iter().all(|(card, _)| *card != CardKind::Foreign));
    }
}
