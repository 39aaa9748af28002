//! What was done here, told to the server: one thing at a time, in the order in which it
//! happened, each again until it is answered.

use jiff::Timestamp;
use tillkey_wire::ids::{CaseId, OperatorNumber, RefusalCode};
use tillkey_wire::message::{Deed, DeedKind, OfflineSignOn, Report};

use crate::device::Device;
use crate::fault::Fault;
use crate::link::Asked;
use crate::notice::{Activity, Notice, Step};
use crate::reset::Reset;
use crate::terminal::Terminal;
use crate::untold::Happened;

impl<D: Device> Terminal<D> {
    /// A deed of now. Its number is one of the message counters: no start and no lost
    /// write gives one a second time.
    pub(crate) fn deed(&mut self, operator: OperatorNumber, kind: DeedKind) -> Result<Deed, Fault> {
        if self.book.iter().any(|book| !book.untold.has_room()) {
            return Err(Fault::Busy {
                what: "deeds to be told",
            });
        }
        Ok(Deed {
            number: self.next_counter()?,
            operator,
            at: self.device.now(),
            kind,
        })
    }

    /// Tells what is next in order, if the server has welcomed the terminal and has
    /// answered what was told before.
    pub(crate) fn tell_next(&mut self) -> Result<Option<Vec<u8>>, Fault> {
        if !self.is_welcomed {
            return Ok(None);
        }
        let first = self.book.as_ref().and_then(|book| book.untold.first());
        match first {
            Some(Happened::Deed(deed)) => {
                self.ask_once(Asked::Deed(deed.number), Report::Deed(deed))
            }
            Some(Happened::SignOn(sign_on)) => {
                let report = Report::SignedOnOffline(sign_on);
                match sign_on.session {
                    Some(session) => self.ask_once(Asked::OfflineSession(session), report),
                    None => Ok(None),
                }
            }
            None => self.tell_tries(),
        }
    }

    /// Tells of wrong passwords that no right one followed.
    fn tell_tries(&mut self) -> Result<Option<Vec<u8>>, Fault> {
        if !self.tries_due {
            return Ok(None);
        }
        let mut tries = self.book.iter().flat_map(|book| &book.tries);
        let Some((&operator, tries)) = tries.find(|(_, tries)| tries.untold() > 0) else {
            self.tries_due = false;
            return Ok(None);
        };
        let (at, failed) = (tries.at(), tries.untold());
        let report = Report::SignedOnOffline(OfflineSignOn {
            operator,
            at,
            session: None,
            failed,
        });
        let asked = Asked::OfflineTries(operator, failed);
        self.ask_once(asked, report)
    }

    /// The server has done it.
    pub(crate) fn take_deed_taken(
        &mut self,
        number: u64,
        case: Option<CaseId>,
    ) -> Result<Step, Fault> {
        let told = self.book.as_ref().and_then(|book| book.untold.deed(number));
        let Some(deed) = told else {
            // It had its time meanwhile, and nothing waits for it.
            return Ok(Step::sending(self.tell_next()?));
        };
        if is_about_password(&deed) != case.is_some() {
            return Err(Fault::Unexpected);
        }
        let operator = deed.operator;
        self.change_book(|book| {
            book.untold.remove_deed(number);
            if let Some(offline) = book.offline.get_mut(&operator)
                && offline.deed == number
            {
                offline.case = case;
            }
        })?;
        let mut step = Step::tell(Notice::DeedTaken(deed));
        if let Some(case) = case
            && matches!(self.resets.get(&operator), Some(Reset::Told { deed }) if *deed == number)
        {
            self.resets.insert(operator, Reset::Ready { case });
            step.frames.extend(self.resume_reset(operator)?);
        }
        step.frames.extend(self.tell_sign_offs()?);
        step.frames.extend(self.tell_next()?);
        Ok(step)
    }

    /// The server does not take it. For good, it is undone here as far as it can be.
    pub(crate) fn deed_refused(
        &mut self,
        number: u64,
        (code, retry_at): (&RefusalCode, Option<Timestamp>),
    ) -> Result<Step, Fault> {
        let told = self.book.as_ref().and_then(|book| book.untold.deed(number));
        let Some(deed) = told else {
            return Ok(Step::sending(self.tell_next()?));
        };
        let operator = deed.operator;
        if retry_at.is_some() {
            return Ok(Step::tell(Notice::Refused {
                activity: Activity::Deed,
                operator: Some(operator),
                code: code.clone(),
                retry_at,
            }));
        }
        let mut step = match deed.kind {
            DeedKind::Add { .. } => self.undo_adding(&deed)?,
            DeedKind::ResetOffline { .. } | DeedKind::Answered { .. } => {
                self.drop_offline((operator, number), code)?
            }
            // The next welcome's list brings the operator back.
            DeedKind::Remove { .. } | DeedKind::Reset { .. } => {
                self.change_book(|book| book.untold.remove_deed(number))?;
                Step::default()
            }
        };
        if matches!(self.resets.get(&operator), Some(Reset::Told { deed }) if *deed == number) {
            self.resets.remove(&operator);
        }
        let code = code.clone();
        step.notices.push(Notice::DeedRefused { deed, code });
        step.frames.extend(self.tell_sign_offs()?);
        step.frames.extend(self.tell_next()?);
        Ok(step)
    }

    /// The operator is none, and nothing that was done about them counts.
    fn undo_adding(&mut self, added: &Deed) -> Result<Step, Fault> {
        let operator = added.operator;
        self.change_book(|book| {
            book.untold.remove_deed(added.number);
            // Added a second time meanwhile: that one is still to be told.
            if !book.untold.adds(operator) {
                book.remove(operator);
            }
        })?;
        if self.is_known(operator) {
            return Ok(Step::default());
        }
        self.abandon_reset(operator);
        let given_up = self.give_up_sign_on_of(operator);
        let ended = self.end_session(operator);
        Ok(Step {
            frames: Vec::new(),
            notices: given_up.into_iter().chain(ended).collect(),
        })
    }
}

/// Whether its answer names the case in which a password is registered.
const fn is_about_password(deed: &Deed) -> bool {
    match deed.kind {
        DeedKind::Add { .. } | DeedKind::Remove { .. } => false,
        DeedKind::Reset { .. } | DeedKind::ResetOffline { .. } | DeedKind::Answered { .. } => true,
    }
}
