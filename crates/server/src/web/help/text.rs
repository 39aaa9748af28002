//! One Markdown file becomes one topic.
//!
//! A text has what help needs and nothing else: a title, a sentence below it, headings
//! that can be linked to, paragraphs, steps, lists, cautions, and links to pages of
//! this site. HTML, images, other sites' addresses and whatever else Markdown knows are
//! faults, so a file cannot bring anything onto a page that these lines do not write.

use std::fmt::Write as _;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::super::Language;
use super::shelf::Facts;

/// One topic in one language, ready to be shown.
#[derive(Debug)]
pub struct Topic {
    /// Its name in addresses.
    pub slug: &'static str,
    /// What it is called.
    pub title: String,
    /// What it is about, in a sentence or two.
    pub lead: String,
    /// Its sections.
    pub headings: Vec<Heading>,
    /// Its sections as HTML.
    pub html: String,
}

/// A section that can be linked to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// Its name in addresses, the same in both languages.
    pub id: String,
    /// What it is called.
    pub text: String,
}

/// Why a file is not a topic.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextFault {
    /// It does not begin with a title and a sentence.
    #[error("it does not begin with a title and one paragraph")]
    Beginning,
    /// A heading has no name to link to, or one that others have.
    #[error("the heading {0:?} has no name of its own, such as {{#steps}}")]
    Unnamed(String),
    /// A link leads out of this site.
    #[error("the link {0:?} does not begin with a slash")]
    Foreign(String),
    /// A `{name}` that stands for nothing.
    #[error("nothing is known as {{{0}}}")]
    Unknown(String),
    /// Something that a help page does not have.
    #[error("a help text has no {0}")]
    Unsupported(String),
}

/// Reads one file.
///
/// # Errors
/// [`TextFault`] for anything that is not a topic.
pub fn read(
    slug: &'static str,
    markdown: &str,
    language: Language,
    facts: &Facts,
) -> Result<Topic, TextFault> {
    let filled = fill(markdown, facts)?;
    let mut page = Page::new(language);
    let parser = Parser::new_ext(&filled, Options::ENABLE_HEADING_ATTRIBUTES);
    for event in parser {
        page.take(event)?;
    }
    page.end(slug)
}

/// Puts the numbers in the place of their names. `{#…}` names a heading.
fn fill(markdown: &str, facts: &Facts) -> Result<String, TextFault> {
    let mut text = markdown.to_owned();
    for (name, value) in &facts.0 {
        text = text.replace(&format!("{{{name}}}"), &value.to_string());
    }
    let left = text.split('{').skip(1).find(|rest| !rest.starts_with('#'));
    match left.map(|rest| rest.split('}').next().unwrap_or_default()) {
        Some(name) => Err(TextFault::Unknown(name.to_owned())),
        None => Ok(text),
    }
}

/// Where the text that comes next belongs.
#[derive(Debug, PartialEq, Eq)]
enum Place {
    Title,
    Lead,
    Heading,
    Section,
}

/// A page in the making.
struct Page {
    language: Language,
    place: Place,
    title: String,
    lead: String,
    headings: Vec<Heading>,
    html: String,
}

impl Page {
    const fn new(language: Language) -> Self {
        Self {
            language,
            place: Place::Section,
            title: String::new(),
            lead: String::new(),
            headings: Vec::new(),
            html: String::new(),
        }
    }

    fn take(&mut self, event: Event<'_>) -> Result<(), TextFault> {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => {
                self.finish(tag);
                Ok(())
            }
            Event::Text(text) => {
                self.text(&text);
                Ok(())
            }
            // A line break within a paragraph: between Chinese characters no space is
            // meant.
            Event::SoftBreak if self.language == Language::Chinese => Ok(()),
            Event::SoftBreak => {
                self.text(" ");
                Ok(())
            }
            other => Err(unsupported(&other)),
        }
    }

    fn start(&mut self, tag: Tag<'_>) -> Result<(), TextFault> {
        match tag {
            Tag::Heading {
                level: HeadingLevel::H1,
                ..
            } if self.title.is_empty() => self.place = Place::Title,
            Tag::Heading {
                level: HeadingLevel::H2,
                id,
                ..
            } => self.section(id.as_deref().unwrap_or_default())?,
            Tag::Paragraph if self.headings.is_empty() => {
                if self.title.is_empty() || !self.lead.is_empty() {
                    return Err(TextFault::Beginning);
                }
                self.place = Place::Lead;
            }
            Tag::Paragraph => self.html.push_str("<p>"),
            Tag::List(Some(_)) => self.html.push_str("<ol class=\"numbered\">\n"),
            Tag::List(None) => self.html.push_str("<ul class=\"ticks\">\n"),
            Tag::Item => self.html.push_str("<li>"),
            Tag::BlockQuote(None) => self.html.push_str("<div class=\"notice warn\">\n"),
            Tag::Link { dest_url, .. } => self.link(&dest_url)?,
            other => return Err(unsupported(&other)),
        }
        Ok(())
    }

    fn finish(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(HeadingLevel::H2) => {
                self.place = Place::Section;
                if let Some(heading) = self.headings.last() {
                    let text = escaped(&heading.text);
                    // A `String` takes everything.
                    let _ = writeln!(self.html, "<h2>{text}</h2>");
                }
            }
            TagEnd::Paragraph if self.place == Place::Section => self.html.push_str("</p>\n"),
            TagEnd::List(true) => self.html.push_str("</ol>\n"),
            TagEnd::List(false) => self.html.push_str("</ul>\n"),
            TagEnd::Item => self.html.push_str("</li>\n"),
            TagEnd::BlockQuote(_) => self.html.push_str("</div>\n"),
            TagEnd::Link => self.html.push_str("</a>"),
            _ => self.place = Place::Section,
        }
    }

    fn section(&mut self, id: &str) -> Result<(), TextFault> {
        let is_name = id.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        let is_taken = self.headings.iter().any(|heading| heading.id == id);
        if id.is_empty() || !is_name || is_taken {
            return Err(TextFault::Unnamed(id.to_owned()));
        }
        if self.lead.is_empty() {
            return Err(TextFault::Beginning);
        }
        if !self.headings.is_empty() {
            self.html.push_str("</section>\n");
        }
        let _ = writeln!(self.html, "<section id=\"{id}\">");
        self.headings.push(Heading {
            id: id.to_owned(),
            text: String::new(),
        });
        self.place = Place::Heading;
        Ok(())
    }

    fn link(&mut self, address: &str) -> Result<(), TextFault> {
        let is_ours = address.starts_with('/') && !address.starts_with("//");
        // A title, a lead and a heading are shown elsewhere too, as links themselves.
        if self.place != Place::Section {
            return Err(TextFault::Unsupported(format!(
                "link here, as to {address}"
            )));
        }
        if !is_ours || address.contains('\\') {
            return Err(TextFault::Foreign(address.to_owned()));
        }
        let _ = write!(self.html, "<a href=\"{}\">", escaped(address));
        Ok(())
    }

    fn text(&mut self, text: &str) {
        match self.place {
            Place::Title => self.title.push_str(text),
            Place::Lead => self.lead.push_str(text),
            Place::Heading => {
                if let Some(heading) = self.headings.last_mut() {
                    heading.text.push_str(text);
                }
            }
            Place::Section => self.html.push_str(&escaped(text)),
        }
    }

    fn end(mut self, slug: &'static str) -> Result<Topic, TextFault> {
        if self.headings.is_empty() {
            return Err(TextFault::Beginning);
        }
        self.html.push_str("</section>\n");
        Ok(Topic {
            slug,
            title: self.title,
            lead: self.lead,
            headings: self.headings,
            html: self.html,
        })
    }
}

fn unsupported(thing: &impl std::fmt::Debug) -> TextFault {
    TextFault::Unsupported(format!("{thing:?}"))
}

/// Text as HTML writes it, within an element and within quotes.
fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => html.push_str("&#38;"),
            '<' => html.push_str("&#60;"),
            '>' => html.push_str("&#62;"),
            '"' => html.push_str("&#34;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_it(markdown: &str) -> Result<Topic, TextFault> {
        let facts = Facts(vec![("minutes", 5)]);
        read("sample", markdown, Language::English, &facts)
    }

    fn below(text: &str) -> Result<Topic, TextFault> {
        read_it(&format!("# Title\n\nLead.\n\n## One {{#one}}\n\n{text}"))
    }

    #[test]
    fn a_text_becomes_sections() {
        let topic = read_it(
            "# A & B\n\nWhat it is\nabout.\n\n## First {#first}\n\n1. Do [it](/reset)\n2. Wait \
             {minutes} minutes\n\n> Mind.\n\n## Then {#then}\n\n- “x”\n\nEnd.\n",
        )
        .unwrap();
        assert_eq!(topic.title, "A & B");
        assert_eq!(topic.lead, "What it is about.");
        let ids: Vec<_> = topic.headings.iter().map(|one| &*one.id).collect();
        assert_eq!(ids, ["first", "then"]);
        assert_eq!(
            topic.html,
            "<section id=\"first\">\n<h2>First</h2>\n<ol class=\"numbered\">\n\
             <li>Do <a href=\"/reset\">it</a></li>\n<li>Wait 5 minutes</li>\n</ol>\n\
             <div class=\"notice warn\">\n<p>Mind.</p>\n</div>\n</section>\n\
             <section id=\"then\">\n<h2>Then</h2>\n<ul class=\"ticks\">\n<li>“x”</li>\n</ul>\n\
             <p>End.</p>\n</section>\n"
        );
    }

    #[test]
    fn a14_nothing_comes_onto_a_page_but_what_help_has() {
        for bad in [
            "<script>alert(1)</script>",
            "Text <b onclick=x>bold</b>.",
            "![picture](/a.png)",
            "```\ncode\n```",
            "### Deeper",
            "---",
        ] {
            assert!(
                matches!(below(bad), Err(TextFault::Unsupported(_))),
                "{bad}"
            );
        }
        for bad in [
            "[x](https://evil.example)",
            "[x](//evil.example)",
            "[x](javascript:alert(1))",
            "[x](/\\evil.example)",
            "<https://evil.example>",
        ] {
            assert!(matches!(below(bad), Err(TextFault::Foreign(_))), "{bad}");
        }
        assert!(matches!(
            below("{minute}"),
            Err(TextFault::Unknown(name)) if name == "minute"
        ));
        let escaped = below("1 < 2 & \"3\"").unwrap().html;
        assert!(escaped.contains("1 &#60; 2 &#38; &#34;3&#34;"), "{escaped}");
    }

    #[test]
    fn a_text_begins_with_a_title_and_a_lead_and_names_its_headings() {
        for bad in ["", "Lead.", "# Title", "# Title\n\nLead.\n\nMore.\n"] {
            assert!(matches!(read_it(bad), Err(TextFault::Beginning)), "{bad:?}");
        }
        for bad in ["## Two", "## Two {#one}", "## Two {#Two}"] {
            assert!(matches!(below(bad), Err(TextFault::Unnamed(_))), "{bad}");
        }
    }
}
