//! What is being typed: fields, and forms of fields.
//!
//! Every field is kept as a secret, whatever it is for: one that is left or wiped
//! leaves nothing in memory. Only the keys that a field can use are taken, so that
//! nothing has to be mended afterwards.

use tillkey_terminal::wire::code::{OfflineAnswer, ResetCode};
use tillkey_terminal::wire::limits::PASSWORD_DIGITS_MAX;
use tillkey_terminal::wire::secret::Secret;

/// Ten million yuan has ten digits in fen.
const AMOUNT_DIGITS_MAX: usize = 10;
/// As many as the number of an entry may have.
const ENTRY_DIGITS_MAX: usize = 10;

/// What a field is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Name {
    /// Where the server is.
    Server,
    /// As printed on the device.
    SerialNumber,
    /// The one-time code of twelve characters.
    EnrolmentCode,
    /// Two digits.
    Operator,
    /// The password of a sign-on.
    Password,
    /// Eight digits.
    ResetCode,
    /// Eight digits, in return for a challenge.
    Answer,
    /// A new password.
    NewPassword,
    /// The same again.
    Again,
    /// How much, in fen, from the right.
    Amount,
    /// The number of an entry of the journal.
    Entry,
}

impl Name {
    /// The character that a key puts into such a field.
    fn takes(self, typed: char) -> Option<char> {
        match self {
            Self::Server => typed.is_ascii_graphic().then_some(typed),
            Self::SerialNumber => {
                let upper = typed.to_ascii_uppercase();
                (upper.is_ascii_alphanumeric() || upper == '-').then_some(upper)
            }
            Self::EnrolmentCode => {
                let upper = typed.to_ascii_uppercase();
                upper.is_ascii_alphanumeric().then_some(upper)
            }
            _ => typed.is_ascii_digit().then_some(typed),
        }
    }

    /// How many characters fit.
    pub(crate) fn length_max(self) -> usize {
        match self {
            Self::Server => 96,
            Self::SerialNumber => 32,
            Self::EnrolmentCode => 12,
            Self::Operator => 2,
            Self::ResetCode => ResetCode::LENGTH,
            Self::Answer => OfflineAnswer::LENGTH,
            Self::Password | Self::NewPassword | Self::Again => usize::from(PASSWORD_DIGITS_MAX),
            Self::Amount => AMOUNT_DIGITS_MAX,
            Self::Entry => ENTRY_DIGITS_MAX,
        }
    }

    /// How many there must be before it can be confirmed.
    pub(crate) fn length_min(self) -> usize {
        match self {
            Self::Server
            | Self::Password
            | Self::NewPassword
            | Self::Again
            | Self::Amount
            | Self::Entry => 1,
            Self::SerialNumber => 6,
            Self::EnrolmentCode | Self::Operator | Self::ResetCode | Self::Answer => {
                self.length_max()
            }
        }
    }

    /// Whether only stars are shown.
    pub(crate) const fn is_masked(self) -> bool {
        matches!(self, Self::Password | Self::NewPassword | Self::Again)
    }

    /// Whether it is typed and read in groups of four.
    pub(crate) const fn is_grouped(self) -> bool {
        matches!(self, Self::EnrolmentCode | Self::ResetCode | Self::Answer)
    }
}

/// One field.
pub(crate) struct Field {
    pub(crate) name: Name,
    text: Secret<String>,
}

impl Field {
    /// An empty field.
    pub(crate) const fn new(name: Name) -> Self {
        Self {
            name,
            text: Secret::new(String::new()),
        }
    }

    /// A field with something in it already.
    pub(crate) fn filled(name: Name, text: &str) -> Self {
        Self {
            name,
            text: Secret::new(text.to_owned()),
        }
    }

    /// What was typed.
    pub(crate) const fn expose(&self) -> &String {
        self.text.expose()
    }

    /// How many characters were typed; all of them are ASCII.
    pub(crate) fn length(&self) -> usize {
        self.text.expose().len()
    }

    /// Takes what was typed and leaves nothing.
    pub(crate) fn take(&mut self) -> Secret<String> {
        std::mem::replace(&mut self.text, Secret::new(String::new()))
    }

    /// Forgets what was typed.
    pub(crate) fn wipe(&mut self) {
        drop(self.take());
    }

    fn put(&mut self, typed: char) {
        // An amount grows from the right; nothing stands before its first digit.
        if self.name == Name::Amount && self.length() == 0 && typed == '0' {
            return;
        }
        let Some(taken) = self
            .name
            .takes(typed)
            .filter(|_| self.length() < self.name.length_max())
        else {
            return;
        };
        // A new text of the right size each time: one that grew in place would leave
        // its earlier self behind in freed memory.
        let mut longer = String::with_capacity(self.length() + 1);
        longer.push_str(self.text.expose());
        longer.push(taken);
        self.text = Secret::new(longer);
    }

    fn correct(&mut self) {
        let mut shorter = String::with_capacity(self.length());
        shorter.push_str(self.text.expose());
        shorter.pop();
        self.text = Secret::new(shorter);
    }
}

/// Fields that are filled in one after the other.
pub(crate) struct Form {
    pub(crate) fields: Vec<Field>,
    pub(crate) focus: usize,
}

/// What the confirm key came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Confirmed {
    /// The field that was left is in order; the next one has the cursor.
    Field(Name),
    /// Everything is filled in.
    All,
    /// This field is not complete.
    Incomplete(Name),
}

impl Form {
    /// A form with the cursor in the first field that is empty.
    pub(crate) fn new(fields: Vec<Field>) -> Self {
        let last = fields.len().saturating_sub(1);
        let focus = fields
            .iter()
            .position(|field| field.length() == 0)
            .unwrap_or(last);
        Self { fields, focus }
    }

    /// The field of that name.
    pub(crate) fn field(&self, name: Name) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// What was typed into a field.
    pub(crate) fn text(&self, name: Name) -> &str {
        self.field(name).map_or("", |field| field.expose().as_str())
    }

    /// Takes what was typed into a field.
    pub(crate) fn take(&mut self, name: Name) -> Secret<String> {
        let field = self.fields.iter_mut().find(|field| field.name == name);
        field.map_or_else(|| Secret::new(String::new()), Field::take)
    }

    /// The field with the cursor.
    pub(crate) fn focused(&self) -> Option<&Field> {
        self.fields.get(self.focus)
    }

    /// Puts the cursor into a field.
    pub(crate) fn go_to(&mut self, name: Name) {
        if let Some(place) = self.fields.iter().position(|field| field.name == name) {
            self.focus = place;
        }
    }

    pub(crate) fn put(&mut self, typed: char) {
        if let Some(field) = self.fields.get_mut(self.focus) {
            field.put(typed);
        }
    }

    /// Takes a character back; with none left, goes back to a field of digits. A longer
    /// text before it would be eaten by a key that is held down.
    pub(crate) fn correct(&mut self) {
        let before = self
            .focus
            .checked_sub(1)
            .and_then(|place| self.fields.get(place));
        let goes_back =
            before.is_some_and(|field| matches!(field.name, Name::Operator | Name::NewPassword));
        match self.fields.get_mut(self.focus) {
            Some(field) if field.length() > 0 => field.correct(),
            _ if goes_back => self.up(),
            _ => {}
        }
    }

    /// Forgets what is in the field with the cursor; with nothing there, goes back.
    pub(crate) fn clear_or_up(&mut self) {
        match self.fields.get_mut(self.focus) {
            Some(field) if field.length() > 0 => field.wipe(),
            _ => self.up(),
        }
    }

    pub(crate) fn up(&mut self) {
        self.focus = self.focus.saturating_sub(1);
    }

    /// Goes down, past complete fields only.
    pub(crate) fn down(&mut self) {
        let complete = self
            .focused()
            .is_some_and(|field| field.length() >= field.name.length_min());
        if complete && self.focus + 1 < self.fields.len() {
            self.focus += 1;
        }
    }

    pub(crate) fn confirm(&mut self) -> Confirmed {
        let Some(name) = self.focused().map(|field| field.name) else {
            return Confirmed::All;
        };
        let incomplete = |field: &&Field| field.length() < field.name.length_min();
        if self.focused().is_some_and(|field| incomplete(&field)) {
            return Confirmed::Incomplete(name);
        }
        if self.focus + 1 < self.fields.len() {
            self.focus += 1;
            return Confirmed::Field(name);
        }
        match self.fields.iter().find(incomplete).map(|field| field.name) {
            Some(missing) => {
                self.go_to(missing);
                Confirmed::Incomplete(missing)
            }
            None => Confirmed::All,
        }
    }

    /// Forgets every password. Says whether there was any.
    pub(crate) fn wipe_passwords(&mut self) -> bool {
        let mut any = false;
        for field in self
            .fields
            .iter_mut()
            .filter(|field| field.name.is_masked())
        {
            any |= field.length() > 0;
            field.wipe();
        }
        if any && let Some(first) = self.fields.iter().position(|field| field.name.is_masked()) {
            self.focus = first;
        }
        any
    }

    /// Forgets everything.
    pub(crate) fn wipe(&mut self) {
        self.fields.iter_mut().for_each(Field::wipe);
        self.focus = 0;
    }
}
