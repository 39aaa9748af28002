//! Which font sets which letter, and how wide it is: Latin letters in the standard
//! fonts, everything else in the Chinese one.

/// The fonts of a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Font {
    /// Helvetica.
    Latin,
    /// Helvetica, bold.
    LatinBold,
    /// Courier, bold: every letter as wide as the next.
    Code,
    /// STSong-Light by UniGB-UTF16-H.
    Chinese,
}

/// How a text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    Plain,
    Bold,
    /// For codes and numbers that are typed.
    Code,
}

/// A stretch of text in one font.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) font: Font,
    pub(super) text: String,
}

impl Font {
    pub(super) const ALL: [Self; 4] = [Self::Latin, Self::LatinBold, Self::Code, Self::Chinese];

    /// Its name among the resources of a page.
    pub(super) const fn name(self) -> &'static [u8] {
        match self {
            Self::Latin => b"L",
            Self::LatinBold => b"B",
            Self::Code => b"C",
            Self::Chinese => b"Z",
        }
    }

    /// The text as bytes of this font's encoding.
    pub(super) fn encoded(self, text: &str) -> Vec<u8> {
        match self {
            Self::Latin | Self::LatinBold | Self::Code => text.bytes().collect(),
            Self::Chinese => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        }
    }

    /// How wide a letter is, in thousandths of its size.
    fn width(self, letter: char) -> u16 {
        match self {
            Self::Code => 600,
            Self::Chinese => 1_000,
            Self::Latin | Self::LatinBold => {
                let place = u32::from(letter).checked_sub(u32::from(' '));
                place
                    .and_then(|place| usize::try_from(place).ok())
                    .and_then(|place| HELVETICA.get(place).copied())
                    .unwrap_or(1_000)
            }
        }
    }
}

/// The widths of Helvetica from space to tilde, as its published metrics give them.
/// The bold letters are a little wider; a line of them is measured short by less than
/// the margin it has.
const HELVETICA: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];

/// Splits a text into runs. A control character is a space: nothing that is printed
/// can move the pen.
pub(super) fn runs(text: &str, weight: Weight) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for letter in text.chars() {
        let letter = if letter.is_control() { ' ' } else { letter };
        let font = match (letter, weight) {
            (' '..='~', Weight::Plain) => Font::Latin,
            (' '..='~', Weight::Bold) => Font::LatinBold,
            (' '..='~', Weight::Code) => Font::Code,
            _ => Font::Chinese,
        };
        match runs.last_mut() {
            Some(run) if run.font == font => run.text.push(letter),
            _ => runs.push(Run {
                font,
                text: letter.to_string(),
            }),
        }
    }
    runs
}

/// How wide a text is at a size, in points.
pub(super) fn width(text: &str, weight: Weight, size: f32) -> f32 {
    let of_run = |run: &Run| -> f32 {
        let letters = run.text.chars();
        letters
            .map(|letter| f32::from(run.font.width(letter)))
            .sum()
    };
    runs(text, weight).iter().map(of_run).sum::<f32>() * size / 1_000.0
}

/// Breaks a text into lines of at most a width: at spaces, and anywhere between
/// Chinese characters.
pub(super) fn lines(text: &str, weight: Weight, (size, width_max): (f32, f32)) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in words(text) {
        let fits = |line: &str| width(line.trim_end(), weight, size) <= width_max;
        let mut line = lines.pop().unwrap_or_default();
        let longer = format!("{line}{word}");
        if fits(&longer) {
            lines.push(longer);
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        // A word that is longer than a line is broken where the line ends.
        for letter in word.chars() {
            let longer = format!("{line}{letter}");
            if fits(&longer) || line.is_empty() {
                line = longer;
            } else {
                lines.push(std::mem::replace(&mut line, letter.to_string()));
            }
        }
        lines.push(line);
    }
    lines
        .into_iter()
        .map(|line| line.trim_end().to_owned())
        .collect()
}

/// A text in pieces that stay together: words with the space behind them, and single
/// Chinese characters with the punctuation that may not begin a line.
fn words(text: &str) -> Vec<String> {
    let closes = |letter: char| "，。、；：？！）》」”’".contains(letter);
    let mut words: Vec<String> = Vec::new();
    let mut is_open = false;
    for letter in text.chars() {
        let is_latin = (' '..='~').contains(&letter);
        match words.last_mut() {
            Some(word) if (is_open && is_latin) || closes(letter) => word.push(letter),
            _ => words.push(letter.to_string()),
        }
        is_open = is_latin && letter != ' ';
    }
    words
}
