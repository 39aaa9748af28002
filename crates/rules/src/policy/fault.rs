//! Why a set of policy files cannot be served. Always ours to mend, never a caller's:
//! the policies in force stay in force.

use super::source::Place;

/// What is wrong with the files, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyFault {
    /// There is too much of something.
    #[error("{place}: {count} {what}, at most {max} are read")]
    TooMuch {
        /// Where.
        place: Place,
        /// Of what.
        what: &'static str,
        /// How much there is.
        count: usize,
        /// How much there may be.
        max: usize,
    },
    /// Brackets or conditions nest too deep (attack A16).
    #[error("{place}: nested deeper than {max}, split the policy in two")]
    TooDeep {
        /// Where.
        place: Place,
        /// How deep they may nest.
        max: usize,
    },
    /// A file that is none of the policy's.
    #[error("{file}: not a policy file, expected *.cedar, tillkey.cedarschema or offers.toml")]
    UnknownFile {
        /// Its name.
        file: String,
    },
    /// The same name twice.
    #[error("{file}: given twice")]
    DuplicateFile {
        /// The name.
        file: String,
    },
    /// A file that must be there.
    #[error("{file}: missing")]
    MissingFile {
        /// Its name.
        file: &'static str,
    },
    /// The schema is Tillkey's own, and this is another one.
    #[error("{file}: not the schema of this version, take the one it was delivered with")]
    OtherSchema {
        /// Its name.
        file: String,
    },
    /// Not Cedar.
    #[error("{place}: {message}")]
    Syntax {
        /// Where.
        place: Place,
        /// What the parser says.
        message: String,
    },
    /// Cedar, but not by the schema: a misspelt attribute, a rule that never applies.
    #[error("{place}: {message}")]
    Schema {
        /// Where.
        place: Place,
        /// What the validator says.
        message: String,
    },
    /// A policy without its name or reason, or with one that cannot be shown.
    #[error("{place}: @{annotation} {problem}")]
    Annotation {
        /// Where.
        place: Place,
        /// Which annotation.
        annotation: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// Two policies with one id.
    #[error("{place}: @id \"{id}\" is taken, by {first}")]
    DuplicateId {
        /// Where it is for the second time.
        place: Place,
        /// The id.
        id: String,
        /// Where it was first.
        first: Place,
    },
    /// An expression that the exhaustive check cannot cover.
    #[error("{place}: {what} cannot be checked exhaustively, {instead}")]
    NotCheckable {
        /// Where.
        place: Place,
        /// What was written.
        what: String,
        /// What to write instead.
        instead: &'static str,
    },
    /// `offers.toml` is not as it should be.
    #[error("{place}: {message}")]
    Offers {
        /// Where.
        place: Place,
        /// What is wrong.
        message: String,
    },
    /// A policy that fails on some question: Cedar would leave it out silently.
    #[error("{place}: cannot be evaluated: {message}")]
    Fails {
        /// Where.
        place: Place,
        /// What Cedar says.
        message: String,
    },
    /// There are more combinations than can be asked.
    #[error("{place}: {questions} combinations to check, at most {max} are")]
    TooManyQuestions {
        /// Where.
        place: Place,
        /// How many.
        questions: u64,
        /// How many there may be.
        max: u64,
    },
}
