//! A sheet of A4 to draw on, and how it becomes a file.

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, TextRenderingMode};
use pdf_writer::{Content, Finish as _, Name, Pdf, Rect, Ref, Str, TextStr};

use super::letters::{Font, Weight, runs, width};
use super::limits::TEXT_CHARS_MAX;

/// A4, in points.
pub(super) const WIDTH: f32 = 595.0;
pub(super) const HEIGHT: f32 = 842.0;

/// One page. Places are in points from the lower left corner, as PDF counts them.
pub(super) struct Page(Content);

impl Page {
    pub(super) fn new() -> Self {
        Self(Content::new())
    }

    /// Sets a text with its baseline beginning here, and says where it ends.
    pub(super) fn text(
        &mut self,
        (x, y): (f32, f32),
        (size, weight): (f32, Weight),
        text: &str,
    ) -> f32 {
        let text = shortened(text);
        let mut pen = x;
        for run in runs(&text, weight) {
            let content = &mut self.0;
            content.begin_text();
            content.set_font(Name(run.font.name()), size);
            // The Chinese font has one weight: its strokes are drawn as well as filled.
            let is_drawn = run.font == Font::Chinese && weight != Weight::Plain;
            content.set_text_rendering_mode(if is_drawn {
                TextRenderingMode::FillStroke
            } else {
                TextRenderingMode::Fill
            });
            content.set_line_width(size / 40.0);
            content.set_text_matrix([1.0, 0.0, 0.0, 1.0, pen, y]);
            content.show(Str(&run.font.encoded(&run.text)));
            content.end_text();
            pen += width(&run.text, weight, size);
        }
        pen
    }

    /// Sets a text that ends here.
    pub(super) fn text_to(
        &mut self,
        (x, y): (f32, f32),
        (size, weight): (f32, Weight),
        text: &str,
    ) {
        let from = x - width(&shortened(text), weight, size);
        self.text((from, y), (size, weight), text);
    }

    /// Sets a text in the middle of the sheet.
    pub(super) fn text_amid(&mut self, y: f32, (size, weight): (f32, Weight), text: &str) {
        let from = (WIDTH - width(&shortened(text), weight, size)) / 2.0;
        self.text((from, y), (size, weight), text);
    }

    /// Draws a line.
    pub(super) fn line(&mut self, from: (f32, f32), to: (f32, f32), thickness: f32) {
        self.0.set_line_width(thickness);
        self.0.move_to(from.0, from.1);
        self.0.line_to(to.0, to.1);
        self.0.stroke();
    }

    /// Draws a dashed line across the sheet, where it is folded.
    pub(super) fn fold(&mut self, y: f32) {
        self.0.save_state();
        self.0.set_dash_pattern([4.0, 4.0], 0.0);
        self.line((0.0, y), (WIDTH, y), 0.4);
        self.0.restore_state();
    }

    /// Draws a frame.
    pub(super) fn frame(&mut self, (x, y): (f32, f32), (across, up): (f32, f32), thickness: f32) {
        self.0.set_line_width(thickness);
        self.0.rect(x, y, across, up);
        self.0.stroke();
    }

    /// Fills a rectangle with a shade of gray.
    pub(super) fn shade(&mut self, (x, y): (f32, f32), (across, up): (f32, f32), gray: f32) {
        self.0.save_state();
        self.0.set_fill_gray(gray);
        self.0.rect(x, y, across, up);
        self.0.fill_nonzero();
        self.0.restore_state();
    }

    /// Sets gray for what is drawn from now on; 0 is black.
    pub(super) fn gray(&mut self, gray: f32) {
        self.0.set_fill_gray(gray);
        self.0.set_stroke_gray(gray);
    }

    /// Draws a box, and a tick in it where it holds.
    pub(super) fn tick(&mut self, (x, y): (f32, f32), holds: bool) {
        self.frame((x, y - 1.0), (8.5, 8.5), 0.7);
        if holds {
            self.0.set_line_width(1.4);
            self.0.move_to(x + 1.6, y + 3.2);
            self.0.line_to(x + 3.6, y + 1.0);
            self.0.line_to(x + 7.2, y + 6.2);
            self.0.stroke();
        }
    }
}

/// The text as far as it is set.
fn shortened(text: &str) -> String {
    let mut letters = text.chars();
    let mut short: String = letters.by_ref().take(TEXT_CHARS_MAX).collect();
    if letters.next().is_some() {
        short.push('…');
    }
    short
}

/// The pages as a PDF file.
pub(super) fn file(title: &str, pages: Vec<Page>) -> Vec<u8> {
    let mut numbers = (1..).map(Ref::new);
    let mut next = || numbers.next().unwrap_or(Ref::new(1));
    let (catalog, tree, info) = (next(), next(), next());
    let fonts = Font::ALL.map(|font| (font, next()));
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(tree);
    pdf.document_info(info)
        .title(TextStr(title))
        .creator(TextStr("Tillkey"));
    let mut kids = Vec::new();
    for Page(content) in pages {
        let (page, stream) = (next(), next());
        kids.push(page);
        let mut dict = pdf.page(page);
        dict.media_box(Rect::new(0.0, 0.0, WIDTH, HEIGHT));
        dict.parent(tree);
        dict.contents(stream);
        let mut resources = dict.resources();
        let mut named = resources.fonts();
        for (font, reference) in fonts {
            named.pair(Name(font.name()), reference);
        }
        named.finish();
        resources.finish();
        dict.finish();
        pdf.stream(stream, &content.finish());
    }
    let count = i32::try_from(kids.len()).unwrap_or(i32::MAX);
    pdf.pages(tree).kids(kids).count(count);
    for (font, reference) in fonts {
        match font {
            Font::Latin => standard(&mut pdf, reference, b"Helvetica"),
            Font::LatinBold => standard(&mut pdf, reference, b"Helvetica-Bold"),
            Font::Code => standard(&mut pdf, reference, b"Courier-Bold"),
            Font::Chinese => chinese(&mut pdf, reference, (next(), next())),
        }
    }
    pdf.finish()
}

/// One of the fonts that every reader has.
fn standard(pdf: &mut Pdf, reference: Ref, name: &[u8]) {
    pdf.type1_font(reference)
        .base_font(Name(name))
        .encoding_predefined(Name(b"WinAnsiEncoding"));
}

/// A Chinese font by name and predefined CMap (ISO 32000-1, 9.7.5.2): the reader finds
/// one of its own for the collection Adobe-GB1.
fn chinese(pdf: &mut Pdf, reference: Ref, (cid, descriptor): (Ref, Ref)) {
    const NAME: Name<'_> = Name(b"STSong-Light");
    pdf.type0_font(reference)
        .base_font(Name(b"STSong-Light-UniGB-UTF16-H"))
        .encoding_predefined(Name(b"UniGB-UTF16-H"))
        .descendant_font(cid);
    pdf.cid_font(cid)
        .subtype(CidFontType::Type0)
        .base_font(NAME)
        .system_info(SystemInfo {
            registry: Str(b"Adobe"),
            ordering: Str(b"GB1"),
            supplement: 5,
        })
        .font_descriptor(descriptor)
        .default_width(1_000.0);
    pdf.font_descriptor(descriptor)
        .name(NAME)
        .flags(FontFlags::SYMBOLIC | FontFlags::SERIF)
        .bbox(Rect::new(-25.0, -254.0, 1_000.0, 880.0))
        .italic_angle(0.0)
        .ascent(880.0)
        .descent(-120.0)
        .cap_height(880.0)
        .stem_v(93.0);
}
