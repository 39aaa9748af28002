//! Who there is: acquirers, merchants and their contacts, terminals and operators,
//! staff. Names, phones and document numbers are sealed on the way in.

pub mod acquirer;
pub mod contact;
pub mod enrolment;
pub mod merchant;
pub mod operator;
pub mod staff;
pub mod subject;
pub mod terminal;
