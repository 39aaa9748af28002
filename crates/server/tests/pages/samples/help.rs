//! The help centre, a forgotten merchant number, and whom to call.

use askama::Template;
use tillkey_rules::policy::Bilingual;
use tillkey_rules::refusal::Refusal;
use tillkey_server::config::{Config, WhomToCall};
use tillkey_server::web::help::{Facts, Group, HelpPage, Shelf, TopicPage};
use tillkey_server::web::lookup::{LookupPage, LookupSentPage, Typed};
use tillkey_server::web::{Assets, HomePage, Language, Notice, NoticePage};

use super::{Sample, after, frame, sample};

fn typed(phone: &str) -> Typed {
    Typed {
        phone: phone.to_owned(),
        form: "0".repeat(32),
    }
}

fn lookup<'a>(assets: &'a Assets, language: Language, phone: &str) -> LookupPage<'a> {
    LookupPage {
        frame: frame(assets, language, "/lookup"),
        typed: typed(phone),
        is_wrong: false,
        refused: None,
    }
}

/// A lookup into which somebody wrote HTML.
pub(super) fn hostile_lookup(assets: &Assets, language: Language) -> String {
    let script = "\"><script>alert('x')</script>";
    lookup(assets, language, script).render().unwrap()
}

fn whom() -> WhomToCall {
    WhomToCall {
        name: Some(Bilingual::new(
            "某某银行商户服务",
            "Some Bank merchant services",
        )),
        hotline: Some("400 000 0000".to_owned()),
        hours: Some(Bilingual::new(
            "每天 8:00 至 22:00",
            "8 am to 10 pm, every day",
        )),
        branches: Some(Bilingual::new(
            "网点地址请看某某银行手机应用的“附近网点”",
            "Find a branch under “Nearby” in the bank's app",
        )),
    }
}

/// The pages of this area.
pub(super) fn all(assets: &Assets, language: Language) -> Vec<Sample> {
    let wrong = LookupPage {
        is_wrong: true,
        ..lookup(assets, language, "1380013800")
    };
    let too_many = LookupPage {
        refused: Some(Refusal::TooMany {
            retry_at: after(1_800),
        }),
        ..lookup(assets, language, "13800138000")
    };
    let sent = LookupSentPage {
        frame: frame(assets, language, "/lookup/sent"),
    };
    let whom = whom();
    let named = |path: &str| frame(assets, language, path).with_whom(&whom);
    let home = HomePage { frame: named("/") };
    let notice = NoticePage {
        frame: named("/"),
        notice: Notice::Trouble,
    };
    let shelf = Shelf::new(&Facts::of(&Config::default()));
    let contents = HelpPage {
        frame: named("/help"),
        shelf: &shelf,
    };
    let mut samples = vec![
        sample("lookup", &lookup(assets, language, "")),
        sample("lookup_wrong", &wrong),
        sample("lookup_too_many", &too_many),
        sample("lookup_sent", &sent),
        sample("home_whom", &home),
        sample("notice_trouble_whom", &notice),
        sample("help", &contents),
    ];
    for topic in Group::ALL
        .into_iter()
        .flat_map(|group| shelf.topics(language, group))
    {
        let slug = topic.slug;
        let page = TopicPage {
            frame: frame(assets, language, &format!("/help/{slug}")),
            topic,
        };
        samples.push(sample(&format!("help_{slug}"), &page));
    }
    samples
}
