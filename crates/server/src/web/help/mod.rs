//! The help centre: a page of contents and a page for each topic.
//!
//! What the pages say lies in `help/`, one Markdown file for each topic and language,
//! so that whoever writes it needs no Rust. It becomes part of the binary and is made
//! into HTML once, when the pages come up.

mod shelf;
mod text;

pub use self::shelf::{Facts, Group, Shelf};
pub use self::text::{Heading, TextFault, Topic, read};

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::frame::{Frame, respond};
use super::notice::Notice;
use super::site::Site;
use super::words::HelpWords;
use super::{Language, Words};

/// The topic whose questions the contents show one by one.
const QUESTIONS: &str = "questions";

/// What there is to read.
#[derive(Debug, Template)]
#[template(path = "help/contents.html")]
pub struct HelpPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// What there is to read.
    pub shelf: &'a Shelf,
}

impl HelpPage<'_> {
    fn words(&self) -> &HelpWords {
        &self.frame.words.help
    }

    fn title(&self, group: Group) -> &str {
        match group {
            Group::Ways => &self.words().ways,
            Group::Trouble => &self.words().trouble,
            Group::Care => &self.words().care,
        }
    }

    fn topics(&self, group: Group) -> Vec<&Topic> {
        self.shelf.topics(self.frame.language(), group)
    }

    /// The headings to show below a topic.
    fn below<'t>(&self, topic: &'t Topic) -> &'t [Heading] {
        match topic.slug {
            QUESTIONS => &topic.headings,
            _ => &[],
        }
    }
}

/// One topic.
#[derive(Debug, Template)]
#[template(path = "help/topic.html")]
pub struct TopicPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// What it says.
    pub topic: &'a Topic,
}

impl TopicPage<'_> {
    fn words(&self) -> &HelpWords {
        &self.frame.words.help
    }

    /// Whether the page is one that people look something up in.
    fn has_contents(&self) -> bool {
        const LONG: usize = 5;
        self.topic.headings.len() > LONG
    }

    /// Where the topic can be acted on at once, and what the button says.
    fn action(&self) -> Option<(&'static str, &str)> {
        let Words { home, help, .. } = self.frame.words;
        match self.topic.slug {
            "app" => Some(("/reset", &home.start)),
            "merchant-number" => Some(("/lookup", &help.look_up)),
            "apply" => Some(("/apply", &help.apply)),
            "portal" => Some(("/portal", &help.portal)),
            _ => None,
        }
    }
}

/// The page of contents.
pub(super) async fn contents(State(site): State<Site>, language: Language) -> Response {
    let page = HelpPage {
        frame: site.frame(language, "/help"),
        shelf: site.shelf(),
    };
    respond(StatusCode::OK, &page)
}

/// One topic.
pub(super) async fn topic(
    State(site): State<Site>,
    language: Language,
    Path(slug): Path<String>,
) -> Response {
    let Some(topic) = site.shelf().find(language, &slug) else {
        return Notice::Missing.page(&site, language);
    };
    let frame = site.frame(language, format!("/help/{}", topic.slug));
    respond(StatusCode::OK, &TopicPage { frame, topic })
}
