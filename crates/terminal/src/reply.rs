//! What a reply does: each kind of question takes its own, and a refusal.

use jiff::Timestamp;
use rand::{CryptoRng, RngCore};
use tillkey_wire::ids::{OperatorNumber, RefusalCode};
use tillkey_wire::message::Reply;

use crate::device::Device;
use crate::fault::Fault;
use crate::link::Asked;
use crate::notice::{Activity, Notice, Step};
use crate::terminal::Terminal;

/// The refusal of what has to wait for a backup: the server has asked for one.
const NOT_PREPARED: &str = "not_prepared";

/// What the server said no with, and when it may be tried again.
type Refusal = (RefusalCode, Option<Timestamp>);

impl<D: Device> Terminal<D> {
    pub(crate) fn take_reply(
        &mut self,
        asked: Asked,
        reply: Reply,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Step, Fault> {
        match (asked, reply) {
            (asked, Reply::Refused { code, retry_at }) => {
                self.take_refusal(asked, (code, retry_at), rng)
            }
            (Asked::Hello, Reply::Welcome(welcome)) => self.take_welcome(&welcome, rng),
            (Asked::SignOnStart(operator), Reply::SignOnChallenge { ke2 }) => {
                self.take_challenge(operator, &ke2, rng)
            }
            (
                Asked::SignOnFinish(operator),
                Reply::SignedOn {
                    session,
                    credential_version,
                },
            ) => self.take_session(operator, session, credential_version),
            (Asked::SignOff(session), Reply::SignedOff) => {
                self.sign_offs.remove(&session);
                Ok(Step::default())
            }
            (Asked::InHand(_), Reply::InHand { agreement_key }) => {
                self.take_agreement(&agreement_key)
            }
            (Asked::Deed(asked), Reply::DeedTaken { number, case }) if asked == number => {
                self.take_deed_taken(number, case)
            }
            (Asked::OfflineSession(session), Reply::SignOnTaken) => {
                self.take_sign_on_taken(session)
            }
            (Asked::OfflineTries(operator, failed), Reply::SignOnTaken) => {
                Ok(Step::sending(self.forget_tries(operator, failed)?))
            }
            (Asked::Health, Reply::HealthTaken)
            | (Asked::Acknowledge(_), Reply::Acknowledged)
            | (Asked::JournalStands(_), Reply::JournalTaken) => Ok(Step::default()),
            (
                Asked::FirstPassword(operator)
                | Asked::Redeem(operator)
                | Asked::Choose(operator)
                | Asked::Register(operator)
                | Asked::Registered(operator),
                reply,
            ) => self.take_reply_to_reset((asked, operator), reply, rng),
            (asked, reply) => self.take_reply_to_work(asked, reply, rng),
        }
    }

    /// What is said to a new password.
    fn take_reply_to_reset(
        &mut self,
        (asked, operator): (Asked, OperatorNumber),
        reply: Reply,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Step, Fault> {
        match (asked, reply) {
            (
                Asked::FirstPassword(_),
                Reply::CodeOnScreen {
                    case,
                    code,
                    expires_at,
                },
            ) => {
                self.resets.remove(&operator);
                Ok(Step::tell(Notice::CodeOnScreen {
                    operator,
                    case,
                    code,
                    expires_at,
                }))
            }
            (
                Asked::Redeem(_) | Asked::Choose(_),
                Reply::CodeAccepted {
                    case,
                    operator: accepted,
                    until,
                    password_rules,
                },
            ) if accepted == operator => {
                let terms = (until, password_rules);
                if matches!(asked, Asked::Choose(_)) {
                    self.take_readiness((operator, case), terms, rng)
                } else {
                    Ok(self.take_acceptance((operator, case), terms))
                }
            }
            (Asked::Register(_), Reply::Registration { response }) => {
                self.take_registration(operator, &response, rng)
            }
            (
                Asked::Registered(_),
                Reply::Effective {
                    case,
                    credential_version,
                },
            ) => self.take_effect(operator, (case, credential_version), rng),
            _ => Err(Fault::Unexpected),
        }
    }

    /// What is said to a backup, and to one that is put back.
    fn take_reply_to_work(
        &mut self,
        asked: Asked,
        reply: Reply,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Step, Fault> {
        match (asked, reply) {
            (
                Asked::Snapshot(asked) | Asked::SnapshotPart(asked),
                Reply::SnapshotAt { snapshot, offset },
            ) => self.take_offset(asked, (snapshot, offset)),
            (
                Asked::Snapshot(asked) | Asked::SnapshotPart(asked),
                Reply::SnapshotStored { snapshot },
            ) => self.take_stored((asked, snapshot), rng),
            (
                Asked::RestorePart(asked),
                Reply::RestorePart {
                    snapshot,
                    offset,
                    part,
                },
            ) => self.take_part(asked, (snapshot, offset, &part)),
            (Asked::Restored(asked), Reply::RestoreTaken) => self.take_restored(asked, rng),
            _ => Err(Fault::Unexpected),
        }
    }

    /// Undoes what was asked, unless it may be tried again and is kept for that.
    fn take_refusal(
        &mut self,
        asked: Asked,
        (code, retry_at): Refusal,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Step, Fault> {
        let may_retry = retry_at.is_some();
        let mut step = Step::default();
        let (activity, operator) = match asked {
            // What it comes to is said in its own words.
            Asked::Deed(number) => return self.deed_refused(number, (&code, retry_at)),
            Asked::Choose(operator) if self.is_registering(operator) => {
                return self.typed_refused(operator, (code, retry_at));
            }
            Asked::Hello => (Activity::Connect, None),
            Asked::SignOnStart(operator) | Asked::SignOnFinish(operator) => {
                self.sign_on = None;
                (Activity::SignOn, Some(operator))
            }
            Asked::SignOff(session) => {
                self.sign_offs.remove(&session);
                (Activity::SignOff, None)
            }
            Asked::FirstPassword(operator) => {
                self.resets.remove(&operator);
                (Activity::FirstPassword, Some(operator))
            }
            Asked::Redeem(operator) => {
                self.resets.remove(&operator);
                (Activity::Redeem, Some(operator))
            }
            Asked::Choose(operator) => {
                if !may_retry && code.as_str() != NOT_PREPARED {
                    self.resets.remove(&operator);
                }
                (Activity::Choose, Some(operator))
            }
            Asked::Register(operator) => {
                self.resets.remove(&operator);
                step = self.sign_on_unregistered(operator)?;
                (Activity::NewPassword, Some(operator))
            }
            Asked::Registered(operator) => {
                if !may_retry {
                    self.change_book(|book| drop(book.pending.remove(&operator)))?;
                }
                step = self.sign_on_unregistered(operator)?;
                (Activity::NewPassword, Some(operator))
            }
            Asked::OfflineSession(session) => {
                step = self.sign_on_refused(session, may_retry)?;
                (Activity::OfflineSignOn, None)
            }
            Asked::OfflineTries(operator, failed) => {
                if !may_retry {
                    step.frames.extend(self.forget_tries(operator, failed)?);
                }
                (Activity::OfflineSignOn, Some(operator))
            }
            Asked::InHand(_) => (Activity::InHand, None),
            Asked::Health => (Activity::Health, None),
            Asked::Snapshot(_) | Asked::SnapshotPart(_) => {
                step = self.backup_refused(may_retry, rng)?;
                (Activity::Backup, None)
            }
            Asked::RestorePart(_) | Asked::Restored(_) => {
                step = self.restore_refused(may_retry, rng)?;
                (Activity::Restore, None)
            }
            Asked::JournalStands(_) => (Activity::Journal, None),
            Asked::Acknowledge(_) => (Activity::Acknowledge, None),
        };
        step.notices.push(Notice::Refused {
            activity,
            operator,
            code,
            retry_at,
        });
        Ok(step)
    }

    /// The password that was just typed cannot be registered: not yet, and its operator is
    /// signed on without; or never, and it works no more.
    fn typed_refused(
        &mut self,
        operator: OperatorNumber,
        (code, retry_at): Refusal,
    ) -> Result<Step, Fault> {
        if retry_at.is_some() || code.as_str() == NOT_PREPARED {
            return self.sign_on_unregistered(operator);
        }
        let offline = self
            .book
            .as_ref()
            .and_then(|book| book.offline.get(&operator));
        let Some(deed) = offline.map(|offline| offline.deed) else {
            return Err(Fault::Unasked);
        };
        self.drop_offline((operator, deed), &code)
    }
}
