//! The help centre: complete in both languages, and nothing in it leads nowhere.

use std::collections::BTreeSet;
use std::path::PathBuf;

use tillkey_rules::vocabulary::Channel;
use tillkey_server::config::Config;
use tillkey_server::web::Language;
use tillkey_server::web::help::{Facts, Group, Shelf, Topic};

use crate::samples::LANGUAGES;
use crate::site::{get, header, site};

fn shelf() -> Shelf {
    Shelf::new(&Facts::of(&Config::default()))
}

fn topics(shelf: &Shelf, language: Language) -> Vec<&Topic> {
    let groups = Group::ALL.into_iter();
    groups
        .flat_map(|group| shelf.topics(language, group))
        .collect()
}

fn folder(language: Language) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("help")
        .join(language.tag())
}

fn is_chinese(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// Where the pieces of a page are: sections, steps, lists, cautions and links, without
/// their words.
fn skeleton(topic: &Topic) -> Vec<&str> {
    let tags = topic.html.split('<').skip(1);
    tags.map(|rest| rest.split('>').next().unwrap()).collect()
}

#[test]
fn both_languages_have_the_same_topics_and_sections() {
    let shelf = shelf();
    let (chinese, english) = (
        topics(&shelf, Language::Chinese),
        topics(&shelf, Language::English),
    );
    assert_eq!(chinese.len(), english.len());
    for (zh, en) in chinese.into_iter().zip(english) {
        assert_eq!(zh.slug, en.slug);
        let ids = |topic: &Topic| -> Vec<String> {
            topic.headings.iter().map(|one| one.id.clone()).collect()
        };
        assert_eq!(ids(zh), ids(en), "{}", zh.slug);
        let sorted = |topic: &Topic| {
            let mut tags: Vec<_> = skeleton(topic).into_iter().map(str::to_owned).collect();
            // Two links of one sentence may change places between the languages.
            tags.sort();
            tags
        };
        assert_eq!(sorted(zh), sorted(en), "{}", zh.slug);
    }
}

#[test]
fn every_file_is_a_topic_and_every_topic_is_in_its_own_language() {
    let shelf = shelf();
    for language in LANGUAGES {
        let files: BTreeSet<String> = std::fs::read_dir(folder(language))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        let topics = topics(&shelf, language);
        let shown: BTreeSet<String> = topics
            .iter()
            .map(|topic| format!("{}.md", topic.slug))
            .collect();
        assert_eq!(files, shown, "{language:?}");
        for topic in topics {
            for text in [&topic.title, &topic.lead, &topic.html] {
                assert!(!text.is_empty(), "{}", topic.slug);
                for left in ["**", "](", "{", "}", "[", "\u{fffd}"] {
                    assert!(!text.contains(left), "{}: {left}", topic.slug);
                }
                // A word of the terminal's screen or of a receipt is quoted in brackets.
                let outside: String = text
                    .split('(')
                    .map(|part| part.split_once(')').map_or(part, |(_, after)| after))
                    .collect();
                let has_chinese = outside.chars().any(is_chinese);
                assert_eq!(has_chinese, language == Language::Chinese, "{}", topic.slug);
            }
        }
    }
}

#[test]
fn every_channel_of_a_person_has_its_page() {
    let shelf = shelf();
    for channel in Channel::ALL {
        // A campaign is the acquirer's plan: no merchant comes by it.
        if *channel == Channel::Campaign {
            continue;
        }
        for language in LANGUAGES {
            let topic = shelf
                .find(language, channel.name())
                .unwrap_or_else(|| panic!("no help for {}", channel.name()));
            let ids: Vec<_> = topic.headings.iter().map(|one| &*one.id).collect();
            // What is special about a channel stands between the steps and the cautions.
            assert_eq!(ids[..2], ["ready", "steps"], "{}", channel.name());
            assert_eq!(ids.last(), Some(&"caution"), "{}", channel.name());
            assert!(topic.html.contains("class=\"numbered\""));
            assert!(topic.html.contains("class=\"notice warn\""));
        }
    }
}

#[test]
fn the_common_questions_are_answered() {
    let shelf = shelf();
    for (slug, id) in [
        ("merchant-number", "forgotten"),
        ("merchant-number", "serial-number"),
        ("sign-on", "restart"),
        ("sign-on", "effective"),
        ("sms-code", "missing"),
        ("sms-code", "changed"),
        ("sms-code", "lost"),
        ("questions", "restart"),
        ("questions", "locked"),
        ("questions", "who-sees"),
        ("questions", "how-long"),
        ("questions", "night"),
        ("questions", "left"),
        ("questions", "known"),
        ("questions", "administrator"),
        ("questions", "offline"),
        ("password", "choose"),
        ("password", "keep"),
        ("safety", "network"),
        ("safety", "links"),
        ("safety", "calls"),
        ("apply", "which"),
        ("apply", "ready"),
        ("apply", "deposit"),
    ] {
        let topic = shelf.find(Language::Chinese, slug).unwrap();
        assert!(topic.headings.iter().any(|one| one.id == id), "{slug}#{id}");
    }
}

/// The addresses that a page of this site links to.
fn links(html: &str) -> BTreeSet<String> {
    let hrefs = html.split("href=\"").skip(1);
    hrefs
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .filter(|address| !address.starts_with("/assets/") && !address.starts_with("tel:"))
        .collect()
}

#[tokio::test]
async fn every_link_of_home_help_and_lookup_leads_somewhere() {
    let world = site().await;
    let shelf = shelf();
    let mut pages: Vec<String> = ["/", "/help", "/lookup", "/lookup/sent", "/apply"]
        .map(str::to_owned)
        .into();
    let slugs = topics(&shelf, Language::English);
    pages.extend(slugs.iter().map(|topic| format!("/help/{}", topic.slug)));
    for page in pages {
        for tag in ["zh-CN", "en"] {
            let shown = get(&world, &format!("{page}?lang={tag}"), "").await;
            assert_eq!(shown.status, 200, "{page}");
            for link in links(&shown.text) {
                let (path, id) = link.split_once('#').unwrap_or((&link, ""));
                let path = if path.is_empty() { &page } else { path };
                let mut target = get(&world, path, "").await;
                // Whoever is not signed in is led to where one signs in.
                if target.status == 303 {
                    target = get(&world, header(&target.headers, "location"), "").await;
                }
                assert!(target.status == 200, "{page} links to {link}");
                let mark = format!("id=\"{id}\"");
                assert!(
                    id.is_empty() || target.text.contains(&mark),
                    "{page}: {link}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_topic_that_does_not_exist_is_a_missing_page() {
    let world = site().await;
    for path in [
        "/help/no-such-topic",
        "/help/..%2f..%2fCargo.toml",
        "/help/APP",
        "/help/app.md",
        "/help/app/",
        "/help/%3Cscript%3E",
    ] {
        let answer = get(&world, path, "").await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(!answer.text.contains("<script>") && !answer.text.contains("no-such"));
    }
}

#[tokio::test]
async fn the_texts_speak_of_this_installations_numbers() {
    let mut world = crate::support::World::with(|config| {
        config.terms.reset_code_minutes = 17;
        config.help.hotline = Some("400 000 0000".to_owned());
    })
    .await;
    world.app = tillkey_server::web::router(world.shell.clone());
    let app = get(&world, "/help/app", "").await;
    assert!(app.text.contains("17 minutes"), "{}", app.text);
    for path in ["/", "/help", "/help/hotline", "/lookup"] {
        let shown = get(&world, path, "").await;
        assert!(shown.text.contains("href=\"tel:4000000000\""), "{path}");
    }
    let silent = site().await;
    let shown = get(&silent, "/", "").await;
    assert!(!shown.text.contains("class=\"whom\""), "nothing is made up");
}
