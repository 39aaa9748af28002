//! Who there is: acquirers, merchants and their contacts, terminals and operators,
//! managers, staff. Names, phones and document numbers are sealed on the way in.

pub mod acquirer;
pub mod contact;
pub mod contact_change;
pub mod enrolment;
pub mod manager_session;
pub mod manager_sign_in;
pub mod managers;
pub mod merchant;
pub mod operator;
pub mod staff;
pub mod staff_session;
pub mod subject;
pub mod terminal;
